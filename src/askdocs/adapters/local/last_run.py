"""How the last ingest ended becomes a small file, and is read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from askdocs.adapters.local.files import as_not_writable, replace_text


def write_last_run(file: Path, facts: Mapping[str, Any]) -> None:
    """Replace the file in one step, so that a reader never sees half of it.

    Raises:
        NotWritable: if its folder cannot be written.
    """
    with as_not_writable(file):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_text(file, json.dumps(facts, indent=1) + "\n", durable=True)


def read_last_run(file: Path) -> dict[str, Any]:
    """Return what the last run wrote; empty if there was none, or it cannot be read."""
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}
