"""What the program has to say becomes text on a terminal, plain text, or JSON.

Everything that a file, a model or a server wrote passes `visible` here before it is
printed: the one sink for untrusted text.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
import traceback
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from askdocs.domain.answer import Answer, Found, Passage, Status
from askdocs.domain.errors import AskDocsError, ConfigError
from askdocs.domain.index import Report
from askdocs.domain.text import Left, visible

SCHEMA = 1
_SNIPPET = 280


def out(text: str = "", *, bold: bool = False, href: str = "") -> None:
    """Print a line of the result; on a terminal bold, and a link that can be followed."""
    line = visible(text)
    if href and _terminal(sys.stdout):
        line = f"\x1b]8;;{visible(href)}\x1b\\{line}\x1b]8;;\x1b\\"
    if bold and _coloured(sys.stdout):
        line = f"\x1b[1m{line}\x1b[0m"
    _write(sys.stdout, line + "\n")


def err(text: str) -> None:
    """Print a line that is not the result."""
    _write(sys.stderr, visible(text) + "\n")


def piece(text: str) -> None:
    """Print a part of a stream; `visible` works on single characters, so seams are safe."""
    _write(sys.stdout, visible(text))


def as_document(data: Mapping[str, Any]) -> None:
    """Print one versioned JSON document; nothing but ASCII, so no escape survives."""
    _write(sys.stdout, json.dumps({"schema_version": SCHEMA, **data}, indent=2) + "\n")


def problem(error: AskDocsError, *, as_json: bool) -> None:
    """Print what failed and what to do next, in two lines; with JSON also as a document."""
    err(f"error: {_one_line(str(error))}")
    err(f" hint: {_one_line(error.hint)}")
    if as_json:
        what = {"name": type(error).__name__, "what": str(error), "hint": error.hint}
        as_document({"error": {"code": int(error.exit_code), **what}})


def warning(text: str) -> None:
    """Print something the user should know, and go on."""
    err(f"warning: {_one_line(text)}")


def bug(
    log: Path,
    kind: type[BaseException],
    value: BaseException,
    trace: TracebackType | None,
) -> None:
    """Keep the traceback of a bug in the log, and print one line."""
    text = "".join(traceback.format_exception(kind, value, trace))
    place = str(log)
    try:
        log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        log.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError:
        place = "nowhere: its folder cannot be written; try --debug"
    err(f"error: internal error: {kind.__name__}: {_one_line(str(value))[:300]}")
    err(f" hint: this is a bug; please report it with the traceback kept in {place}")


def question_from(argument: str) -> str:
    """Return the question as typed, or what stdin holds for "-"; at most 200 kB of it.

    Raises:
        ConfigError: if "-" is asked for on a terminal, where it would wait for ever.
    """
    if argument != "-":
        return argument
    if sys.stdin is None or sys.stdin.isatty():
        raise ConfigError(
            "there is nothing to read on stdin",
            hint='echo "is there a CLI?" | rag ask -',
        )
    return sys.stdin.buffer.read(200_000).decode("utf-8", errors="replace")


def degraded(notes: Sequence[str], *, quiet: bool) -> None:
    """Print what could not be done as it should."""
    for note in () if quiet else notes:
        warning(note)


def report(done: Report, *, dry_run: bool, verbose: bool) -> None:
    """Print what an ingest run did, for a person."""
    out(
        f"{'would do' if dry_run else 'docs':10} {done.found:,} files = {done.indexed:,} indexed"
        f" + {done.unchanged:,} unchanged + {len(done.skipped):,} skipped"
        f" + {len(done.failed):,} failed"
    )
    out(
        f"{'index':10} {done.chunks:,} chunks: {done.embedded:,} texts embedded,"
        f" {done.written:,} written, {done.deleted:,} deleted"
    )
    for reason, n in Counter(left.reason for left in done.skipped).most_common():
        out(f"{'skipped':10} {n:,} x {reason}")
    spent = " · ".join(f"{name} {s:.1f} s" for name, s in done.seconds.items())
    out(f"{'time':10} {spent}")
    out(f"{'generation':10} {done.generation or 'none'}")
    if verbose:
        for left in done.skipped:
            err(f"skipped: {left.path}: {left.reason}")


def complaints(done: Report, *, quiet: bool) -> None:
    """Print what a run could not do; failures even when quiet."""
    for left in done.failed:
        err(f"failed: {left.path}: {left.reason} (what the index held of it stays)")
    for text in () if quiet else done.warnings:
        warning(text)


def report_document(done: Report) -> dict[str, Any]:
    """Return a report as CONVENTIONS give it."""
    return {
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


def passages(found: Sequence[Passage]) -> None:
    """Print passages, best first, each with its link and its beginning."""
    for n, passage in enumerate(found, start=1):
        out(f"{n}. {passage.trail}  ({passage.score:.4f})", bold=True)
        out(f"   {passage.link}", href=passage.link)
        text = " ".join(passage.text.split())
        short = textwrap.shorten(text, _SNIPPET, placeholder=" …")
        out(
            textwrap.fill(
                short, _width(), initial_indent="   ", subsequent_indent="   "
            )
        )
        out()


def passage_document(passage: Passage) -> dict[str, Any]:
    """Return a passage as CONVENTIONS give it."""
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


def found_document(question: str, found: Found) -> dict[str, Any]:
    """Return the result of a search."""
    return {
        "question": question,
        "passages": [passage_document(p) for p in found.passages],
        "degraded": list(found.degraded),
    }


def closing(answer: Answer, product: str) -> str:
    """Return the paragraph that ends every answer: the program's own link."""
    if answer.status in {Status.NO_MATCH, Status.NOT_IN_CONTEXT}:
        return f"The {product} documentation: {answer.link}"
    return f"Read more: {answer.link}"


def answer_end(answer: Answer, product: str) -> None:
    """Print what stands under the streamed text: sources, and last the link."""
    out("\n")
    if answer.cited:
        out("Sources:")
        for n, passage in _marks(answer):
            out(f"[{n}] {passage.trail} - {passage.link}", href=passage.link)
        out()
    out(closing(answer, product), href=answer.link)


def answer_document(answer: Answer, product: str) -> dict[str, Any]:
    """Return an answer as CONVENTIONS give it."""
    text = f"{answer.text}\n\n{closing(answer, product)}" if answer.text else ""
    return {
        "question": answer.question,
        "status": answer.status.value,
        "answer": text,
        "link": answer.link,
        "citations": [
            {**passage_document(p), "mark": n, "quote": p.text}
            for n, p in _marks(answer)
        ],
        "retrieved": [passage_document(p) for p in answer.retrieved],
        "model": answer.model,
        "degraded": list(answer.degraded),
    }


def table(rows: Iterable[tuple[str, str]]) -> None:
    """Print names and values in two columns."""
    rows = list(rows)
    wide = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        out(f"{name:{wide}}  {value}")


def _terminal(stream: TextIO) -> bool:
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def _coloured(stream: TextIO) -> bool:
    return _terminal(stream) and not os.environ.get("NO_COLOR")


def _width() -> int:
    return max(40, min(100, shutil.get_terminal_size((100, 24)).columns))


def _one_line(text: str) -> str:
    return " ".join(visible(text).split())


def _left(items: Iterable[Left]) -> list[dict[str, str]]:
    return [{"path": left.path, "reason": left.reason} for left in items]


def _marks(answer: Answer) -> list[tuple[int, Passage]]:
    """Return the cited passages with the numbers that the text gives them."""
    number = {p.id: n for n, p in enumerate(answer.retrieved, start=1)}
    return [(number[p.id], p) for p in answer.cited]


def _write(stream: TextIO, text: str) -> None:
    stream.write(text)
    stream.flush()
