"""Build the Typer app, and run it: an error is two lines and an exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from functools import partial
from types import FrameType
from typing import Annotated

import typer

from askdocs import assemble
from askdocs.cli import (
    ask,
    chat,
    config,
    crash_log,
    doctor,
    evaluate,
    ingest,
    last,
    search,
    status,
    urls,
)
from askdocs.cli.flags import option_words, program_options_first, setting_flags
from askdocs.cli.help import help_
from askdocs.cli.open import open_
from askdocs.cli.render import json_document, terminal
from askdocs.cli.setting_help import SettingsCommand
from askdocs.cli.usage_errors import USAGE, usage_error
from askdocs.domain.errors import MEANING, AskDocsError, Exit

_EXIT_CODES = "\n".join(f"  {int(code):3}  {what}" for code, what in MEANING.items())
_HELP = f"""Answers questions from a documentation repository, with a link to the page.

\b
  rag ingest ./docs-content
  rag ask how do I create a serverless job
  rag search "is there a CLI?" --json

Every setting is a flag of every command too: RAG_PASSAGES=8 is --passages 8 or
-n 8 (rag help ask shows those of a command, rag config show lists them all).

\b
Exit codes:
{_EXIT_CODES}
"""

app = typer.Typer(
    help=_HELP,
    no_args_is_help=False,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
_command = partial(app.command, cls=SettingsCommand)
_command()(ingest.ingest)
_command()(search.search)
_command()(ask.ask)
_command("open")(open_)
_command()(last.last)
_command()(chat.chat)
_command()(status.status)
_command()(doctor.doctor)
app.add_typer(evaluate.app, name="eval")
app.add_typer(urls.app, name="urls")
app.add_typer(config.app, name="config")
app.command("help")(help_)


@app.callback(invoke_without_command=True, help=_HELP)
def root(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("-V", "--version", help="Print the version.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of a bug.")
    ] = False,
    no_color: Annotated[
        bool, typer.Option("--no-color", help="Print without colour, as NO_COLOR=1.")
    ] = False,
) -> None:
    """Answer questions from a documentation repository."""
    if debug:  # main has put our own hook there
        sys.excepthook = partial(sys.excepthook, on_screen=True)  # type: ignore[call-arg]
    if no_color:
        os.environ["NO_COLOR"] = "1"
    if version:
        terminal.out(f"rag {assemble.version()}")
    elif ctx.invoked_subcommand is None:
        terminal.out(ctx.get_help())


def main() -> None:
    """Run the program. Our errors become two lines; bugs are kept in the log."""
    os.umask(0o077)
    _open_streams()
    signal.signal(signal.SIGTERM, _exit_terminated)
    argv = sys.argv[1:]
    try:
        argv, flags = setting_flags(argv)
        as_json = "--json" in option_words(argv)
        log = partial(assemble.log_file, flags)
        sys.excepthook = partial(crash_log.report_crash, log=log, as_json=as_json)
        # Calling `app` itself would put Typer's own hook in the place of ours.
        code = typer.main.get_command(app).main(
            program_options_first(argv),
            prog_name="rag",
            standalone_mode=False,
            obj=flags,
        )
    except USAGE as err:
        code = _print_error(usage_error(err, sys.argv[1:]), argv)
    except AskDocsError as err:
        code = _print_error(err, argv)
    except (KeyboardInterrupt, typer.Abort):
        code = int(Exit.INTERRUPTED)
    if code == Exit.INTERRUPTED:
        if sys.stderr.isatty():  # which has shown ^C in the line that was being written
            terminal.err("")
        terminal.err("interrupted")
    raise SystemExit(code)


def _open_streams() -> None:
    """Make all three standard streams usable, also where the caller has closed them.

    Otherwise the next file that is opened, such as the index, would be stdout.
    """
    while (spare := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(spare)
    sys.stdout = sys.stdout or os.fdopen(1, "w")
    sys.stderr = sys.stderr or os.fdopen(2, "w")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]


def _print_error(err: AskDocsError, argv: Sequence[str]) -> int:
    terminal.error(str(err), err.hint)
    if "--json" in option_words(argv):
        terminal.print_json(json_document.failure(err))
    elif "--stream" in option_words(argv):
        terminal.print_end(json_document.failure(err))
    return int(err.exit_code)


def _exit_terminated(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(int(Exit.TERMINATED))
