"""Align the words of a sentence with those of the source sentences that say them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, pairwise

from askdocs.steps.answer.ground.content_words import WORD, is_content_word, stem
from askdocs.steps.answer.ground.quantities import Quantity, quantities

MAX_WORDS = 120
"""More words of one sentence are not looked at: none that is true is so long."""

_MAX_PAIRED = 40
_NEIGHBOUR_BONUS = 0.03
_MIN_GAIN = 0.12
"""Share of a sentence that a second source must add to count."""

_NEAR = 0.75
"""What a word counts whose beginning is that of another ("configure", "configuration")."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text, word by word.

    Attributes:
        text: As it was given.
        spans: Where each word begins and ends.
        stems: Of each word.
        content: The places of words with content that are no numbers.
        weights: What each of those counts, in the same order: long words and names more.
        quantities: The amounts.
        known: All stems.
        prefixes: The first five letters of the stems that have as many.
        short: The first four letters of the stems of four or five.
        fours: The first four letters of the stems that have as many.
    """

    text: str
    spans: tuple[tuple[int, int], ...]
    stems: tuple[str, ...]
    content: tuple[int, ...]
    weights: tuple[float, ...]
    quantities: tuple[Quantity, ...]
    known: frozenset[str]
    prefixes: frozenset[str]
    short: frozenset[str]
    fours: frozenset[str]

    @classmethod
    def of(cls, text: str, limit: int | None = MAX_WORDS) -> Words:
        """Take a text apart, or as many words of it as *limit* says."""
        matches = list(islice(WORD.finditer(text), limit))
        stems = tuple(stem(match[0].casefold()) for match in matches)
        content = tuple(
            place for place, match in enumerate(matches) if _counts(match[0])
        )
        return cls(
            text=text,
            spans=tuple(match.span() for match in matches),
            stems=stems,
            content=content,
            weights=tuple(_weight(matches[place][0], place) for place in content),
            quantities=tuple(quantities(text)),
            known=frozenset(stems),
            prefixes=frozenset(s[:5] for s in stems if len(s) >= 5),
            short=frozenset(s[:4] for s in stems if 4 <= len(s) <= 5),
            fours=frozenset(s[:4] for s in stems if len(s) >= 4),
        )

    @property
    def content_stems(self) -> list[str]:
        """The stems of the words with content, in order."""
        return [self.stems[place] for place in self.content]

    def nearness(self, stemmed: str) -> float:
        """Return 1 for a stem of the text, less for one that begins alike, else 0."""
        if stemmed in self.known:
            return 1.0
        alike = (
            (len(stemmed) >= 5 and stemmed[:5] in self.prefixes)
            or (len(stemmed) >= 4 and stemmed[:4] in self.short)
            or (4 <= len(stemmed) <= 5 and stemmed[:4] in self.fours)
        )
        return _NEAR if alike else 0.0


@dataclass(frozen=True, slots=True)
class Alignment:
    """How the words of a sentence stand in the source sentences that say most of it.

    Attributes:
        claim: The sentence.
        sources: The best source sentence, and another that adds to it.
        around: Those, and what stands beside the best.
        near: For each word with content how near its sources have it, from 0 to 1.
        near_best: The same of the best alone.
        near_anywhere: The same of all the passage.
        from_heading: Which of them the title and headings have.
        places: The places of the sources among the units of the passage.
        gain: The share of the sentence that the second source could add.
    """

    claim: Words
    sources: tuple[Words, ...]
    around: str
    near: tuple[float, ...]
    near_best: tuple[float, ...]
    near_anywhere: tuple[float, ...]
    from_heading: tuple[bool, ...]
    places: tuple[int, ...]
    gain: float

    def covered(self, near: Sequence[float]) -> float:
        """Return the weighted share of the sentence that these values say."""
        total = sum(self.claim.weights)
        weighed = zip(near, self.claim.weights, strict=True)
        return sum(n * w for n, w in weighed) / total if total else 1.0

    @property
    def strength(self) -> float:
        """How much of the sentence the sources say, to compare passages."""
        return self.covered(self.near)


def align(
    claim: Words, units: Sequence[Words], head: Words, known: Collection[str] = ()
) -> Alignment:
    """Align a sentence with the units of one passage.

    Args:
        claim: The sentence.
        units: Sentences, items, rows and lines of the passage, in order; at least one.
        head: Title and headings.
        known: Stems that need no source.
    """
    stems = claim.content_stems
    rows = [[unit.nearness(s) for s in stems] for unit in units]
    scores = [_score(claim, unit, row) for unit, row in zip(units, rows, strict=True)]
    best = max(range(len(units)), key=lambda place: scores[place])
    second, gain = _second(claim, rows, best)
    places = (best, second) if gain > _MIN_GAIN else (best,)
    beside = [p for p in (best - 1, best + 1) if 0 <= p < len(units)]
    sources = tuple(units[place] for place in places)
    return Alignment(
        claim=claim,
        sources=sources,
        around="\n".join(u.text for u in (*sources, *(units[p] for p in beside))),
        near=_most(rows[place] for place in places),
        near_best=tuple(rows[best]),
        near_anywhere=_most(rows),
        from_heading=tuple(s in head.known or s in known for s in stems),
        places=places,
        gain=gain,
    )


def order_features(alignment: Alignment) -> dict[str, float]:
    """Return how the order and the distances of words differ from those of the best source."""
    claim, best = alignment.claim, alignment.sources[0]
    first: dict[str, int] = {}
    for place, stemmed in enumerate(best.stems):
        first.setdefault(stemmed, place)
    paired = [
        (place, first[claim.stems[place]])
        for place in claim.content[:_MAX_PAIRED]
        if claim.stems[place] in first
    ]
    pairs = [(a, b) for (_, a), (_, b) in combinations(paired, 2) if a != b]
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(paired)]
    distances = [abs(there) / (1 + here) for here, there in steps]
    return {
        "inverted": sum(a > b for a, b in pairs) / len(pairs) if pairs else 0.0,
        "inverted_next": sum(t < 0 for _, t in steps) / len(steps) if steps else 0.0,
        "pairs": float(min(len(pairs), 40)),
        "distance": sum(distances) / len(distances) if distances else 1.0,
        "distance_most": max(distances, default=1.0),
        "by": float(_has_by(claim.text) != _has_by(best.text)),
    }


def _has_by(text: str) -> bool:
    return re.search(r"\bby\b", text) is not None


def _score(claim: Words, unit: Words, row: Sequence[float]) -> float:
    """Return how much of a sentence a unit says; ties go to the shorter one."""
    total = sum(claim.weights) or 1.0
    said = sum(n * w for n, w in zip(row, claim.weights, strict=True)) / total
    amounts = [
        any(q.equals(other) or q.number == other.number for other in unit.quantities)
        for q in claim.quantities
    ]
    numbers = 0.12 * sum(amounts) / len(amounts) if amounts else 0.0
    return said + numbers - 0.002 * len(unit.stems)


def _second(
    claim: Words, rows: Sequence[Sequence[float]], best: int
) -> tuple[int, float]:
    """Return the unit that adds most to the best one, and the share that it adds."""
    total = sum(claim.weights) or 1.0
    second, most = best, 0.0
    for place, row in enumerate(rows):
        added = sum(
            max(0.0, n - b) * w
            for n, b, w in zip(row, rows[best], claim.weights, strict=True)
        )
        gain = added / total + _NEIGHBOUR_BONUS * (abs(place - best) == 1)
        if place != best and gain > most:
            second, most = place, gain
    return second, most


def _most(rows: Iterable[Sequence[float]]) -> tuple[float, ...]:
    return tuple(max(column) for column in zip(*rows, strict=True))


def _counts(word: str) -> bool:
    """Whether a word has content; a single capital may be the name of a plan."""
    if len(word) == 1:
        return word.isupper() and word not in "AI"
    return is_content_word(word.casefold()) and not word.isdigit()


def _weight(word: str, place: int) -> float:
    """Return what a word counts; the first one has its capital from the sentence."""
    return min(len(word), 8) / 8 + (place > 0 and word[0].isupper()) / 2
