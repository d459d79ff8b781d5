"""`rag ingest PATH`: a docs folder becomes an index."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from askdocs import assemble
from askdocs.cli import show
from askdocs.cli.flags import settings
from askdocs.domain.index import Wishes


def ingest(
    ctx: typer.Context,
    path: Annotated[
        Path, typer.Argument(help="Folder with the docs.", show_default=False)
    ],
    rebuild: Annotated[
        bool,
        typer.Option("--rebuild", help="Build from nothing, beside the live index."),
    ] = False,
    allow_delete: Annotated[
        bool, typer.Option("--allow-delete", help="Let pages go, however many.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="Print errors only: for cron.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Name every skipped file.")
    ] = False,
) -> None:
    """Make the index say what the docs say; only what changed is embedded.

    rag ingest ./docs-content
    """
    loaded = settings(ctx, docs=path)
    wishes = Wishes(rebuild=rebuild, allow_delete=allow_delete, dry_run=dry_run)
    with assemble.progress(wanted=not quiet) as notify:
        done = assemble.ingest(loaded, path, wishes, notify=notify)
    show.complaints(done, quiet=quiet)
    if as_json:
        show.as_document(show.report_document(done))
    elif not quiet:
        show.report(done, dry_run=dry_run, verbose=verbose)
    if done.withheld:
        show.err(f"error: {done.withheld}; nothing was deleted")
        show.err(f" hint: rag ingest {path} --allow-delete   (if they are to go)")
    raise typer.Exit(done.exit_code)
