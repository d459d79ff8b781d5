"""The nouns of an evaluation of answers: a case, its outcome, a run, a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from askdocs.domain.evaluation import Change

NEAR, FAR = "refuse-near", "refuse-far"
"""Kinds of questions that the docs do not answer: on their subject, and on another."""

Groups = tuple[tuple[str, ...], ...]
"""Patterns in groups; of each group one is enough."""


@dataclass(frozen=True, slots=True)
class AnswerCase:
    """A question, and what an answer to it must say.

    Attributes:
        id: Unique in its file.
        question: As it is asked.
        wanted: Labels of the pages that answer it; () where it is to be refused.
        must: Patterns of what a useful answer says; () where it is to be refused.
        forbid: Patterns of what would be wrong.
        kind: In a word; "" if that is not told.
        line: In the file, counted from 1.
        draft: Whether nobody has looked at it yet.
    """

    id: str
    question: str
    wanted: tuple[str, ...] = ()
    must: Groups = ()
    forbid: tuple[str, ...] = ()
    kind: str = ""
    line: int = 1
    draft: bool = False

    @property
    def is_answerable(self) -> bool:
        """Whether the docs hold the answer."""
        return bool(self.must)


class Grade(Enum):
    """What an answer was worth."""

    USEFUL = "useful"
    MISSED = "missed"
    WRONG = "wrong"
    REFUSED = "refused"
    UNMENTIONED = "unmentioned"
    ANSWERED = "answered"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class AnswerOutcome:
    """What became of one case; all shares follow from it.

    Attributes:
        case: The case.
        grade: What the answer was worth.
        status: How it ended, as `rag ask --json` says it.
        text: What the user read.
        missed: Groups of `must` of which nothing was said.
        forbidden: Patterns of `forbid` that were said.
        cited: Paths of the pages that were cited, each once.
        unmentioned: Words of the question that no passage has.
        quoted: Whether the text is in the words of the passages.
        written: How many sentences a model wrote.
        unsupported: How many of them no passage says.
        struck: How many of these were left out.
        seconds: That the answer took.
    """

    case: AnswerCase
    grade: Grade
    status: str
    text: str = ""
    missed: Groups = ()
    forbidden: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    unmentioned: tuple[str, ...] = ()
    quoted: bool = False
    written: int = 0
    unsupported: int = 0
    struck: int = 0
    seconds: float = 0.0

    @property
    def is_right(self) -> bool:
        """Whether it is what the case asks for."""
        return self.grade is Grade.USEFUL or (
            not self.case.is_answerable
            and self.grade in {Grade.REFUSED, Grade.UNMENTIONED}
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain data that JSON can hold."""
        return {
            "id": self.case.id,
            "kind": self.case.kind,
            "question": self.case.question,
            "wanted": list(self.case.wanted),
            "must": [list(group) for group in self.case.must],
            "forbid": list(self.case.forbid),
            "grade": self.grade.value,
            "status": self.status,
            "answer": self.text,
            "missed": [list(group) for group in self.missed],
            "forbidden": list(self.forbidden),
            "cited": list(self.cited),
            "unmentioned": list(self.unmentioned),
            "quoted": self.quoted,
            "sentences": {
                "written": self.written,
                "unsupported": self.unsupported,
                "struck": self.struck,
            },
            "seconds": round(self.seconds, 3),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> AnswerOutcome:
        """Return what a comparison needs of the outcome that `as_dict` described.

        Raises:
            KeyError, TypeError, ValueError: if *data* is none of ours.
        """
        case = AnswerCase(
            _text(data["id"]),
            _text(data["question"]),
            must=tuple(_texts(group) for group in data["must"]),
            forbid=_texts(data["forbid"]),
            kind=_text(data["kind"]),
        )
        return cls(case, Grade(data["grade"]), _text(data["status"]))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("not a list of texts")
    return tuple(map(_text, value))


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some questions have something.

    Attributes:
        count: Those that have it.
        total: Those that were looked at; 0 if there is no such question.
        interval: Where the share lies with 95 % confidence; None if there is none.
    """

    count: int
    total: int
    interval: tuple[float, float] | None = None

    @property
    def value(self) -> float | None:
        """From 0 to 1; None if there is no such question."""
        return self.count / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class AnswerRun:
    """One evaluation of the answers from one index.

    Attributes:
        outcomes: In the order of the cases.
        shares: By name.
        model: That answered; "" if all was quoted.
        generation: Of the index.
        commit: Of the docs it was made from; "" if not known.
        embedding_model: That embedded it.
        seconds: That the questions took, opening the index included.
        median_s: That an answer took.
        p95_s: That 95 % of the answers took at most.
        degraded: What could not be done as it should.
    """

    outcomes: tuple[AnswerOutcome, ...]
    shares: Mapping[str, Share]
    model: str = ""
    generation: str = ""
    commit: str = ""
    embedding_model: str = ""
    seconds: float = 0.0
    median_s: float = 0.0
    p95_s: float = 0.0
    degraded: tuple[str, ...] = ()

    @property
    def quoted(self) -> Share:
        """How many of the answers that say something are quotes."""
        silent = {Grade.REFUSED, Grade.EMPTY}
        shown = [o for o in self.outcomes if o.grade not in silent]
        return Share(sum(o.quoted for o in shown), len(shown))

    @property
    def kinds(self) -> dict[str, dict[str, int]]:
        """How many outcomes of each kind of question have which grade."""
        counts: dict[str, dict[str, int]] = {}
        for outcome in self.outcomes:
            row = counts.setdefault(outcome.case.kind, {g.value: 0 for g in Grade})
            row[outcome.grade.value] += 1
        return counts

    def as_dict(self) -> dict[str, Any]:
        """Return plain data that JSON can hold; what is printed is what is saved."""
        shares = self.shares.items()
        return {
            "cases": len(self.outcomes),
            "answers": {name: share.value for name, share in shares},
            "intervals": {n: s.interval and list(s.interval) for n, s in shares},
            "counts": {n: {"count": s.count, "of": s.total} for n, s in shares},
            "kinds": {
                kind: {"cases": sum(grades.values()), **grades}
                for kind, grades in self.kinds.items()
            },
            "sentences": {
                "written": sum(o.written for o in self.outcomes),
                "unsupported": sum(o.unsupported for o in self.outcomes),
                "struck": sum(o.struck for o in self.outcomes),
            },
            "quoted": self.quoted.value,
            "index": {"generation": self.generation, "commit": self.commit},
            "model": self.model or None,
            "embedding_model": self.embedding_model,
            "seconds": {
                "total": round(self.seconds, 3),
                "median": round(self.median_s, 3),
                "p95": round(self.p95_s, 3),
            },
            "degraded": list(self.degraded),
            "questions": [outcome.as_dict() for outcome in self.outcomes],
        }


@dataclass(frozen=True, slots=True)
class AnswerMove:
    """A question whose answer got better or worse."""

    id: str
    question: str
    before: Grade
    after: Grade


@dataclass(frozen=True, slots=True)
class AnswerComparison:
    """A run held against a baseline, over the questions that both have.

    Attributes:
        cases: How many those are.
        generation: Of the baseline's index.
        model: That answered in the baseline; "" if all was quoted.
        changes: By the name of the share.
        better: In the order of the cases.
        worse: The same.
        gone: Ids that only the baseline has.
        new: Ids that only this run has.
        edited: Ids that no longer ask for the same; not compared.
    """

    cases: int
    generation: str
    model: str
    changes: Mapping[str, Change]
    better: tuple[AnswerMove, ...] = ()
    worse: tuple[AnswerMove, ...] = ()
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerBaseline:
    """A run that was saved.

    Attributes:
        name: Of its file.
        generation: Of its index.
        model: That answered; "" if all was quoted.
        outcomes: At least one; each id once.
    """

    name: str
    generation: str
    model: str
    outcomes: tuple[AnswerOutcome, ...]
