"""Quote the sentences of the passages that answer best, when no model answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import log, sqrt
from textwrap import dedent

from askdocs.domain.answer import Passage
from askdocs.steps.answer.markdown import (
    FENCE_BEGIN,
    ITEM,
    LEAD_IN,
    LINK_TARGET,
    is_row,
)
from askdocs.steps.answer.sentences import pieces
from askdocs.steps.answer.words import FUNCTION_WORDS, WORD

_MAX_GROUP_CHARS = 900  # about ten lines of a terminal
_MAX_GROUP_ITEMS = 6
_PASSAGE_PENALTY = 0.15  # what a passage loses for each one before it
_GROUP_PENALTY = 0.03  # what a group loses for each one before it in its passage
_SUMMARY_FACTOR = 0.6  # of what a page says of itself: "This page explains how ..."
_CONTINUATION_FACTOR = 0.7  # of what begins in the middle of a list
_HEADING_FACTOR = 0.5  # of a word in title or heading, against one in the group
_TARGET = re.compile(LINK_TARGET)
_SUFFIX = re.compile(r"(?<=\w{3})(?:ations?|ions?|ings?|ers?|ed|es|e|s)\Z")
_LEAD_IN_OR_HEADING = re.compile(rf"{LEAD_IN.pattern}|\A\s*#{{1,6}}\s")
_PADDING = re.compile(r"(?<=[ \t])[ \t]+|(?<=---)-+")


@dataclass(slots=True)
class _Group:
    """What is read together: a sentence with its code, a lead-in with its items.

    Attributes:
        passage: Its place, from 0.
        nth: Its place in the passage, from 0.
        continues_list: Whether the group before it is the beginning of the same list.
        text: In Markdown.
        items: How many items and table rows it has.
        numbered: Whether its first item is.
        ends_in_lead_in: Whether it ends with what leads to something.
        stems: What it says, without endings.
    """

    passage: int
    nth: int
    continues_list: bool = False
    text: str = ""
    items: int = 0
    numbered: bool = False
    ends_in_lead_in: bool = False
    stems: frozenset[str] = frozenset()

    def add(self, piece: str) -> None:
        """Let a piece be read with the others."""
        row = is_row(piece)
        table_head = row and "\n" in piece.strip()
        self.text += piece
        self.numbered = self.numbered or (not self.items and piece[:1].isdigit())
        self.items += bool(ITEM.match(piece)) or (row and not table_head)
        self.ends_in_lead_in = table_head or bool(_LEAD_IN_OR_HEADING.search(piece))

    @property
    def lead_in(self) -> str:
        """Its first line if that leads to the others; else ""."""
        first = self.text.partition("\n")[0]
        return first if _LEAD_IN_OR_HEADING.search(first) else ""

    def close(self, ignored: Collection[str]) -> _Group:
        """Let no more come; ignored words are none of its own."""
        self.text = dedent(self.text.strip("\n")).strip()
        self.stems = _stems(self.text, ignored)
        return self


def extract(
    question: str,
    passages: Sequence[Passage],
    *,
    product: str,
    limit: int = 3,
) -> list[tuple[str, int]]:
    """Return what answers best in the words of the docs, each with its passage's number.

    A sentence is worth the words that it shares with the question, rare ones more; those
    in the title and heading above it count half. Early passages, and early sentences in
    them, are worth more; what opens several passages alike, and what a page says of
    itself at its top, less. Code and table rows come with the sentence before them, a
    lead-in with what it leads to, and the items of a list together.

    Args:
        question: As asked.
        passages: Best first.
        product: Whose docs these are; its name stands everywhere and tells nothing.
        limit: How many are returned.

    Returns:
        (Markdown, number of the passage from 1), in the order of the passages, nothing
        twice; [] if nothing shares a word with the question.
    """
    ignored = FUNCTION_WORDS.union(WORD.findall(product.casefold()))
    groups = [
        group.close(ignored)
        for n, passage in enumerate(passages)
        for group in _groups(pieces(passage.text), n)
    ]
    question_stems = _stems(question, ignored)
    heading_stems = [question_stems & _stems(p.trail, ignored) for p in passages]
    at_top = [not p.heading for p in passages]
    scores = _scores(question_stems, groups, heading_stems, at_top)
    best = sorted(range(len(groups)), key=lambda i: -scores[i])
    chosen: list[_Group] = []
    for group in (groups[i] for i in best if scores[i]):
        if len(chosen) < limit and all(g.stems != group.stems for g in chosen):
            chosen.append(group)
    chosen.sort(key=lambda g: (g.passage, g.nth))
    return [(g.text, g.passage + 1) for g in chosen]


def _stems(text: str, ignored: Collection[str]) -> frozenset[str]:
    """Return the words of a text that tell something, without their endings."""
    words = WORD.findall(_TARGET.sub("]", text).casefold())
    return frozenset(_SUFFIX.sub("", w) for w in words if w not in ignored)


def _scores(
    question_stems: frozenset[str],
    groups: Sequence[_Group],
    heading_stems: Sequence[frozenset[str]],
    at_top: Sequence[bool],
) -> list[float]:
    """Return what each group is worth as an answer; 0 if it shares no word."""
    group_counts = Counter(w for g in groups for w in question_stems & g.stems)
    rarity = {w: log(1 + len(groups) / (1 + group_counts[w])) for w in question_stems}
    lead_in_counts = Counter(g.lead_in for g in groups)
    scores = []
    for group in groups:
        shared = question_stems & group.stems
        score = sum(rarity[w] for w in shared)
        above = heading_stems[group.passage] - shared
        score += _HEADING_FACTOR * sum(rarity[w] for w in above)
        score /= lead_in_counts[group.lead_in] if group.lead_in else 1
        scores.append(score * _prior(group, at_top=at_top[group.passage]))
    return scores


def _prior(group: _Group, *, at_top: bool) -> float:
    """Return how well a group answers by its form and place alone, up to 1."""
    form = sqrt(1 + len(group.stems) / 60)
    place = (1 + _PASSAGE_PENALTY * group.passage) * (1 + _GROUP_PENALTY * group.nth)
    summary = _SUMMARY_FACTOR if at_top and group.nth == 0 else 1
    continuation = _CONTINUATION_FACTOR if group.continues_list else 1
    return summary * continuation / (form * place)


def _groups(pieces: Sequence[str], passage: int) -> list[_Group]:
    """Return the pieces of a passage, put together as they are read."""
    groups: list[_Group] = []
    mid_line, table_head = False, ""
    for raw in pieces:
        piece = _PADDING.sub("", raw) if is_row(raw) else raw
        if not (groups and _belongs_to(piece, groups[-1], mid_line=mid_line)):
            continues_list = bool(groups) and _same_list(piece, groups[-1])
            groups.append(_Group(passage, len(groups), continues_list))
            if table_head and is_row(piece):
                groups[-1].add(table_head)
        groups[-1].add(piece)
        table_head = (table_head or piece) if is_row(piece) else ""
        mid_line = not piece.endswith("\n")
    return [g for g in groups if not g.ends_in_lead_in or g.items > 1]


def _same_list(piece: str, last: _Group) -> bool:
    """Return whether an item goes on with a list: steps do not go on with bullets."""
    same_kind = piece[:1].isdigit() == last.numbered or piece[:1].isspace()
    return bool(last.items) and bool(ITEM.match(piece)) and same_kind


def _belongs_to(piece: str, last: _Group, *, mid_line: bool) -> bool:
    """Return whether a piece is read with what stands before it."""
    if last.ends_in_lead_in or FENCE_BEGIN.match(piece):
        return True
    has_room = (
        len(last.text) + len(piece) <= _MAX_GROUP_CHARS
        and last.items < _MAX_GROUP_ITEMS
    )
    if is_row(piece):
        return has_room
    if ITEM.match(piece):
        return has_room and _same_list(piece, last)
    return last.items > 0 and (mid_line or (has_room and piece[:1].isspace()))
