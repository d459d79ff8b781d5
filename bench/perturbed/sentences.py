"""Split chunks into the sentences, items and command lines that stand in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from askdocs.domain.text import Chunk

SENTENCE_WORDS = (6, 45)
"""Least and most words of a sentence."""

SHELL = {"", "sh", "bash", "shell", "shell-session", "console", "terminal", "zsh"}
TOOLS = """apt apt-get aws certbot chmod cockroach curl docker docker-compose dig doctl git
gcloud helm journalctl kubectl kops ansible ansible-playbook mount mc mysql mysqldump nmap
npm ollama openssl openstack packer pg_dump pg_restore psql pip pip3 python3 rclone
redis-cli restic rsync s3cmd scp scw serverless ssh ssh-keygen systemctl terraform tofu
ufw virt-install wget wg zfs""".split()

_FENCE = re.compile(r"\s*(```+|~~~+)\s*([\w-]*)")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+\.)\s+(?=\S)")
_SKIP = re.compile(r"\s*(?:\||#|<|!\[|(?:Note|Tip|Important|Warning|Caution):\s*$)")
_MASK = re.compile(
    r"`[^`]*`|\]\([^)]*\)|https?://[^\s\])`]*[\w/]|\b(?:e\.g|i\.e|etc|vs|cf|excl|incl|approx|No|St|Inc|Mr)\."
)
_BREAK = re.compile(r"(?<=[.!?])[*_)”\"]*\s+(?=[A-Z`*\[“\"(])")
_START = re.compile(r"[*_\[`“\"(]*[A-Z0-9`]")
_COMMAND = re.compile(rf"(?:\$ )?((?:sudo )?(?:{'|'.join(TOOLS)}) \S.*)")


@dataclass(frozen=True)
class SourceSentence:
    """A sentence of the docs.

    Attributes:
        chunk: That holds it.
        nth: Place of the chunk on its page, from 0.
        text: As a reader sees it, in Markdown; runs of white space are one space.
        form: "prose", "item" or "command".
    """

    chunk: Chunk
    nth: int
    text: str
    form: str

    @property
    def product(self) -> str:
        """The folder of its page, two levels deep."""
        return "/".join(self.chunk.path.split("/")[:2])


def collapse_whitespace(text: str) -> str:
    """Return the text with runs of white space as one space."""
    return " ".join(text.split())


def source_sentences(chunks: Iterable[Chunk]) -> list[SourceSentence]:
    """Return every sentence once, where it stands first; in the order of the docs."""
    first: dict[str, SourceSentence] = {}
    seen: dict[str, int] = {}
    for chunk in chunks:
        nth = seen.get(chunk.path, 0)
        seen[chunk.path] = nth + 1
        for text, form in sentences_in(chunk.text):
            first.setdefault(text, SourceSentence(chunk, nth, text, form))
    return list(first.values())


def sentences_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield (sentence, form) of a chunk's text."""
    fence, language, open_line = "", "", False
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence, language = ("", "") if fence else (mark[1], mark[2].lower())
        elif fence:
            if language in SHELL and not open_line:
                yield from _command(line)
            open_line = line.rstrip().endswith("\\")
        elif not _SKIP.match(line):
            yield from _line(line)


def _command(line: str) -> Iterator[tuple[str, str]]:
    command = _COMMAND.fullmatch(line.strip())
    if (
        command
        and 3 <= len(command[1].split()) <= 20
        and not set("\\`<>|") & set(command[1])
    ):
        yield collapse_whitespace(command[1]), "command"


def _line(line: str) -> Iterator[tuple[str, str]]:
    marker = _ITEM.match(line)
    for text in split(line[marker.end() if marker else 0 :]):
        if is_complete(text, item=bool(marker)):
            yield text, "item" if marker else "prose"


def split(line: str) -> Iterator[str]:
    """Yield the sentences of a line; code, links and abbreviations are not cut."""
    masked = _MASK.sub(lambda m: "x" * len(m[0]), line)
    start = 0
    for end in [*(m.end() for m in _BREAK.finditer(masked)), len(line)]:
        yield collapse_whitespace(line[start:end])
        start = end


def is_complete(text: str, *, item: bool) -> bool:
    """Whether this is a sentence that can stand alone."""
    low, high = SENTENCE_WORDS
    ends = text.rstrip('*_)”"').endswith((".", "!")) or (item and text[-1:].isalnum())
    paired = all(text.count(a) == text.count(b) for a, b in ("()", "[]", "{}"))
    even = not text.count("`") % 2 and not text.count("**") % 2
    return (
        low <= len(text.split()) <= high
        and bool(_START.match(text) and ends and paired and even)
        and "](" + "#" not in text
        and "![" not in text
        and "</" not in text
    )
