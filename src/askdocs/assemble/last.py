"""Keep what the last question found in a small file, for `rag open`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from askdocs.assemble.config import app_folders

if TYPE_CHECKING:
    from askdocs.adapters.local.last_answer import LastAnswer
    from askdocs.domain.answer import Passage
    from askdocs.settings import Loaded

_FILE_NAME = "last-answer.json"


def remember(
    loaded: Loaded, question: str, status: str, passages: Iterable[tuple[int, Passage]]
) -> None:
    """Keep the passages under the numbers that the reader has seen.

    Raises:
        NotWritable: if the folder of the state cannot be written.
    """
    from askdocs.adapters.local.last_answer import (
        Citation,
        LastAnswer,
        write_last_answer,
    )

    citations = tuple(Citation(n, p.trail, p.link) for n, p in passages)
    last = LastAnswer(question, status, citations)
    write_last_answer(app_folders(loaded)["state"] / _FILE_NAME, last)


def last_answer(loaded: Loaded) -> LastAnswer | None:
    """Return what the last question found; None if nothing was kept."""
    from askdocs.adapters.local.last_answer import read_last_answer

    return read_last_answer(app_folders(loaded)["state"] / _FILE_NAME)
