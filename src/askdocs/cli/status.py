"""`rag status`: what the index holds, what built it, and how the last run ended."""

from __future__ import annotations

from typing import Annotated

import typer

from askdocs import assemble
from askdocs.cli.flags import load_settings
from askdocs.cli.render import terminal


def status(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what the index holds, what built it, and how the last run ended.

    rag status
    """
    facts = assemble.status(load_settings(ctx))
    if as_json:
        terminal.print_json(facts)
        return
    for part, values in facts.items():
        terminal.table((f"{part} {name}", str(value)) for name, value in values.items())
