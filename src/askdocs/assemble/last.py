"""What the last question found becomes a small file, for `rag open`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from askdocs.assemble.config import places

if TYPE_CHECKING:
    from askdocs.adapters.local.last_answer import LastAnswer
    from askdocs.domain.answer import Passage
    from askdocs.settings import Loaded

_FILE = "last-answer.json"


def remember(
    loaded: Loaded, question: str, status: str, found: Iterable[tuple[int, Passage]]
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

    citations = tuple(Citation(n, p.trail, p.link) for n, p in found)
    last = LastAnswer(question, status, citations)
    write_last_answer(places(loaded)["state"] / _FILE, last)


def last_answer(loaded: Loaded) -> LastAnswer | None:
    """Return what the last question found; None if nothing was kept."""
    from askdocs.adapters.local.last_answer import read_last_answer

    return read_last_answer(places(loaded)["state"] / _FILE)
