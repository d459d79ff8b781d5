"""What a command found becomes the data that its `--json` document holds.

Scripts rely on these keys: they are added to and never renamed, or `SCHEMA` rises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from askdocs.cli.render.terminal import closing, marks
from askdocs.domain.answer import Answer, Found, Passage, Sentence, Status
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

_ERROR: dict[Status, type[AskDocsError]] = {
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


def table(found: Table) -> dict[str, Any]:
    """Return where the pages are."""
    return {
        "slug_rule": found.rule,
        "pages": [_place(place) for place in found.places],
    }


def links(site: DocsSite, report: LinkReport) -> dict[str, Any]:
    """Return how the links of the docs fare."""
    return {
        "files": len(site.pages) - len(site.ignored),
        "failed": _left(site.failed),
        "slug_rule": report.rule,
        "slug_rules": {name: _score(score) for name, score in report.rules.items()},
        "pages": _score(report.pages),
        "fragments": _score(report.fragments),
        "own_fragments": _score(report.own),
        "menu": _score(report.menu),
        "dead": [asdict(link) for link in report.dead],
    }


def explanation(what: Explanation) -> dict[str, Any]:
    """Return what becomes of one file, and why."""
    page = what.page
    return {
        "path": what.path,
        "indexed": not what.left_out,
        "reason": what.left_out,
        "kind": page.kind.value if page else "",
        "slug_rule": what.rule,
        "page": _place(what.place) if what.place else None,
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
            for chunk in what.chunks
        ],
    }


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
        "slug_rule": done.slug_rule,
        "unknown_components": dict(done.unknown),
        "warnings": list(done.warnings),
    }
    if done.withheld:
        name = DeletionRefused.__name__
        document |= error(done.exit_code, name, done.withheld, hint)
    return document


def found(question: str, result: Found, *, explain: bool = False) -> dict[str, Any]:
    """Return the result of a search, with the ranks of each passage if asked."""
    passages = [_passage(p) for p in result.passages]
    if explain:
        for told, passage in zip(passages, result.passages, strict=True):
            told["ranks"] = dict(result.ranks.get(passage.id, {}))
    return {
        "question": question,
        "passages": passages,
        "degraded": list(result.degraded),
        **({"milliseconds": dict(result.spent_ms)} if explain else {}),
    }


def answer(
    given: Answer,
    product: str,
    *,
    index: Mapping[str, Any],
    seconds: float,
    warnings: Sequence[str] = (),
) -> dict[str, Any]:
    """Return an answer, with the index it came from and how long it took.

    *warnings* are about the settings; what became of this answer is `degraded`.
    """
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
        "sentences": [_sentence(sentence) for sentence in given.sentences],
        "safety": [asdict(safety) for safety in given.safety],
        "index": dict(index),
        "model": given.model,
        "timings": {"total": round(seconds, 3)},
        "degraded": list(given.degraded),
        "warnings": list(warnings),
    }
    if given.problem:
        name = _ERROR[given.status].__name__
        document |= error(given.exit_code, name, given.problem, given.hint)
    return document


def _sentence(sentence: Sentence) -> dict[str, Any]:
    return {**asdict(sentence), "verdict": sentence.verdict.value}


def _passage(passage: Passage) -> dict[str, Any]:
    return {
        "id": passage.id,
        "path": passage.path,
        "url": passage.url,
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


def _left(items: Iterable[SkippedFile]) -> list[dict[str, str]]:
    return [{"path": left.path, "reason": left.reason} for left in items]
