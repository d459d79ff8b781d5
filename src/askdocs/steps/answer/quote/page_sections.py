"""Put the chunks of pages together again as sections, each with its whole text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

from askdocs.domain.answer import Passage
from askdocs.steps.answer.markdown import ITEM, is_row
from askdocs.steps.answer.quote.markdown_blocks import MarkdownBlock, split_blocks

UNRANKED = 99
"""The rank of what no search found."""

_HEAD_LINES = 2  # of a table: names and rule


@dataclass(frozen=True)
class Section:
    """What stands under one heading of a page.

    Attributes:
        passage: Its whole text; with the id and the score of its best chunk, the address
            of its first, and the lines of all.
        rank: Of the best of its chunks among the passages that were found, from 0.
        page_rank: Of its page among theirs, from 0.
    """

    passage: Passage
    rank: int = UNRANKED
    page_rank: int = UNRANKED

    @cached_property
    def blocks(self) -> list[MarkdownBlock]:
        """Its text in blocks."""
        return split_blocks(self.passage.text)


def join_sections(chunks: Iterable[Passage], found: Sequence[Passage]) -> list[Section]:
    """Return the sections that chunks were cut from, by the rank of their pages.

    Chunks that follow each other under one heading are one section. A list that was
    cut goes on, and the head of a table that was cut stands once.

    Args:
        chunks: All of the pages that are read, in any order.
        found: What a search found, best first.
    """
    ranks = {passage.id: rank for rank, passage in enumerate(found)}
    pages = list(dict.fromkeys(passage.path for passage in found))
    page_ranks = {path: rank for rank, path in enumerate(pages)}

    def place(chunk: Passage) -> tuple[int, str, tuple[int, int]]:
        return page_ranks.get(chunk.path, UNRANKED), chunk.path, chunk.lines

    return [
        Section(
            _joined(section),
            min(ranks.get(chunk.id, UNRANKED) for chunk in section),
            page_ranks.get(section[0].path, UNRANKED),
        )
        for _, group in groupby(
            sorted(chunks, key=place), key=lambda chunk: (chunk.path, chunk.heading)
        )
        for section in [list(group)]
    ]


def _joined(chunks: list[Passage]) -> Passage:
    first, *others = chunks
    text = first.text.rstrip("\n")
    for chunk in others:
        text = _append(text, chunk.text.rstrip("\n"))
    best = max(chunks, key=lambda chunk: chunk.score)
    also = dict.fromkeys(a for chunk in chunks for a in (chunk.anchor, *chunk.also))
    return replace(
        first,
        id=best.id,
        text=text,
        lines=(first.lines[0], chunks[-1].lines[1]),
        score=best.score,
        also=tuple(a for a in also if a and a != first.anchor),
    )


def _append(text: str, following: str) -> str:
    """Return a text with the text of the next chunk, joined as it was in the page."""
    last = text.rsplit("\n", 1)[-1]
    first, *rest = following.split("\n")
    if is_row(first) and is_row(last) and first in text.split("\n"):
        return "\n".join([text, *rest[_HEAD_LINES - 1 :]])
    item = ITEM.match(first) and (ITEM.match(last) or last[:1].isspace())
    goes_on = first[:1].isspace() or item or (is_row(first) and is_row(last))
    return f"{text}\n{following}" if goes_on else f"{text}\n\n{following}"
