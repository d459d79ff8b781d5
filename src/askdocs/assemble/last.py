"""Keep what the last question found in a file, for `rag open` and `rag last`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from askdocs.assemble.config import app_folders

if TYPE_CHECKING:
    from askdocs.adapters.local.last_answer import LastAnswer
    from askdocs.domain.answer import Passage
    from askdocs.settings import Loaded

_FILE_NAME = "last-answer.json"


def remember(
    loaded: Loaded,
    question: str,
    status: str,
    passages: Iterable[tuple[int, Passage]],
    document: Mapping[str, Any] | None = None,
) -> None:
    """Keep the passages under the numbers that the reader has seen.

    With the *document* that `--json` prints, all can be shown again.

    Raises:
        NotWritable: if the folder of the state cannot be written.
    """
    from askdocs.adapters.local.last_answer import (
        Citation,
        LastAnswer,
        write_last_answer,
    )

    citations = tuple(Citation(n, p.trail, p.link) for n, p in passages)
    last = LastAnswer(question, status, citations, document or {})
    write_last_answer(app_folders(loaded)["state"] / _FILE_NAME, last)


def last_answer(loaded: Loaded) -> LastAnswer | None:
    """Return what the last question found; None if nothing was kept."""
    from askdocs.adapters.local.last_answer import read_last_answer

    return read_last_answer(app_folders(loaded)["state"] / _FILE_NAME)
