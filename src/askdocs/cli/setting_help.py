"""Show in the help of a command the settings that matter to it, and complete them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from askdocs import assemble
from askdocs.cli.flags import ALIASES, flag_of

if TYPE_CHECKING:
    from askdocs.assemble.config import SettingHelp

_INDEX = ("collection", "qdrant_url", "home")
_SEARCH = ("passages", "reranker", *_INDEX)
_MODEL = ("llm_model", "ollama_url", "llm_url")
_ADDRESSES = ("base_url", "suffixes", "ignore", "slug_rule")
# fmt: off
_ANSWER = (
    "passages", *_MODEL, "llm_timeout_s", "unverified", "response_mode", "prompt",
    "verifier", "guard", "reranker", *_INDEX,
)
_OF_COMMAND: dict[str, tuple[str, ...]] = {
    "ingest": (
        *_ADDRESSES, "product", "embedding_model", "chunk_tokens", "device", "batch",
        "precision", *_INDEX,
    ),
    "search": _SEARCH,
    "ask": _ANSWER,
    "chat": _ANSWER,
    "open": ("home",),
    "status": _INDEX,
    "doctor": ("embedding_model", *_MODEL, *_INDEX),
    "eval run": ("reranker", *_INDEX),
    "eval make": ("suffixes", "ignore"),
    "urls list": (*_ADDRESSES, *_INDEX),
    "urls check": _ADDRESSES,
}
# fmt: on
"""Every setting is a flag of every command; in its help stand those that change it."""

_MAX_DEFAULT_CHARS = 40


class SettingsCommand(TyperCommand):
    """A command that tells of its settings, which are read before it is."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the settings below the options."""
        super().format_options(ctx, formatter)
        rows = [_row(setting) for setting in self._settings(ctx)]
        if rows:
            with formatter.section("Settings"):
                formatter.write_dl(rows)
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(
                    "Every setting is a flag here, and RAG_... in the environment;"
                    " rag config show lists all."
                )

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters; while a shell completes, the settings are among them."""
        params = super().get_params(ctx)
        if ctx.resilient_parsing:
            known = {flag for param in params for flag in param.opts}
            params += [
                option
                for option in _options(self._settings(ctx))
                if known.isdisjoint(option.opts)
            ]
        return params

    def _settings(self, ctx: Any) -> Sequence[SettingHelp]:
        own = _OF_COMMAND.get(ctx.command_path.partition(" ")[2], ())
        return assemble.setting_help(own) if own else ()


def _flags(setting: str) -> list[str]:
    """Return how a setting is typed, the shortest first."""
    also = [flag for flag, name in ALIASES.items() if name == setting]
    return [*also, flag_of(setting)] if len(also) < 2 else also


def _row(setting: SettingHelp) -> tuple[str, str]:
    """Return a line of the help."""
    default = setting.default
    if len(default) > _MAX_DEFAULT_CHARS:
        default = "see rag config show"
    told = [" | ".join(setting.choices), f"default: {default}" if default else ""]
    tail = "; ".join(part for part in told if part)
    flags = ", ".join(_flags(setting.name))
    return f"{flags} {setting.metavar}", setting.meaning + (
        f"  [{tail}]" if tail else ""
    )


def _options(settings: Sequence[SettingHelp]) -> list[Any]:
    """Return settings as options of Click, made by Typer as it makes all others."""

    def nothing(**_: object) -> None:
        """Stand for a command."""

    nothing.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                setting.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=None,
                annotation=Annotated[
                    str | None,
                    typer.Option(
                        *_flags(setting.name),
                        help=setting.meaning,
                        autocompletion=_offered(setting.choices),
                    ),
                ],
            )
            for setting in settings
        ]
    )
    app = typer.Typer(add_completion=False)
    app.command()(nothing)
    return list(typer.main.get_command(app).params)


def _offered(choices: Sequence[str]) -> Callable[[str], list[str]]:
    """Return what completes a value; nothing where any may be typed."""

    def complete(incomplete: str) -> list[str]:
        return [choice for choice in choices if choice.startswith(incomplete)]

    return complete
