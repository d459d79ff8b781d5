"""`rag status`: what the index holds, what built it, how the last run ended, what is next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from askdocs import assemble
from askdocs.cli.flags import load_settings
from askdocs.cli.render import terminal
from askdocs.domain.errors import MEANING, Exit

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_COMMIT_CHARS = 7


def status(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what the index holds, how old it is, and how the last run ended.

    rag status
    """
    facts = assemble.status(load_settings(ctx))
    if as_json:
        terminal.print_json(facts)
    else:
        terminal.table(_rows(facts))


def _rows(facts: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield names and what they are, in words."""
    index, model, docs = facts["index"], facts["model"], facts["docs"]
    known = docs["commit"] != "unknown"
    commit = f" from commit {docs['commit'][:_COMMIT_CHARS]}" if known else ""
    yield (
        "index",
        f"{index['chunks']:,} chunks of {index['pages']:,} pages,"
        f" indexed {_ago(index['age_s'])}{commit}",
    )
    yield (
        "place",
        f"{index['place']}, collection {index['collection']},"
        f" generation {index['generation']}",
    )
    yield (
        "model",
        f"{model['name']}, {model['dim']} numbers per vector ({model['distance']}),"
        f" chunks of at most {model['chunk_tokens']} tokens",
    )
    where = docs["remote"]
    if where == "none":
        where = facts["last_run"].get("docs", "a folder without a git remote")
    folder = "" if docs["folder"] == "top" else f", folder {docs['folder']}"
    yield "docs", f"{where}{folder}, on the web at {index['base_url']}"
    yield "last run", _run_in_words(facts["last_run"])
    yield "next", facts["next"]["command"] + f"   ({facts['next']['why']})"


def _run_in_words(run: Mapping[str, Any]) -> str:
    """Return how a run ended, when, and what it did."""
    if "code" not in run:
        return (
            "it did not come to its end" if run.get("docs") else "none on this machine"
        )
    code = run["code"]
    how = "done" if not code else f"ended with exit code {code}"
    text = how + (f" {_ago(run['age_s'])}" if run.get("age_s") is not None else "")
    if run.get("seconds") is not None:
        text += f" in {_duration(run['seconds'])}"
    if "indexed" in run:
        text += (
            f": {run['indexed']:,} pages new or changed, {run['unchanged']:,} unchanged,"
            f" {run['embedded']:,} texts embedded, {run['deleted']:,} chunks deleted"
        )
    elif code:
        meaning = MEANING[Exit(code)] if code in list(Exit) else ""
        text += f": {run.get('error') or meaning}"
    return text


def _ago(seconds: int | None) -> str:
    """Return an age in its largest unit.

    >>> _ago(11_000), _ago(60), _ago(0), _ago(None)
    ('3 hours ago', '1 minute ago', 'just now', 'at a time that is not known')
    """
    if seconds is None:
        return "at a time that is not known"
    for size, unit in _UNITS:
        if count := seconds // size:
            return f"{count:,} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def _duration(seconds: int) -> str:
    """Return how long something took.

    >>> _duration(628), _duration(42)
    ('10 min 28 s', '42 s')
    """
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
