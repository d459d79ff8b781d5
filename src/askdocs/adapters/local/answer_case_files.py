"""Read files of cases for answers, and saved runs of them."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from askdocs.adapters.local.eval_files import (
    NO_RUN,
    read_rows,
    read_saved,
    require_distinct,
    required_text,
    to_labels,
)
from askdocs.domain.answer_evaluation import (
    FAR,
    NEAR,
    AnswerBaseline,
    AnswerCase,
    AnswerOutcome,
    Groups,
)
from askdocs.domain.errors import ConfigError
from askdocs.steps.evaluate.grade import compile_pattern

_EXAMPLE = (
    '{"question": "How long ...?", "wanted": ["pages/x.mdx"],'
    ' "must": [["30 days", "a month"]], "forbid": []}'
)
_GROUPS = '"must": [["30 days", "a month"], ["deleted"]]: of each list one must be said'
_REFUSED = '"wanted": [], "must": []: the docs do not answer this'


def read_answer_cases(file: Path) -> tuple[AnswerCase, ...]:
    """Read JSON lines; a row without an id has the number of its line.

    A row that wants no page and asks for nothing is one to be refused. Blank lines and
    keys that we do not know are passed over.

    Raises:
        ConfigError: naming the line and the key, if the file or a row is none of ours.
    """
    cases: dict[str, AnswerCase] = {}
    for line, row in read_rows(file):
        where = f"{file}, line {line}"
        case = _to_case(row, line, where)
        if case.id in cases:
            first = cases[case.id].line
            raise _error(where, f"the id {case.id!r} is that of line {first}, too")
        cases[case.id] = case
    if not cases:
        raise ConfigError(f"{file} holds no case", hint=f"one per line: {_EXAMPLE}")
    return tuple(cases.values())


def read_answer_run(file: Path) -> AnswerBaseline:
    """Read a saved run of answers, or the output of `rag eval --answers --json`.

    Raises:
        ConfigError: if it is none, or of another schema.
    """
    hint = f"rag eval --answers CASES.jsonl --save {file}   (a new baseline)"
    data = read_saved(file, "answers", hint)
    try:
        outcomes = tuple(AnswerOutcome.from_dict(each) for each in data["questions"])
        generation = str(data["index"]["generation"])
        model = str(data["model"] or "")
    except NO_RUN as err:
        raise ConfigError(f"{file}: no saved run", hint=hint) from err
    require_distinct([outcome.case.id for outcome in outcomes], file, hint)
    return AnswerBaseline(str(file), generation, model, outcomes)


def _to_case(row: Any, line: int, where: str) -> AnswerCase:
    if not isinstance(row, dict):
        raise _error(where, "a case is an object")
    error = partial(_error, where)
    case = AnswerCase(
        required_text(row, "id", error) if row.get("id") is not None else str(line),
        required_text(row, "question", error),
        wanted=to_labels(row.get("wanted") or [], "wanted", error),
        must=_groups(row, where),
        forbid=_patterns(row.get("forbid") or [], "forbid", where),
        kind=required_text(row, "kind", error) if row.get("kind") else "",
        line=line,
        draft=row.get("draft") is True,
    )
    _require_sense(case, where)
    return case


def _require_sense(case: AnswerCase, where: str) -> None:
    """Make sure that a case is either one to be answered or one to be refused."""
    if case.kind in (NEAR, FAR) and (case.wanted or case.must):
        what = "wanted" if case.wanted else "must"
        raise _error(where, f"{what} is not empty, but the kind is {case.kind}")
    if case.must and not case.wanted:
        problem = "wanted is empty, but must is not: which page says so?"
        raise _error(where, problem, hint=_REFUSED)
    if case.wanted and not case.must:
        problem = "must is empty, but wanted is not: every answer would be useful"
        raise _error(where, problem, hint=_GROUPS)


def _groups(row: Mapping[str, Any], where: str) -> Groups:
    value = row.get("must") or []
    if not isinstance(value, list) or not all(isinstance(v, list) for v in value):
        raise _error(where, "must is not a list of lists of texts", hint=_GROUPS)
    if not all(value):
        raise _error(where, "must holds an empty list: it can never be met")
    groups = enumerate(value, start=1)
    return tuple(_patterns(each, f"must[{n}]", where) for n, each in groups)


def _patterns(value: object, key: str, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        hint = _GROUPS if key.startswith("must") else '"forbid": ["not possible"]'
        raise _error(where, f"{key} is not a list of texts", hint=hint)
    for n, pattern in enumerate(value, start=1):
        if not pattern.strip():
            raise _error(where, f"{key}[{n}] is empty: it is said by every answer")
        _require_pattern(pattern, f"{where}: {key}[{n}]")
    return tuple(value)


def _require_pattern(pattern: str, where: str) -> None:
    hint = r'a regular expression of Python; "\\." is a dot, "\\(" a parenthesis'
    try:
        with warnings.catch_warnings():
            # Of what may mean something else one day Python only warns.
            warnings.simplefilter("error", FutureWarning)
            compile_pattern(pattern)
    except (re.error, FutureWarning, RecursionError, OverflowError) as err:
        problem = f"{where} is no regular expression: {err}"
        raise ConfigError(problem, hint=hint) from err


def _error(where: str, problem: str, hint: str = "") -> ConfigError:
    hint = hint or f"one case per line: {_EXAMPLE}"
    return ConfigError(f"{where}: {problem}", hint=hint)
