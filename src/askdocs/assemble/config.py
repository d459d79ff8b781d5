"""Load the settings from everywhere, and know the folders where things are kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from askdocs.settings import Loaded


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
