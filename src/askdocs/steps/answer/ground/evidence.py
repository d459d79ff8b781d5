"""Passages become the sentences that can support one of a reply, and the best of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from askdocs.domain.answer import Passage
from askdocs.steps.answer.ground.content_words import content, stem, words
from askdocs.steps.answer.ground.literals import (
    Number,
    code,
    holds,
    in_digits,
    links,
    named,
    numbers,
)
from askdocs.steps.answer.markdown import LINK_TARGET
from askdocs.steps.answer.sentences import units

ABOUT = 0.4
"""Share of its words with which a unit of a passage is about what a sentence is."""

_MARKUP = re.compile(rf"!?\[([^\[\]]*){LINK_TARGET}|[*_`>#\\|]+")


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, item, row or line of a passage.

    Attributes:
        passage: The passage it stands in, counted from 1.
        text: As it stands there.
        stems: Of its words.
        around: Of the words of the page's title and headings.
        numbers: Those in its text.
        given: Those in the title and headings.
    """

    passage: int
    text: str
    stems: frozenset[str]
    around: frozenset[str]
    numbers: frozenset[Number]
    given: frozenset[Number]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sentence says, taken apart.

    Attributes:
        text: Without bullet and marks.
        stems: Of its words with content, numbers left out.
        links: Its addresses and the targets of its links.
        names: Its commands, flags, paths and names in code.
        steps: Words of its code that follow each other.
        numbers: Its numbers outside of names.
    """

    text: str
    stems: frozenset[str]
    links: tuple[str, ...]
    names: tuple[str, ...]
    steps: tuple[tuple[str, str], ...]
    numbers: tuple[Number, ...]

    @property
    def empty(self) -> bool:
        """Whether it says nothing that could be found anywhere ("You can do that.")."""
        return not (self.stems or self.links or self.names or self.numbers)

    @classmethod
    def of(cls, text: str, known: Collection[str]) -> Claim:
        """Take a sentence apart; words that are known need no source."""
        lines = code(text)
        stems = {s for s in content(in_digits(text)) if not s.isdigit()}
        return cls(
            text=text,
            stems=frozenset(stems.difference(known)),
            links=tuple(links(text)),
            names=tuple(named(text)),
            steps=tuple(pair for line in lines for pair in pairwise(line) if all(pair)),
            numbers=tuple(numbers(text)),
        )


def units_of(passages: Iterable[Passage]) -> Iterator[Unit]:
    """Yield what can support a sentence, in the order of the passages."""
    for number, passage in enumerate(passages, start=1):
        around = frozenset(stem(word) for word in words(passage.trail))
        given = frozenset(numbers(passage.trail))
        for text in units(passage.text):
            stems = frozenset(stem(word) for word in words(in_digits(text)))
            own = frozenset(numbers(text))
            yield Unit(number, text, stems, around, own, given)


def support(claim: Claim, found: Sequence[Unit], cited: Collection[int]) -> list[Unit]:
    """Return the units that say most of a claim, best first, and those with its literals.

    A unit that only has a literal of it counts if the best one has nothing in its place:
    "up to 10 jobs" is not supported by "up to 25 jobs" and a 10 elsewhere.
    """
    if not found or not claim.stems:
        return []
    best = max(found, key=lambda unit: _said(unit, claim, claim.stems, cited))
    rest = claim.stems - best.stems - best.around
    second = max(found, key=lambda unit: _said(unit, claim, rest, {best.passage}))
    chosen = [best]
    if len(rest & second.stems) >= max(2, len(claim.stems) // 4):
        chosen.append(second)
    for unit in found:
        about = len(claim.stems & unit.stems) >= ABOUT * len(claim.stems)
        if about and unit not in chosen and _adds(claim, unit, chosen):
            chosen.append(unit)
    return chosen


def covered(claim: Claim, chosen: Sequence[Unit]) -> float:
    """Return the share of the words of a claim that its support has."""
    if not claim.stems:
        return 1.0
    there = frozenset[str]().union(*(unit.stems | unit.around for unit in chosen))
    return len(claim.stems & there) / len(claim.stems)


def missing(claim: Claim, chosen: Sequence[Unit], pages: Collection[str]) -> list[str]:
    """Return the literals of a claim that no chosen unit has, as text.

    Args:
        claim: A sentence.
        chosen: Its support.
        pages: Addresses that may stand anywhere: those of the passages themselves.
    """
    found = missing_links(claim, chosen, pages) + missing_names(claim, chosen)
    return found + [str(number) for number in missing_numbers(claim, chosen)]


def missing_links(
    claim: Claim, chosen: Sequence[Unit], pages: Collection[str]
) -> list[str]:
    """Return the addresses of a claim that no chosen unit has."""
    there = {link for unit in chosen for link in links(unit.text)}
    return [link for link in claim.links if link not in there and link not in pages]


def missing_names(claim: Claim, chosen: Sequence[Unit]) -> list[str]:
    """Return the names of a claim that no chosen unit has."""
    return [n for n in claim.names if not any(holds(u.text, n) for u in chosen)]


def missing_numbers(claim: Claim, chosen: Sequence[Unit]) -> list[Number]:
    """Return the numbers of a claim that no chosen unit has."""
    there = frozenset[Number]().union(*(u.numbers | u.given for u in chosen))
    return [number for number in claim.numbers if not number.stands_in(there)]


def plain(text: str) -> str:
    """Return a text without its markup, in one line."""
    return " ".join(_MARKUP.sub(r"\1", text).split()).strip(" .:;,!?")


def _said(
    unit: Unit, claim: Claim, stems: frozenset[str], near: Collection[int]
) -> tuple[float, float]:
    """Return how much of some words a unit says; then which is the shorter way to say it."""
    own, around = len(stems & unit.stems), len((stems & unit.around) - unit.stems)
    literal = sum(n.stands_in(unit.numbers) for n in claim.numbers)
    said = own + around / 4 + (unit.passage in near) / 4 + literal / 8
    return said, -len(unit.stems)


def _adds(claim: Claim, unit: Unit, chosen: Sequence[Unit]) -> bool:
    """Whether a unit has a literal that a claim needs and nothing stands in for."""
    best = chosen[0]
    gone = set(missing_links(claim, chosen, ()))
    if gone.intersection(links(unit.text)) and set(links(best.text)) <= {*claim.links}:
        return True
    names = missing_names(claim, chosen)
    if any(holds(unit.text, n) for n in names) and not _other_names(claim, best):
        return True
    needed = (n for n in missing_numbers(claim, chosen) if n.stands_in(unit.numbers))
    return any(not _rivals(number, claim, best) for number in needed)


def _other_names(claim: Claim, best: Unit) -> bool:
    """Whether the best unit has a name in code that a claim has not."""
    return any(not holds(claim.text, name) for name in named(best.text))


def _rivals(number: Number, claim: Claim, best: Unit) -> bool:
    """Whether the best unit has a number of the same unit that a claim has not."""
    ours = frozenset(claim.numbers)
    same = (n for n in best.numbers if n.unit == number.unit)
    return any(not n.stands_in(ours) for n in same)
