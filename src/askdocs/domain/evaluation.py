"""The nouns of an evaluation: a case, its outcome, a run of many, a comparison of two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

RUN_SCHEMA = 1
"""Of a saved run; one of another schema cannot be compared."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question, and where its answer is.

    Attributes:
        id: Unique in its file.
        question: As it is asked.
        wanted: Paths of pages relative to the docs, each maybe with "#" and the fragment
            of a section; never empty.
        exclude: Pages or sections that hold the question word for word; they are taken
            out of the ranking.
        line: In the file, counted from 1.
        draft: Whether nobody has looked at it yet.
        source: Where the question comes from, in a word; "" if that is not told.
        answer: What the answer should say; "" if that is not told.
    """

    id: str
    question: str
    wanted: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    line: int = 1
    draft: bool = False
    source: str = ""
    answer: str = ""

    @property
    def has_sections(self) -> bool:
        """Whether any label names a section."""
        return any("#" in label for label in self.wanted)


def page_of(label: str) -> str:
    """Return the path of the page that a label names.

    >>> page_of("jobs/create.mdx#name-it")
    'jobs/create.mdx'
    """
    return label.partition("#")[0]


def pages_of(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the paths of the pages that labels name, each once, in order."""
    return tuple(dict.fromkeys(map(page_of, labels)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case; all metrics follow from it.

    Attributes:
        id: Of the case, and so are `question` and `wanted`.
        found: The first pages that were found, best first, each once.
        rank: Of the first wanted page, counted from 1, however deep; None if not found.
        ndcg: nDCG@10 at page level, for a reader of the file.
        sections: The first sections that were found, if a section was wanted.
    """

    id: str
    question: str
    wanted: tuple[str, ...]
    found: tuple[str, ...]
    rank: int | None
    ndcg: float
    sections: tuple[str, ...] = ()

    @property
    def has_sections(self) -> bool:
        """Whether a section was wanted."""
        return any("#" in label for label in self.wanted)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data that JSON can hold."""
        data: dict[str, Any] = {
            "id": self.id,
            "question": self.question,
            "wanted": list(self.wanted),
            "found": list(self.found),
            "rank": self.rank,
            "ndcg@10": self.ndcg,
        }
        return {**data, "sections": list(self.sections)} if self.has_sections else data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Outcome:
        """Return the outcome that `as_dict` described.

        Raises:
            KeyError, TypeError, ValueError: if *data* is none of ours.
        """
        wanted = _strings(data["wanted"])
        rank = data["rank"]
        if not wanted:
            raise ValueError("nothing is wanted")
        if not (isinstance(data["id"], str) and isinstance(data["question"], str)):
            raise TypeError("id and question are texts")
        return cls(
            data["id"],
            data["question"],
            wanted,
            _strings(data["found"]),
            None if rank is None else int(rank),
            float(data["ndcg@10"]),
            _strings(data["sections"]) if any("#" in w for w in wanted) else (),
        )


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise TypeError("not a list of texts")
    return tuple(value)


@dataclass(frozen=True, slots=True)
class Level:
    """Means over all questions, and where they lie with 95 % confidence.

    Attributes:
        cases: How many questions that is.
        metrics: From 0 to 1, by name; empty if there are no questions.
        intervals: (low, high) by the same names.
    """

    cases: int
    metrics: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class EvaluationRun:
    """One evaluation of one index.

    Attributes:
        outcomes: In the order of the cases.
        pages: Every question at the level of pages.
        sections: Those of which a section is wanted, at that level.
        generation: Of the index.
        commit: Of the docs it was made from; "" if not known.
        model: That embedded it.
        seconds: That the questions took, opening the index included.
        degraded: What could not be done as it should.
    """

    outcomes: tuple[Outcome, ...]
    pages: Level
    sections: Level
    generation: str = ""
    commit: str = ""
    model: str = ""
    seconds: float = 0.0
    degraded: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return plain data that JSON can hold; what is printed is what is saved."""
        return {
            "cases": self.pages.cases,
            "metrics": dict(self.pages.metrics),
            "section_cases": self.sections.cases,
            "section_metrics": dict(self.sections.metrics),
            "intervals": _lists(self.pages.intervals),
            "section_intervals": _lists(self.sections.intervals),
            "index": {"generation": self.generation, "commit": self.commit},
            "model": self.model,
            "seconds": round(self.seconds, 3),
            "degraded": list(self.degraded),
            "questions": [outcome.as_dict() for outcome in self.outcomes],
        }


def _lists(intervals: Mapping[str, tuple[float, float]]) -> dict[str, list[float]]:
    return {name: list(ends) for name, ends in intervals.items()}


@dataclass(frozen=True, slots=True)
class Change:
    """How one metric changed over the questions that two runs share.

    Attributes:
        before: Mean in the baseline.
        after: Mean now.
        interval: Where the difference lies with 95 % confidence.
        p: Of the difference, two-sided.
    """

    before: float
    after: float
    interval: tuple[float, float]
    p: float

    @property
    def difference(self) -> float:
        """Positive if it is better now."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Move:
    """A question whose nDCG@10 changed.

    Attributes:
        id: Of the case.
        before: Rank of the first wanted page in the baseline; None if it was not found.
        after: The same now.
        difference: Of nDCG@10; positive if it is better now.
    """

    id: str
    question: str
    before: int | None
    after: int | None
    difference: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run held against a baseline, over the questions that both have.

    Attributes:
        cases: How many those are.
        generation: Of the baseline's index.
        changes: By metric.
        section_changes: The same for questions of which a section is wanted.
        better: The largest difference first.
        worse: The same.
        gone: Ids that only the baseline has.
        new: Ids that only this run has.
        edited: Ids whose question or labels are no longer the same; not compared.
    """

    cases: int
    generation: str
    changes: Mapping[str, Change]
    section_changes: Mapping[str, Change]
    better: tuple[Move, ...]
    worse: tuple[Move, ...]
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    edited: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Baseline:
    """A run that was saved.

    Attributes:
        name: Of its file.
        generation: Of its index.
        outcomes: At least one; each id once.
    """

    name: str
    generation: str
    outcomes: tuple[Outcome, ...]
