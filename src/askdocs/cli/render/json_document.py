"""Build the data that the `--json` document of each command holds.

Scripts rely on these keys: they are added to and never renamed, or `SCHEMA` rises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from askdocs.cli.render.sources import closing_line, numbered_citations
from askdocs.domain.answer import Answer, Passage, SearchResult, Sentence, Status
from askdocs.domain.errors import (
    AnswerIncomplete,
    AskDocsError,
    DeletionRefused,
    ModelUnavailable,
)
from askdocs.domain.index import Report
from askdocs.domain.site import Explanation, LinkReport, Place, Score, Table
from askdocs.domain.text import SkippedFile

if TYPE_CHECKING:
    from askdocs.flows.links import DocsSite

_ERRORS: dict[Status, type[AskDocsError]] = {
    Status.MODEL_UNAVAILABLE: ModelUnavailable,
    Status.INCOMPLETE: AnswerIncomplete,
}


def error(code: int, name: str, what: str, hint: str) -> dict[str, Any]:
    """Return an error; it stands alone, or beside what could be shown all the same."""
    return {"error": {"code": int(code), "name": name, "what": what, "hint": hint}}


def failure(problem: AskDocsError) -> dict[str, Any]:
    """Return one of our errors."""
    name = type(problem).__name__
    return error(problem.exit_code, name, str(problem), problem.hint)


def address_table(table: Table) -> dict[str, Any]:
    """Return where the pages are."""
    return {
        "slug_rule": table.rule,
        "pages": [_place(place) for place in table.places],
    }


def link_report(site: DocsSite, report: LinkReport) -> dict[str, Any]:
    """Return how the links of the docs fare."""
    return {
        "files": len(site.pages) - len(site.ignored),
        "failed": _skipped_files(site.failed),
        "slug_rule": report.rule,
        "slug_rules": {name: _score(score) for name, score in report.rules.items()},
        "pages": _score(report.pages),
        "fragments": _score(report.fragments),
        "own_fragments": _score(report.own),
        "menu": _score(report.menu),
        "dead": [asdict(link) for link in report.dead],
    }


def explanation(explained: Explanation) -> dict[str, Any]:
    """Return what becomes of one file, and why."""
    page = explained.page
    return {
        "path": explained.path,
        "indexed": not explained.left_out,
        "reason": explained.left_out,
        "kind": page.kind.value if page else "",
        "slug_rule": explained.rule,
        "page": _place(explained.place) if explained.place else None,
        "seen": [asdict(seen) for seen in page.seen] if page else [],
        "links": [asdict(link) for link in page.links] if page else [],
        "warnings": list(page.warnings) if page else [],
        "chunks": [
            {
                "heading": list(chunk.heading),
                "anchor": chunk.anchor,
                "also": list(chunk.also),
                "lines": list(chunk.lines),
                "text": chunk.text,
                "embedded": chunk.embedded,
            }
            for chunk in explained.chunks
        ],
    }


def ingest_report(report: Report, hint: str) -> dict[str, Any]:
    """Return what an ingest run did; *hint* is for what it was kept from."""
    document = {
        "found": report.found,
        "indexed": report.indexed,
        "unchanged": report.unchanged,
        "skipped": _skipped_files(report.skipped),
        "failed": _skipped_files(report.failed),
        "chunks": report.chunks,
        "embedded": report.embedded,
        "written": report.written,
        "deleted": report.deleted,
        "pages_removed": report.pages_removed,
        "withheld": report.withheld,
        "generation": report.generation,
        "seconds": dict(report.seconds),
        "slug_rule": report.slug_rule,
        "unknown_components": dict(report.unknown),
        "warnings": list(report.warnings),
    }
    if report.withheld:
        name = DeletionRefused.__name__
        document |= error(report.exit_code, name, report.withheld, hint)
    return document


def search_result(
    question: str, result: SearchResult, *, explain: bool = False
) -> dict[str, Any]:
    """Return the result of a search, with the ranks of each passage if asked."""
    entries = passages(result.passages)
    if explain:
        for entry, passage in zip(entries, result.passages, strict=True):
            entry["ranks"] = dict(result.ranks.get(passage.id, {}))
    return {
        "question": question,
        "passages": entries,
        "degraded": list(result.degraded),
        **({"milliseconds": dict(result.spent_ms)} if explain else {}),
    }


def answer(
    result: Answer,
    product: str,
    *,
    index: Mapping[str, Any],
    seconds: float,
    warnings: Sequence[str] = (),
) -> dict[str, Any]:
    """Return an answer, with the index it came from and how long it took.

    *warnings* are about the settings; what became of this answer is `degraded`.
    """
    text = f"{result.text}\n\n{closing_line(result, product)}" if result.text else ""
    document = {
        "question": result.question,
        "status": result.status.value,
        "quoted": result.quoted,
        "answer": text,
        "closing": closing_line(result, product),
        "link": result.link,
        "citations": [
            {**_passage(p), "mark": n, "quote": p.text}
            for n, p in numbered_citations(result)
        ],
        "retrieved": passages(result.retrieved),
        "nearest": [
            {**_passage(p), "mark": n} for n, p in enumerate(result.nearest, start=1)
        ],
        "unmentioned": list(result.unmentioned),
        "sentences": [sentence(s) for s in result.sentences],
        "safety": [asdict(safety) for safety in result.safety],
        "index": dict(index),
        "model": {"name": result.model} if result.model else None,
        "timings": {"total": round(seconds, 3), **_seconds(result.spent_ms)},
        "degraded": list(result.degraded),
        "warnings": list(warnings),
    }
    if result.problem:
        name = _ERRORS[result.status].__name__
        document |= error(result.exit_code, name, result.problem, result.hint)
    elif result.hint:
        document["hint"] = result.hint
    return document


def sentence(checked: Sentence) -> dict[str, Any]:
    """Return a sentence of an answer, with its verdict."""
    return {**asdict(checked), "verdict": checked.verdict.value}


def passages(found: Sequence[Passage]) -> list[dict[str, Any]]:
    """Return passages; the nth is what mark [^n] cites."""
    return [_passage(p) for p in found]


def _seconds(spent_ms: Mapping[str, float]) -> dict[str, float]:
    return {stage: round(ms / 1000, 3) for stage, ms in spent_ms.items()}


def _passage(passage: Passage) -> dict[str, Any]:
    return {
        "id": passage.id,
        "path": passage.path,
        "url": passage.link,
        "page_url": passage.url,
        "anchor": passage.anchor,
        "title": passage.title,
        "heading": list(passage.heading),
        "also": list(passage.also),
        "score": round(passage.score, 6),
        "text": passage.text,
        "lines": list(passage.lines),
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "path": place.path,
        "url": place.url,
        "title": place.title,
        "anchors": [asdict(anchor) for anchor in place.anchors],
    }


def _score(score: Score) -> dict[str, Any]:
    return {"total": score.total, "live": score.live, "share": round(score.share, 6)}


def _skipped_files(files: Iterable[SkippedFile]) -> list[dict[str, str]]:
    return [{"path": file.path, "reason": file.reason} for file in files]
