"""An evaluation of answers for a person: shares, kinds, failures, what got worse."""

from __future__ import annotations

import pytest

from askdocs.cli.render import evaluation_answers
from askdocs.domain.answer_evaluation import (
    AnswerCase,
    AnswerComparison,
    AnswerMove,
    AnswerOutcome,
    AnswerRun,
    Grade,
    Share,
)
from askdocs.domain.evaluation import Change

CASE = AnswerCase("x", "How long?", ("a.mdx",), (("5", "five"), ("EUR",)), ("free",))
SHARES = {"useful": Share(1, 2, (0.0, 1.0)), "near_refused": Share(0, 0)}


def outcome(
    grade: Grade = Grade.MISSED, case: AnswerCase = CASE, **more
) -> AnswerOutcome:
    fields = {"status": "answered", "missed": (("EUR",),), "cited": ("b.mdx",)}
    return AnswerOutcome(case, grade, **{**fields, **more})


def a_run(*outcomes: AnswerOutcome, **more) -> AnswerRun:
    fields = {"generation": "g1", "embedding_model": "e", "seconds": 3.0}
    return AnswerRun(outcomes or (outcome(),), SHARES, **{**fields, **more})


def printed(capsys, run: AnswerRun, compared=None, **how) -> str:
    evaluation_answers.print_run(run, compared, **{"as_markdown": False, **how})
    return capsys.readouterr().out


def test_a_share_is_shown_with_its_count_and_no_share_is_left_out(capsys):
    """0 of 0 is no number."""
    out = printed(capsys, a_run())

    assert "useful  0.5000  0.0000 to 1.0000  1 of 2\n" in out
    assert "near_refused" not in out


def test_kinds_are_a_table_of_their_grades(capsys):
    """Only grades that occur; one kind is no table."""
    table = AnswerCase("y", "Which?", ("a",), (("5",),), kind="table")

    both = printed(capsys, a_run(outcome(), outcome(Grade.USEFUL, table)))

    assert "kind     answers  useful  missed\n" in both
    assert "no kind  1        0       1\n" in both
    assert "table    1        1       0\n" in both
    assert "kind" not in printed(capsys, a_run())


@pytest.mark.parametrize(
    ("run", "line"),
    [
        (a_run(), "1 question answered by quotes, no model"),
        (a_run(model="llama"), "1 question answered by llama"),
        (
            a_run(outcome(quoted=True), model="llama"),
            "1 question answered by llama, 1 of 1 answers quoted",
        ),
        (a_run(outcome(written=4, struck=1)), "1 of 4 sentences struck (25.0%)"),
        (
            a_run(median_s=0.5, p95_s=1.25),
            "3.0 s; an answer takes 0.50 s, 95 % take 1.25 s at most",
        ),
        (a_run(), "index g1, model e"),
    ],
    ids=["quotes", "model", "both", "struck", "seconds", "index"],
)
def test_the_run_is_told_with_what_made_it(capsys, run, line):
    """A number without its model says nothing a month later."""
    assert line in printed(capsys, run).splitlines()


def test_what_failed_is_told_with_what_was_missed_and_cited(capsys):
    """That is what one works on next."""
    evaluation_answers.print_failures(a_run())

    assert capsys.readouterr().out.splitlines() == [
        "x: How long?: missed",
        "  missed  EUR",
        "  wanted  a.mdx",
        "  cited   b.mdx",
    ]


@pytest.mark.parametrize(
    ("failure", "line"),
    [
        (outcome(Grade.WRONG, forbidden=("free",)), "  says    free"),
        (outcome(status="incomplete"), "  status  incomplete"),
        (outcome(missed=(("5", "five"),)), "  missed  5  or  five"),
    ],
    ids=["wrong", "broken off", "alternatives"],
)
def test_a_failure_says_why(capsys, failure, line):
    """Each in its own words."""
    evaluation_answers.print_failures(a_run(failure))

    assert line in capsys.readouterr().out.splitlines()


def test_what_is_right_is_no_failure(capsys):
    """A refusal of what the docs do not answer is one of those."""
    nowhere = AnswerCase("n", "Who won?")

    evaluation_answers.print_failures(
        a_run(outcome(Grade.USEFUL), outcome(Grade.REFUSED, nowhere))
    )

    assert capsys.readouterr().out == ""


COMPARED = AnswerComparison(
    cases=1,
    generation="g0",
    model="",
    changes={"useful": Change(1.0, 0.5, (-1.0, 0.0), 0.25)},
    worse=(AnswerMove("x", "How\nlong?", Grade.USEFUL, Grade.MISSED),),
    gone=("y",),
)


def test_what_got_worse_is_named_with_both_grades(capsys):
    """And the share with its difference."""
    out = printed(capsys, a_run(), COMPARED)

    assert "1.0000    -0.5000     -1.0000 to +0.0000  0.2500\n" in out
    assert "index g1, model e; 1 compared with g0, quotes, no model\n" in out
    assert out.endswith("this one got worse:\n- x: How long?: useful -> missed\n")


def test_the_document_holds_the_comparison():
    """Scripts read it, not the table."""
    data = evaluation_answers.document(a_run(), COMPARED)["baseline"]

    assert data["answers"]["useful"]["difference"] == -0.5
    assert data["worse"][0]["after"] == "missed"
    assert data["model"] is None


def test_cautions_name_drafts_and_cases_that_were_not_compared(capsys):
    """Numbers of questions that nobody has read are not to be believed."""
    draft = AnswerCase("x", "How long?", draft=True)

    evaluation_answers.print_cautions([draft], a_run(degraded=("slow",)), COMPARED)

    assert capsys.readouterr().err.splitlines() == [
        "warning: slow",
        "warning: 1 of 1 case drafted and not looked at yet",
        "warning: 1 question: the intervals say little",
        "warning: 1 case in the baseline only: y",
    ]
