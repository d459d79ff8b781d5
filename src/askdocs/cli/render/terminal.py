"""Print on a terminal, as plain text into a pipe, or as JSON.

Everything that a file, a model or a server wrote passes `visible` here before it is
printed: the one sink for untrusted text.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from threading import RLock
from typing import Any, TextIO

from askdocs.cli.render.markdown.style import MAX_COLUMNS, Screen, Span, Style
from askdocs.domain.errors import ConfigError, NotWritable
from askdocs.domain.index import Report
from askdocs.domain.text import visible

SCHEMA = 1
ERASE = "\r\x1b[2K"
_LOCK = RLock()
_transient: list[bool] = [False]


def screen(stream: TextIO) -> Screen | None:
    """Return what the terminal behind a stream can show; None where there is none."""
    if not stream.isatty():
        return None
    columns = shutil.get_terminal_size((MAX_COLUMNS, 24)).columns
    dumb = os.environ.get("TERM") == "dumb"
    colour = not (dumb or os.environ.get("NO_COLOR"))
    return Screen(min(MAX_COLUMNS, columns), colour, links=not dumb)


def out(text: str = "", *, bold: bool = False, href: str = "") -> None:
    """Print a line of the result; on a terminal bold, and a link that can be followed."""
    to = screen(sys.stdout) or Screen(0)
    span = Span(text, Style.BOLD if bold else Style.PLAIN, href)
    _write(sys.stdout, to.paint([span]) + "\n")


def out_painted(text: str) -> None:
    """Print what a `Screen` has painted, which made all of it visible."""
    _write(sys.stdout, text)


def note(text: str) -> None:
    """Print a line that is not the result and that nobody must read."""
    to = screen(sys.stderr) or Screen(0)
    lines = [one_line(text)]
    if to.columns:
        lines = textwrap.wrap(lines[0], to.columns, break_on_hyphens=False)
    for line in lines:
        _write(sys.stderr, to.paint([Span(line, Style.DIM)]) + "\n")


def transient(text: str) -> None:
    """Show a line on the terminal until anything else is printed; "" takes it away.

    Any thread may call it.
    """
    if (to := screen(sys.stderr)) is None or not to.links:
        return
    line = one_line(text)[: to.columns - 1]
    with _LOCK:
        _write(sys.stderr, to.paint([Span(line, Style.DIM)]))
        _transient[0] = bool(line)


def err(text: str) -> None:
    """Print a line that is not the result."""
    _write(sys.stderr, one_line(text) + "\n")


def err_block(text: str) -> None:
    """Print several lines that are not the result."""
    _write(sys.stderr, visible(text))


def stream(text: str) -> None:
    """Print a part of a stream; `visible` works on single characters, so seams are safe."""
    _write(sys.stdout, visible(text))


def print_json(data: Mapping[str, Any]) -> None:
    """Print one versioned JSON document; nothing but ASCII, so no escape survives."""
    _write(sys.stdout, json.dumps({"schema_version": SCHEMA, **data}, indent=2) + "\n")


def print_event(name: str, data: Mapping[str, Any]) -> None:
    """Print one event as a line of JSON, at once; nothing but ASCII, as `print_json`."""
    _write(sys.stdout, json.dumps({"event": name, **data}) + "\n")


def print_end(document: Mapping[str, Any]) -> None:
    """Print the last event: the versioned document, or an error."""
    print_event("end", {"schema_version": SCHEMA, **document})


def error(what: str, hint: str) -> None:
    """Print what failed and what to do next, in two lines."""
    _write(sys.stderr, f"error: {one_line(what)}\n hint: {one_line(hint)}\n")


def warning(text: str) -> None:
    """Print something the user should know, and go on."""
    err(f"warning: {text}")


def read_question(argument: str) -> str:
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


def warnings(notes: Sequence[str], *, quiet: bool) -> None:
    """Print what could not be done as it should."""
    for note in () if quiet else notes:
        warning(note)


def ingest_report(report: Report, *, dry_run: bool, verbose: bool) -> None:
    """Print what an ingest run did, for a person."""
    out(
        f"{'would do' if dry_run else 'docs':10} {report.found:,} files = {report.indexed:,} indexed"
        f" + {report.unchanged:,} unchanged + {len(report.skipped):,} skipped"
        f" + {len(report.failed):,} failed"
    )
    out(
        f"{'index':10} {report.chunks:,} chunks: {report.embedded:,} texts embedded,"
        f" {report.written:,} written, {report.deleted:,} deleted"
    )
    for reason, n in Counter(file.reason for file in report.skipped).most_common():
        out(f"{'skipped':10} {n:,} x {reason}")
    if report.slug_rule:
        out(f"{'headings':10} slug rule {report.slug_rule}")
    for name, n in sorted(report.unknown.items()):
        out(f"{'unknown':10} {n:,} x {name}: its text is kept")
    times = " · ".join(f"{name} {s:.1f} s" for name, s in report.seconds.items())
    out(f"{'time':10} {times}")
    out(f"{'generation':10} {report.generation or 'none'}")
    if verbose:
        for file in report.skipped:
            err(f"skipped: {file.path}: {file.reason}")


def ingest_problems(report: Report, *, quiet: bool) -> None:
    """Print what a run could not do; failures even when quiet."""
    for file in report.failed:
        err(f"failed: {file.path}: {file.reason} (what the index held of it stays)")
    warnings(report.warnings, quiet=quiet)


def keep_or_warn(keep: Callable[[], None]) -> None:
    """Keep what `rag open` needs; where that cannot be written there is an answer yet."""
    try:
        keep()
    except NotWritable as failure:
        warning(f"rag open will not know this answer: {failure}")


def table(rows: Iterable[tuple[str, str]]) -> None:
    """Print names and values in two columns."""
    rows = list(rows)
    width = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        out(f"{name:{width}}  {one_line(value)}".rstrip())


def one_line(text: str) -> str:
    """Return a text without line breaks and without what a terminal would obey."""
    lines = (line.strip() for line in visible(text).splitlines())
    return " ".join(line for line in lines if line)


def _write(stream: TextIO, text: str) -> None:
    """Write at once; who reads us may be gone, or the disk behind it full.

    Raises:
        SystemExit: quietly, if the reader has closed the pipe.
        NotWritable: if it cannot be written for another reason.
    """
    try:
        with _LOCK:
            _erase_transient()
            _wait_for_readers(stream)
            stream.write(text)
            stream.flush()
    except OSError as err:
        # Python flushes once more at the end, and would complain once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if isinstance(err, BrokenPipeError):
            raise SystemExit(128 + signal.SIGPIPE) from err
        name = stream.name.strip("<>")
        hint = "df -h   (is there space where you send the output?)"
        what = f"{name} cannot be written: {err.strerror}"
        raise NotWritable(what, hint=hint) from err


def _erase_transient() -> None:
    """Take the transient line away before anything else is printed."""
    if _transient[0]:
        _transient[0] = False
        sys.stderr.write(ERASE)
        sys.stderr.flush()


def _wait_for_readers(stream: TextIO) -> None:
    """Let a write wait until a slow reader has room, whatever the pipe was made for.

    Some programs hand us a pipe that refuses what it cannot hold at once.
    """
    with suppress(OSError, ValueError):  # a stream of a test has no number
        if not os.get_blocking(stream.fileno()):
            os.set_blocking(stream.fileno(), True)
