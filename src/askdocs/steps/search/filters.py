"""Read what a person typed to narrow a search as a Filter, or say why it is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from shlex import quote

from askdocs.domain.errors import ConfigError, NothingMatches
from askdocs.domain.search import MAX_FACET_VALUES, Filter
from askdocs.domain.text import visible

MAX_VALUES = 100
"""Values of one option; who needs more wants another option."""

EXAMPLES = {
    "product": "serverless-jobs",
    "category": "compute",
    "tag": "kubernetes",
    "path": "serverless-jobs/how-to",
    "validated_since": "2024-06-30",
}
"""A value for each field of `Filter`, for hints."""

_WILDCARDS = frozenset("*?[")
_MAX_SHOWN_CHARS = 60
_SUFFIX = re.compile(r"\.(?:mdx?|markdown)$", re.IGNORECASE)
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")


def option_name(name: str) -> str:
    """Return what a field of `Filter` is called on the command line.

    >>> option_name("validated_since")
    '--validated-since'
    """
    return "--" + name.replace("_", "-")


def normalized(value: str) -> str:
    """Return what two values have in common if they differ in case, space and dash only.

    >>> normalized("Serverless Jobs") == normalized("serverless_jobs") == normalized(" serverless-jobs")
    True
    """
    return "-".join(re.split(r"[\s_-]+", value.casefold())).strip("-")


def parse_filter(values: Mapping[str, Sequence[str]]) -> Filter:
    """Return a filter as it was typed; what the index calls its values is not yet known.

    Of several dates the oldest counts, because values of one option are alternatives.

    Args:
        values: Of each field of `Filter` by its name.

    Raises:
        ConfigError: for too many values, an empty one, a wildcard, a path that leads
            out of the docs, or no date.
    """
    for name, texts in values.items():
        _check_values(name, texts)
    dates = [_parsed_date(text) for text in values.get("validated_since", ())]
    paths = [_normalized_path(text) for text in values.get("path", ())]
    return Filter(
        product=tuple(values.get("product", ())),
        category=tuple(values.get("category", ())),
        tag=tuple(values.get("tag", ())),
        path=tuple(dict.fromkeys(paths)),
        validated_since=min(dates, default=0),
    )


def resolve_filter(
    typed: Filter, known_values: Callable[[str], Collection[str]]
) -> Filter:
    """Return the same filter with the values that the index has.

    Args:
        typed: As `parse_filter`.
        known_values: Gives the values of a field that the index holds.

    Raises:
        NothingMatches: for a value that it does not hold; the nearest is named.
    """
    resolved = {
        name: _resolved_values(name, given, known_values(name))
        for name, given in typed.values.items()
    }
    return Filter(**resolved, validated_since=typed.validated_since)


def shortened(value: str) -> str:
    """Return a value as it may stand in a message: short, in one line."""
    text = " ".join(visible(value).split())
    return text if len(text) <= _MAX_SHOWN_CHARS else text[:_MAX_SHOWN_CHARS] + "…"


def shell_option(name: str, value: str) -> str:
    """Return an option as a shell takes it, whatever the docs call the value.

    >>> shell_option("tag", "$(reboot)")
    "--tag '$(reboot)'"
    """
    return f"{option_name(name)} {quote(shortened(value))}"


def complete(values: Iterable[str], prefix: str, *, path: bool = False) -> list[str]:
    """Return the values that go on as *prefix*, as one types them; of a *path* one step.

    >>> complete(["Serverless Jobs", "Instances"], "serv")
    ['Serverless-Jobs']
    >>> complete(["jobs", "jobs/how-to", "jobs/how-to/run"], "jobs/", path=True)
    ['jobs/how-to']
    """
    normalized_prefix = re.sub(r"[\s_-]+", "-", prefix.casefold())
    depth = prefix.count("/")
    candidates = {
        re.sub(r"\s+", "-", value)
        for value in values
        if value.isprintable() and (not path or value.count("/") == depth)
    }
    return sorted(
        word
        for word in candidates
        if re.sub(r"[\s_-]+", "-", word.casefold()).startswith(normalized_prefix)
    )


def _check_values(name: str, texts: Sequence[str]) -> None:
    hint = f'rag search "…" {option_name(name)} {EXAMPLES[name]}'
    if len(texts) > MAX_VALUES:
        problem = (
            f"{option_name(name)}: {len(texts):,} values, the most is {MAX_VALUES}"
        )
        raise ConfigError(problem, hint=hint)
    for text in texts:
        if not normalized(visible(text)):
            raise ConfigError(f"{option_name(name)}: a value is empty", hint=hint)
        if not _WILDCARDS.isdisjoint(text):
            raise ConfigError(
                f"{option_name(name)}: {shortened(text)} holds a wildcard",
                hint=f"give a whole name, or several: {option_name(name)} A {option_name(name)} B;"
                " a --path takes in all below it",
            )


def _normalized_path(text: str) -> str:
    """Return a folder or page as the index names it: no "pages/", suffix or "index".

    >>> _normalized_path("/pages/jobs/how-to/index.mdx"), _normalized_path("./jobs/")
    ('jobs/how-to', 'jobs')
    """
    parts = [part for part in text.strip().split("/") if part not in {"", "."}]
    if ".." in parts or not parts:
        raise ConfigError(
            f"--path: {shortened(text)} is no folder or page of the docs",
            hint=f'rag search "…" --path {EXAMPLES["path"]}   (relative to the docs)',
        )
    if parts[0] == "pages" and len(parts) > 1:
        del parts[0]
    stem = _SUFFIX.sub("", parts[-1])
    if stem == "index" and len(parts) > 1:
        parts.pop()
    else:
        parts[-1] = stem
    return "/".join(parts)


def _parsed_date(text: str) -> int:
    """Return a day as a number; of a year or a month the first one.

    >>> _parsed_date("2024"), _parsed_date("2024-06"), _parsed_date("2024-06-30")
    (20240101, 20240601, 20240630)
    """
    match = _DATE.fullmatch(text.strip())
    year, month, day = (
        (int(part or 1) for part in match.groups()) if match else (0,) * 3
    )
    try:
        date(year, month, day)
    except ValueError as err:
        raise ConfigError(
            f"--validated-since: {shortened(text)} is no year, month or day",
            hint="--validated-since 2024, 2024-06 or 2024-06-30",
        ) from err
    return year * 10_000 + month * 100 + day


def _resolved_values(
    name: str, texts: Sequence[str], known: Collection[str]
) -> tuple[str, ...]:
    """Return every known value that was meant.

    More values than are counted may exist; then one that is not among them is let be.
    """
    by_key: dict[str, list[str]] = {}
    for value in known:
        by_key.setdefault(normalized(value), []).append(value)
    resolved: list[str] = []
    for text in texts:
        if normalized(text) not in by_key and len(known) < MAX_FACET_VALUES:
            raise _unknown_value(name, text, by_key)
        resolved += by_key.get(normalized(text), [text])
    return tuple(dict.fromkeys(resolved))


def _unknown_value(
    name: str, text: str, by_key: Mapping[str, Sequence[str]]
) -> NothingMatches:
    problem = f"{option_name(name)}: no page has {shortened(text)}"
    normalized_text = normalized(text)[:200]
    nearest = get_close_matches(normalized_text, by_key, n=1)
    if not nearest:
        longer = (key for key in by_key if f"-{normalized_text}-" in f"-{key}-")
        nearest = sorted(longer, key=len)[:1]
    if nearest:
        value = shortened(by_key[nearest[0]][0])
        return NothingMatches(
            f"{problem}; did you mean {value}?", hint=shell_option(name, value)
        )
    examples = ", ".join(shortened(values[0]) for values in list(by_key.values())[:5])
    hint = (
        f"the index knows {examples}" if examples else f"leave {option_name(name)} out"
    )
    return NothingMatches(problem, hint=hint)
