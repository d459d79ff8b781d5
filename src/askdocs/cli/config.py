"""`rag config show`: every setting, its value, and where it came from."""

from __future__ import annotations

from typing import Annotated

import typer

from askdocs import assemble
from askdocs.cli.flags import load_settings
from askdocs.cli.render import terminal

app = typer.Typer(help="What the settings are and where they come from.")


@app.callback(invoke_without_command=True)
def group(ctx: typer.Context) -> None:
    """Show what the settings are and where they come from."""
    if ctx.invoked_subcommand is None:
        terminal.out(ctx.get_help())


@app.command("show")
def show_all(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print every setting with its value and its source; secrets are masked.

    rag config show
    """
    rows = assemble.configuration(load_settings(ctx))
    if as_json:
        terminal.print_json({"settings": rows})
        return
    terminal.table(
        (
            row["name"],
            f"{'' if row['value'] is None else row['value']}  ({row['source']})",
        )
        for row in rows
    )
