"""Load the settings from everywhere, and know the folders where things are kept."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

if TYPE_CHECKING:
    from askdocs.settings import Loaded


@dataclass(frozen=True, slots=True)
class SettingHelp:
    """What the help of a command says of a setting.

    Attributes:
        name: As a field.
        metavar: What stands for its value.
        meaning: In a few words.
        default: As it is typed; "" if it is unset.
        choices: Its values, if they are few.
    """

    name: str
    metavar: str
    meaning: str
    default: str
    choices: tuple[str, ...]


def setting_help(names: Sequence[str]) -> list[SettingHelp]:
    """Return what the help of a command says of these settings."""
    from askdocs.settings import Settings

    described = []
    for name in names:
        field = Settings.model_fields[name]
        choices = tuple(c for c in get_args(field.annotation) if isinstance(c, str))
        default = field.default
        if isinstance(default, float):
            default = f"{default:g}"
        meaning, text = str(field.description), "" if default is None else str(default)
        metavar = _metavar(name, field.annotation)
        described.append(SettingHelp(name, metavar, meaning, text, choices))
    return described


def _metavar(name: str, kind: Any) -> str:
    """Return what stands for the value of a setting in a help text."""
    if kind in {int, float}:
        return "N"
    if kind == Path | None:
        return "PATH"
    return "URL" if name.endswith("url") else "NAME"


def setting_names() -> list[str]:
    """Return the name of every setting, as a field."""
    from askdocs.settings import Settings

    return list(Settings.model_fields)


def settings(flags: Mapping[str, str], *, docs: Path | None = None) -> Loaded:
    """Read the settings; a `.env` inside *docs*, or in docs ingested before, is not.

    Raises:
        ConfigError: for a value out of bounds or an unknown key.
    """
    from askdocs.settings import load

    known = [docs] if docs else []
    known += ingested_folders(state_folder(flags))
    return load(flags, os.environ, docs=tuple(known))


def app_folders(loaded: Loaded) -> dict[str, Path]:
    """Return the folders "data", "state" and "cache"."""
    from askdocs.settings import folders

    return folders(loaded.settings, os.environ)


def ingested_folders(state: Path) -> list[Path]:
    """Return the docs folders that were ever ingested, by what the state remembers."""
    from askdocs.adapters.local.last_run import read_last_run

    last = read_last_run(state / "last-run.json")
    return [Path(folder) for folder in last.get("all_docs", [])]


def state_folder(flags: Mapping[str, str]) -> Path:
    """Return where the state is, before any setting was checked."""
    from askdocs.settings import Settings, folders

    home = (flags.get("home") or os.environ.get("RAG_HOME") or "").strip()
    return folders(Settings(home=Path(home) if home else None), os.environ)["state"]


def log_file(flags: Mapping[str, str]) -> Path:
    """Return where the traceback of a bug is kept."""
    return state_folder(flags) / "bug.log"


def history_file(loaded: Loaded) -> Path:
    """Return where the lines of conversations are kept, to be recalled."""
    return app_folders(loaded)["state"] / "chat-history"


def line_editor() -> Any:
    """Return readline. Importing it may write to a terminal, so only a chat at one does."""
    import readline

    return readline


def version() -> str:
    """Return the version of this program."""
    from importlib.metadata import version as installed

    return installed("askdocs")


def configuration(loaded: Loaded) -> list[dict[str, Any]]:
    """Return every setting with its value, its source and what it means."""
    from askdocs.settings import PREFIX, Settings, masked

    return [
        {
            "name": PREFIX + name.upper(),
            "value": masked(loaded.settings, name),
            "source": loaded.origin[name],
            "meaning": field.description,
        }
        for name, field in Settings.model_fields.items()
    ]
