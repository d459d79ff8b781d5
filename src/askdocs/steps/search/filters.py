"""What a person typed to narrow a search becomes a Filter, or an error that says why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from shlex import quote

from askdocs.domain.errors import ConfigError, NothingMatches
from askdocs.domain.search import MOST_VALUES, Filter
from askdocs.domain.text import visible

MOST = 100
"""Values of one option; who needs more wants another option."""

EXAMPLE = {
    "product": "serverless-jobs",
    "category": "compute",
    "tag": "kubernetes",
    "path": "serverless-jobs/how-to",
    "validated_since": "2024-06-30",
}
"""A value for each field of `Filter`, for hints."""

_WILD = frozenset("*?[")
_SHOWN = 60
_SUFFIX = re.compile(r"\.(?:mdx?|markdown)$", re.IGNORECASE)
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")


def option(name: str) -> str:
    """Return what a field of `Filter` is called on the command line.

    >>> option("validated_since")
    '--validated-since'
    """
    return "--" + name.replace("_", "-")


def key(value: str) -> str:
    """Return what two values have in common if they differ in case, space and dash only.

    >>> key("Serverless Jobs") == key("serverless_jobs") == key(" serverless-jobs")
    True
    """
    return "-".join(re.split(r"[\s_-]+", value.casefold())).strip("-")


def typed(values: Mapping[str, Sequence[str]]) -> Filter:
    """Return a filter as it was typed; what the index calls its values is not yet known.

    Of several dates the oldest counts, because values of one option are alternatives.

    Args:
        values: Of each field of `Filter` by its name.

    Raises:
        ConfigError: for too many values, an empty one, a wildcard, a path that leads
            out of the docs, or no date.
    """
    for name, given in values.items():
        _check(name, given)
    dates = [_since(text) for text in values.get("validated_since", ())]
    paths = [_place(text) for text in values.get("path", ())]
    return Filter(
        product=tuple(values.get("product", ())),
        category=tuple(values.get("category", ())),
        tag=tuple(values.get("tag", ())),
        path=tuple(dict.fromkeys(paths)),
        validated_since=min(dates, default=0),
    )


def resolved(only: Filter, known: Callable[[str], Collection[str]]) -> Filter:
    """Return the same filter with the values that the index has.

    Args:
        only: As `typed`.
        known: Gives the values of a field that the index holds.

    Raises:
        NothingMatches: for a value that it does not hold; the nearest is named.
    """
    live = {
        name: _live(name, given, known(name)) for name, given in only.values.items()
    }
    return Filter(**live, validated_since=only.validated_since)


def shown(value: str) -> str:
    """Return a value as it may stand in a message: short, in one line."""
    text = " ".join(visible(value).split())
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def typable(name: str, value: str) -> str:
    """Return an option as a shell takes it, whatever the docs call the value.

    >>> typable("tag", "$(reboot)")
    "--tag '$(reboot)'"
    """
    return f"{option(name)} {quote(shown(value))}"


def completions(values: Iterable[str], begun: str, *, path: bool = False) -> list[str]:
    """Return the values that go on as *begun*, as one types them; of a *path* one step.

    >>> completions(["Serverless Jobs", "Instances"], "serv")
    ['Serverless-Jobs']
    >>> completions(["jobs", "jobs/how-to", "jobs/how-to/run"], "jobs/", path=True)
    ['jobs/how-to']
    """
    start = re.sub(r"[\s_-]+", "-", begun.casefold())
    depth = begun.count("/")
    words = {
        re.sub(r"\s+", "-", value)
        for value in values
        if value.isprintable() and (not path or value.count("/") == depth)
    }
    return sorted(
        word
        for word in words
        if re.sub(r"[\s_-]+", "-", word.casefold()).startswith(start)
    )


def _check(name: str, given: Sequence[str]) -> None:
    hint = f'rag search "…" {option(name)} {EXAMPLE[name]}'
    if len(given) > MOST:
        what = f"{option(name)}: {len(given):,} values, the most is {MOST}"
        raise ConfigError(what, hint=hint)
    for text in given:
        if not key(visible(text)):
            raise ConfigError(f"{option(name)}: a value is empty", hint=hint)
        if not _WILD.isdisjoint(text):
            raise ConfigError(
                f"{option(name)}: {shown(text)} holds a wildcard",
                hint=f"give a whole name, or several: {option(name)} A {option(name)} B;"
                " a --path takes in all below it",
            )


def _place(text: str) -> str:
    """Return a folder or page as the index names it: no "pages/", suffix or "index".

    >>> _place("/pages/jobs/how-to/index.mdx"), _place("./jobs/")
    ('jobs/how-to', 'jobs')
    """
    parts = [part for part in text.strip().split("/") if part not in {"", "."}]
    if ".." in parts or not parts:
        raise ConfigError(
            f"--path: {shown(text)} is no folder or page of the docs",
            hint=f'rag search "…" --path {EXAMPLE["path"]}   (relative to the docs)',
        )
    if parts[0] == "pages" and len(parts) > 1:
        del parts[0]
    stem = _SUFFIX.sub("", parts[-1])
    if stem == "index" and len(parts) > 1:
        parts.pop()
    else:
        parts[-1] = stem
    return "/".join(parts)


def _since(text: str) -> int:
    """Return a day as a number; of a year or a month the first one.

    >>> _since("2024"), _since("2024-06"), _since("2024-06-30")
    (20240101, 20240601, 20240630)
    """
    found = _DATE.fullmatch(text.strip())
    year, month, day = (
        (int(part or 1) for part in found.groups()) if found else (0,) * 3
    )
    try:
        date(year, month, day)
    except ValueError as err:
        raise ConfigError(
            f"--validated-since: {shown(text)} is no year, month or day",
            hint="--validated-since 2024, 2024-06 or 2024-06-30",
        ) from err
    return year * 10_000 + month * 100 + day


def _live(name: str, given: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """Return every known value that was meant.

    More values than are counted may exist; then one that is not among them is let be.
    """
    by_key: dict[str, list[str]] = {}
    for value in known:
        by_key.setdefault(key(value), []).append(value)
    found: list[str] = []
    for text in given:
        if key(text) not in by_key and len(known) < MOST_VALUES:
            raise _unknown(name, text, by_key)
        found += by_key.get(key(text), [text])
    return tuple(dict.fromkeys(found))


def _unknown(
    name: str, text: str, by_key: Mapping[str, Sequence[str]]
) -> NothingMatches:
    what = f"{option(name)}: no page has {shown(text)}"
    wanted = key(text)[:200]
    near = get_close_matches(wanted, by_key, n=1)
    near = near or sorted((k for k in by_key if f"-{wanted}-" in f"-{k}-"), key=len)[:1]
    if near:
        value = shown(by_key[near[0]][0])
        return NothingMatches(
            f"{what}; did you mean {value}?", hint=typable(name, value)
        )
    some = ", ".join(shown(values[0]) for values in list(by_key.values())[:5])
    hint = f"the index knows {some}" if some else f"leave {option(name)} out"
    return NothingMatches(what, hint=hint)
