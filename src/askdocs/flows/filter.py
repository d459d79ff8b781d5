"""Resolve a filter by the values of the index, or say where matches are instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from askdocs.domain.answer import Passage, SearchResult
from askdocs.domain.errors import NothingMatches
from askdocs.domain.ports import EVERYTHING, Store
from askdocs.domain.search import Filter
from askdocs.steps.search.filters import (
    option_name,
    resolve_filter,
    shell_option,
    shortened,
)

MAX_NAMED_VALUES = 5
"""Values that are named where a filter finds nothing."""

Find = Callable[[Filter], SearchResult]


def resolve_in_index(only: Filter, store: Store) -> Filter:
    """Return a filter with the values of the live index.

    Raises:
        NothingMatches: for a value that no page has.
    """
    return resolve_filter(only, lambda name: facet_values(name, store))


def facet_values(
    name: str, store: Store, only: Filter = EVERYTHING
) -> Mapping[str, int]:
    """Return how many pages have each value of a field, most first; {} for dates."""
    return {} if name == "validated_since" else store.facet(name, only=only)


def informative_values(
    name: str, store: Store, only: Filter = EVERYTHING
) -> dict[str, int]:
    """Return the values of a field that tell people something, as `facet_values`.

    Every folder is a product to a filter, "how-to" as well; those at the top tell more.
    """
    pages_by_value = facet_values(name, store, only)
    if name != "product":
        return dict(pages_by_value)
    top = [value for value in store.facet("path", only=only) if "/" not in value]
    named = {*top, *store.facet("category", only=only)}
    return {v: pages for v, pages in pages_by_value.items() if v in named}


def nothing_matches(only: Filter, find: Find, store: Store) -> NothingMatches:
    """Return the error for a filter that left nothing, with where passages are instead.

    The option to blame is the first without which there are passages; if there is none,
    the first of all.

    Args:
        only: As `resolve_in_index`.
        find: Searches once more, with another filter.
        store: The index.
    """
    names = list(only.values)
    names += ["validated_since"] if only.validated_since else []
    tries = [(n, replace(only, **{n: getattr(EVERYTHING, n)})) for n in names]
    for name, wider in [*tries, (names[0], EVERYTHING)]:
        if passages := find(wider).passages:
            return _elsewhere(only, name, wider, passages, store)
    return NothingMatches("no passage was found", hint="rag status")


def _elsewhere(
    only: Filter, name: str, wider: Filter, passages: Sequence[Passage], store: Store
) -> NothingMatches:
    """Return how many pages of those found have other values of the option to blame."""
    pages = tuple(sorted({p.file_path.removeprefix("pages/") for p in passages}))
    values = informative_values(name, store, replace(wider, path=pages))
    return _error(only, name, len(pages), _other_values(only, name, values))


def _other_values(only: Filter, name: str, values: Mapping[str, int]) -> dict[str, int]:
    """Return the most frequent of other values; paths only as deep as those asked for."""
    typed = only.values.get(name, ())
    depth = min((value.count("/") for value in typed), default=0)
    other = {
        value: pages
        for value, pages in values.items()
        if value not in typed and (name != "path" or value.count("/") == depth)
    }
    best = sorted(other.items(), key=lambda pair: (-pair[1], pair[0]))
    return dict(best[:MAX_NAMED_VALUES])


def _error(
    only: Filter, name: str, pages: int, there: Mapping[str, int]
) -> NothingMatches:
    flag = option_name(name)
    if name == "validated_since":
        digits = f"{only.validated_since:08}"
        described = f"since {digits[:4]}-{digits[4:6]}-{digits[6:]}"
    else:
        described = "in " + ", ".join(
            shortened(v) for v in only.values[name][:MAX_NAMED_VALUES]
        )
    if not there:
        what = f"0 {described}; {pages} without {flag}"
        return NothingMatches(what, hint=f"leave {flag} out")
    named = "; ".join(f"{n} in {shortened(value)}" for value, n in there.items())
    hint = f"{shell_option(name, next(iter(there)))}   (or leave {flag} out)"
    return NothingMatches(f"0 {described}; {named}", hint=hint)
