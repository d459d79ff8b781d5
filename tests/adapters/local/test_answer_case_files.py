"""Files of cases for answers: what is read, and what is refused with line and key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from askdocs.adapters.local.answer_case_files import read_answer_cases, read_answer_run
from askdocs.adapters.local.eval_files import write_run
from askdocs.domain.answer_evaluation import AnswerCase, AnswerOutcome, AnswerRun, Grade
from askdocs.domain.errors import ConfigError

ROW: dict[str, Any] = {
    "id": "1",
    "kind": "fact",
    "question": "How long?",
    "wanted": ["a.mdx", "a.mdx#"],
    "must": [["30 days", "a month"], ["deleted"]],
    "forbid": ["for ever"],
    "note": "two facts",
}
REFUSE: dict[str, Any] = {"question": "Who won?", "wanted": [], "must": []}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cases.jsonl"


def written(file: Path, *rows: Any) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_a_row_becomes_a_case(file):
    """Keys that others have put there are theirs."""
    (case,) = read_answer_cases(written(file, ROW))

    assert case == AnswerCase(
        "1",
        "How long?",
        ("a.mdx",),
        (("30 days", "a month"), ("deleted",)),
        ("for ever",),
        "fact",
    )
    assert case.is_answerable


@pytest.mark.parametrize(
    "row",
    [
        REFUSE,
        {"question": "Who won?"},
        {**REFUSE, "kind": "refuse-far", "forbid": None},
    ],
    ids=["empty lists", "no lists", "a kind"],
)
def test_a_row_that_asks_for_nothing_is_to_be_refused(file, row):
    """Without an id it has the number of its line."""
    (case,) = read_answer_cases(written(file, "", row))

    assert not case.is_answerable
    assert (case.id, case.line) == ("2", 2)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("{", "no JSON"),
        ([ROW], "a case is an object"),
        ({"wanted": ["a"], "must": [["x"]]}, "there is no question"),
        ({**ROW, "question": 7}, "question is not a text"),
        ({**ROW, "question": "\u200b"}, "question is empty"),
        ({**ROW, "id": 7}, "id is not a text"),
        ({**ROW, "kind": 7}, "kind is not a text"),
        ({**ROW, "wanted": "a.mdx"}, "wanted is not a list of texts"),
        ({**ROW, "wanted": ["#x"]}, "wanted holds a label without a page"),
        ({**ROW, "must": "30 days"}, "must is not a list of lists"),
        ({**ROW, "must": ["30 days"]}, "must is not a list of lists"),
        ({**ROW, "must": [["30 days"], []]}, "must holds an empty list"),
        ({**ROW, "must": [["30 days", 30]]}, r"must[1] is not a list of texts"),
        ({**ROW, "must": [["a"], ["b", " "]]}, r"must[2][2] is empty"),
        ({**ROW, "must": [["a"], ["b", "(c"]]}, r"must[2][2] is no regular expression"),
        ({**ROW, "must": [["[[a]"]]}, r"must[1][1] is no regular expression"),
        ({**ROW, "must": [["a{99999999999}"]]}, r"must[1][1] is no regular expression"),
        ({**ROW, "forbid": "yes"}, "forbid is not a list of texts"),
        ({**ROW, "forbid": ["yes", "*"]}, r"forbid[2] is no regular expression"),
        ({**ROW, "wanted": []}, "wanted is empty, but must is not"),
        ({**ROW, "must": []}, "must is empty, but wanted is not"),
        ({**ROW, "kind": "refuse-near"}, "wanted is not empty, but the kind is refuse"),
        (
            {**ROW, "kind": "refuse-far", "wanted": []},
            "must is not empty, but the kind",
        ),
    ],
)
def test_a_row_that_is_none_is_named_by_its_line_and_key(file, row, problem):
    """A row passed over in silence would make the share one of other questions."""
    written(file, {**ROW, "id": "first"}, "", row)

    with pytest.raises(ConfigError, match="line 3: ") as caught:
        read_answer_cases(file)

    assert problem in str(caught.value)
    assert caught.value.hint


def test_an_id_that_comes_twice_names_both_lines(file):
    """The number of a line may be the id of another row."""
    written(file, {**ROW, "id": "2"}, REFUSE)

    with pytest.raises(ConfigError, match="line 2: the id '2' is that of line 1"):
        read_answer_cases(file)


def test_a_file_without_a_case_is_an_error(file):
    """The share of nothing is no number."""
    with pytest.raises(ConfigError, match="holds no case"):
        read_answer_cases(written(file, ""))


# Saved runs

OUTCOME = AnswerOutcome(
    AnswerCase("1", "How long?", ("a",), (("x", "y"),), ("z",), "fact"),
    Grade.USEFUL,
    "answered",
)


def test_a_saved_run_can_be_compared_with(file):
    """What a comparison needs comes back."""
    run = AnswerRun((OUTCOME,), {}, model="llama", generation="g1")
    write_run(file, run.as_dict())

    kept = read_answer_run(file)

    assert (kept.name, kept.generation, kept.model) == (str(file), "g1", "llama")
    (outcome,) = kept.outcomes
    assert (outcome.grade, outcome.case.must) == (Grade.USEFUL, (("x", "y"),))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"schema_version": 9}, "schema 9, not 1"),
        ({"questions": []}, "a saved run with no question"),
        ({"questions": [OUTCOME.as_dict()] * 2}, "a saved run with an id twice"),
        ({"questions": [{**OUTCOME.as_dict(), "grade": "fine"}]}, "no saved run"),
        ({"questions": [{**OUTCOME.as_dict(), "must": [1]}]}, "no saved run"),
        ({"questions": [{**OUTCOME.as_dict(), "id": None}]}, "no saved run"),
        ({"questions": None}, "no saved run"),
    ],
)
def test_what_is_no_saved_run_is_refused(file, change, problem):
    """A baseline that is misread lets everything pass."""
    data = {"schema_version": 1, **AnswerRun((OUTCOME,), {}).as_dict(), **change}
    file.write_text(json.dumps(data))

    with pytest.raises(ConfigError, match=problem) as caught:
        read_answer_run(file)

    assert "--answers" in caught.value.hint


def test_a_run_of_a_search_is_no_run_of_answers(file):
    """Both are called run.json."""
    write_run(file, {"metrics": {}, "questions": []})

    with pytest.raises(ConfigError, match="measured what is found, not answers"):
        read_answer_run(file)
