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
from typing import Any, TextIO

from askdocs.domain.answer import Answer, Passage, Status, Verdict
from askdocs.domain.errors import ConfigError, Exit, NotWritable
from askdocs.domain.index import Report
from askdocs.domain.text import Block, Kind, visible
from askdocs.steps.docs.chunk import readable

SCHEMA = 1
_SNIPPET_CHARS = 280


def out(text: str = "", *, bold: bool = False, href: str = "") -> None:
    """Print a line of the result; on a terminal bold, and a link that can be followed."""
    line = visible(text)
    if href and _is_terminal(sys.stdout):
        line = f"\x1b]8;;{visible(href)}\x1b\\{line}\x1b]8;;\x1b\\"
    if bold and _has_colour(sys.stdout):
        line = f"\x1b[1m{line}\x1b[0m"
    _write(sys.stdout, line + "\n")


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


def passages(
    ranking: Sequence[Passage], ranks: Mapping[str, Mapping[str, int]] | None = None
) -> None:
    """Print passages, best first, each with its link, its ranks if asked, its beginning."""
    for n, passage in enumerate(ranking, start=1):
        out(f"{n}. {one_line(passage.trail)}  ({passage.score:.4f})", bold=True)
        out(f"   {passage.link}", href=passage.link)
        if own := (ranks or {}).get(passage.id):
            out("   ranks: " + ", ".join(f"{name} {n}" for name, n in own.items()))
        block = Block(visible(passage.text), Kind.PROSE, passage.lines)
        text = " ".join(readable(block).split())
        short = textwrap.shorten(text, _SNIPPET_CHARS, placeholder=" …")
        out(
            textwrap.fill(
                short, _width(), initial_indent="   ", subsequent_indent="   "
            )
        )
        out()


def keep_or_warn(keep: Callable[[], None]) -> None:
    """Keep what `rag open` needs; where that cannot be written there is an answer yet."""
    try:
        keep()
    except NotWritable as failure:
        warning(f"rag open will not know this answer: {failure}")


def retrieved(ranking: Sequence[Passage]) -> None:
    """Print on a terminal what the model is reading, while it reads."""
    if not _is_terminal(sys.stderr):
        return
    for n, passage in enumerate(ranking, start=1):
        err(f"[{n}] {passage.trail} - {passage.link}")
    err("")


def answer_status(answer: Answer, *, quiet: bool) -> None:
    """Print how a question ended if it is not simply answered, and what is doubtful.

    What was left out is counted and not quoted: it may be what a page, and no reader,
    wanted to be said. `--json` has it.
    """
    if quiet or answer.status in {Status.ANSWERED, Status.PASSAGES_ONLY}:
        return
    unsupported = [s for s in answer.sentences if s.verdict is Verdict.UNSUPPORTED]
    count = sum(not s.shown for s in unsupported)
    of = f"{count} of {len(answer.sentences)} sentences left out: no passage says so"
    err(f"status: {answer.status.value}" + (f" ({of})" if count else ""))
    for sentence in unsupported:
        if sentence.shown:
            text = textwrap.shorten(
                one_line(sentence.text), _SNIPPET_CHARS, placeholder=" …"
            )
            err(f"not supported: {text} ({sentence.why})")


def closing_line(answer: Answer, product: str) -> str:
    """Return the paragraph that ends every answer: the program's own link."""
    if answer.exit_code is Exit.REFUSED:
        return f"The {product} documentation: {answer.link}"
    return f"Read more: {answer.link}"


def answer_footer(answer: Answer, product: str) -> None:
    """Print what stands under the streamed text: sources, and last the link."""
    out("\n")
    if answer.cited:
        out("Sources:")
        for n, passage in numbered_citations(answer):
            source(n, passage)
        out()
    out(closing_line(answer, product), href=answer.link)


def source(number: int, passage: Passage) -> None:
    """Print one source with its link."""
    line = f"[{number}] {one_line(passage.trail)} - {passage.link}"
    out(line, href=passage.link)


def numbered_citations(answer: Answer) -> list[tuple[int, Passage]]:
    """Return the cited passages with the numbers that the text gives them."""
    number = {p.id: n for n, p in enumerate(answer.retrieved, start=1)}
    return [(number[p.id], p) for p in answer.cited]


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


def _is_terminal(stream: TextIO) -> bool:
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def _has_colour(stream: TextIO) -> bool:
    return _is_terminal(stream) and not os.environ.get("NO_COLOR")


def _width() -> int:
    return max(40, min(100, shutil.get_terminal_size((100, 24)).columns))


def _write(stream: TextIO, text: str) -> None:
    """Write at once; who reads us may be gone, or the disk behind it full.

    Raises:
        SystemExit: quietly, if the reader has closed the pipe.
        NotWritable: if it cannot be written for another reason.
    """
    try:
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
