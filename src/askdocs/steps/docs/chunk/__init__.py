"""Cut a page into chunks that fit the embedder, each under the heading it stands under.

What is embedded is a breadcrumb (words of the folders > title > headings) and the text
without link targets; what is shown is the text as it is. Nothing is cut off: what does
not fit is cut in two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise
from typing import Any

from askdocs.domain.text import Block, Chunk, Kind, Page, Section
from askdocs.steps.docs.chunk.block_splitter import pack_blocks
from askdocs.steps.docs.chunk.breadcrumb import (
    MIN_TEXT_TOKENS,
    breadcrumbs,
    page_fields,
)
from askdocs.steps.docs.chunk.ruler import (
    BLANKS,
    Piece,
    Ruler,
    measure_blocks,
    readable,
)
from askdocs.steps.docs.chunk.section_groups import (
    Group,
    heading_block,
    join_sections,
    sections_with_text,
)

__all__ = ["MIN_TEXT_TOKENS", "VERSION", "Ruler", "cut_page", "readable"]

VERSION = 3
"""Of the chunking rules; another version is another index."""


@dataclass(slots=True)
class _ChunkText:
    """A section, or some tiny ones together, on the way to chunks.

    Attributes:
        part: What is to be cut.
        room: How many tokens of text are put below its head.
        texts: The chunks to be, with what the embedder reads of each.
    """

    group: Group
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
    chunk_texts = _chunk_texts(page, ruler)
    fields = page_fields(page, [text for _, _, text in _flattened(chunk_texts)])
    shared = {
        **payload,
        "page_chunks": sum(len(chunk_text.texts) for chunk_text in chunk_texts),
    }
    seen: Counter[tuple[tuple[str, ...], str]] = Counter()
    chunks: list[Chunk] = []
    for group, block, embedded in _flattened(chunk_texts):
        section = group.section
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
                also=group.also,
                fields={} if chunks else fields,
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


def _flattened(chunk_texts: Iterable[_ChunkText]) -> Iterator[tuple[Group, Block, str]]:
    for chunk_text in chunk_texts:
        for block, embedded in chunk_text.texts:
            yield chunk_text.group, block, embedded


def _chunk_texts(page: Page, ruler: Ruler) -> list[_ChunkText]:
    """Return the sections that hold text, cut so that everything fits."""
    groups = join_sections(_groups(page, ruler), page.kind)
    chunk_texts = [_ChunkText(group, group.room) for group in groups]
    pending = chunk_texts
    while pending:
        for chunk_text in pending:
            runs = list(pack_blocks(chunk_text.group.pieces, chunk_text.room, ruler))
            words = ["\n".join(p.words for p in run) for run in runs]
            chunk_text.texts = [
                (_merged_block(run), chunk_text.group.head + text)
                for run, text in zip(runs, words, strict=True)
            ]
        pending = _reduce_rooms(pending, ruler)
    return chunk_texts


def _groups(page: Page, ruler: Ruler) -> list[Group]:
    """Return the sections that hold text, measured.

    Everything is measured for the whole page at once: a call of the tokenizer costs
    more than the tokens of a section.
    """
    sections = sections_with_text(_with_lead(page))
    titles = [heading_block(section) for section in sections]
    blocks = [block for section in sections for block in section.blocks]
    pieces = iter(measure_blocks([*titles, *blocks], ruler))
    named = list(islice(pieces, len(sections)))
    above = breadcrumbs(page, [s.heading for s in sections], ruler)
    return [
        Group(
            section,
            list(islice(pieces, len(section.blocks))),
            title,
            head,
            max(1, room),
        )
        for section, title, (head, room) in zip(sections, named, above, strict=True)
    ]


def _reduce_rooms(chunk_texts: list[_ChunkText], ruler: Ruler) -> list[_ChunkText]:
    """Return the sections with a text over the limit, and give them less room.

    Some tokenizers count a joined text higher than its parts.
    """
    excess = iter(ruler.excess([embedded for *_, embedded in _flattened(chunk_texts)]))
    reduced = []
    for chunk_text in chunk_texts:
        over = max(islice(excess, len(chunk_text.texts)), default=0)
        if over > 0 and chunk_text.room > 1:
            chunk_text.room = max(1, chunk_text.room - over)
            reduced.append(chunk_text)
    return reduced


def _separator(before: Block, after: Block) -> str:
    return "\n" if before.kind is after.kind is Kind.ITEM else "\n\n"


def _merged_block(run: list[Piece]) -> Block:
    """Return the blocks of a run as one."""
    text = _without_blank_runs(run[0].block)
    for before, after in pairwise(run):
        text += _separator(before.block, after.block) + _without_blank_runs(after.block)
    lines = (run[0].block.lines[0], max(p.block.lines[1] for p in run))
    return Block(text, run[0].block.kind, lines)


def _without_blank_runs(block: Block) -> str:
    """Return the text of a block; where tags were, empty lines are left."""
    if block.kind is Kind.CODE:
        return block.text
    return BLANKS.sub("\n\n", block.text)
