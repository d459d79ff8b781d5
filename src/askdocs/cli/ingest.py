"""`rag ingest PATH`: index a docs folder, or explain one of its files."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from askdocs import assemble
from askdocs.cli.flags import load_settings
from askdocs.cli.render import json_document, terminal
from askdocs.cli.render.explain import print_explanation
from askdocs.domain.errors import ConfigError, DocsNotFound
from askdocs.domain.index import IngestOptions


def _parse_path(text: str) -> Path:
    """Return a path; an empty one, from a variable that is not set, is not this folder."""
    if not text.strip():
        raise DocsNotFound("the path is empty", hint="rag ingest PATH-OF-YOUR-DOCS")
    return Path(text)


def ingest(
    ctx: typer.Context,
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="PATH", help="Folder with the docs.", parser=_parse_path
        ),
    ] = None,
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
    explain: Annotated[
        Path | None,
        typer.Option(
            "--explain",
            metavar="FILE",
            help="Say what would become of one file, and why; do nothing.",
        ),
    ] = None,
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
    if explain:
        _explain(ctx, path, explain, as_json=as_json)
        return
    if path is None:
        raise ConfigError("no PATH is given", hint="rag ingest --help")
    loaded = load_settings(ctx, docs=path, quiet=quiet)
    options = IngestOptions(rebuild=rebuild, allow_delete=allow_delete, dry_run=dry_run)
    with assemble.progress(wanted=not quiet) as notify:
        report = assemble.ingest(loaded, path, options, notify=notify)
    hint = f"rag ingest {quote(str(path))} --allow-delete   (if they are to go)"
    terminal.ingest_problems(report, quiet=quiet)
    if as_json:
        terminal.print_json(json_document.ingest_report(report, hint))
    elif not quiet:
        terminal.ingest_report(report, dry_run=dry_run, verbose=verbose)
    if report.withheld:
        terminal.error(f"{report.withheld}; nothing was deleted", hint)
    raise typer.Exit(report.exit_code)


def _explain(
    ctx: typer.Context, folder: Path | None, file: Path, *, as_json: bool
) -> None:
    loaded = load_settings(ctx, docs=folder or file.parent)
    explanation = assemble.explanation(loaded, folder, file)
    if as_json:
        terminal.print_json(json_document.explanation(explanation))
    else:
        print_explanation(explanation)
