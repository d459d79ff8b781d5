"""`rag help [COMMAND]`: the same as `rag COMMAND --help`."""

from __future__ import annotations

from typing import Annotated

import typer


def help_(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="COMMAND", help="As in rag help eval make."),
    ] = None,
) -> None:
    """Say what a command does, and which options and settings it takes.

    rag help ask
    """
    program = ctx.find_root()
    program.command.main(
        [*(words or ()), "--help"], prog_name=program.info_name, standalone_mode=False
    )
