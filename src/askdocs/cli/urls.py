"""`rag urls`: list where the pages are on the web, and check the links of the docs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from askdocs import assemble
from askdocs.cli.flags import load_settings
from askdocs.cli.render import json_document, terminal
from askdocs.cli.setting_help import SettingsCommand
from askdocs.domain.errors import ConfigError, GateFailed
from askdocs.domain.site import Dead, LinkReport, Score

if TYPE_CHECKING:
    from askdocs.flows.links import DocsSite

app = typer.Typer(help="Where the pages are on the web, and which links are dead.")

_DEAD_LINKS = {
    "page": "no such page",
    "fragment": "no such heading",
    "menu": "no such page",
}


@app.callback(invoke_without_command=True)
def group(ctx: typer.Context) -> None:
    """Show where the pages are on the web, and which links are dead."""
    if ctx.invoked_subcommand is None:
        terminal.out(ctx.get_help())


@app.command("list", cls=SettingsCommand)
def list_all(
    ctx: typer.Context,
    path: Annotated[
        Path | None,
        typer.Argument(metavar="[PATH]", help="Folder with the docs; else the index."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Print fragments, too.")
    ] = False,
) -> None:
    """Print the address of every page, and with -v those of its headings.

    rag urls list ./docs-content -v
    """
    loaded = load_settings(ctx, docs=path)
    table = assemble.table_of(loaded, path) if path else assemble.stored_table(loaded)
    if as_json:
        terminal.print_json(json_document.address_table(table))
        return
    for place in table.places:
        terminal.out(f"{place.url}  {place.path}", href=place.url)
        for anchor in place.anchors if verbose else ():
            terminal.out(f"  #{anchor.anchor}  {anchor.text}".rstrip())


@app.command(cls=SettingsCommand)
def check(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Folder with the docs.")],
    max_dead: Annotated[
        str,
        typer.Option(
            "--max-dead",
            metavar="N|N%",
            help="How many dead links are still exit code 0: a number, or a share of all.",
        ),
    ] = "5%",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="Print dead links only.")
    ] = False,
) -> None:
    """Hold every internal link of the docs, and of their menu, against the pages.

    Each dead one is named with its file, its line, and the live link that comes nearest.

    rag urls check ./docs-content --max-dead 0
    """
    limit = _threshold(max_dead)
    site, report = assemble.link_report(
        load_settings(ctx, docs=path, quiet=quiet), path
    )
    for file in site.failed:
        terminal.err(f"failed: {file.path}: {file.reason}")
    dead, total = len(report.dead), report.total
    excess = dead > (limit * total if "%" in max_dead else limit)
    what = f"{dead:,} of {total:,} links are dead, more than {max_dead}"
    hint = "mend those that are listed, or allow more: --max-dead"
    if as_json:
        failure = json_document.failure(GateFailed(what, hint=hint)) if excess else {}
        terminal.print_json({**json_document.link_report(site, report), **failure})
    else:
        for link in report.dead:
            terminal.out(_dead_line(link))
        if not quiet:
            _print_summary(site, report)
    if excess:
        terminal.error(what, hint)
        raise typer.Exit(GateFailed.exit_code)


def _threshold(text: str) -> float:
    """Return a number of links, or a share of them from 0 to 1.

    Raises:
        ConfigError: if it is neither.
    """
    match = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(%?)", text.strip())
    if not match or (match[2] and float(match[1]) > 100):
        raise ConfigError(
            f"--max-dead: {text} is neither a number nor a percentage",
            hint="rag urls check PATH --max-dead 5%",
        )
    return float(match[1]) / (100 if match[2] else 1)


def _dead_line(link: Dead) -> str:
    nearest = f"; nearest: {link.nearest}" if link.nearest else ""
    return f"{link.path}:{link.line}: {link.link}: {_DEAD_LINKS[link.what]}{nearest}"


def _print_summary(site: DocsSite, report: LinkReport) -> None:
    rules = ", ".join(f"{name} {score.live:,}" for name, score in report.rules.items())
    if report.dead:
        terminal.out()
    terminal.table(
        [
            ("files", f"{len(site.pages) - len(site.ignored):,}"),
            ("slug rule", f"{report.rule}  (live links: {rules})"),
            ("to pages", _live_share(report.pages)),
            ("to headings of other pages", _live_share(report.fragments)),
            ("to headings of their own page", _live_share(report.own)),
            ("menu", _live_share(report.menu)),
            ("dead", f"{len(report.dead):,}"),
        ]
    )


def _live_share(score: Score) -> str:
    if not score.total:
        return "none"
    return f"{score.live:,} of {score.total:,} are live ({score.share:.1%})"
