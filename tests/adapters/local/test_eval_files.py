"""Files of cases and of runs: what is read, what is refused, what is written."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from askdocs.adapters.local import eval_files
from askdocs.adapters.local.eval_files import (
    read_case_file,
    read_cases,
    read_run,
    write_drafts,
    write_run,
)
from askdocs.domain.errors import ConfigError, NotWritable
from askdocs.domain.evaluation import EvaluationRun, Level, Outcome

ROW: dict[str, Any] = {"id": "1", "question": "Why?", "wanted": ["a.mdx"]}
OUTCOME = Outcome("1", "Why?", ("a.mdx#x",), ("a.mdx",), 1, 1.0, ("a.mdx#x",))
LEVEL = Level(1, {"ndcg@10": 1.0}, {"ndcg@10": (1.0, 1.0)})
RUN = EvaluationRun((OUTCOME,), LEVEL, LEVEL, generation="g1", model="m")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cases.jsonl"


def written(file: Path, *rows: Any) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_a_row_becomes_a_case(file):
    """Keys that others have put there are theirs."""
    row = {**ROW, "exclude": ["b.mdx"], "source": "faq", "answer": "So.", "by": "me"}

    (case,) = read_cases(written(file, row))

    assert (case.id, case.question, case.wanted) == ("1", "Why?", ("a.mdx",))
    assert (case.exclude, case.source, case.answer) == (("b.mdx",), "faq", "So.")
    assert not case.draft


def test_blank_lines_marks_and_other_line_ends_are_no_rows(file):
    """Editors leave them; the numbers of the lines stay those of the editor."""
    text = f"\ufeff{json.dumps(ROW)}\r\n\r\n  \n{json.dumps({**ROW, 'id': '2'})}"
    file.write_bytes(text.encode())

    assert [(case.id, case.line) for case in read_cases(file)] == [("1", 1), ("2", 4)]


def test_a_line_separator_inside_a_question_does_not_end_its_row(file):
    """JSON allows it, and `splitlines` would cut there."""
    row = json.dumps({**ROW, "question": "Why\u2028not?"}, ensure_ascii=False)

    assert len(read_cases(written(file, row))) == 1


def test_a_label_that_comes_twice_is_one(file):
    """An empty fragment names the page; counted twice, recall could not reach 1."""
    (case,) = read_cases(written(file, {**ROW, "wanted": ["a", "b#x", "a#", "b#x"]}))

    assert case.wanted == ("a", "b#x")


def test_a_draft_is_known_as_one(file):
    """Only `true` marks it: a word in that place is somebody else's."""
    rows = [{**ROW, "draft": True}, {**ROW, "id": "2", "draft": "no"}]

    assert [case.draft for case in read_cases(written(file, *rows))] == [True, False]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("{", "no JSON"),
        ("[1]", "a case is an object"),
        ("[" * 100_000, "nested too deep"),
        ({"question": "Why?", "wanted": ["a"]}, "there is no id"),
        ({"id": "1", "wanted": ["a"]}, "there is no question"),
        ({"id": "1", "question": "Why?"}, "there is no wanted"),
        ({**ROW, "id": 7}, "id is not a text"),
        ({**ROW, "id": " "}, "id is empty"),
        ({**ROW, "question": None}, "question is not a text"),
        ({**ROW, "question": "\u200b"}, "question is empty"),
        ({**ROW, "wanted": "a.mdx"}, "wanted is not a list of texts"),
        ({**ROW, "wanted": ["a.mdx", 1]}, "wanted is not a list of texts"),
        ({**ROW, "wanted": []}, "wanted is empty"),
        ({**ROW, "wanted": ["#x"]}, "wanted holds a label without a page"),
        ({**ROW, "exclude": "b.mdx"}, "exclude is not a list of texts"),
        ({**ROW, "exclude": ["a.mdx"]}, "wanted and excluded: a.mdx"),
        ({**ROW, "wanted": ["a#x"], "exclude": ["a"]}, "wanted and excluded: a"),
    ],
)
def test_a_row_that_is_none_is_named_by_its_line(file, row, problem):
    """A row passed over in silence would make the mean one of other questions."""
    written(file, {**ROW, "id": "first"}, "", row)

    with pytest.raises(ConfigError, match="line 3: ") as caught:
        read_cases(file)

    assert problem in str(caught.value)


@pytest.mark.parametrize(
    "row",
    [{"wanted": [], "must": []}, {"must": []}, {"kind": "refuse-far"}],
    ids=["empty", "no key", "a kind"],
)
def test_a_row_that_is_to_be_refused_is_counted_and_passed_over(file, row):
    """No page could be found; what is answered, another measurement asks."""
    held = read_case_file(written(file, ROW, {"question": "Who won?", **row}))

    assert ([case.id for case in held.cases], held.unanswerable) == (["1"], 1)


def test_a_file_of_nothing_but_refusals_says_what_measures_it(file):
    """The mean of nothing is no number."""
    with pytest.raises(ConfigError, match="holds no case") as caught:
        read_cases(written(file, {"question": "Who won?", "wanted": [], "must": []}))

    assert caught.value.hint.startswith(f"rag eval --answers {file}")


def test_a_run_of_answers_is_no_run_of_a_search(file):
    """Both are called run.json."""
    write_run(file, {"answers": {}, "questions": []})

    with pytest.raises(ConfigError, match="measured answers, not what is found"):
        read_run(file)


def test_an_id_that_comes_twice_names_both_lines(file):
    """Runs are compared by it."""
    written(file, ROW, {**ROW, "id": "2"}, ROW)

    with pytest.raises(ConfigError, match=r"line 3: the id '1' is that of line 1"):
        read_cases(file)


def test_what_is_not_utf_8_is_named_by_its_line(file):
    """Replaced characters would be another question."""
    file.write_bytes(json.dumps(ROW).encode() + b'\n{"id": "caf\xe9"}\n')

    with pytest.raises(ConfigError, match="line 2: not UTF-8"):
        read_cases(file)


@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_a_file_without_a_case_is_an_error(file, data):
    """The mean of nothing is no number."""
    file.write_bytes(data)

    with pytest.raises(ConfigError, match="holds no case"):
        read_cases(file)


def test_a_file_that_cannot_be_read_is_named(file, tmp_path):
    """Missing, or a folder."""
    for path in (file, tmp_path):
        with pytest.raises(ConfigError, match="cannot be read"):
            read_cases(path)


def test_a_file_without_end_is_refused(monkeypatch):
    """It would fill the memory first."""
    monkeypatch.setattr(eval_files, "MAX_FILE_BYTES", 1024)

    with pytest.raises(ConfigError, match="more than"):
        read_cases(Path("/dev/zero"))


def test_more_cases_than_one_would_wait_for_are_refused(file, monkeypatch):
    """The bound is one of rows, too: a short row is still a question."""
    monkeypatch.setattr(eval_files, "MAX_CASES", 2)
    rows = [{**ROW, "id": str(n)} for n in range(3)]

    with pytest.raises(ConfigError, match="line 3: more than 2 cases"):
        read_cases(written(file, *rows))


# Runs


def test_a_run_that_was_written_is_read_back(file):
    """All that a comparison needs is in it."""
    write_run(file, RUN.as_dict())

    baseline = read_run(file)

    assert (baseline.generation, baseline.outcomes) == ("g1", (OUTCOME,))


def changed(**changes: Any) -> str:
    question = {**RUN.as_dict()["questions"][0], **changes}
    return json.dumps({"schema_version": 1, **RUN.as_dict(), "questions": [question]})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"schema_version": 1}',
        '{"schema_version": 1, "error": {"code": 6}}',
        changed(id=1),
        changed(wanted=[]),
        changed(found="a.mdx"),
        changed(rank="first"),
        changed(sections=None),
        "[" * 100_000,
        json.dumps({**RUN.as_dict(), "schema_version": True}),
        json.dumps({"schema_version": 1, **RUN.as_dict(), "questions": []}),
        json.dumps({"schema_version": 1, **RUN.as_dict(), "questions": ["x"]}),
        json.dumps({"schema_version": 1, **RUN.as_dict(), "index": None}),
    ],
)
def test_what_is_no_run_is_no_baseline(file, text):
    """A question without its ranking would be compared as one that found nothing."""
    file.write_text(text)

    with pytest.raises(ConfigError, match=r"cases\.jsonl"):
        read_run(file)


def test_a_run_of_another_schema_says_which(file):
    """Its numbers may mean something else."""
    file.write_text(json.dumps({**RUN.as_dict(), "schema_version": 2}))

    with pytest.raises(ConfigError, match="schema 2, not 1"):
        read_run(file)


def test_a_run_with_an_id_twice_is_refused(file):
    """Which of them was it?"""
    data = RUN.as_dict()
    file.write_text(
        json.dumps({"schema_version": 1, **data, "questions": data["questions"] * 2})
    )

    with pytest.raises(ConfigError, match="an id twice"):
        read_run(file)


def test_a_run_that_cannot_be_written_is_named(tmp_path):
    """A folder that is not there, or a folder in its place."""
    for path in (tmp_path / "no" / "run.json", tmp_path):
        with pytest.raises(NotWritable, match="cannot be written"):
            write_run(path, {})


def test_a_run_can_be_written_into_a_pipe(tmp_path):
    """`--save /dev/stdout` must not put a file in the place of a device."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as pool:
        text = pool.submit(pipe.read_text)
        write_run(pipe, {"a": 1})

    assert json.loads(text.result(timeout=10))["a"] == 1
    assert pipe.is_fifo()


def test_drafts_are_never_written_over_other_cases(file):
    """Somebody has read and mended them."""
    write_drafts(file, [ROW], force=False)
    before = file.read_text()

    with pytest.raises(ConfigError, match="is there already"):
        write_drafts(file, [{**ROW, "id": "2"}], force=False)
    assert file.read_text() == before
    write_drafts(file, [{**ROW, "id": "2"}], force=True)
    assert [case.id for case in read_cases(file)] == ["2"]
