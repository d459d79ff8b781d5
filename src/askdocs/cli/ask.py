"""`rag ask QUESTION`: an answer from the docs, and the link of the page."""

from __future__ import annotations

from time import perf_counter
from typing import Annotated

import typer

from askdocs import assemble
from askdocs.cli import documents, show
from askdocs.cli.flags import settings
from askdocs.steps.question import checked_question


def ask(
    ctx: typer.Context,
    question: Annotated[
        str,
        typer.Argument(metavar="QUESTION", help='In plain words; "-" reads stdin.'),
    ],
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
    asked = checked_question(show.question_from(question))
    product = loaded.settings.product
    begin = perf_counter()
    with assemble.asker(loaded, llm=not no_llm) as answering:
        answer = answering.answer(asked, None if as_json else show.piece)
    if as_json:
        seconds, index = perf_counter() - begin, answering.index
        show.as_document(
            documents.answer(answer, product, index=index, seconds=seconds)
        )
    elif answer.text:
        show.answer_end(answer, product)
    else:
        show.passages(answer.retrieved)
        show.out(show.closing(answer, product), href=answer.link)
    show.degraded(answer.degraded, quiet=quiet)
    if answer.problem:
        show.problem(answer.problem, answer.hint)
    raise typer.Exit(answer.exit_code)
