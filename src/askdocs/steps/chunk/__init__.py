"""A Page becomes chunks that fit the embedder, each under the heading it stands under.

What is embedded is a breadcrumb (title > headings) and the text without link targets;
what is shown is the text as it is. Nothing is cut off: what does not fit is cut in two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise
from typing import Any

from askdocs.domain.errors import ConfigError
from askdocs.domain.text import Block, Chunk, Kind, Page, Section
from askdocs.steps.chunk.fit import packed
from askdocs.steps.chunk.measure import BLANKS, Piece, Ruler, measured, readable

__all__ = ["LEAST", "VERSION", "Ruler", "cut_page", "readable"]

VERSION = 1
"""Of the chunking rules; another version is another index."""

LEAST = 16
"""Tokens that must be left for a passage beside the embedder's prefix."""


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
    pieces: list[Piece]
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
    pieces = iter(measured([b for s in sections for b in s.blocks], ruler))
    heads = _heads(title, [s.heading for s in sections], ruler)
    drafts = [
        _Draft(section, list(islice(pieces, len(section.blocks))), head, max(1, room))
        for section, (head, room) in zip(sections, heads, strict=True)
    ]
    todo = drafts
    while todo:
        for draft in todo:
            runs = list(packed(draft.pieces, draft.room, ruler))
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


def _glue(before: Block, after: Block) -> str:
    return "\n" if before.kind is after.kind is Kind.ITEM else "\n\n"


def _joined(run: list[Piece]) -> Block:
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
    return BLANKS.sub("\n\n", block.text)
