"""A Page becomes chunks that fit the embedder, each under the heading it stands under.

What is embedded is a breadcrumb (title > headings) and the text without link targets;
what is shown is the text as it is. Nothing is cut off: what does not fit is cut in two.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise
from typing import Any

from askdocs.domain.errors import ConfigError
from askdocs.domain.ports import Tokenizer
from askdocs.domain.text import Block, Chunk, Kind, Page, Section

VERSION = 1
"""Of the chunking rules; another version is another index."""

LEAST = 16
"""Tokens that must be left for a passage beside the embedder's prefix."""

_LINK = re.compile(r"!?\[([^\[\]]*+)\]\([^()\s]*+(?:\([^()\s]*+\))?+[^()]*+\)")
_FENCE = re.compile(
    r"^[ \t>]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]++)*+(?P<mark>`{3,}+(?![^\n]*`)|~{3,}+)[^\n]*+"
    r"(?:\n(?![ \t>]*+(?P=mark)[`~]*+[ \t]*+$)[^\n]*+)*+(?:\n[^\n]*+)?",
    re.M,
)
_CODE = re.compile(
    rf"{_FENCE.pattern}"
    r"|(?<![`\\])(?P<tick>`++)[^`]++(?:(?!(?P=tick)(?!`))`++[^`]++)*+(?P=tick)(?!`)",
    re.M,
)
_RULE = re.compile(
    r"^(?=[^\n]*\|)[ \t]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+$\n?",
    re.M,
)
_BLANKS = re.compile(r"\n{3,}")

_LINES = re.compile(r"(?<=\n)(?=.)", re.S)
_SENTENCES = re.compile(r"(?<=[.!?]\s)|(?<=[\u3002\uff01\uff1f])")
_PARAGRAPHS = re.compile(r"(?<=\n)(?=[ \t]*\n)")
_SEAMS = {Kind.CODE: (_PARAGRAPHS, _LINES)}


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

    def rooms(self, heads: Sequence[str]) -> list[int]:
        """Return how many tokens of text fit below each of these beginnings."""
        return [-n for n in self.excess(heads)]

    def excess(self, texts: Sequence[str]) -> list[int]:
        """Return by how many tokens each embedded text exceeds the limit."""
        counts = self.tokenizer.count([self.prefix + t for t in texts])
        return [n - self.limit for n in counts]

    def cut(self, text: str, size: int) -> list[str]:
        """Cut a text that has no better seam after every *size* tokens."""
        spans = self.tokenizer.spans(text)
        seams = [0, *(spans[n][0] for n in range(size, len(spans), size)), len(text)]
        return [text[a:b] for a, b in pairwise(seams) if a < b]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A block, what the embedder reads of it, and how many tokens that is."""

    block: Block
    words: str
    size: int


@dataclass(slots=True)
class _Draft:
    """A section on its way to chunks.

    Attributes:
        section: The section.
        pieces: Its blocks, measured.
        head: What stands before every text of it: the breadcrumb and an empty line.
        room: How many tokens of text are put below the head.
        texts: The chunks to be, with what the embedder reads of each.
    """

    section: Section
    pieces: list[_Piece]
    head: str
    room: int
    texts: list[tuple[Block, str]] = field(default_factory=list)


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

    Raises:
        ConfigError: if the prefix leaves no room for text.
    """
    drafts = _drafts(_with_lead(page), page.front.title, ruler)
    shared = {**payload, "page_chunks": sum(len(draft.texts) for draft in drafts)}
    seen: Counter[tuple[tuple[str, ...], str]] = Counter()
    chunks = []
    for section, block, embedded in _texts(drafts):
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
    text = _BLANKS.sub("\n\n", block.text)
    parts, done = [], 0
    for code in _CODE.finditer(text) if "`" in text or "~~~" in text else ():
        parts += [_plain(text[done : code.start()]), code[0]]
        done = code.end()
    return "".join([*parts, _plain(text[done:])])


def _plain(text: str) -> str:
    if "|" in text and "-" in text:
        text = _RULE.sub("", text)
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    return text.replace("**", "")


def _with_lead(page: Page) -> list[Section]:
    """Return the sections, the page's description first."""
    front = page.front
    lead = front.description or ("" if page.has_prose else front.title)
    first, *rest = page.sections or (Section((), "", ()),)
    if not lead or any(lead in b.text for b in first.blocks):
        return [first, *rest]
    block = Block(lead, Kind.PROSE, (1, 1))
    return [replace(first, blocks=(block, *first.blocks)), *rest]


def _texts(drafts: Iterable[_Draft]) -> Iterator[tuple[Section, Block, str]]:
    for draft in drafts:
        for block, embedded in draft.texts:
            yield draft.section, block, embedded


def _drafts(sections: list[Section], title: str, ruler: Ruler) -> list[_Draft]:
    """Return the sections that hold text, cut so that everything fits.

    Everything is measured for the whole page at once: a call of the tokenizer costs
    more than the tokens of a section.
    """
    sections = [s for s in sections if s.blocks]
    pieces = iter(_measured([b for s in sections for b in s.blocks], ruler))
    heads = _heads(title, [s.heading for s in sections], ruler)
    drafts = [
        _Draft(section, list(islice(pieces, len(section.blocks))), head, max(1, room))
        for section, (head, room) in zip(sections, heads, strict=True)
    ]
    todo = drafts
    while todo:
        for draft in todo:
            runs = list(_packed(draft.pieces, draft.room, ruler))
            words = ["\n".join(p.words for p in run) for run in runs]
            draft.texts = [
                (_joined(run), draft.head + text)
                for run, text in zip(runs, words, strict=True)
            ]
        todo = _too_long(todo, ruler)
    return drafts


def _too_long(drafts: list[_Draft], ruler: Ruler) -> list[_Draft]:
    """Return the sections with a text over the limit, and give them less room.

    Some tokenizers count a joined text higher than its parts.
    """
    excess = iter(ruler.excess([embedded for *_, embedded in _texts(drafts)]))
    found = []
    for draft in drafts:
        over = max(islice(excess, len(draft.texts)), default=0)
        if over > 0 and draft.room > 1:
            draft.room = max(1, draft.room - over)
            found.append(draft)
    return found


def _measured(blocks: Iterable[Block], ruler: Ruler) -> list[_Piece]:
    words = [(block, readable(block)) for block in blocks]
    sizes = ruler.sizes([text for _, text in words])
    return [_Piece(b, t, n) for (b, t), n in zip(words, sizes, strict=True)]


def _heads(
    title: str, headings: Sequence[tuple[str, ...]], ruler: Ruler
) -> list[tuple[str, int]]:
    """Return the breadcrumb "title > headings" of each, and the room that is left below.

    A breadcrumb takes at most half of the room.
    """
    trails = [_trail(title, heading) for heading in headings]
    crumbs = [" > ".join(trail) for trail in trails]
    whole, *rooms = ruler.rooms(["", *(f"{crumb}\n\n" for crumb in crumbs)])
    if whole < LEAST:
        raise ConfigError(
            f"RAG_CHUNK_TOKENS: {ruler.limit} leaves no room beside the model's prefix",
            hint=f"RAG_CHUNK_TOKENS={ruler.limit - whole + 4 * LEAST} or more",
        )
    for at, (trail, room) in enumerate(zip(trails, rooms, strict=True)):
        if room < whole // 2:
            crumbs[at] = _shortened(trail, whole // 2, ruler)
            rooms[at] = ruler.rooms([f"{crumbs[at]}\n\n"])[0]
    heads = [f"{crumb}\n\n" if crumb else "" for crumb in crumbs]
    return list(zip(heads, rooms, strict=True))


def _trail(title: str, heading: tuple[str, ...]) -> list[str]:
    """Return title and headings, without what only repeats the part above it."""
    parts = [part for part in (title, *heading) if part]
    return [part for above, part in pairwise(["", *parts]) if part != above]


def _shortened(trail: list[str], most: int, ruler: Ruler) -> str:
    """Return as much of a breadcrumb as fits, outer parts first to go."""
    inner = [" > ".join(trail[n:]) for n in range(1, len(trail))]
    for crumb, size in zip(inner, ruler.sizes(inner), strict=True):
        if size <= most:
            return crumb
    return ruler.cut(trail[-1], most)[0].rstrip()


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
            continue
        parts = list(_parted(piece.block))
        for part in [piece] if parts == [piece.block] else _measured(parts, ruler):
            if part.size <= room:
                yield part
            else:
                yield from _measured(_halved(part.block, room, ruler), ruler)


def _parted(block: Block) -> Iterator[Block]:
    """Take apart what is code and what is not, in an item that holds both."""
    done = 0
    for fence in _FENCE.finditer(block.text) if block.kind is not Kind.CODE else ():
        yield from _part(block, done, fence.start(), block.kind)
        yield from _part(block, fence.start(), fence.end(), Kind.CODE)
        done = fence.end()
    yield from _part(block, done, len(block.text), block.kind)


def _part(block: Block, start: int, end: int, kind: Kind) -> Iterator[Block]:
    """Yield a part of a block with its own lines, unless nothing is in it.

    Where a macro stands in the block, its lines are not those of the file: then a part
    has the lines of the whole.
    """
    held = block.text[start:end].lstrip("\n")
    text = held.rstrip()
    first, last = block.lines
    if block.text.count("\n") == last - first:
        first += block.text.count("\n", 0, end - len(held))
        last = first + text.count("\n")
    if text:
        yield Block(text, kind, (first, last))


def _halved(block: Block, room: int, ruler: Ruler) -> Iterator[Block]:
    """Cut a block that does not fit; a fence and a table's head stand on every part."""
    top, body, end = _frame(block)
    [frame] = ruler.sizes([top + end])
    if frame > room // 2:
        top, body, end, frame = "", block.text, "", 0
    best, *seams = _SEAMS.get(block.kind, (_LINES, _SENTENCES))
    units = _units(best.split(body), seams, room - frame, ruler)
    at = len(top)
    for text in _merged(units, room - frame):
        for part in _part(block, at, at + len(text), block.kind):
            yield replace(part, text=top + part.text + end)
        at += len(text)


def _frame(block: Block) -> tuple[str, str, str]:  # three parts of one text
    """Return what must stand before, within and after every part of a block."""
    lines = block.text.split("\n")
    if block.kind is Kind.CODE and (fence := _FENCE.match(block.text)):
        mark = fence["mark"]
        if len(lines) > 1 and lines[-1].strip(" \t>").startswith(mark):
            return lines[0] + "\n", "\n".join(lines[1:-1]), "\n" + lines[-1]
        indent = lines[0][: len(lines[0]) - len(lines[0].lstrip(" \t"))]
        return lines[0] + "\n", "\n".join(lines[1:]), f"\n{indent}{mark}"
    if block.kind is Kind.TABLE and len(lines) > 2:
        return "\n".join(lines[:2]) + "\n", "\n".join(lines[2:]), ""
    return "", block.text, ""


def _units(
    texts: Sequence[str],
    seams: Sequence[re.Pattern[str]],
    room: int,
    ruler: Ruler,
) -> Iterator[tuple[str, int]]:
    """Yield pieces with their size, cut at the best seams that make them fit *room*."""
    for text, size in zip(texts, ruler.sizes(texts), strict=True):
        if size <= room:
            yield text, size
        elif seams:
            yield from _units(seams[0].split(text), seams[1:], room, ruler)
        else:
            parts = ruler.cut(text, max(1, room))
            yield from zip(parts, ruler.sizes(parts), strict=True)


def _merged(units: Iterable[tuple[str, int]], room: int) -> Iterator[str]:
    """Join neighbouring pieces while they fit."""
    held, used = "", 0
    for unit, size in units:
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
    text = _tidy(run[0].block)
    for before, after in pairwise(run):
        text += _glue(before.block, after.block) + _tidy(after.block)
    lines = (run[0].block.lines[0], max(p.block.lines[1] for p in run))
    return Block(text, run[0].block.kind, lines)


def _tidy(block: Block) -> str:
    """Return the text of a block; where tags were, empty lines are left."""
    if block.kind is Kind.CODE:
        return block.text
    return _BLANKS.sub("\n\n", block.text)
