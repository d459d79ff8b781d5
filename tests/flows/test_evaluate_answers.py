"""Cases become a run of answers, and two runs a comparison; the answers are a table here."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from askdocs.domain.answer import REFUSAL, Answer, Status
from askdocs.domain.answer_evaluation import (
    FAR,
    NEAR,
    AnswerBaseline,
    AnswerCase,
    AnswerRun,
    Grade,
)
from askdocs.domain.errors import ConfigError, ModelUnavailable, StoreUnavailable
from askdocs.flows.evaluate_answers import (
    answer_shortfalls,
    compare_answer_runs,
    evaluate_answers,
    require_measurable,
)

GOOD, BAD, VAGUE = "It costs 5 EUR.", "It is free.", "It depends."


def case(id_: str = "1", **changes) -> AnswerCase:
    fields = {"wanted": ("a",), "must": (("5 EUR",),), "forbid": ("free",)}
    return AnswerCase(id_, **{"question": f"price {id_}?", **fields, **changes})


def to_refuse(id_: str, kind: str = NEAR) -> AnswerCase:
    return AnswerCase(id_, f"price {id_}?", kind=kind)


def says(*texts: str, **more) -> Callable[[str], Answer]:
    """Return what answers with these texts, one after the other."""
    remaining = iter(texts)

    def ask(question: str) -> Answer:
        text = next(remaining)
        status = Status.NO_MATCH if text == REFUSAL else Status.ANSWERED
        return Answer(question, status, text, (), (), "", **more)

    return ask


def run_of(cases: list[AnswerCase], *texts: str, **more) -> AnswerRun:
    return evaluate_answers(cases, says(*texts, **more), lambda *_: None)


def baseline(run: AnswerRun) -> AnswerBaseline:
    return AnswerBaseline("run.json", "g0", "m0", run.outcomes)


# One run


def test_shares_are_of_the_questions_that_can_have_them():
    """Two to be answered, two to be refused."""
    cases = [case("1"), case("2"), to_refuse("3"), to_refuse("4", FAR)]

    run = run_of(cases, GOOD, BAD, REFUSAL, VAGUE)

    values = {name: (s.count, s.total) for name, s in run.shares.items()}
    assert values == {
        "useful": (1, 2),
        "wrong": (1, 2),
        "answerable_refused": (0, 2),
        "near_refused": (1, 1),
        "far_refused": (0, 1),
        "refused": (1, 2),
        "empty": (0, 4),
    }
    assert run.shares["useful"].interval == (0.0, 1.0)


def test_a_share_of_nothing_has_no_value():
    """A zero would be a bad one."""
    run = run_of([case()], GOOD)

    assert run.shares["far_refused"].value is None
    assert run.as_dict()["answers"]["far_refused"] is None
    assert run.as_dict()["intervals"]["far_refused"] is None


def test_what_was_asked_is_told_while_it_runs():
    """A model takes half a minute for each."""
    steps: list[tuple[str, int, int]] = []

    evaluate_answers(
        [case("1"), case("2")], says(GOOD, GOOD), lambda *step: steps.append(step)
    )

    assert steps == [("answer", 0, 2), ("answer", 1, 2), ("answer", 2, 2)]


def test_the_model_is_that_of_an_answer_that_had_one():
    """A question refused before a model was asked names none."""
    answers = iter([("", REFUSAL), ("llama", GOOD)])

    def ask(question: str) -> Answer:
        model, text = next(answers)
        return says(text, model=model)(question)

    run = evaluate_answers([case("1"), case("2")], ask, lambda *_: None)

    assert run.model == "llama"


def test_how_many_are_quotes_is_a_share_of_what_says_something():
    """A refusal quotes nobody."""
    answers = iter([(True, GOOD), (False, VAGUE), (False, REFUSAL), (False, "")])

    def ask(question: str) -> Answer:
        quoted, text = next(answers)
        return says(text, quoted=quoted)(question)

    run = evaluate_answers([case(str(n)) for n in range(4)], ask, lambda *_: None)

    assert (run.quoted.count, run.quoted.total) == (1, 2)


def test_what_was_degraded_is_told_once():
    """Seventy times the same is noise."""
    run = run_of([case("1"), case("2")], GOOD, GOOD, degraded=("encoder: torch",))

    assert run.degraded == ("encoder: torch",)


def test_a_model_that_fails_ends_the_run():
    """Quotes stand in for it, and the shares would be of neither."""

    def ask(question: str) -> Answer:
        failed = Status.MODEL_UNAVAILABLE
        return Answer(
            question, failed, GOOD, (), (), "", problem="no Ollama", hint="start it"
        )

    with pytest.raises(ModelUnavailable, match="x7: no Ollama") as caught:
        evaluate_answers([case("x7")], ask, lambda *_: None)

    assert caught.value.hint == "start it"


def test_an_error_names_its_case():
    """Which of seventy questions was it?"""

    def ask(_question: str) -> Answer:
        raise StoreUnavailable("no Qdrant", hint="start it")

    with pytest.raises(StoreUnavailable, match="x7: no Qdrant"):
        evaluate_answers([case("x7")], ask, lambda *_: None)


def test_a_question_that_cannot_be_asked_is_known_before_any_is():
    """Not after an hour."""
    cases = [case("1"), case("long", question="x" * 5000)]

    with pytest.raises(ConfigError, match="long: the question has"):
        evaluate_answers(cases, says(), lambda *_: None)


# Two runs


def test_a_move_is_from_one_worth_to_another():
    """Useful before vague before wrong; vague to refused is none."""
    cases = [case(str(n)) for n in range(4)]
    before = run_of(cases, GOOD, BAD, VAGUE, VAGUE)

    compared = compare_answer_runs(
        baseline(before), run_of(cases, VAGUE, VAGUE, REFUSAL, GOOD)
    )

    assert [(m.id, m.before, m.after) for m in compared.worse] == [
        ("0", Grade.USEFUL, Grade.MISSED)
    ]
    assert [(m.id, m.before, m.after) for m in compared.better] == [
        ("1", Grade.WRONG, Grade.MISSED),
        ("3", Grade.MISSED, Grade.USEFUL),
    ]
    assert compared.changes["wrong"].difference == -0.25
    assert compared.changes["useful"].difference == 0
    assert "near_refused" not in compared.changes


@pytest.mark.parametrize(
    "changes",
    [
        {"question": "else?"},
        {"must": (("6 EUR",),)},
        {"forbid": ()},
        {"kind": "fact"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_case_that_was_edited_is_not_compared(changes):
    """It asks for something else now."""
    before = run_of([case("1"), case("2"), case("3")], GOOD, GOOD, GOOD)
    now = run_of([case("1"), case("2", **changes), case("4")], GOOD, GOOD, GOOD)

    compared = compare_answer_runs(baseline(before), now)

    assert (compared.cases, compared.edited) == (1, ("2",))
    assert (compared.gone, compared.new) == (("3",), ("4",))


def test_runs_without_a_common_question_cannot_be_compared():
    """The difference of nothing is no number."""
    before = run_of([case("1")], GOOD)

    with pytest.raises(ConfigError, match="no question in common"):
        compare_answer_runs(baseline(before), run_of([case("2")], GOOD))


# Gates


@pytest.mark.parametrize(
    ("least", "most", "failures"),
    [
        ({"useful": 0.5}, {"wrong": 0.5}, []),
        ({"useful": 0.6}, {}, ["useful is 0.5000, 0.1000 below 0.6"]),
        ({}, {"wrong": 0.03}, ["wrong is 0.5000, 0.4700 above 0.03"]),
    ],
    ids=["equal is enough", "too low", "too high"],
)
def test_a_gate_has_two_sides(least, most, failures):
    """Useful may not be low, and wrong not high."""
    run = run_of([case("1"), case("2")], GOOD, BAD)

    assert list(answer_shortfalls(run, least, most, None, 0.01)) == failures


@pytest.mark.parametrize(
    ("before", "after", "to_be_refused", "failing"),
    [
        (GOOD, VAGUE, False, ["useful"]),
        (VAGUE, BAD, False, ["wrong"]),
        (REFUSAL, VAGUE, True, ["refused"]),
        (VAGUE, GOOD, False, []),
        (BAD, VAGUE, False, []),
        (VAGUE, REFUSAL, True, []),
    ],
    ids=["less useful", "wrong", "no refusal", "useful", "less wrong", "refused"],
)
def test_only_what_is_worse_than_the_baseline_fails(
    before, after, to_be_refused, failing
):
    """Twenty questions that went the same way are no chance."""
    ids = map(str, range(20))
    cases = [to_refuse(n) if to_be_refused else case(n) for n in ids]
    old, new = run_of(cases, *[before] * 20), run_of(cases, *[after] * 20)
    compared = compare_answer_runs(baseline(old), new)

    failures = answer_shortfalls(new, {}, {}, compared, 0.01)

    assert [failure.split()[0] for failure in failures] == failing
    assert answer_shortfalls(new, {}, {}, compared, 1.0) == ()


def test_what_no_case_can_measure_is_no_gate():
    """It would pass for ever, or never."""
    require_measurable([case()], ["useful", "empty"])

    with pytest.raises(ConfigError, match="near_refused cannot be measured"):
        require_measurable([case(), to_refuse("2", FAR)], ["near_refused"])
