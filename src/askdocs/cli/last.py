"""`rag last`: show the last answer again, as it looked."""

from __future__ import annotations

from typing import Annotated

import typer

from askdocs.assemble.last import last_answer
from askdocs.cli.flags import load_settings
from askdocs.cli.render import terminal
from askdocs.cli.render.answer import AnswerView, print_notes
from askdocs.cli.render.kept_document import read_answer, read_search
from askdocs.cli.render.search_result import print_passages
from askdocs.domain.errors import ConfigError


def last(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="Print errors only beside the result.")
    ] = False,
) -> None:
    """Show the last answer again, or the passages of the last search.

    Nothing is searched and no model is asked; rag open N opens what is shown.

    rag last
    """
    kept = last_answer(load_settings(ctx, quiet=quiet))
    if kept is None:
        raise ConfigError("nothing was asked yet", hint='rag ask "is there a CLI?"')
    document = kept.document
    if not document:
        raise ConfigError(
            "of the last answer only the sources were kept: rag open N opens one",
            hint='rag ask "..."   (the next answer is kept whole)',
        )
    if as_json:
        terminal.print_json(document)
    elif kept.status == "search":
        print_passages(read_search(document))
    else:
        answer = read_answer(document)
        with AnswerView(quiet=True) as view:
            view.show_again(answer, document)
        print_notes(answer, quiet=quiet)
