"""Join the tiny sections of a page to their neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from askdocs.domain.text import Block, Kind, PageKind, Section
from askdocs.steps.docs.chunk.ruler import Piece

TINY_SECTION_TOKENS = 32
"""Tokens of text below which a section says too little to be found or cited alone.

240 sections of the Scaleway docs are that short; most lead to the ones below them.
"""


@dataclass(frozen=True, slots=True)
class Group:
    """A section, its blocks measured, and what stands above them.

    Attributes:
        section: The section.
        pieces: Its blocks.
        title: Its heading as a piece, for the case that it is joined to another.
        head: The breadcrumb.
        room: Tokens of text that fit below the head.
        also: Fragments of the sections that were joined to it.
    """

    section: Section
    pieces: list[Piece]
    title: Piece
    head: str
    room: int
    also: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Tokens of its text."""
        return sum(piece.size for piece in self.pieces)

    def with_next(self, other: Group) -> Group:
        """Return this group with another below it, under its heading."""
        pieces = [*self.pieces, other.title, *other.pieces]
        also = (*self.also, other.section.anchor, *other.also)
        return replace(self, pieces=pieces, also=also)


def sections_with_text(sections: Sequence[Section]) -> list[Section]:
    """Return the sections with text, and no heading lost that has none.

    Such a heading stands in the trails below it. Where the next one is of its level, as
    when a macro brings a heading of its own, it is put into the trail of that one; at
    the end it becomes a line of the text before it.
    """
    filled: list[Section] = []
    bare: list[Section] = []
    for section, after in zip_longest(sections, sections[1:]):
        depth = len(section.heading)
        if section.blocks:
            filled.append(_with_bare_headings(bare, section))
            bare = []
        elif filled and section.line <= filled[-1].blocks[-1].lines[1]:
            continue  # a heading within an item or a quote stands in the text of that
        elif depth and not (after and after.heading[:depth] == section.heading):
            bare.append(section)
            if filled and not (after and after.heading[:-1] == section.heading[:-1]):
                lines = tuple(heading_block(each) for each in bare)
                filled[-1] = replace(filled[-1], blocks=(*filled[-1].blocks, *lines))
                bare = []
    return filled


def _with_bare_headings(bare: Sequence[Section], section: Section) -> Section:
    """Return a section with headings that have no text in its trail."""
    names = [each.heading[-1] for each in bare]
    return replace(
        section, heading=(*section.heading[:-1], *names, *section.heading[-1:])
    )


def heading_block(section: Section) -> Block:
    """Return a heading as it is shown when its section is joined to another."""
    marks = "#" * min(len(section.heading) + 1, 6)
    name = section.heading[-1] if section.heading else ""
    return Block(f"{marks} {name}", Kind.PROSE, (section.line, section.line))


def join_sections(groups: Sequence[Group], kind: PageKind) -> list[Group]:
    """Join sections that are too small to be joined or cited alone.

    A tiny one is joined to the one after it, or before it if nothing follows: only to a
    neighbour under the same heading, or to the first below it. On a page of questions,
    what stands under one question is joined instead; a list of concepts stays as it is.
    In any case both must fit in one chunk.
    """
    belongs = _JOIN_RULES.get(kind, _is_tiny)
    joined: list[Group] = []
    for group, after in zip_longest(groups, groups[1:]):
        if joined and belongs(joined[-1], group, after):
            joined[-1] = joined[-1].with_next(group)
        else:
            joined.append(group)
    return joined


def _keep_apart(_before: Group, _part: Group, _after: Group | None) -> bool:
    """Whether to join two entries of a list of concepts."""
    return False


def _is_same_question(before: Group, group: Group, _after: Group | None) -> bool:
    """Whether two sections answer one question."""
    question = _question(group.section.heading)
    same = bool(question) and question == _question(before.section.heading)
    return same and _fit_in_one_chunk(before, group)


def _question(heading: tuple[str, ...]) -> tuple[str, ...]:
    """Return a trail of headings down to the innermost question; () without one."""
    ends = [n for n, name in enumerate(heading, start=1) if name.endswith("?")]
    return heading[: ends[-1]] if ends else ()


def _is_tiny(before: Group, group: Group, after: Group | None) -> bool:
    """Whether a section is to be joined to the one before it."""
    last = group.size < TINY_SECTION_TOKENS and not (
        after and _are_neighbours(group, after)
    )
    return (before.size < TINY_SECTION_TOKENS or last) and _are_neighbours(
        before, group
    )


def _are_neighbours(first: Group, then: Group) -> bool:
    """Whether two neighbours stand under one heading, and fit in one chunk."""
    above = first.section.heading[:-1]
    same = then.section.heading[: len(above)] == above
    return bool(first.section.heading) and same and _fit_in_one_chunk(first, then)


def _fit_in_one_chunk(first: Group, then: Group) -> bool:
    return first.size + then.title.size + then.size <= first.room


_JOIN_RULES = {PageKind.CONCEPTS: _keep_apart, PageKind.FAQ: _is_same_question}
