"""How the last ingest ended becomes a small file, and is read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from askdocs.adapters.local.files import sync
from askdocs.domain.errors import NotWritable


def write_last_run(file: Path, facts: Mapping[str, Any]) -> None:
    """Replace the file in one step, so that a reader never sees half of it.

    Raises:
        NotWritable: if its folder cannot be written.
    """
    new = file.with_suffix(".new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
        sync(new)
        new.replace(file)
    except OSError as err:
        raise NotWritable(
            f"{file} cannot be written: {err.strerror}", hint=f"ls -ld {file.parent}"
        ) from err


def read_last_run(file: Path) -> dict[str, Any]:
    """Return what the last run wrote; empty if there was none, or it cannot be read."""
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}
