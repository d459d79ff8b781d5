"""`rag ask QUESTION`: an answer from the docs, and the link of the page."""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import Annotated

import typer

from askdocs import assemble
from askdocs.cli.flags import settings
from askdocs.cli.render import json_document, terminal
from askdocs.cli.render.answer import finish, notes, numbered
from askdocs.cli.search_options import SearchOptions, no_match_exit, with_search_options
from askdocs.domain.answer import Answer, Status
from askdocs.domain.errors import NothingMatches
from askdocs.steps.search.question import checked_question


@with_search_options
def ask(
    ctx: typer.Context,
    question: Annotated[
        str,
        typer.Argument(metavar="QUESTION", help='In plain words; "-" reads stdin.'),
    ],
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
    loaded = settings(ctx, quiet=quiet)
    asked = checked_question(terminal.question_from(question))
    only = options.filter()
    name = loaded.settings.product
    document = partial(json_document.answer, product=name, warnings=loaded.warnings)
    begin = perf_counter()
    try:
        with assemble.asker(
            loaded,
            llm=not no_llm,
            only=only,
            rerank=not options.no_rerank,
            on_wait=None if as_json or quiet else terminal.err,
        ) as answering:
            for text in () if quiet else answering.warnings:
                terminal.warning(text)
            listed = None if as_json or quiet else terminal.listed
            answer = answering.answerer.answer(
                asked,
                only=answering.only,
                show=None if as_json else terminal.piece,
                listed=listed,
            )
    except NothingMatches as err:
        none = Answer(asked, Status.NO_MATCH, "", (), (), loaded.settings.base_url)
        seconds = perf_counter() - begin
        empty = document(none, index={}, seconds=seconds)
        raise no_match_exit(err, empty, as_json=as_json) from err
    if as_json:
        seconds, index = perf_counter() - begin, answering.index
        terminal.as_document(document(answer, index=index, seconds=seconds))
    else:
        finish(answer, name)
    seen = numbered(answer)
    terminal.kept(partial(assemble.remember, loaded, asked, answer.status.value, seen))
    notes(answer, quiet=quiet)
    raise typer.Exit(answer.exit_code)
