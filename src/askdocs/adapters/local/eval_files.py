"""Read files of evaluation cases and saved runs, write runs and drafted cases."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from askdocs.adapters.local.files import as_not_writable, replace_text
from askdocs.domain.errors import ConfigError
from askdocs.domain.evaluation import RUN_SCHEMA, Baseline, Case, Outcome, page_of
from askdocs.domain.text import visible

MAX_FILE_BYTES = 64 * 1024 * 1024
"""Bytes of a file; 218 cases have 62 kB, their run 250 kB."""

MAX_CASES = 100_000
"""Cases of a file; each takes some 15 ms."""

_EXAMPLE = '{"id": "1", "question": "How do I ...?", "wanted": ["pages/x.mdx"]}'


def read_cases(file: Path) -> tuple[Case, ...]:
    """Read JSON lines; blank lines and keys that we do not know are passed over.

    Raises:
        ConfigError: naming the line, if the file or a row of it is none of ours.
    """
    cases: dict[str, Case] = {}
    for line, text in _numbered_lines(file):
        where = f"{file}, line {line}"
        case = _to_case(_parse_json(text, where), line, where)
        if case.id in cases:
            first = cases[case.id].line
            raise _case_error(where, f"the id {case.id!r} is that of line {first}, too")
        if len(cases) == MAX_CASES:
            raise _case_error(where, f"more than {MAX_CASES:,} cases")
        cases[case.id] = case
    if not cases:
        raise ConfigError(f"{file} holds no case", hint=f"one per line: {_EXAMPLE}")
    return tuple(cases.values())


def read_run(file: Path) -> Baseline:
    """Read a run that `write_run` wrote, or the output of `rag eval --json`.

    Raises:
        ConfigError: if it is none, or of another schema.
    """
    hint = f"rag eval CASES.jsonl --save {file}   (a new baseline)"
    data = _parse_json(_decode(_read_bytes(file), str(file)), str(file), hint=hint)
    schema = data.get("schema_version") if isinstance(data, dict) else None
    if schema != RUN_SCHEMA or isinstance(schema, bool):
        problem = f"schema {schema!r}, not {RUN_SCHEMA}" if schema else "no saved run"
        raise ConfigError(f"{file}: {problem}", hint=hint)
    try:
        outcomes = tuple(Outcome.from_dict(each) for each in data["questions"])
        generation = str(data["index"]["generation"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as err:
        raise ConfigError(f"{file}: no saved run", hint=hint) from err
    if not outcomes or len({outcome.id for outcome in outcomes}) < len(outcomes):
        problem = "an id twice" if outcomes else "no question"
        raise ConfigError(f"{file}: a saved run with {problem}", hint=hint)
    return Baseline(str(file), generation, outcomes)


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
        _required_text(row, "id", where),
        _required_text(row, "question", where),
        wanted,
        exclude,
        line,
        draft=row.get("draft") is True,
        source=_optional_text(row, "source"),
        answer=_optional_text(row, "answer"),
    )


def _required_text(row: Mapping[str, Any], key: str, where: str) -> str:
    if key not in row:
        raise _case_error(where, f"there is no {key}")
    value = row[key]
    if not isinstance(value, str):
        raise _case_error(where, f"{key} is not a text")
    if not visible(value).strip():
        raise _case_error(where, f"{key} is empty")
    return value


def _labels(row: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    if key not in row:
        raise _case_error(where, f"there is no {key}")
    value = row[key]
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise _case_error(where, f"{key} is not a list of texts")
    if not all(page_of(label).strip() for label in value):
        raise _case_error(where, f"{key} holds a label without a page")
    return tuple(dict.fromkeys(label.removesuffix("#") for label in value))


def _optional_text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def _case_error(where: str, problem: str) -> ConfigError:
    return ConfigError(f"{where}: {problem}", hint=f"one case per line: {_EXAMPLE}")
