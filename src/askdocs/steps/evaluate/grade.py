"""Grade an answer by what it must say, and what it must not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from askdocs.domain.answer import Answer, Status, Verdict
from askdocs.domain.answer_evaluation import (
    FAR,
    NEAR,
    AnswerCase,
    AnswerOutcome,
    Grade,
)
from askdocs.domain.citation_mark import MARKS_WITH_BLANKS
from askdocs.domain.errors import Exit

_WHOLE = {Status.ANSWERED, Status.PARTIAL}


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of the answers that says how good they are.

    Attributes:
        of: Which cases are looked at.
        has: Which of their outcomes are counted.
        better_high: Whether more of them is better.
    """

    of: Callable[[AnswerCase], bool]
    has: Callable[[AnswerOutcome], bool]
    better_high: bool


def _is(*grades: Grade) -> Callable[[AnswerOutcome], bool]:
    return lambda outcome: outcome.grade in grades


RATES: Mapping[str, Rate] = {
    "useful": Rate(lambda c: c.is_answerable, _is(Grade.USEFUL), better_high=True),
    "wrong": Rate(lambda c: c.is_answerable, _is(Grade.WRONG), better_high=False),
    "answerable_refused": Rate(
        lambda c: c.is_answerable, _is(Grade.REFUSED), better_high=False
    ),
    "near_refused": Rate(
        lambda c: c.kind == NEAR,
        _is(Grade.REFUSED, Grade.UNMENTIONED),
        better_high=True,
    ),
    "far_refused": Rate(lambda c: c.kind == FAR, _is(Grade.REFUSED), better_high=True),
    "refused": Rate(
        lambda c: not c.is_answerable, lambda o: o.is_right, better_high=True
    ),
    "empty": Rate(lambda _: True, _is(Grade.EMPTY), better_high=False),
}
"""Those that are reported, in their order."""


def grade(case: AnswerCase, answer: Answer, *, seconds: float = 0.0) -> AnswerOutcome:
    """Return what an answer is worth to one who asks that.

    A refusal says nothing, so it misses all and is never wrong.
    """
    refused = answer.exit_code is Exit.REFUSED
    text = "" if refused else plain(answer.text)
    missed = tuple(group for group in case.must if not _any_match(group, text))
    forbidden = tuple(p for p in case.forbid if _any_match((p,), text))
    unsupported = [s for s in answer.sentences if s.verdict is Verdict.UNSUPPORTED]
    if refused:
        worth = Grade.REFUSED
    elif not text:
        worth = Grade.EMPTY
    elif case.is_answerable:
        whole = answer.status in _WHOLE
        worth = _grade_facts(whole=whole and not missed, wrong=bool(forbidden))
    else:
        unmentioned = answer.unmentioned and case.kind != FAR
        worth = Grade.UNMENTIONED if unmentioned else Grade.ANSWERED
    return AnswerOutcome(
        case,
        worth,
        answer.status.value,
        text=answer.text,
        missed=missed,
        forbidden=forbidden,
        cited=tuple(dict.fromkeys(passage.path for passage in answer.cited)),
        unmentioned=answer.unmentioned,
        quoted=answer.quoted,
        written=len(answer.sentences),
        unsupported=len(unsupported),
        struck=sum(not s.shown for s in unsupported),
        seconds=seconds,
    )


def plain(text: str) -> str:
    r"""Return a text in one line, without marks of citations, emphasis and code.

    >>> plain("**Yes** [^1]: run `rag`.\n\n\nThen wait.[^2]")
    'Yes: run rag. Then wait.'
    """
    bare = re.sub("[*`]", "", MARKS_WITH_BLANKS.sub("", text))
    return " ".join(bare.split())


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return a pattern as an answer is searched for it.

    Raises:
        re.error: if it is no regular expression.
    """
    return re.compile(pattern, re.IGNORECASE)


def _any_match(patterns: tuple[str, ...], text: str) -> bool:
    return any(compile_pattern(pattern).search(text) for pattern in patterns)


def _grade_facts(*, whole: bool, wrong: bool) -> Grade:
    if wrong:
        return Grade.WRONG
    return Grade.USEFUL if whole else Grade.MISSED
