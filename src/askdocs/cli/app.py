"""The Typer app, and main(): errors become two lines and an exit code."""

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
from askdocs.cli import ask, config, doctor, ingest, search, show, status
from askdocs.cli.flags import setting_flags
from askdocs.domain.errors import MEANING, AskDocsError, ConfigError, Exit

_CODES = "\n".join(f"  {int(code):3}  {what}" for code, what in MEANING.items())
_HELP = f"""Answers questions from a documentation repository, with a link to the page.

\b
  rag ingest ./docs-content
  rag ask "how do I create a serverless job?"
  rag search "is there a CLI?" --json

Every setting is a flag of every command too: RAG_PASSAGES=8 is --passages 8
(rag config show lists them).

\b
Exit codes:
{_CODES}
"""

_USAGE: type[Exception] = typer.BadParameter.__mro__[1]
"""Click's UsageError, wherever this version of Typer keeps its Click."""

app = typer.Typer(
    help=_HELP,
    no_args_is_help=False,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.command()(ingest.ingest)
app.command()(search.search)
app.command()(ask.ask)
app.command()(status.status)
app.command()(doctor.doctor)
app.add_typer(config.app, name="config")


@app.callback(invoke_without_command=True, help=_HELP)
def root(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of a bug.")
    ] = False,
) -> None:
    """Answer questions from a documentation repository."""
    if debug:
        sys.excepthook = sys.__excepthook__
    if version:
        show.out(f"rag {assemble.version()}")
    elif ctx.invoked_subcommand is None:
        show.out(ctx.get_help())


def main() -> None:
    """Run the program. Our errors become two lines; bugs are kept in the log."""
    os.umask(0o077)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    signal.signal(signal.SIGTERM, _terminated)
    argv = sys.argv[1:]
    try:
        argv, flags = setting_flags(argv)
        sys.excepthook = partial(show.bug, assemble.log_file(flags))
        code = app(args=argv, prog_name="rag", standalone_mode=False, obj=flags)
    except _USAGE as err:
        what = err.format_message()  # type: ignore[attr-defined]
        code = _problem(ConfigError(what, hint=f"{_command(err)} --help"), argv)
    except AskDocsError as err:
        code = _problem(err, argv)
    except (KeyboardInterrupt, typer.Abort):
        show.err("interrupted; the index is what it was")
        code = int(Exit.INTERRUPTED)
    except BrokenPipeError:
        # Who read us has gone; Python would complain once more when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 128 + signal.SIGPIPE
    raise SystemExit(code)


def _problem(err: AskDocsError, argv: Sequence[str]) -> int:
    words = argv[: argv.index("--")] if "--" in argv else argv
    show.problem(err, as_json="--json" in words)
    return int(err.exit_code)


def _command(err: Exception) -> str:
    ctx = getattr(err, "ctx", None)
    return ctx.command_path if ctx else "rag"


def _terminated(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(int(Exit.TERMINATED))
