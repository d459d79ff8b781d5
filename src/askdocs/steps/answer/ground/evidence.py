"""Choose the sentences of the passages that support one of a reply."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from askdocs.domain.answer import Passage
from askdocs.steps.answer.ground.content_words import content_stems, stem, words
from askdocs.steps.answer.ground.literals import (
    Number,
    code_lines,
    contains_name,
    links,
    names_in,
    numbers,
    with_digits,
)
from askdocs.steps.answer.markdown import LINK_TARGET
from askdocs.steps.answer.sentences import units

MIN_TOPIC_SHARE = 0.4
"""Share of its words with which a unit of a passage is about what a sentence is."""

_MARKUP = re.compile(rf"!?\[([^\[\]]*){LINK_TARGET}|[*_`>#\\|]+")


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, item, row or line of a passage.

    Attributes:
        passage: The passage it stands in, counted from 1.
        text: As it stands there.
        stems: Of its words.
        heading_stems: Of the words of the page's title and headings.
        numbers: Those in its text.
        heading_numbers: Those in the title and headings.
    """

    passage: int
    text: str
    stems: frozenset[str]
    heading_stems: frozenset[str]
    numbers: frozenset[Number]
    heading_numbers: frozenset[Number]


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
        lines = code_lines(text)
        stems = {s for s in content_stems(with_digits(text)) if not s.isdigit()}
        return cls(
            text=text,
            stems=frozenset(stems.difference(known)),
            links=tuple(links(text)),
            names=tuple(names_in(text)),
            steps=tuple(pair for line in lines for pair in pairwise(line) if all(pair)),
            numbers=tuple(numbers(text)),
        )


def units_of(passages: Iterable[Passage]) -> Iterator[Unit]:
    """Yield what can support a sentence, in the order of the passages."""
    for number, passage in enumerate(passages, start=1):
        heading_stems = frozenset(stem(word) for word in words(passage.trail))
        heading_numbers = frozenset(numbers(passage.trail))
        for text in units(passage.text):
            stems = frozenset(stem(word) for word in words(with_digits(text)))
            own = frozenset(numbers(text))
            yield Unit(number, text, stems, heading_stems, own, heading_numbers)


def support(claim: Claim, units: Sequence[Unit], cited: Collection[int]) -> list[Unit]:
    """Return the units that say most of a claim, best first, and those with its literals.

    A unit that only has a literal of it counts if the best one has nothing in its place:
    "up to 10 jobs" is not supported by "up to 25 jobs" and a 10 elsewhere.
    """
    if not units or not claim.stems:
        return []
    best = max(units, key=lambda unit: _relevance(unit, claim, claim.stems, cited))
    missing_stems = claim.stems - best.stems - best.heading_stems
    second = max(
        units, key=lambda unit: _relevance(unit, claim, missing_stems, {best.passage})
    )
    chosen = [best]
    if len(missing_stems & second.stems) >= max(2, len(claim.stems) // 4):
        chosen.append(second)
    for unit in units:
        about = len(claim.stems & unit.stems) >= MIN_TOPIC_SHARE * len(claim.stems)
        if about and unit not in chosen and _adds_literal(claim, unit, chosen):
            chosen.append(unit)
    return chosen


def coverage(claim: Claim, chosen: Sequence[Unit]) -> float:
    """Return the share of the words of a claim that its support has."""
    if not claim.stems:
        return 1.0
    support_stems = frozenset[str]().union(
        *(unit.stems | unit.heading_stems for unit in chosen)
    )
    return len(claim.stems & support_stems) / len(claim.stems)


def missing_literals(
    claim: Claim, chosen: Sequence[Unit], pages: Collection[str]
) -> list[str]:
    """Return the literals of a claim that no chosen unit has, as text.

    Args:
        claim: A sentence.
        chosen: Its support.
        pages: Addresses that may stand anywhere: those of the passages themselves.
    """
    literals = missing_links(claim, chosen, pages) + missing_names(claim, chosen)
    return literals + [str(number) for number in missing_numbers(claim, chosen)]


def missing_links(
    claim: Claim, chosen: Sequence[Unit], pages: Collection[str]
) -> list[str]:
    """Return the addresses of a claim that no chosen unit has."""
    support_links = {link for unit in chosen for link in links(unit.text)}
    allowed = support_links.union(pages)
    return [link for link in claim.links if link not in allowed]


def missing_names(claim: Claim, chosen: Sequence[Unit]) -> list[str]:
    """Return the names of a claim that no chosen unit has."""
    return [n for n in claim.names if not any(contains_name(u.text, n) for u in chosen)]


def missing_numbers(claim: Claim, chosen: Sequence[Unit]) -> list[Number]:
    """Return the numbers of a claim that no chosen unit has."""
    support_numbers = frozenset[Number]().union(
        *(u.numbers | u.heading_numbers for u in chosen)
    )
    return [number for number in claim.numbers if not number.stands_in(support_numbers)]


def plain(text: str) -> str:
    """Return a text without its markup, in one line."""
    return " ".join(_MARKUP.sub(r"\1", text).split()).strip(" .:;,!?")


def _relevance(
    unit: Unit, claim: Claim, stems: frozenset[str], near: Collection[int]
) -> tuple[float, float]:
    """Return how much of some words a unit says; then which is the shorter way to say it."""
    own = len(stems & unit.stems)
    from_heading = len((stems & unit.heading_stems) - unit.stems)
    shared_numbers = sum(n.stands_in(unit.numbers) for n in claim.numbers)
    relevance = own + from_heading / 4 + (unit.passage in near) / 4 + shared_numbers / 8
    return relevance, -len(unit.stems)


def _adds_literal(claim: Claim, unit: Unit, chosen: Sequence[Unit]) -> bool:
    """Whether a unit has a literal that a claim needs and nothing stands in for."""
    best = chosen[0]
    needed_links = set(missing_links(claim, chosen, ()))
    has_link = needed_links.intersection(links(unit.text))
    if has_link and set(links(best.text)) <= {*claim.links}:
        return True
    names = missing_names(claim, chosen)
    has_name = any(contains_name(unit.text, n) for n in names)
    if has_name and not _other_names(claim, best):
        return True
    needed = (n for n in missing_numbers(claim, chosen) if n.stands_in(unit.numbers))
    return any(not _has_rival_number(number, claim, best) for number in needed)


def _other_names(claim: Claim, best: Unit) -> bool:
    """Whether the best unit has a name in code that a claim has not."""
    return any(not contains_name(claim.text, name) for name in names_in(best.text))


def _has_rival_number(number: Number, claim: Claim, best: Unit) -> bool:
    """Whether the best unit has a number of the same unit that a claim has not."""
    claim_numbers = frozenset(claim.numbers)
    rivals = (n for n in best.numbers if n.unit == number.unit)
    return any(not n.stands_in(claim_numbers) for n in rivals)
