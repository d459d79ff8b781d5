"""`rag search QUESTION`: passages, scores and links; no language model involved."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from askdocs import assemble
from askdocs.cli.flags import settings
from askdocs.cli.render import json_document, terminal
from askdocs.cli.search_options import SearchOptions, no_match_exit, with_search_options
from askdocs.domain.answer import Found
from askdocs.domain.errors import Exit, NothingMatches
from askdocs.steps.search.question import checked_question


@with_search_options
def search(
    ctx: typer.Context,
    question: Annotated[
        str,
        typer.Argument(metavar="QUESTION", help='In plain words; "-" reads stdin.'),
    ],
    options: SearchOptions,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say why each passage is there.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="Print errors only beside the result.")
    ] = False,
) -> None:
    """Find the passages that answer a question best.

    rag search "how do I create a serverless job?"
    """
    loaded = settings(ctx, quiet=quiet)
    asked = checked_question(terminal.question_from(question))
    only = options.filter()
    try:
        with assemble.searcher(
            loaded, only=only, rerank=not options.no_rerank
        ) as search:
            found = search.retriever.find(asked, search.only)
    except NothingMatches as err:
        empty = json_document.found(asked, Found(()))
        raise no_match_exit(err, empty, as_json=as_json) from err
    if as_json:
        terminal.as_document(json_document.found(asked, found, explain=explain))
    else:
        terminal.passages(found.passages, found.ranks if explain else {})
    if explain and not as_json:
        spent = " · ".join(f"{name} {ms:.1f} ms" for name, ms in found.spent_ms.items())
        terminal.out(f"time: {spent}")
    seen = enumerate(found.passages, start=1)
    terminal.kept(partial(assemble.remember, loaded, asked, "search", seen))
    terminal.degraded(found.degraded, quiet=quiet)
    if not found.passages:
        terminal.problem(
            "no passage was found", "ask in other words, or see rag status"
        )
        raise typer.Exit(Exit.REFUSED)
