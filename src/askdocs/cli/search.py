"""`rag search QUESTION`: passages, scores and links; no language model involved."""

from __future__ import annotations

from typing import Annotated

import typer

from askdocs import assemble
from askdocs.cli import documents, show
from askdocs.cli.flags import settings
from askdocs.domain.errors import Exit
from askdocs.steps.question import checked_question


def search(
    ctx: typer.Context,
    question: Annotated[
        str,
        typer.Argument(metavar="QUESTION", help='In plain words; "-" reads stdin.'),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="Print errors only beside the result.")
    ] = False,
) -> None:
    """Find the passages that answer a question best.

    rag search "how do I create a serverless job?"
    """
    loaded = settings(ctx, quiet=quiet)
    asked = checked_question(show.question_from(question))
    with assemble.searcher(loaded) as find:
        found = find(asked)
    if as_json:
        show.as_document(documents.found(asked, found))
    else:
        show.passages(found.passages)
    show.degraded(found.degraded, quiet=quiet)
    if not found.passages:
        show.problem("no passage was found", "ask in other words, or see rag status")
        raise typer.Exit(Exit.REFUSED)
