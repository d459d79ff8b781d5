"""What a command found becomes the data that its `--json` document holds.

Scripts rely on these keys: they are added to and never renamed, or `SCHEMA` rises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from askdocs.cli.show import closing, marks
from askdocs.domain.answer import Answer, Found, Passage, Status
from askdocs.domain.errors import (
    AnswerIncomplete,
    AskDocsError,
    DeletionRefused,
    ModelUnavailable,
)
from askdocs.domain.index import Report
from askdocs.domain.text import Left

_ERROR: dict[Status, type[AskDocsError]] = {
    Status.MODEL_UNAVAILABLE: ModelUnavailable,
    Status.INCOMPLETE: AnswerIncomplete,
}


def error(code: int, name: str, what: str, hint: str) -> dict[str, Any]:
    """Return an error; it stands alone, or beside what could be shown all the same."""
    return {"error": {"code": int(code), "name": name, "what": what, "hint": hint}}


def report(done: Report, hint: str) -> dict[str, Any]:
    """Return what an ingest run did; *hint* is for what it was kept from."""
    document = {
        "found": done.found,
        "indexed": done.indexed,
        "unchanged": done.unchanged,
        "skipped": _left(done.skipped),
        "failed": _left(done.failed),
        "chunks": done.chunks,
        "embedded": done.embedded,
        "written": done.written,
        "deleted": done.deleted,
        "pages_removed": done.pages_removed,
        "withheld": done.withheld,
        "generation": done.generation,
        "seconds": dict(done.seconds),
        "warnings": list(done.warnings),
    }
    if done.withheld:
        name = DeletionRefused.__name__
        document |= error(done.exit_code, name, done.withheld, hint)
    return document


def found(question: str, result: Found) -> dict[str, Any]:
    """Return the result of a search."""
    return {
        "question": question,
        "passages": [_passage(p) for p in result.passages],
        "degraded": list(result.degraded),
    }


def answer(
    given: Answer, product: str, *, index: Mapping[str, Any], seconds: float
) -> dict[str, Any]:
    """Return an answer, with the index it came from and how long it took."""
    text = f"{given.text}\n\n{closing(given, product)}" if given.text else ""
    document = {
        "question": given.question,
        "status": given.status.value,
        "answer": text,
        "link": given.link,
        "citations": [
            {**_passage(p), "mark": n, "quote": p.text} for n, p in marks(given)
        ],
        "retrieved": [_passage(p) for p in given.retrieved],
        "index": dict(index),
        "model": given.model,
        "timings": {"total": round(seconds, 3)},
        "degraded": list(given.degraded),
    }
    if given.problem:
        name = _ERROR[given.status].__name__
        document |= error(given.exit_code, name, given.problem, given.hint)
    return document


def _passage(passage: Passage) -> dict[str, Any]:
    return {
        "id": passage.id,
        "path": passage.path,
        "url": passage.url,
        "anchor": passage.anchor,
        "title": passage.title,
        "heading": list(passage.heading),
        "score": round(passage.score, 6),
        "text": passage.text,
        "lines": list(passage.lines),
    }


def _left(items: Iterable[Left]) -> list[dict[str, str]]:
    return [{"path": left.path, "reason": left.reason} for left in items]
