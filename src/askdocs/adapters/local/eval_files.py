"""Read files of evaluation cases and saved runs, write runs and drafted cases."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from askdocs.adapters.local.files import as_not_writable, replace_text
from askdocs.domain.answer_evaluation import FAR, NEAR
from askdocs.domain.errors import ConfigError
from askdocs.domain.evaluation import RUN_SCHEMA, Baseline, Case, Outcome, page_of
from askdocs.domain.text import visible

MAX_FILE_BYTES = 64 * 1024 * 1024
"""Bytes of a file; 218 cases have 62 kB, their run 250 kB."""

MAX_CASES = 100_000
"""Cases of a file; each takes some 15 ms."""

RowError: TypeAlias = Callable[[str], ConfigError]
"""Returns the error of a row with this problem."""

_EXAMPLE = '{"id": "1", "question": "How do I ...?", "wanted": ["pages/x.mdx"]}'


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What a file of cases holds.

    Attributes:
        cases: At least one; each id once.
        unanswerable: How many rows say that the docs hold no answer; only answers can
            be measured by these.
    """

    cases: tuple[Case, ...]
    unanswerable: int


def read_cases(file: Path) -> tuple[Case, ...]:
    """Return the cases of a file; see `read_case_file`."""
    return read_case_file(file).cases


def read_case_file(file: Path) -> CaseFile:
    """Read JSON lines; blank lines and keys that we do not know are passed over.

    Raises:
        ConfigError: naming the line, if the file or a row of it is none of ours.
    """
    cases: dict[str, Case] = {}
    unanswerable = 0
    for line, row in read_rows(file):
        where = f"{file}, line {line}"
        if is_unanswerable(row):
            unanswerable += 1
            continue
        case = _to_case(row, line, where)
        if case.id in cases:
            first = cases[case.id].line
            raise _case_error(where, f"the id {case.id!r} is that of line {first}, too")
        cases[case.id] = case
    if not cases:
        hint = f"one per line: {_EXAMPLE}"
        if unanswerable:
            hint = f"rag eval --answers {file}   (each row is to be refused)"
        raise ConfigError(f"{file} holds no case", hint=hint)
    return CaseFile(tuple(cases.values()), unanswerable)


def is_unanswerable(row: Any) -> bool:
    """Whether a row says that the docs hold no answer, rather than nothing at all.

    >>> is_unanswerable({"wanted": [], "must": []}), is_unanswerable({"wanted": []})
    (True, False)
    """
    if not isinstance(row, dict) or row.get("wanted") or row.get("must"):
        return False
    return "must" in row or row.get("kind") in (NEAR, FAR)


def read_rows(file: Path) -> Iterator[tuple[int, Any]]:
    """Yield the lines of JSON that say something, with their numbers.

    Raises:
        ConfigError: naming the line, if it is no JSON, or beyond `MAX_CASES`.
    """
    for count, (line, text) in enumerate(_numbered_lines(file)):
        where = f"{file}, line {line}"
        if count == MAX_CASES:
            raise _case_error(where, f"more than {MAX_CASES:,} cases")
        yield line, _parse_json(text, where)


def read_run(file: Path) -> Baseline:
    """Read a run that `write_run` wrote, or the output of `rag eval --json`.

    Raises:
        ConfigError: if it is none, or of another schema.
    """
    hint = f"rag eval CASES.jsonl --save {file}   (a new baseline)"
    data = read_saved(file, "metrics", hint)
    try:
        outcomes = tuple(Outcome.from_dict(each) for each in data["questions"])
        generation = str(data["index"]["generation"])
    except NO_RUN as err:
        raise ConfigError(f"{file}: no saved run", hint=hint) from err
    require_distinct([outcome.id for outcome in outcomes], file, hint)
    return Baseline(str(file), generation, outcomes)


NO_RUN = (KeyError, TypeError, ValueError, AttributeError, OverflowError)
"""What data that is no saved run raises when it is read as one."""

_MEASURED = {"metrics": "what is found", "answers": "answers"}


def read_saved(file: Path, key: str, hint: str) -> Mapping[str, Any]:
    """Return the data of a saved run of the kind that has a *key*.

    Raises:
        ConfigError: if it is none, of another schema or of another kind.
    """
    data = _parse_json(_decode(_read_bytes(file), str(file)), str(file), hint=hint)
    schema = data.get("schema_version") if isinstance(data, dict) else None
    if schema != RUN_SCHEMA or isinstance(schema, bool):
        problem = f"schema {schema!r}, not {RUN_SCHEMA}" if schema else "no saved run"
        raise ConfigError(f"{file}: {problem}", hint=hint)
    for other, what in _MEASURED.items():
        if other in data and key not in data:
            problem = f"{file}: a run that measured {what}, not {_MEASURED[key]}"
            raise ConfigError(problem, hint=hint)
    return dict(data)


def require_distinct(ids: Sequence[str], file: Path, hint: str) -> None:
    """Make sure that a saved run holds questions, each once.

    Raises:
        ConfigError: if it does not.
    """
    if not ids or len(set(ids)) < len(ids):
        problem = "an id twice" if ids else "no question"
        raise ConfigError(f"{file}: a saved run with {problem}", hint=hint)


def required_text(row: Mapping[str, Any], key: str, error: RowError) -> str:
    """Return a text of a row that may not be missing; *error* says what is wrong."""
    if key not in row:
        raise error(f"there is no {key}")
    value = row[key]
    if not isinstance(value, str):
        raise error(f"{key} is not a text")
    if not visible(value).strip():
        raise error(f"{key} is empty")
    return value


def to_labels(value: object, key: str, error: RowError) -> tuple[str, ...]:
    """Return pages and sections that a row names, each once; *error* as above."""
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise error(f"{key} is not a list of texts")
    if not all(page_of(label).strip() for label in value):
        raise error(f"{key} holds a label without a page")
    return tuple(dict.fromkeys(label.removesuffix("#") for label in value))


def write_run(file: Path, run: Mapping[str, Any]) -> None:
    """Replace the file by a run in one step.

    Raises:
        NotWritable: if it cannot be written.
    """
    data = {"schema_version": RUN_SCHEMA, **run}
    _write(file, json.dumps(data, indent=1) + "\n")


def write_drafts(file: Path, rows: Sequence[Mapping[str, Any]], *, force: bool) -> None:
    """Write a file of drafted cases.

    Raises:
        ConfigError: if it is there and may not be replaced: drafts may have been edited.
        NotWritable: if it cannot be written.
    """
    if not force and os.path.lexists(file):
        raise ConfigError(
            f"{file} is there already",
            hint="rag eval make DOCS -o ANOTHER-FILE   (or --force)",
        )
    _write(file, "".join(f"{draft_line(row)}\n" for row in rows))


def draft_line(row: Mapping[str, Any]) -> str:
    """Return a drafted case as one line of JSON."""
    return json.dumps(row, ensure_ascii=False)


def _write(file: Path, text: str) -> None:
    with as_not_writable(file):
        if file.exists() and not file.is_file():
            file.write_text(text, encoding="utf-8")  # such as /dev/stdout, or a folder
        else:
            replace_text(file, text)


def _numbered_lines(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that say something with their numbers."""
    rows = _read_bytes(file).removeprefix(b"\xef\xbb\xbf").split(b"\n")
    for number, row in enumerate(rows, start=1):
        if row.strip():
            yield number, _decode(row, f"{file}, line {number}")


def _read_bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as err:
        why = getattr(err, "strerror", None) or str(err)
        raise ConfigError(
            f"{file} cannot be read: {why}", hint=f"ls -l {file}"
        ) from err
    if len(data) > MAX_FILE_BYTES:
        problem = f"{file} has more than {MAX_FILE_BYTES // 1024 // 1024} MiB"
        raise ConfigError(problem, hint=f"split -l {MAX_CASES} {file}")
    return data


def _decode(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as err:
        problem = f"{where}: not UTF-8 at byte {err.start}"
        raise ConfigError(problem, hint="iconv -f latin1 -t utf-8 FILE") from err


def _parse_json(
    text: str, where: str, hint: str = f"one case per line: {_EXAMPLE}"
) -> Any:
    try:
        return json.loads(text)
    except RecursionError as err:
        raise ConfigError(f"{where}: nested too deep", hint=hint) from err
    except ValueError as err:
        raise ConfigError(f"{where}: no JSON: {err}", hint=hint) from err


def _to_case(row: Any, line: int, where: str) -> Case:
    if not isinstance(row, dict):
        raise _case_error(where, "a case is an object")
    wanted = _labels(row, "wanted", where)
    if not wanted:
        raise _case_error(where, "wanted is empty: nothing could be found")
    exclude = _labels(row, "exclude", where) if row.get("exclude") is not None else ()
    overlap = {*exclude} & {*wanted, *map(page_of, wanted)}
    if overlap:
        raise _case_error(where, f"wanted and excluded: {min(overlap)}")
    return Case(
        required_text(row, "id", partial(_case_error, where)),
        required_text(row, "question", partial(_case_error, where)),
        wanted,
        exclude,
        line,
        draft=row.get("draft") is True,
        source=_optional_text(row, "source"),
        answer=_optional_text(row, "answer"),
    )


def _labels(row: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    if key not in row:
        raise _case_error(where, f"there is no {key}")
    return to_labels(row[key], key, partial(_case_error, where))


def _optional_text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def _case_error(where: str, problem: str) -> ConfigError:
    return ConfigError(f"{where}: {problem}", hint=f"one case per line: {_EXAMPLE}")
