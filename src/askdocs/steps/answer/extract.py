"""A question and passages become the sentences that answer best, when no model does."""

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

_MOST_CHARS = 900  # of a group; about ten lines of a terminal
_MOST_ITEMS = 6
_FAR = 0.15  # what a passage loses for each one before it
_LATE = 0.03  # what a group loses for each one before it in its passage
_SUMMARY = 0.6  # of what a page says of itself at its top: "This page explains how ..."
_GOES_ON = 0.7  # of what begins in the middle of a list
_ABOVE = 0.5  # of a word in the title or heading, against one in the group itself
_TARGET = re.compile(LINK_TARGET)
_ENDING = re.compile(r"(?<=\w{3})(?:ations?|ions?|ings?|ers?|ed|es|e|s)\Z")
_LEAD = re.compile(rf"{LEAD_IN.pattern}|\A\s*#{{1,6}}\s")
_PADDING = re.compile(r"(?<=[ \t])[ \t]+|(?<=---)-+")


@dataclass(slots=True)
class _Group:
    """What is read together: a sentence with its code, a lead-in with its items.

    Attributes:
        passage: Its place, from 0.
        nth: Its place in the passage, from 0.
        goes_on: Whether the group before it is the beginning of the same list.
        text: In Markdown.
        items: How many items and table rows it has.
        numbered: Whether its first item is.
        leads: Whether it ends with what leads to something.
        words: What it says, without endings.
    """

    passage: int
    nth: int
    goes_on: bool = False
    text: str = ""
    items: int = 0
    numbered: bool = False
    leads: bool = False
    words: frozenset[str] = frozenset()

    def add(self, piece: str) -> None:
        """Let a piece be read with the others."""
        row = is_row(piece)
        table_head = row and "\n" in piece.strip()
        self.text += piece
        self.numbered = self.numbered or (not self.items and piece[:1].isdigit())
        self.items += bool(ITEM.match(piece)) or (row and not table_head)
        self.leads = table_head or bool(_LEAD.search(piece))

    @property
    def lead(self) -> str:
        """Its first line if that leads to the others; else ""."""
        first = self.text.partition("\n")[0]
        return first if _LEAD.search(first) else ""

    def close(self, ignored: Collection[str]) -> _Group:
        """Let no more come; ignored words are none of its own."""
        self.text = dedent(self.text.strip("\n")).strip()
        self.words = _words(self.text, ignored)
        return self


def extract(
    question: str,
    passages: Sequence[Passage],
    *,
    product: str,
    most: int = 3,
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
        most: How many are returned.

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
    asked = _words(question, ignored)
    above = [asked & _words(p.trail, ignored) for p in passages]
    tops = [not p.heading for p in passages]
    worth = _worth(asked, groups, above, tops)
    best = sorted(range(len(groups)), key=lambda i: -worth[i])
    chosen: list[_Group] = []
    for group in (groups[i] for i in best if worth[i]):
        if len(chosen) < most and all(g.words != group.words for g in chosen):
            chosen.append(group)
    chosen.sort(key=lambda g: (g.passage, g.nth))
    return [(g.text, g.passage + 1) for g in chosen]


def _words(text: str, ignored: Collection[str]) -> frozenset[str]:
    """Return the words of a text that tell something, without their endings."""
    told = WORD.findall(_TARGET.sub("]", text).casefold())
    return frozenset(_ENDING.sub("", w) for w in told if w not in ignored)


def _worth(
    asked: frozenset[str],
    groups: Sequence[_Group],
    above: Sequence[frozenset[str]],
    tops: Sequence[bool],
) -> list[float]:
    """Return what each group is worth as an answer; 0 if it shares no word."""
    held = Counter(w for g in groups for w in asked & g.words)
    rarity = {w: log(1 + len(groups) / (1 + held[w])) for w in asked}
    leads = Counter(g.lead for g in groups)
    found = []
    for group in groups:
        own = asked & group.words
        told = sum(rarity[w] for w in own)
        told += _ABOVE * sum(rarity[w] for w in above[group.passage] - own)
        told /= leads[group.lead] if group.lead else 1
        found.append(told * _likely(group, top=tops[group.passage]))
    return found


def _likely(group: _Group, *, top: bool) -> float:
    """Return how well a group answers by its form and place alone, up to 1."""
    form = sqrt(1 + len(group.words) / 60)
    place = (1 + _FAR * group.passage) * (1 + _LATE * group.nth)
    summary = _SUMMARY if top and group.nth == 0 else 1
    return summary * (_GOES_ON if group.goes_on else 1) / (form * place)


def _groups(pieces: Sequence[str], passage: int) -> list[_Group]:
    """Return the pieces of a passage, put together as they are read."""
    groups: list[_Group] = []
    inside, head = False, ""
    for raw in pieces:
        piece = _PADDING.sub("", raw) if is_row(raw) else raw
        if not (groups and _joins(piece, groups[-1], inside=inside)):
            goes_on = bool(groups) and _same_list(piece, groups[-1])
            groups.append(_Group(passage, len(groups), goes_on))
            if head and is_row(piece):
                groups[-1].add(head)
        groups[-1].add(piece)
        head = (head or piece) if is_row(piece) else ""
        inside = not piece.endswith("\n")
    return [g for g in groups if not g.leads or g.items > 1]


def _same_list(piece: str, last: _Group) -> bool:
    """Return whether an item goes on with a list: steps do not go on with bullets."""
    numbered = piece[:1].isdigit() == last.numbered or piece[:1].isspace()
    return bool(last.items) and bool(ITEM.match(piece)) and numbered


def _joins(piece: str, last: _Group, *, inside: bool) -> bool:
    """Return whether a piece is read with what stands before it."""
    if last.leads or FENCE_BEGIN.match(piece):
        return True
    room = len(last.text) + len(piece) <= _MOST_CHARS and last.items < _MOST_ITEMS
    if is_row(piece):
        return room
    if ITEM.match(piece):
        return room and _same_list(piece, last)
    return last.items > 0 and (inside or (room and piece[:1].isspace()))
