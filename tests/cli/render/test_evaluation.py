"""An evaluation for a person: what was missed, and what to know before believing it."""

from __future__ import annotations

import pytest

from askdocs.cli.render import evaluation
from askdocs.domain.evaluation import Case, Comparison, EvaluationRun, Level, Outcome

LEVEL = Level(1, {"mrr@10": 0.5}, {"mrr@10": (0.25, 0.75)})
NONE = Level(0, {}, {})


def outcome(name: str, rank: int | None) -> Outcome:
    return Outcome(name, "How?", ("a.mdx",), ("b.mdx", "a.mdx"), rank, 0.0)


def a_run(*outcomes: Outcome, degraded: tuple[str, ...] = ()) -> EvaluationRun:
    return EvaluationRun(outcomes, LEVEL, NONE, "g1", "c", "m", 1.25, degraded)


def compared(**more) -> Comparison:
    return Comparison(1, "g0", {}, {}, (), (), **more)


@pytest.mark.parametrize(
    ("rank", "shown"),
    [(1, ""), (5, ""), (6, "rank 6"), (None, "not found")],
    ids=["first", "fifth", "sixth", "nowhere"],
)
def test_what_is_not_among_the_first_five_was_missed(capsys, rank, shown):
    """Those are the passages that a model reads."""
    evaluation.print_missed(a_run(outcome("x", rank)))

    out = capsys.readouterr().out
    assert out.splitlines()[:1] == ([f"x: How?: {shown}"] if shown else [])


def test_the_run_is_told_with_its_index_and_what_it_was_compared_with(capsys):
    """A number without its index says nothing a month later."""
    evaluation.print_run(a_run(), compared(), as_markdown=False)

    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "1 question, 1 compared with g0; index g1, model m, 1.2 s"


@pytest.mark.parametrize(("count", "warned"), [(19, True), (20, False)])
def test_few_questions_are_warned_of(capsys, count, warned):
    """Below twenty an interval says little."""
    cases = [Case(str(n), "How?", ("a.mdx",)) for n in range(count)]

    evaluation.print_cautions(cases, a_run(), None)

    assert ("the intervals say little" in capsys.readouterr().err) is warned


def test_five_cases_are_named_and_the_rest_counted(capsys):
    """Another file of cases would fill the screen."""
    gone = tuple("abcdefg")

    evaluation.print_cautions(
        [Case("1", "How?", ("a.mdx",), draft=True)], a_run(), compared(gone=gone)
    )

    err = capsys.readouterr().err
    assert "7 cases in the baseline only: a, b, c, d, e and 2 more\n" in err
    assert "1 of 1 case drafted and not looked at yet\n" in err
