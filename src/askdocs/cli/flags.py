"""Take the flags that are settings out of a command line, and load the settings."""

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

_NEVER_SETTINGS = {"--help", "--json", "--version"}
"""Never settings; who types nothing else does not wait for the settings to be loaded."""

_FILTER_FLAGS = {"--product"}
_FILTER_COMMANDS = {"search", "ask", "chat"}
"""Behind these commands `_FILTER_FLAGS` narrow the search; elsewhere they are settings."""

_PROGRAM_OPTIONS = {"--debug", "--no-color"}
"""Options of the program that are understood behind the command as well."""


def load_settings(
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
    if not any(word.startswith("--") and word not in _NEVER_SETTINGS for word in argv):
        return list(argv), {}
    names = {"--" + name.replace("_", "-"): name for name in assemble.setting_names()}
    rest: list[str] = []
    flags: dict[str, str] = {}
    remaining = iter(argv)
    for word in remaining:
        flag, equals, value = word.partition("=")
        if word == "--":
            rest += [word, *remaining]
        elif flag not in names or (flag in _FILTER_FLAGS and _takes_filters(rest)):
            rest.append(word)
        else:
            text = value if equals else next(remaining, None)
            if text is None or (text.startswith("--") and not equals):
                raise ConfigError(f"{flag} needs a value", hint="rag config show")
            flags[names[flag]] = text
    return rest, flags


def _takes_filters(before: Sequence[str]) -> bool:
    """Return whether the command is one that takes filters."""
    command = next((word for word in before if not word.startswith("-")), "")
    return command in _FILTER_COMMANDS


def option_words(argv: Sequence[str]) -> list[str]:
    """Return what may be options: all that stands before a lone "--"."""
    return list(argv[: argv.index("--")] if "--" in argv else argv)


def program_options_first(argv: Sequence[str]) -> list[str]:
    """Put the options of the program first, where the parser wants them.

    >>> program_options_first(["search", "why?", "--debug", "--", "--debug"])
    ['--debug', 'search', 'why?', '--', '--debug']
    """
    options = option_words(argv)
    first = [word for word in options if word in _PROGRAM_OPTIONS]
    rest = [word for word in options if word not in _PROGRAM_OPTIONS]
    return [*first, *rest, *argv[len(options) :]]
