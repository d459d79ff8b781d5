"""The options that narrow a search, their completion, and what is said if nothing is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import typer

from askdocs import assemble
from askdocs.cli.render import json_document, terminal
from askdocs.domain.errors import AskDocsError, NothingMatches
from askdocs.domain.search import Filter
from askdocs.steps.search import filters as steps

_PATIENCE_S = "2"
"""How long a shell waits for a Qdrant server, when somebody presses Tab."""


def _completing(name: str) -> Callable[[str], list[str]]:
    """Return what offers the live values of a field; nothing, if there is no index."""

    def complete(incomplete: str) -> list[str]:
        try:
            loaded = assemble.settings({"qdrant_timeout_s": _PATIENCE_S})
            known = assemble.facets(loaded, name)
        except AskDocsError:
            return []
        return steps.complete(known, incomplete, path=name == "path")

    return complete


def _values_of(field: str, metavar: str, what: str) -> Any:
    """Return the option of a field whose values the shell can offer."""
    return typer.Option(
        f"--{field}",
        metavar=metavar,
        help=f"Only {what}; may be repeated.",
        autocompletion=_completing(field),
    )


Product = Annotated[
    list[str] | None,
    _values_of("product", "NAME", "pages of this product, as serverless-jobs"),
]
Category = Annotated[
    list[str] | None, _values_of("category", "NAME", "pages of this category")
]
Tag = Annotated[list[str] | None, _values_of("tag", "NAME", "pages with this tag")]
Path = Annotated[
    list[str] | None, _values_of("path", "PATH", "this folder or page of the docs")
]
ValidatedSince = Annotated[
    list[str] | None,
    typer.Option(
        "--validated-since",
        metavar="DATE",
        help="Only pages validated since 2024, 2024-06 or 2024-06-30.",
    ),
]


def typed(**given: Sequence[str] | None) -> Filter:
    """Return the filter of a command line, by field.

    Raises:
        ConfigError: for a value that makes no sense.
    """
    return steps.parse_filter(
        {name: tuple(values or ()) for name, values in given.items()}
    )


def refused(
    err: NothingMatches, empty: Mapping[str, Any], *, as_json: bool
) -> typer.Exit:
    """Say that a filter leaves nothing, and return how the command ends.

    Args:
        err: Says where matches are.
        empty: The document of a result without passages.
        as_json: Print it, with the error.
    """
    if as_json:
        terminal.as_document({**empty, **json_document.failure(err)})
    terminal.problem(str(err), err.hint)
    return typer.Exit(err.exit_code)


NoRerank = Annotated[
    bool, typer.Option("--no-rerank", help="Keep the order of the search.")
]
