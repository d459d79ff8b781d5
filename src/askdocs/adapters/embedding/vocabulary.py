"""Read how many tokens an embedding model in a folder knows."""

from __future__ import annotations

import json
from pathlib import Path


def vocabulary_size(model: str) -> int | None:
    """Return the size of the vocabulary; None if *model* is no folder that tells it.

    Args:
        model: As an index names it: "bundled", a hub id or a folder.
    """
    try:
        config = json.loads((Path(model) / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    size = config.get("vocab_size") if isinstance(config, dict) else None
    return size if isinstance(size, int) else None
