"""`rag ask QUESTION`: answer from the docs, with sources and the link of the page."""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from askdocs import assemble
from askdocs.cli.flags import load_settings
from askdocs.cli.render import json_document, terminal
from askdocs.cli.render.answer import AnswerView, print_notes
from askdocs.cli.render.json_views import EventStream, JsonView
from askdocs.cli.render.sources import numbered_passages
from askdocs.cli.search_options import (
    QUESTION,
    SearchOptions,
    no_match_exit,
    typed_question,
    with_search_options,
)
from askdocs.domain.answer import Answer, Status
from askdocs.domain.errors import ConfigError, NothingMatches
from askdocs.steps.search.language import language_warnings

if TYPE_CHECKING:
    from askdocs.settings import Loaded


@with_search_options
def ask(
    ctx: typer.Context,
    words: Annotated[list[str], QUESTION],
    options: SearchOptions,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    stream: Annotated[
        bool,
        typer.Option("--stream", help="Print events as JSON lines, each at once."),
    ] = False,
    no_llm: Annotated[
        bool, typer.Option("--no-llm", help="Quote the docs; ask no language model.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="Print errors only beside the result.")
    ] = False,
) -> None:
    """Answer one question from the docs, with its sources and the link of the page.

    rag ask "how do I create a serverless job?"
    """
    if stream and as_json:
        raise ConfigError(
            "--stream and --json exclude each other",
            hint='rag ask --stream "..."   (its last event is the document of --json)',
        )
    loaded = load_settings(ctx, quiet=quiet)
    question = typed_question(words)
    only = options.filter()
    product = loaded.settings.product
    document = partial(json_document.answer, product=product, warnings=loaded.warnings)
    begin = perf_counter()
    with _view(loaded, as_json=as_json, stream=stream, quiet=quiet) as view:
        try:
            with assemble.asker(
                loaded,
                llm=not no_llm,
                only=only,
                rerank=not options.no_rerank,
                on_wait=view.wait_for,
                judged=view.judged,
            ) as answering:
                english_only = answering.english_only
                foreign = language_warnings(question, english_only=english_only)
                terminal.warnings((*answering.warnings, *foreign), quiet=quiet)
                answer = answering.answerer.answer(
                    question,
                    only=answering.only,
                    show=view.show,
                    listed=view.listed,
                )
            answer = answering.advised(answer)
        except NothingMatches as err:
            none = Answer(
                question, Status.NO_MATCH, "", (), (), loaded.settings.base_url
            )
            empty = document(none, index={}, seconds=perf_counter() - begin)
            if stream:
                terminal.print_end({**empty, **json_document.failure(err)})
            raise no_match_exit(err, empty, as_json=as_json) from err
        seconds = perf_counter() - begin
        warnings = (*loaded.warnings, *answering.notices, *foreign)
        data = document(
            answer, index=answering.index, seconds=seconds, warnings=warnings
        )
        view.finish(answer, data)
    keep = partial(assemble.remember, loaded, question, answer.status.value)
    terminal.keep_or_warn(partial(keep, numbered_passages(answer), data))
    for text in () if quiet else answering.notices:
        terminal.err(text)
    print_notes(answer, quiet=quiet)
    raise typer.Exit(answer.exit_code)


def _view(
    loaded: Loaded, *, as_json: bool, stream: bool, quiet: bool
) -> AnswerView | EventStream | JsonView:
    """Return what shows the answer in the form that was asked for."""
    if stream:
        return EventStream(held=bool(loaded.settings.guard))
    return JsonView() if as_json else AnswerView(quiet=quiet)
