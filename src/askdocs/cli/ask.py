"""`rag ask QUESTION`: answer from the docs, with sources and the link of the page."""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import Annotated

import typer

from askdocs import assemble
from askdocs.cli.flags import load_settings
from askdocs.cli.render import json_document, terminal
from askdocs.cli.render.answer import numbered_passages, print_footer, print_notes
from askdocs.cli.search_options import (
    QUESTION,
    SearchOptions,
    no_match_exit,
    typed_question,
    with_search_options,
)
from askdocs.domain.answer import Answer, Status
from askdocs.domain.errors import NothingMatches
from askdocs.steps.search.language import language_warnings


@with_search_options
def ask(
    ctx: typer.Context,
    words: Annotated[list[str], QUESTION],
    options: SearchOptions,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    no_llm: Annotated[
        bool, typer.Option("--no-llm", help="Show the passages; ask no language model.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="Print errors only beside the result.")
    ] = False,
) -> None:
    """Answer one question from the docs, with its sources and the link of the page.

    rag ask "how do I create a serverless job?"
    """
    loaded = load_settings(ctx, quiet=quiet)
    question = typed_question(words)
    only = options.filter()
    product = loaded.settings.product
    document = partial(json_document.answer, product=product, warnings=loaded.warnings)
    begin = perf_counter()
    try:
        with assemble.asker(
            loaded,
            llm=not no_llm,
            only=only,
            rerank=not options.no_rerank,
            on_wait=None if as_json or quiet else terminal.err,
        ) as answering:
            foreign = language_warnings(question, english_only=answering.english_only)
            terminal.warnings((*answering.warnings, *foreign), quiet=quiet)
            document = partial(document, warnings=(*loaded.warnings, *foreign))
            on_passages = None if as_json or quiet else terminal.retrieved
            answer = answering.answerer.answer(
                question,
                only=answering.only,
                show=None if as_json else terminal.stream,
                listed=on_passages,
            )
        answer = answering.advised(answer)
    except NothingMatches as err:
        none = Answer(question, Status.NO_MATCH, "", (), (), loaded.settings.base_url)
        seconds = perf_counter() - begin
        empty = document(none, index={}, seconds=seconds)
        raise no_match_exit(err, empty, as_json=as_json) from err
    if as_json:
        seconds, index = perf_counter() - begin, answering.index
        warnings = (*loaded.warnings, *answering.notices)
        terminal.print_json(
            document(answer, index=index, seconds=seconds, warnings=warnings)
        )
    else:
        print_footer(answer, product)
    sources = numbered_passages(answer)
    terminal.keep_or_warn(
        partial(assemble.remember, loaded, question, answer.status.value, sources)
    )
    for text in () if quiet else answering.notices:
        terminal.err(text)
    print_notes(answer, quiet=quiet)
    raise typer.Exit(answer.exit_code)
