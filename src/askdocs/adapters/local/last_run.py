"""Keep how the last ingest ended in a small file, and read it back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from askdocs.adapters.local.files import as_not_writable, replace_text


def write_last_run(file: Path, run: Mapping[str, Any]) -> None:
    """Replace the file in one step, so that a reader never sees half of it.

    Raises:
        NotWritable: if its folder cannot be written.
    """
    with as_not_writable(file):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_text(file, json.dumps(run, indent=1) + "\n", durable=True)


def read_last_run(file: Path) -> dict[str, Any]:
    """Return what the last run wrote; empty if there was none, or it cannot be read."""
    try:
        run = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return run if isinstance(run, dict) else {}
