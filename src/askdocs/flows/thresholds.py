"""Measure which similarities are near and far in a new index, as its thresholds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from askdocs.domain.ports import Draft, Embedder
from askdocs.domain.text import Chunk
from askdocs.steps.answer.ground import plain
from askdocs.steps.answer.sentences import units
from askdocs.steps.search.calibrate import (
    FOREIGN_QUESTIONS,
    refusal_threshold,
    similarity_threshold,
)

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

MAX_PASSAGES = 16_384
"""Passages that questions are compared with."""

MAX_HEADINGS = 128
"""Headings that are asked as if they were questions."""

MAX_READ_CHUNKS = 64
"""Passages whose sentences are compared with each other."""

MIN_WORDS = 5


def thresholds(
    chunks: Sequence[Chunk], draft: Draft, embedder: Embedder
) -> dict[str, float]:
    """Return "refuse_below" and "similar", as `steps.search.calibrate` says; {} without chunks.

    The sample depends on the chunks alone, so equal docs give equal thresholds.
    """
    sample = sorted(chunks, key=lambda chunk: blake2b(chunk.id.encode()).digest())
    stored = draft.vectors(chunk.id for chunk in sample[:MAX_PASSAGES])
    if not stored:
        return {}
    passages = np.stack(list(stored.values()))
    headings = [
        " ".join((c.page.get("title", ""), *c.heading[-1:]))
        for c in sample[:MAX_HEADINGS]
    ]
    questions = embedder.embed_questions([*FOREIGN_QUESTIONS, *headings])
    if embedder.space.distance == "cosine":
        passages, questions = unit(passages), unit(questions)
    foreign, own = (
        questions[: len(FOREIGN_QUESTIONS)],
        questions[len(FOREIGN_QUESTIONS) :],
    )
    sentences = [_sentences(chunk) for chunk in sample[:MAX_READ_CHUNKS]]
    rows = unit(
        embedder.embed_questions([text for texts in sentences for text in texts])
    )
    ends = np.cumsum([len(texts) for texts in sentences])[:-1]
    return {
        "refuse_below": round(refusal_threshold(foreign, own, passages), 4),
        "similar": round(similarity_threshold(np.split(rows, ends)), 4),
    }


def unit(rows: Vector) -> Vector:
    """Return rows of length 1."""
    scaled: Vector = rows / np.maximum(
        np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9
    )
    return scaled


def _sentences(chunk: Chunk) -> list[str]:
    """Return the sentences of a chunk, each once."""
    sentences: Iterable[str] = map(plain, units(chunk.text))
    return [t for t in dict.fromkeys(sentences) if len(t.split()) >= MIN_WORDS]
