"""A draft of an index becomes the thresholds that are stored with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from askdocs.domain.ports import Draft, Embedder
from askdocs.domain.text import Chunk
from askdocs.steps.answer.ground import plain
from askdocs.steps.answer.sentences import units
from askdocs.steps.search.calibrate import FOREIGN, refuse_below, similar

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

COMPARED = 16_384
"""Passages that questions are compared with."""

HEADINGS = 128
"""Headings that are asked as if they were questions."""

READ = 64
"""Passages whose sentences are compared with each other."""

LEAST_WORDS = 5


def thresholds(
    chunks: Sequence[Chunk], draft: Draft, embedder: Embedder
) -> dict[str, float]:
    """Return "refuse_below" and "similar", as `steps.search.calibrate` says; {} without chunks.

    The sample depends on the chunks alone, so equal docs give equal thresholds.
    """
    drawn = sorted(chunks, key=lambda chunk: blake2b(chunk.id.encode()).digest())
    held = draft.vectors(chunk.id for chunk in drawn[:COMPARED])
    if not held:
        return {}
    passages = np.stack(list(held.values()))
    headings = [
        " ".join((c.page.get("title", ""), *c.heading[-1:])) for c in drawn[:HEADINGS]
    ]
    asked = embedder.embed_questions([*FOREIGN, *headings])
    if embedder.space.distance == "cosine":
        passages, asked = unit(passages), unit(asked)
    foreign, own = asked[: len(FOREIGN)], asked[len(FOREIGN) :]
    told = [_sentences(chunk) for chunk in drawn[:READ]]
    rows = unit(embedder.embed_questions([text for texts in told for text in texts]))
    ends = np.cumsum([len(texts) for texts in told])[:-1]
    return {
        "refuse_below": round(refuse_below(foreign, own, passages), 4),
        "similar": round(similar(np.split(rows, ends)), 4),
    }


def unit(rows: Vector) -> Vector:
    """Return rows of length 1."""
    scaled: Vector = rows / np.maximum(
        np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9
    )
    return scaled


def _sentences(chunk: Chunk) -> list[str]:
    """Return the sentences of a chunk, each once."""
    told: Iterable[str] = map(plain, units(chunk.text))
    return [t for t in dict.fromkeys(told) if len(t.split()) >= LEAST_WORDS]
