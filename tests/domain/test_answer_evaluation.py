"""A run of answers as JSON holds it."""

from __future__ import annotations

import json

from askdocs.domain.answer_evaluation import (
    AnswerCase,
    AnswerOutcome,
    AnswerRun,
    Grade,
    Share,
)


def test_a_run_becomes_the_promised_document():
    """Scripts are written against these keys."""
    case = AnswerCase("1", "How?", ("a",), (("x",),), kind="fact")
    outcome = AnswerOutcome(
        case, Grade.USEFUL, "answered", "X.", quoted=True, written=2, struck=1
    )
    shares = {"useful": Share(1, 1, (1.0, 1.0)), "refused": Share(0, 0)}

    data = json.loads(json.dumps(AnswerRun((outcome,), shares).as_dict()))

    assert data["cases"] == 1
    assert data["answers"] == {"useful": 1.0, "refused": None}
    assert data["intervals"] == {"useful": [1.0, 1.0], "refused": None}
    assert data["counts"]["useful"] == {"count": 1, "of": 1}
    assert data["kinds"]["fact"]["cases"] == data["kinds"]["fact"]["useful"] == 1
    assert data["sentences"] == {"written": 2, "unsupported": 0, "struck": 1}
    assert (data["quoted"], data["model"]) == (1.0, None)
    assert data["questions"][0]["must"] == [["x"]]


def test_a_saved_outcome_keeps_what_is_compared():
    """Question, patterns and grade."""
    case = AnswerCase("1", "How?", ("a",), (("x", "y"),), ("z",), "fact")
    outcome = AnswerOutcome(case, Grade.WRONG, "partial")

    kept = AnswerOutcome.from_dict(outcome.as_dict())

    assert (kept.case.must, kept.case.forbid) == (case.must, case.forbid)
    assert (kept.grade, kept.status, kept.case.kind) == (Grade.WRONG, "partial", "fact")
