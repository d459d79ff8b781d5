"""Take the flags that are settings out of a command line, and load the settings."""

from __future__ import annotations

import re
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

ALIASES = {"-n": "passages", "-m": "llm_model", "--model": "llm_model"}
"""Shorter names of the settings that are changed most."""

_GLUED = re.compile(r"-n=?(\d+)")
"""A short flag that holds its number."""

_FILTER_FLAGS = {"--product"}
TAKE_WORDS = {"search", "ask", "chat"}
"""Commands whose words are a question, which may hold what looks like an option.

Behind them `_FILTER_FLAGS` narrow the search; elsewhere they are settings.
"""

_PROGRAM_OPTIONS = {"--debug", "--no-color"}
"""Options of the program that are understood behind the command as well."""


def load_settings(
    ctx: typer.Context, *, docs: Path | None = None, quiet: bool = False
) -> Loaded:
    """Return the settings for the running command; unknown ones are warned of."""
    flags = ctx.find_root().obj or {}
    try:
        loaded = assemble.settings(flags, docs=docs)
    except ConfigError as err:
        if not flags or ctx.command.name not in TAKE_WORDS:
            raise
        hint = f"{err.hint}; behind -- it is a word of the question"
        raise ConfigError(str(err), hint=hint) from err
    for text in () if quiet else loaded.warnings:
        terminal.warning(text)
    return loaded


def setting_flags(argv: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Take the flags that are settings out of a command line.

    >>> setting_flags(["ask", "why?", "--passages", "8", "--llm-model=llama2:7b"])
    (['ask', 'why?'], {'passages': '8', 'llm_model': 'llama2:7b'})
    >>> setting_flags(["--product", "Acme", "ask", "why?", "--product", "jobs"])
    (['ask', 'why?', '--product', 'jobs'], {'product': 'Acme'})
    >>> setting_flags(["ask", "-n", "8", "-m", "llama2:7b", "why?", "--", "-n", "8"])
    (['ask', 'why?', '--', '-n', '8'], {'passages': '8', 'llm_model': 'llama2:7b'})

    Raises:
        ConfigError: if such a flag has no value.
    """
    if not any(_may_be_setting(word) for word in option_words(argv)):
        return list(argv), {}
    names = {flag_of(name): name for name in assemble.setting_names()} | ALIASES
    rest: list[str] = []
    flags: dict[str, str] = {}
    remaining = iter(argv)
    for typed in remaining:
        word = _GLUED.sub(r"-n=\1", typed) if _GLUED.fullmatch(typed) else typed
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


def flag_of(setting: str) -> str:
    """Return the flag of a setting.

    >>> flag_of("llm_model")
    '--llm-model'
    """
    return "--" + setting.replace("_", "-")


def _may_be_setting(word: str) -> bool:
    """Return whether the settings must be known to tell what a word is."""
    if word.startswith("--"):
        return word not in _NEVER_SETTINGS
    return word[:2] in ALIASES


def _takes_filters(before: Sequence[str]) -> bool:
    """Return whether the command is one that takes filters."""
    command = next((word for word in before if not word.startswith("-")), "")
    return command in TAKE_WORDS


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
