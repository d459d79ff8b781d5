"""Keep the traceback of a bug in a file, and tell the user of it in two lines."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from askdocs.cli.render import json_document, terminal
from askdocs.domain.errors import AskDocsError, Exit


def report_crash(
    kind: type[BaseException],
    value: BaseException,
    trace: TracebackType | None,
    *,
    log: Callable[[], Path],
    as_json: bool,
    on_screen: bool = False,
) -> None:
    """Do what `sys.excepthook` does, the way our users know; the exit code is then 1.

    Args:
        kind: As for `sys.excepthook`.
        value: The same.
        trace: The same.
        log: Returns the file that keeps the traceback of the last bug.
        as_json: Print a document as well.
        on_screen: Print the traceback as well.
    """
    text = "".join(traceback.format_exception(kind, value, trace))
    what = f"internal error: {kind.__name__}: {terminal.one_line(str(value))[:300]}"
    place = _write_log(text, log)
    hint = f"this is a bug; please report it with the traceback kept in {place}"
    if on_screen:
        terminal.err_block(text)
    terminal.error(what, hint)
    if as_json:
        terminal.print_json(
            json_document.error(Exit.INTERNAL, kind.__name__, what, hint)
        )


def _write_log(text: str, log: Callable[[], Path]) -> str:
    """Return where the text is now."""
    try:
        file = log()
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.write_text(text, encoding="utf-8", errors="backslashreplace")
    except (OSError, AskDocsError):
        return "nowhere: its folder cannot be written; try --debug"
    return str(file)
