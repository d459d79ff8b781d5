"""The words of each page against the words of its chunks: what is missing, what invented.

Both sides are multisets: a word is missing as often as the page says it more often than
the chunks, so that a lost paragraph of common words is seen as well as one of rare words,
and invented as often as the chunks say it more often than page, macros and head together.
What is repeated by design is counted once: the heading of several chunks, the head of a
table that was cut, the description that stands in the page's text as well as in its head.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from tests.support.oracle import Seen, Site
from tests.support.read_markdown import Words, plain, tokens_of
from tests.support.real_docs import Read, read_docs

from askdocs.domain.text import Chunk

RESIDUE = {
    "an import": (r"^import\s[^\n]*\bfrom\s*['\"]", "import A from './a'"),
    "an export": (r"^export\s+(?:default|const|let|function)\b", "export const a = 1"),
    "a comment of MDX": (r"\{/\*|\*/\}", "{/* a */}"),
    "a comment of HTML": (r"<!--", "<!-- a -->"),
    "an admonition": (r"^:::", ":::note"),
    "frontmatter": (
        r"^(?:meta|content|dates|hero):[ \t]*$|^[ \t]*(?:posted|validation|h1): \S",
        "dates:\n  posted: 2024-01-01",
    ),
}
"""What only a machine reads: a pattern for prose without code, and an example of it."""

_HEADING = re.compile(r"^(#{2,6}) (.+)$", re.M)
FENCED = re.compile(r"^[ \t]*(`{3,}|~{3,}).*?^[ \t]*\1", re.S | re.M)


@dataclass(frozen=True)
class Gap:
    """How one page and its chunks differ.

    Attributes:
        path: Of the page.
        words: How many the page has.
        missing: Of the page, not in its chunks.
        invented: In its chunks, neither on the page nor in its macros.
    """

    path: str
    words: int
    missing: Words
    invented: Words

    @property
    def missing_share(self) -> float:
        """Of the words of the page."""
        return self.missing.total() / max(1, self.words)

    @property
    def invented_share(self) -> float:
        """Of as many words as the page has."""
        return self.invented.total() / max(1, self.words)


@dataclass(frozen=True)
class Checked:
    """A docs folder, read twice: by us, and by the oracle.

    Attributes:
        docs: Our reading.
        site: The oracle's.
        gaps: How they differ on each indexed page, by its path.
    """

    docs: Read
    site: Site
    gaps: dict[str, Gap]

    def share(self, what: str) -> float:
        """Return how much is "missing" or "invented" of all words."""
        gaps = self.gaps.values()
        return sum(getattr(g, what).total() for g in gaps) / sum(g.words for g in gaps)


@cache
def checked(folder: str) -> Checked:
    """Read and compare a folder once for all tests of a run."""
    docs = read_docs(folder)
    site = Site(docs.texts)
    pages = docs.by_page.items()
    gaps = {path: gap(path, site.seen(path), chunks) for path, chunks in pages}
    return Checked(docs, site, gaps)


def gap(path: str, seen: Seen, chunks: Sequence[Chunk]) -> Gap:
    """Compare what a reader sees of a page with what the index holds of it."""
    indexed = Counter(_chunk_words(chunks))
    names = [str(c.page.get(key, "")) for c in chunks[:1] for key in ("title", "h1")]
    front = Counter(tokens_of(" ".join(names)))
    missing = seen.required - indexed + _unknown_words(seen.title, front)
    known = seen.title | seen.allowed | Counter(tokens_of(path))
    invented = indexed - seen.allowed + _unknown_words(front, known)
    return Gap(path, seen.required.total(), missing, invented)


def _unknown_words(words: Words, known: Words) -> Words:
    """Return the words that *known* does not have at all."""
    return Counter(words.keys() - known.keys())


def _chunk_words(chunks: Sequence[Chunk]) -> Iterator[str]:
    """Yield the words of chunks in order, what is repeated only once."""
    trail: tuple[str, ...] = ()
    place: tuple[tuple[str, ...], str] = ((), "")
    above = ""
    for chunk in chunks:
        if (chunk.heading, chunk.anchor) != place:
            for name in _new_headings(trail, chunk.heading):
                yield from tokens_of(name)
            place, above = (chunk.heading, chunk.anchor), ""
            trail = chunk.heading
        yield from plain(_without_table_head(chunk.text, above)).words
        trail, above = _trail_below(trail, chunk.text), chunk.text


def _new_headings(before: tuple[str, ...], heading: tuple[str, ...]) -> tuple[str, ...]:
    """Return the headings that were not above the chunk before; the last always is new."""
    same = 0
    for old, new in zip(before, heading[:-1], strict=False):
        if tokens_of(old) != tokens_of(new):
            break
        same += 1
    return heading[same:]


def _trail_below(trail: tuple[str, ...], text: str) -> tuple[str, ...]:
    """Return the trail below a chunk, in which further headings may stand."""
    for marks, name in _HEADING.findall(FENCED.sub("", text)):
        trail = (*trail[: len(marks) - 2], name)
    return trail


def _without_table_head(text: str, above: str) -> str:
    """Return a chunk without the head of a table that the one above it ends in."""
    head, rule, *_ = [*text.split("\n", 2), "", ""]
    ruled = "|" in rule and not rule.strip(" |:-\t>")
    _, begun, rows = above.rpartition(f"{head}\n{rule}\n")
    if ruled and begun and "\n\n" not in rows:
        return text[len(f"{head}\n{rule}") :]
    return text
