"""Embed what no stored vector fits, and fill a draft of the index with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from askdocs.domain.ports import Draft
from askdocs.domain.text import Chunk
from askdocs.flows.plan import IndexChange, IngestRun
from askdocs.flows.stopwatch import Stopwatch

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

TEXTS_PER_ROUND = 16_384
"""Texts embedded before they are written: bounds the memory that vectors take."""

CHUNKS_PER_WRITE = 2_000
"""Chunks handed to the store at once."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """What was embedded.

    Attributes:
        texts: How many went through the model.
        notices: What the model had to do otherwise than asked.
    """

    texts: int = 0
    notices: tuple[str, ...] = ()


def embed(
    change: IndexChange, draft: Draft, run: IngestRun, stopwatch: Stopwatch
) -> Embedded:
    """Store every new chunk with its vector; equal texts are embedded once."""
    by_sha: dict[str, list[Chunk]] = defaultdict(list)
    for chunk in change.chunks.add:
        by_sha[chunk.embed_sha].append(chunk)
    donors = change.chunks.donors
    with stopwatch.timed("write"):
        stored = draft.vectors(set(donors.values()))
    known = {sha: stored[id_] for sha, id_ in donors.items() if id_ in stored}
    _store(by_sha, known, draft, run, stopwatch)
    new = [chunks[0] for sha, chunks in by_sha.items() if sha not in known]
    notices: list[str] = []
    for start in range(0, len(new), TEXTS_PER_ROUND):

        def progress(done: int, _total: int, start: int = start) -> None:
            run.notify("embed", start + done, len(new))

        part = new[start : start + TEXTS_PER_ROUND]
        progress(0, len(part))
        with stopwatch.timed("embed"):
            model = run.build.embedder()
            rows = model.embed_passages([c.embedded for c in part], progress)
        shas = [c.embed_sha for c in part]
        _store(by_sha, dict(zip(shas, rows, strict=True)), draft, run, stopwatch)
        notices += model.notices
        model.notices.clear()
    return Embedded(len(new), tuple(notices))


def _store(
    by_sha: Mapping[str, list[Chunk]],
    vectors: Mapping[str, Vector],
    draft: Draft,
    run: IngestRun,
    stopwatch: Stopwatch,
) -> None:
    """Store every chunk whose vector is here."""
    chunks = [chunk for sha in vectors for chunk in by_sha[sha]]
    for start in range(0, len(chunks), CHUNKS_PER_WRITE):
        part = chunks[start : start + CHUNKS_PER_WRITE]
        run.notify("write", start + len(part), len(chunks))
        with stopwatch.timed("write"):
            draft.add(part, np.stack([vectors[c.embed_sha] for c in part]))
