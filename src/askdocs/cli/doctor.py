"""`rag doctor`: everything that an answer needs, checked one by one."""

from __future__ import annotations

from typing import Annotated

import typer

from askdocs import assemble
from askdocs.cli.flags import load_settings
from askdocs.cli.render import terminal


def doctor(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check everything that an answer needs, and say how to mend what is not there.

    rag doctor
    """
    checks = assemble.checks(load_settings(ctx))
    if as_json:
        terminal.print_json(
            {
                "checks": [
                    {"name": c.name, "ok": not c.code, "what": c.what, "hint": c.hint}
                    for c in checks
                ]
            }
        )
    else:
        for check in checks:
            terminal.out(
                f"{'bad' if check.code else 'ok':4} {check.name:10} {check.what}"
            )
            if check.hint:
                terminal.out(f"     {'':10} hint: {check.hint}")
    raise typer.Exit(next((c.code for c in checks if c.code), 0))
