"""Evaluate answers: ask every case, grade what is said, compare with a saved run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from math import ceil
from statistics import median

from askdocs.domain.answer import Answer, Status
from askdocs.domain.answer_evaluation import (
    AnswerBaseline,
    AnswerCase,
    AnswerComparison,
    AnswerMove,
    AnswerOutcome,
    AnswerRun,
    Grade,
    Share,
)
from askdocs.domain.errors import AskDocsError, ConfigError, ModelUnavailable
from askdocs.domain.evaluation import Change
from askdocs.domain.ports import Notify
from askdocs.flows.stopwatch import Stopwatch
from askdocs.steps.evaluate import bootstrap
from askdocs.steps.evaluate.grade import RATES, Rate, grade
from askdocs.steps.search.question import checked_question

ALPHA = 0.05
GATED = ("useful", "wrong", "refused")
"""Shares that may not be worse than those of a baseline."""


def evaluate_answers(
    cases: Sequence[AnswerCase], ask: Callable[[str], Answer], notify: Notify
) -> AnswerRun:
    """Ask every question as `rag ask` would, and grade each answer.

    Args:
        cases: At least one.
        ask: Answers a question.
        notify: Is told how many are answered.

    Raises:
        ModelUnavailable: if the model fails on one: the rest would be quotes, and the
            shares of neither.
        AskDocsError: of a question that cannot be asked, with its id.
    """
    questions = [_checked(case) for case in cases]
    outcomes: list[AnswerOutcome] = []
    answers: list[Answer] = []
    notify("answer", 0, len(cases))
    for case, question in zip(cases, questions, strict=True):
        watch = Stopwatch()
        with watch.timed("answer"):
            answer = _ask(case, question, ask)
        answers.append(answer)
        outcomes.append(grade(case, answer, seconds=watch.seconds["answer"]))
        notify("answer", len(outcomes), len(cases))
    seconds = sorted(outcome.seconds for outcome in outcomes)
    notes = chain.from_iterable(answer.degraded for answer in answers)
    return AnswerRun(
        tuple(outcomes),
        {name: _share(rate, outcomes) for name, rate in RATES.items()},
        model=next((answer.model for answer in answers if answer.model), ""),
        median_s=median(seconds),
        p95_s=seconds[ceil(0.95 * len(seconds)) - 1],
        degraded=tuple(dict.fromkeys(notes)),
    )


def require_measurable(cases: Iterable[AnswerCase], names: Collection[str]) -> None:
    """Make sure that the cases hold questions that each share is of.

    Raises:
        ConfigError: if a share has no question: it would pass every gate, or none.
    """
    kept = list(cases)
    for name in names:
        if not any(RATES[name].of(case) for case in kept):
            what = f"{name} cannot be measured: no case is of that kind"
            raise ConfigError(what, hint="rag eval --help   (the kinds of cases)")


def compare_answer_runs(baseline: AnswerBaseline, run: AnswerRun) -> AnswerComparison:
    """Hold a run against a saved one, question by question.

    Raises:
        ConfigError: if they have no question in common.
    """
    old = {outcome.case.id: outcome for outcome in baseline.outcomes}
    new = {outcome.case.id: outcome for outcome in run.outcomes}
    both = [(old[id_], new[id_]) for id_ in new if id_ in old]
    pairs = [(a, b) for a, b in both if _same_case(a.case, b.case)]
    if not pairs:
        raise ConfigError(
            f"{baseline.name} and these cases have no question in common",
            hint="rag eval --answers CASES.jsonl --save run.json   (a new baseline)",
        )
    moved = [(a, b) for a, b in pairs if _worth(a) != _worth(b)]
    return AnswerComparison(
        cases=len(pairs),
        generation=baseline.generation,
        model=baseline.model,
        changes={
            name: change
            for name, rate in RATES.items()
            if (change := _change(rate, pairs))
        },
        better=tuple(_move(a, b) for a, b in moved if _worth(a) < _worth(b)),
        worse=tuple(_move(a, b) for a, b in moved if _worth(a) > _worth(b)),
        gone=tuple(id_ for id_ in old if id_ not in new),
        new=tuple(id_ for id_ in new if id_ not in old),
        edited=tuple(b.case.id for a, b in both if not _same_case(a.case, b.case)),
    )


def answer_shortfalls(
    run: AnswerRun,
    least: Mapping[str, float],
    most: Mapping[str, float],
    comparison: AnswerComparison | None,
    tolerance: float,
) -> tuple[str, ...]:
    """Return what a gate is not passed by, in words; () if it is passed.

    A share equal to its threshold is enough. Worse than the baseline is what lies beyond
    the tolerance and is not chance: p < `ALPHA`.
    """
    values = {name: share.value or 0.0 for name, share in run.shares.items()}
    below = [
        f"{name} is {values[name]:.4f}, {limit - values[name]:.4f} below {limit:g}"
        for name, limit in least.items()
        if values[name] < limit - 1e-12
    ]
    above = [
        f"{name} is {values[name]:.4f}, {values[name] - limit:.4f} above {limit:g}"
        for name, limit in most.items()
        if values[name] > limit + 1e-12
    ]
    changes = comparison.changes if comparison else {}
    worse = [
        f"{name} went from {change.before:.4f} to {change.after:.4f}"
        f" (p = {change.p:.4f}), more than {tolerance:g}"
        for name in GATED
        if (change := changes.get(name))
        and change.p < ALPHA
        and _loss(name, change) > tolerance
    ]
    return (*below, *above, *worse)


def _loss(name: str, change: Change) -> float:
    """Return how much worse a share is; negative if it is better."""
    return -change.difference if RATES[name].better_high else change.difference


def _checked(case: AnswerCase) -> str:
    try:
        return checked_question(case.question)
    except AskDocsError as err:
        raise type(err)(f"{case.id}: {err}", hint=err.hint) from err


def _ask(case: AnswerCase, question: str, ask: Callable[[str], Answer]) -> Answer:
    """Return the answer; an error says of which case it is."""
    try:
        answer = ask(question)
    except AskDocsError as err:
        raise type(err)(f"{case.id}: {err}", hint=err.hint) from err
    if answer.status is Status.MODEL_UNAVAILABLE:
        raise ModelUnavailable(f"{case.id}: {answer.problem}", hint=answer.hint)
    return answer


def _share(rate: Rate, outcomes: Sequence[AnswerOutcome]) -> Share:
    values = [rate.has(outcome) for outcome in outcomes if rate.of(outcome.case)]
    if not values:
        return Share(0, 0)
    (ends,) = bootstrap.intervals([[float(value)] for value in values])
    return Share(sum(values), len(values), (ends.low, ends.high))


def _change(
    rate: Rate, pairs: Sequence[tuple[AnswerOutcome, AnswerOutcome]]
) -> Change | None:
    of = [(rate.has(a), rate.has(b)) for a, b in pairs if rate.of(b.case)]
    if not of:
        return None
    before, after = ([[float(pair[n])] for pair in of] for n in (0, 1))
    (change,) = bootstrap.paired(before, after)
    return Change(
        sum(a for a, _ in of) / len(of),
        sum(b for _, b in of) / len(of),
        (change.interval.low, change.interval.high),
        change.p,
    )


def _same_case(a: AnswerCase, b: AnswerCase) -> bool:
    return (a.question, a.must, a.forbid, a.kind) == (
        b.question,
        b.must,
        b.forbid,
        b.kind,
    )


def _worth(outcome: AnswerOutcome) -> int:
    """Return 1 for what is right, -1 for what is wrong, and 0 between them."""
    return outcome.is_right - (outcome.grade is Grade.WRONG)


def _move(a: AnswerOutcome, b: AnswerOutcome) -> AnswerMove:
    return AnswerMove(b.case.id, b.case.question, a.grade, b.grade)
