"""`rag search QUESTION`: find passages, with scores and links, without a language model."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from askdocs import assemble
from askdocs.cli.flags import load_settings
from askdocs.cli.render import json_document, terminal
from askdocs.cli.render.search_result import print_passages
from askdocs.cli.search_options import (
    QUESTION,
    SearchOptions,
    no_match_exit,
    typed_question,
    with_search_options,
)
from askdocs.domain.answer import SearchResult
from askdocs.domain.errors import Exit, NothingMatches
from askdocs.steps.search.language import language_warnings


@with_search_options
def search(
    ctx: typer.Context,
    words: Annotated[list[str], QUESTION],
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
    loaded = load_settings(ctx, quiet=quiet)
    question = typed_question(words)
    only = options.filter()
    try:
        with assemble.searcher(
            loaded, only=only, rerank=not options.no_rerank
        ) as search:
            result = search.retriever.find(question, search.only)
            foreign = language_warnings(question, english_only=search.english_only)
    except NothingMatches as err:
        empty = json_document.search_result(question, SearchResult(()))
        raise no_match_exit(err, empty, as_json=as_json) from err
    document = json_document.search_result(question, result, explain=explain)
    if as_json:
        terminal.print_json({**document, "warnings": [*loaded.warnings, *foreign]})
    else:
        print_passages(result.passages, result.ranks if explain else {})
    if explain and not as_json:
        times = result.spent_ms.items()
        text = " · ".join(f"{name} {ms:.1f} ms" for name, ms in times)
        terminal.out(f"time: {text}")
    numbered = enumerate(result.passages, start=1)
    terminal.keep_or_warn(
        partial(assemble.remember, loaded, question, "search", numbered, document)
    )
    terminal.warnings((*result.degraded, *foreign), quiet=quiet)
    if not result.passages:
        terminal.error("no passage was found", "ask in other words, or see rag status")
        raise typer.Exit(Exit.REFUSED)
