"""Flags that are settings are taken out of a command line, and become settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from askdocs import assemble
from askdocs.cli import show
from askdocs.domain.errors import ConfigError
from askdocs.settings import Loaded


def settings(ctx: typer.Context, *, docs: Path | None = None) -> Loaded:
    """Return the settings for the running command; unknown ones are warned of."""
    loaded = assemble.settings(ctx.find_root().obj or {}, docs=docs)
    for text in loaded.warnings:
        show.warning(text)
    return loaded


def setting_flags(argv: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Take the flags that are settings out of a command line.

    >>> setting_flags(["ask", "why?", "--passages", "8", "--llm-model=llama2:7b"])
    (['ask', 'why?'], {'passages': '8', 'llm_model': 'llama2:7b'})

    Raises:
        ConfigError: if such a flag has no value.
    """
    names = {"--" + name.replace("_", "-"): name for name in assemble.setting_names()}
    rest: list[str] = []
    flags: dict[str, str] = {}
    words = iter(argv)
    for word in words:
        flag, equals, value = word.partition("=")
        if word == "--":
            rest += [word, *words]
        elif flag not in names:
            rest.append(word)
        else:
            given = value if equals else next(words, None)
            if given is None:
                raise ConfigError(f"{flag} needs a value", hint="rag config show")
            flags[names[flag]] = given
    return rest, flags
