"""What `rag ask`, `rag search` and `rag chat` share: words, options, their completion."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import wraps
from typing import Annotated, Any

import typer

from askdocs import assemble
from askdocs.cli.render import json_document, terminal
from askdocs.domain.errors import AskDocsError, NothingMatches
from askdocs.domain.search import Filter
from askdocs.steps.search import filters
from askdocs.steps.search.question import checked_question

_COMPLETION_TIMEOUT_S = "2"
"""How long a shell waits for a Qdrant server, when somebody presses Tab."""


def _completion(field: str) -> Callable[[str], list[str]]:
    """Return what offers the live values of a field; nothing, if there is no index."""

    def complete(incomplete: str) -> list[str]:
        try:
            loaded = assemble.settings({"qdrant_timeout_s": _COMPLETION_TIMEOUT_S})
            values = assemble.facets(loaded, field)
        except AskDocsError:
            return []
        return filters.complete(values, incomplete, path=field == "path")

    return complete


def _option(field: str, metavar: str, what: str) -> Any:
    """Return the option of a field whose values the shell can offer."""
    return typer.Option(
        f"--{field}",
        metavar=metavar,
        help=f"Only {what}; may be repeated.",
        autocompletion=_completion(field),
    )


QUESTION = typer.Argument(
    metavar="QUESTION", help='In plain words, quoted or not; "-" reads stdin.'
)

# A line per option reads as a table.
# fmt: off
_PRODUCT = _option("product", "NAME", "pages of this product, as serverless-jobs")
_CATEGORY = _option("category", "NAME", "pages of this category")
_TAG = _option("tag", "NAME", "pages with this tag")
_PATH = _option("path", "PATH", "this folder or page of the docs")
_SINCE = typer.Option("--validated-since", metavar="DATE", help="Only pages validated since 2024, 2024-06 or 2024-06-30.")
_NO_RERANK = typer.Option("--no-rerank", help="Keep the order of the search.")
# fmt: on


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """What was typed behind the options that narrow or order a search."""

    product: Annotated[list[str] | None, _PRODUCT] = None
    category: Annotated[list[str] | None, _CATEGORY] = None
    tag: Annotated[list[str] | None, _TAG] = None
    path: Annotated[list[str] | None, _PATH] = None
    validated_since: Annotated[list[str] | None, _SINCE] = None
    no_rerank: Annotated[bool, _NO_RERANK] = False

    def filter(self) -> Filter:
        """Return which pages are searched.

        Raises:
            ConfigError: for a value that makes no sense.
        """
        values = asdict(self)
        del values["no_rerank"]
        return parse_filter(values)


def with_search_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that Typer gives each search option, in their own order.

    They stand where the command has one parameter of the type `SearchOptions`.
    """
    options = inspect.signature(SearchOptions, eval_str=True).parameters
    own = inspect.signature(command, eval_str=True)
    parameters: list[inspect.Parameter] = []
    for parameter in own.parameters.values():
        of_search = parameter.annotation is SearchOptions
        parameters += options.values() if of_search else [parameter]
    (name,) = own.parameters.keys() - {p.name for p in parameters}

    @wraps(command)
    def run(**values: Any) -> None:
        typed = SearchOptions(**{option: values.pop(option) for option in options})
        command(**values, **{name: typed})

    signature = own.replace(
        parameters=[p.replace(kind=p.KEYWORD_ONLY) for p in parameters]
    )
    run.__signature__ = signature  # type: ignore[attr-defined]
    return run


def typed_question(words: Sequence[str]) -> str:
    """Return the question of a command line, whose words may stand without quotes.

    Raises:
        ConfigError: if it is none, or is too long.
    """
    return checked_question(terminal.read_question(" ".join(words)))


def parse_filter(values: Mapping[str, Sequence[str] | None]) -> Filter:
    """Return the filter of a command line.

    Args:
        values: What was typed, by the field of the filter.

    Raises:
        ConfigError: for a value that makes no sense.
    """
    return filters.parse_filter(
        {name: tuple(given or ()) for name, given in values.items()}
    )


def no_match_exit(
    err: NothingMatches, empty: Mapping[str, Any], *, as_json: bool
) -> typer.Exit:
    """Say that a filter leaves nothing, and return how the command ends.

    Args:
        err: Says where matches are.
        empty: The document of a result without passages.
        as_json: Print it, with the error.
    """
    if as_json:
        terminal.print_json({**empty, **json_document.failure(err)})
    terminal.error(str(err), err.hint)
    return typer.Exit(err.exit_code)
