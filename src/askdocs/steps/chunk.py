"""A Page becomes chunks that fit the embedder, each under the heading it stands under.

What is embedded is a breadcrumb (title > headings) and the text without link targets;
what is shown is the text as it is. Nothing is cut off: what does not fit is cut in two.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from askdocs.domain.ports import Tokenizer
from askdocs.domain.text import Block, Chunk, Kind, Page, Section

VERSION = 1
"""Of the chunking rules; another version is another index."""

_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\([^()\s]*\))?[^()]*\)")
_CODE = re.compile(r"(`+)[^`]+\1")
_RULE = re.compile(r"^[ \t]*\|?(?:[ \t]*:?-{2,}:?[ \t]*\|?)+[ \t]*$\n?", re.M)
_SENTENCE = re.compile(r"(?<=[.!?])(?=\s)")
_CHUNK_OF_CODE = re.compile(r"(?<=\n)(?=[ \t]*\n)")


@dataclass(frozen=True, slots=True)
class Ruler:
    """Measures text as the embedder will read it.

    Attributes:
        tokenizer: The embedder's own.
        limit: The most tokens of one embedded text, special tokens included.
        prefix: What the embedder puts before every passage.
    """

    tokenizer: Tokenizer
    limit: int
    prefix: str = ""

    def sizes(self, texts: Sequence[str]) -> list[int]:
        """Return the tokens of each text, special tokens left out."""
        extra, *found = self.tokenizer.count(["", *texts])
        return [n - extra for n in found]

    def room(self, crumb: str) -> int:
        """Return how many tokens of text fit below a breadcrumb."""
        return self.limit - self.tokenizer.count([f"{self.prefix}{crumb}\n\n"])[0]

    def overshoot(self, texts: Sequence[str]) -> int:
        """Return by how many tokens the longest embedded text exceeds the limit."""
        counts = self.tokenizer.count([self.prefix + t for t in texts])
        return max(counts, default=0) - self.limit

    def cut(self, text: str, size: int) -> list[str]:
        """Cut a text that has no better seam after every *size* tokens."""
        spans = self.tokenizer.spans(text)
        if not spans:
            return [text]
        seams = [0, *(spans[n][0] for n in range(size, len(spans), size)), len(text)]
        return [text[a:b] for a, b in pairwise(seams)]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A block, what the embedder reads of it, and how many tokens that is."""

    block: Block
    words: str
    size: int


def cut_page(
    page: Page, *, ruler: Ruler, fingerprint: str, payload: Mapping[str, Any]
) -> list[Chunk]:
    """Cut a page into chunks, in the order of the page.

    The first chunk begins with the page's description, which the site shows under the
    title; a page without text of its own is found by that alone.

    Args:
        page: The page.
        ruler: Of the embedder.
        fingerprint: Of embedder and chunker.
        payload: What all chunks of the page share; `page_chunks` is added here.

    Returns:
        Chunks whose `embedded` (with the prefix) never exceeds the ruler's limit.
    """
    drafts = list(_drafts(_with_lead(page), page.front.title, ruler))
    shared = {**payload, "page_chunks": len(drafts)}
    seen: Counter[tuple[tuple[str, ...], str]] = Counter()
    chunks = []
    for section, block, embedded in drafts:
        place = (section.heading, embedded)
        chunks.append(
            Chunk(
                path=page.path,
                heading=section.heading,
                text=block.text,
                embedded=embedded,
                nth=seen[place],
                fingerprint=fingerprint,
                page=shared,
                anchor=section.anchor,
                lines=block.lines,
            )
        )
        seen[place] += 1
    return chunks


def readable(block: Block) -> str:
    """Return what the embedder reads of a block: no link targets, no table rules.

    >>> readable(Block("See [the **list**](/jobs/).", Kind.PROSE, (1, 1)))
    'See the list.'
    """
    if block.kind is Kind.CODE:
        return block.text
    text = _RULE.sub("", block.text) if "--" in block.text else block.text
    parts, done = [], 0
    for code in _CODE.finditer(text):
        parts += [_plain(text[done : code.start()]), code[0]]
        done = code.end()
    return "".join([*parts, _plain(text[done:])])


def _plain(text: str) -> str:
    return _LINK.sub(r"\1", text).replace("**", "")


def _with_lead(page: Page) -> list[Section]:
    """Return the sections, the page's description first."""
    front = page.front
    lead = front.description or ("" if page.has_prose else front.title)
    first, *rest = page.sections or (Section((), "", ()),)
    if not lead or any(lead in b.text for b in first.blocks):
        return [first, *rest]
    block = Block(lead, Kind.PROSE, (1, 1))
    return [replace(first, blocks=(block, *first.blocks)), *rest]


def _drafts(
    sections: list[Section], title: str, ruler: Ruler
) -> Iterator[tuple[Section, Block, str]]:
    """Yield (section, block, embedded) of every chunk to be; each fits."""
    sections = [s for s in sections if s.blocks]
    pieces = iter(_measured([b for s in sections for b in s.blocks], ruler))
    for section in sections:
        held = [next(pieces) for _ in section.blocks]
        crumb = _crumb(title, section.heading, ruler)
        for block, embedded in _cut_section(held, crumb, ruler):
            yield section, block, embedded


def _measured(blocks: Iterable[Block], ruler: Ruler) -> list[_Piece]:
    words = [(block, readable(block)) for block in blocks]
    sizes = ruler.sizes([text for _, text in words])
    return [_Piece(b, t, n) for (b, t), n in zip(words, sizes, strict=True)]


def _cut_section(
    pieces: list[_Piece], crumb: str, ruler: Ruler
) -> list[tuple[Block, str]]:
    """Return (block, embedded) pairs that fit."""
    head = f"{crumb}\n\n" if crumb else ""
    room = ruler.room(crumb)
    while True:
        runs = list(_packed(pieces, room, ruler))
        pairs = [(_joined(r), head + "\n".join(p.words for p in r)) for r in runs]
        over = ruler.overshoot([embedded for _, embedded in pairs])
        if over <= 0:
            return pairs
        # Some tokenizers count a joined text higher than its parts: ask for less.
        room = max(1, room - over)


def _crumb(title: str, heading: tuple[str, ...], ruler: Ruler) -> str:
    """Return "title > headings" in at most half of the limit, outer parts first to go."""
    parts = [p for p in (title, *heading) if p]
    parts = [p for at, p in enumerate(parts) if at == 0 or p != parts[at - 1]]
    crumb = " > ".join(parts)
    while len(parts) > 1 and ruler.sizes([crumb])[0] > ruler.limit // 2:
        parts = parts[1:]
        crumb = " > ".join(parts)
    if ruler.sizes([crumb])[0] > ruler.limit // 2:
        crumb = ruler.cut(crumb, ruler.limit // 2 - 2)[0]
    return crumb


def _packed(pieces: list[_Piece], room: int, ruler: Ruler) -> Iterator[list[_Piece]]:
    """Yield runs of pieces that fit in *room* tokens together."""
    run: list[_Piece] = []
    used = 0
    for piece in _fitting(pieces, room, ruler):
        if run and used + piece.size > room:
            yield run
            run, used = [], 0
        run.append(piece)
        used += piece.size
    if run:
        yield run


def _fitting(pieces: list[_Piece], room: int, ruler: Ruler) -> Iterator[_Piece]:
    for piece in pieces:
        if piece.size <= room:
            yield piece
        else:
            yield from _measured(_halved(piece.block, room, ruler), ruler)


def _halved(block: Block, room: int, ruler: Ruler) -> Iterator[Block]:
    """Cut a block that does not fit; a fence and a table's head stand on every part."""
    top, body, end = _frame(block)
    frame = ruler.sizes([top + end])[0]
    if frame > room // 2:
        top, body, end, frame = "", block.text, "", 0
    line = block.lines[0] + top.count("\n")
    for text in _merged(
        _units(body, block.kind, room - frame, ruler), room - frame, ruler
    ):
        last = line + text.rstrip("\n").count("\n")
        if text.strip():
            lines = (min(line, block.lines[1]), min(last, block.lines[1]))
            yield Block(top + text.strip("\n") + end, block.kind, lines)
        line += text.count("\n")


def _frame(block: Block) -> tuple[str, str, str]:  # three parts of one text
    """Return what must stand before, within and after every part of a block."""
    lines = block.text.split("\n")
    if (
        block.kind is Kind.CODE
        and len(lines) > 2
        and lines[-1].strip()[:3] in {"```", "~~~"}
    ):
        return lines[0] + "\n", "\n".join(lines[1:-1]), "\n" + lines[-1]
    if block.kind is Kind.TABLE and len(lines) > 2:
        return "\n".join(lines[:2]) + "\n", "\n".join(lines[2:]), ""
    return "", block.text, ""


def _units(text: str, kind: Kind, room: int, ruler: Ruler) -> Iterator[str]:
    """Yield pieces of at most *room* tokens, cut at the best seams; joined they are *text*."""
    if ruler.sizes([text])[0] <= room:
        yield text
        return
    seams = [_CHUNK_OF_CODE] if kind is Kind.CODE else []
    for seam in [*seams, re.compile(r"(?<=\n)(?=.)", re.S), _SENTENCE]:
        parts = [p for p in seam.split(text) if p]
        if len(parts) > 1:
            for part in parts:
                yield from _units(part, kind, room, ruler)
            return
    yield from ruler.cut(text, max(1, room))


def _merged(units: Iterable[str], room: int, ruler: Ruler) -> Iterator[str]:
    """Join neighbouring pieces while they fit."""
    units = list(units)
    held, used = "", 0
    for unit, size in zip(units, ruler.sizes(units), strict=True):
        if held and used + size > room:
            yield held
            held, used = "", 0
        held += unit
        used += size
    if held:
        yield held


def _glue(before: Block, after: Block) -> str:
    return "\n" if before.kind is after.kind is Kind.ITEM else "\n\n"


def _joined(run: list[_Piece]) -> Block:
    """Return one block of a run."""
    text = run[0].block.text
    for before, after in pairwise(run):
        text += _glue(before.block, after.block) + after.block.text
    lines = (run[0].block.lines[0], max(p.block.lines[1] for p in run))
    return Block(text, run[0].block.kind, lines)
