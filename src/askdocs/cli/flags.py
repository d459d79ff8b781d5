"""Flags that are settings are taken out of a command line, and become settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from askdocs import assemble
from askdocs.cli.render import terminal
from askdocs.domain.errors import ConfigError

if TYPE_CHECKING:
    from askdocs.settings import Loaded

_NO_SETTINGS = {"--help", "--json", "--version"}
"""Never settings; who types nothing else does not wait for the settings to be loaded."""

_FILTERS = {"--product"}
_FILTERED = {"search", "ask", "chat"}
"""Behind these commands `_FILTERS` narrow the search; elsewhere they are settings."""

_EVERYWHERE = {"--debug", "--no-color"}
"""Options of the program that are understood behind the command as well."""


def settings(
    ctx: typer.Context, *, docs: Path | None = None, quiet: bool = False
) -> Loaded:
    """Return the settings for the running command; unknown ones are warned of."""
    loaded = assemble.settings(ctx.find_root().obj or {}, docs=docs)
    for text in () if quiet else loaded.warnings:
        terminal.warning(text)
    return loaded


def setting_flags(argv: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Take the flags that are settings out of a command line.

    >>> setting_flags(["ask", "why?", "--passages", "8", "--llm-model=llama2:7b"])
    (['ask', 'why?'], {'passages': '8', 'llm_model': 'llama2:7b'})
    >>> setting_flags(["--product", "Acme", "ask", "why?", "--product", "jobs"])
    (['ask', 'why?', '--product', 'jobs'], {'product': 'Acme'})

    Raises:
        ConfigError: if such a flag has no value.
    """
    if not any(w.startswith("--") and w not in _NO_SETTINGS for w in argv):
        return list(argv), {}
    names = {"--" + name.replace("_", "-"): name for name in assemble.setting_names()}
    rest: list[str] = []
    flags: dict[str, str] = {}
    left = iter(argv)
    for word in left:
        flag, equals, value = word.partition("=")
        if word == "--":
            rest += [word, *left]
        elif flag not in names or (flag in _FILTERS and _filtered(rest)):
            rest.append(word)
        else:
            given = value if equals else next(left, None)
            if given is None or (given.startswith("--") and not equals):
                raise ConfigError(f"{flag} needs a value", hint="rag config show")
            flags[names[flag]] = given
    return rest, flags


def _filtered(before: Sequence[str]) -> bool:
    """Return whether the command is one that takes filters."""
    command = next((word for word in before if not word.startswith("-")), "")
    return command in _FILTERED


def words(argv: Sequence[str]) -> list[str]:
    """Return what may be options: all that stands before a lone "--"."""
    return list(argv[: argv.index("--")] if "--" in argv else argv)


def everywhere(argv: Sequence[str]) -> list[str]:
    """Put the options of the program first, where the parser wants them.

    >>> everywhere(["search", "why?", "--debug", "--", "--debug"])
    ['--debug', 'search', 'why?', '--', '--debug']
    """
    options = words(argv)
    first = [word for word in options if word in _EVERYWHERE]
    rest = [word for word in options if word not in _EVERYWHERE]
    return [*first, *rest, *argv[len(options) :]]
