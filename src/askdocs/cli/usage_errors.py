"""Say what is wrong with a command line, and what to type instead."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import typer

from askdocs import assemble
from askdocs.cli.flags import ALIASES, TAKE_WORDS, flag_of
from askdocs.cli.render import terminal
from askdocs.domain.errors import ConfigError

USAGE: type[Exception] = typer.BadParameter.__mro__[1]
"""Click's UsageError, wherever this version of Typer keeps its Click."""

_NO_COMMAND = re.compile(r"No such command '(.*?)'")


def usage_error(err: Exception, argv: Sequence[str]) -> ConfigError:
    """Return an error of the parser as one of ours, with a hint that can be typed.

    Args:
        err: One of `USAGE`.
        argv: The command line, without the name of the program.
    """
    ctx = getattr(err, "ctx", None)
    path = ctx.command_path if ctx else " ".join(["rag", *argv[:1]])
    what = err.format_message()  # type: ignore[attr-defined]
    if hasattr(err, "possibilities"):
        option = str(getattr(err, "option_name", ""))
        what = f"No such option: {option}"
        hint = _option_hint(option, ctx, argv)
    elif unknown := _NO_COMMAND.match(what):
        hint = _command_hint(unknown[1], ctx, argv)
    elif ctx and getattr(err, "param", None) and ctx.command.name in TAKE_WORDS:
        what = "there is no QUESTION"
        hint = f"{path} how do I create a serverless job   (- reads it from stdin)"
    else:
        hint = ""
    return ConfigError(what, hint=hint or f"{path} --help")


def _option_hint(option: str, ctx: Any, argv: Sequence[str]) -> str:
    """Return the option that was meant, or how to ask about it; "" if neither is known."""
    if ctx is None:
        return ""
    known = {flag for param in ctx.command.params for flag in param.opts}
    known.update(map(flag_of, assemble.setting_names()), ALIASES)
    near = get_close_matches(option, sorted(known), n=1, cutoff=0.75)
    hints = [f"did you mean {near[0]}?"] if near else []
    if ctx.command.name in TAKE_WORDS:
        place = next(
            (n for n, word in enumerate(argv) if word.startswith(option)), None
        )
        if place is not None:
            line = shlex.join(["rag", *argv[:place], "--", *argv[place:]])
            short = terminal.one_line(line)
            hints.append(f"if it is a word of the question: {short}")
    return " ".join(hints)


def _command_hint(typed: str, ctx: Any, argv: Sequence[str]) -> str:
    """Return the line with the command that was meant; "" if none is near."""
    names = list(getattr(getattr(ctx, "command", None), "commands", ()))
    near = get_close_matches(typed.casefold(), names, n=1)
    if not near or typed not in argv:
        return ""
    place = argv.index(typed)
    return shlex.join(["rag", *argv[:place], near[0], *argv[place + 1 :]])
