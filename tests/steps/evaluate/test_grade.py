"""Answers are graded by patterns: what must be said, and what must not."""

from __future__ import annotations

import pytest
from tests.support.passages import passage

from askdocs.domain.answer import REFUSAL, Answer, Sentence, Status, Verdict
from askdocs.domain.answer_evaluation import FAR, NEAR, AnswerCase, Grade
from askdocs.steps.evaluate.grade import RATES, grade, plain

ASKED = AnswerCase(
    "1",
    "Can I keep it?",
    ("a.mdx",),
    (("30 days", "a month"), (r"^\W*no\b", "deleted")),
    (r"^\W*yes\b",),
)


def answer(text: str, status: Status = Status.ANSWERED, **more) -> Answer:
    return Answer("Can I keep it?", status, text, (), (), "", **more)


def refused(kind: str) -> AnswerCase:
    return AnswerCase("2", "Who won?", kind=kind)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is kept for 30 days, then deleted.", Grade.USEFUL),
        ("NO: after A Month it is gone.", Grade.USEFUL),
        ("It is kept for 30 days.", Grade.MISSED),
        ("Yes, for 30 days, then deleted.", Grade.WRONG),
        ("**Yes.**", Grade.WRONG),
        ("", Grade.EMPTY),
        (" \n ``` \n```", Grade.EMPTY),
    ],
    ids=[
        "one of each group",
        "case does not matter",
        "a group is missed",
        "all is said, and what must not be",
        "what must not be, in bold",
        "no text",
        "nothing but signs",
    ],
)
def test_of_each_group_one_is_enough_and_nothing_forbidden_may_be_said(text, expected):
    """A fact can be put in several ways; a wrong one spoils the rest."""
    assert grade(ASKED, answer(text)).grade is expected


@pytest.mark.parametrize(
    "text",
    [
        "[^1] No: a month [^2].",
        "*No*:\na\n\nmonth",
        "`No`: a [^3] month",
        "\n\n No: a\u00a0month [^12][^1]",
    ],
    ids=["marks", "lines", "a mark within a phrase", "other blanks"],
)
def test_neither_marks_nor_layout_stand_between_words(text):
    """Patterns are written for what is said, not for how it looks."""
    assert grade(ASKED, answer(text)).grade is Grade.USEFUL


def test_the_ends_of_a_pattern_are_those_of_the_whole_text():
    """ "Yes" at the start of a later line answers another question."""
    outcome = grade(ASKED, answer("Deleted after 30 days.\nYes, both."))

    assert outcome.grade is Grade.USEFUL


def test_what_looks_like_a_pattern_of_the_page_stays():
    """`[^0-9]` is no mark."""
    assert plain("Match `[^0-9]+` [^1].") == "Match [^0-9]+."


@pytest.mark.parametrize(
    "status",
    [Status.NO_MATCH, Status.NOT_IN_CONTEXT, Status.UNVERIFIED, Status.GUARDRAIL],
    ids=lambda status: status.value,
)
def test_a_refusal_says_nothing(status):
    """Not even by chance what would be right, or wrong."""
    case = AnswerCase("1", "Why?", ("a",), (("know",),), ("know",))

    outcome = grade(case, answer(REFUSAL, status))

    assert outcome.grade is Grade.REFUSED
    assert (outcome.missed, outcome.forbidden) == ((("know",),), ())
    assert not outcome.is_right


@pytest.mark.parametrize("text", ["30 days, deleted", "Yes"])
def test_a_reply_that_was_broken_off_is_not_useful_but_may_be_wrong(text):
    """Its end is missing; what is there was read."""
    outcome = grade(ASKED, answer(text, Status.INCOMPLETE))

    assert outcome.grade is (Grade.WRONG if text == "Yes" else Grade.MISSED)


def test_a_partial_answer_can_be_useful():
    """What was left out was not what was asked."""
    said = answer("30 days, then deleted.", Status.PARTIAL)

    assert grade(ASKED, said).grade is Grade.USEFUL


@pytest.mark.parametrize(
    ("kind", "unmentioned", "expected", "right"),
    [
        (NEAR, ("Tokyo",), Grade.UNMENTIONED, True),
        ("", ("Tokyo",), Grade.UNMENTIONED, True),
        (FAR, ("Tokyo",), Grade.ANSWERED, False),
        (NEAR, (), Grade.ANSWERED, False),
    ],
    ids=["near", "no kind", "far", "not told"],
)
def test_what_is_told_as_not_mentioned_is_no_false_answer(
    kind, unmentioned, expected, right
):
    """But only of a question on the subject of the docs."""
    outcome = grade(refused(kind), answer("Regions: Oslo.", unmentioned=unmentioned))

    assert (outcome.grade, outcome.is_right) == (expected, right)


def test_sentences_are_counted_by_what_became_of_them():
    """On a refusal none is shown; only those that no passage says were struck."""
    sentences = (
        Sentence("A.", Verdict.SUPPORTED, shown=False),
        Sentence("B.", Verdict.UNSUPPORTED, shown=False),
        Sentence("C.", Verdict.UNSUPPORTED, shown=True),
    )

    outcome = grade(ASKED, answer("C.", sentences=sentences))

    assert (outcome.written, outcome.unsupported, outcome.struck) == (3, 2, 1)


def test_a_page_that_is_cited_twice_is_named_once():
    """In the order of the marks."""
    pages = (passage(1, path="b"), passage(2, path="a"), passage(3, path="b"))
    said = Answer("Why?", Status.ANSWERED, "So.", pages, pages, "")

    assert grade(ASKED, said).cited == ("b", "a")


@pytest.mark.parametrize(
    ("name", "case", "said", "counted"),
    [
        ("useful", ASKED, answer("a month, deleted"), True),
        ("useful", ASKED, answer("a month"), False),
        ("wrong", ASKED, answer("yes"), True),
        ("answerable_refused", ASKED, answer(REFUSAL, Status.NO_MATCH), True),
        ("near_refused", refused(NEAR), answer("x", unmentioned=("y",)), True),
        ("far_refused", refused(FAR), answer("x", unmentioned=("y",)), False),
        ("far_refused", refused(FAR), answer(REFUSAL, Status.NO_MATCH), True),
        ("refused", refused(""), answer(REFUSAL, Status.NO_MATCH), True),
        ("refused", refused(""), answer("x"), False),
        ("empty", refused(""), answer(""), True),
    ],
)
def test_each_rate_counts_what_its_name_says(name, case, said, counted):
    """Gates are set by these names."""
    rate = RATES[name]

    assert rate.of(case)
    assert rate.has(grade(case, said)) is counted


@pytest.mark.parametrize(
    ("case", "names"),
    [
        (ASKED, {"useful", "wrong", "answerable_refused", "empty"}),
        (refused(NEAR), {"near_refused", "refused", "empty"}),
        (refused(FAR), {"far_refused", "refused", "empty"}),
        (refused(""), {"refused", "empty"}),
    ],
    ids=["answerable", "near", "far", "no kind"],
)
def test_a_case_counts_for_the_rates_of_its_kind_alone(case, names):
    """A question that is to be refused makes no answer useful, nor wrong."""
    assert {name for name, rate in RATES.items() if rate.of(case)} == names
