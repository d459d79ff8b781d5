"""`rag open N`: open the page behind a citation of the last answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from askdocs.assemble.last import last_answer
from askdocs.cli.flags import load_settings
from askdocs.cli.render import answer, terminal
from askdocs.domain.errors import ConfigError

if TYPE_CHECKING:
    from askdocs.adapters.local.last_answer import Citation, LastAnswer


def open_(
    ctx: typer.Context,
    number: Annotated[
        int, typer.Argument(metavar="N", help="The number of the citation or passage.")
    ],
    only_print: Annotated[
        bool, typer.Option("--print", help="Print the address; open no browser.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON; open no browser.")
    ] = False,
) -> None:
    """Open citation N of the last answer, or passage N of the last search.

    The browser is opened only from a terminal; the address is printed in any case.

    rag open 2
    """
    last = last_answer(load_settings(ctx))
    if last is None:
        raise ConfigError("no answer was kept yet", hint='rag ask "is there a CLI?"')
    citation = _citation(last, number)
    if as_json:
        page = {"mark": citation.mark, "title": citation.title, "url": citation.url}
        terminal.print_json({"question": last.question, "citation": page})
        return
    answer.open_url(citation.url, browse=not only_print)


def _citation(last: LastAnswer, number: int) -> Citation:
    """Return the citation with that number.

    Raises:
        ConfigError: if there is none.
    """
    for citation in last.citations:
        if citation.mark == number:
            return citation
    marks = ", ".join(str(citation.mark) for citation in last.citations)
    what = f"has {marks}" if marks else f"has none ({last.status})"
    raise ConfigError(
        f"there is no citation {number}: the last answer {what}",
        hint=f"rag open {last.citations[0].mark}" if marks else 'rag ask "..."',
    )
