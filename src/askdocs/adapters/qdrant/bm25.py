"""Encode text as the sparse vector that BM25 wants; the IDF is the database's part.

The encoder is Qdrant's own and works offline; both stores use it, so that an index
means the same in either.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from qdrant_edge import Bm25

VERSION = 1
"""Of the encoding; another version is another index."""

_ENCODER = Bm25()


class Sparse(NamedTuple):
    """The dimensions that are not zero, and their values."""

    indices: list[int]
    values: list[float]


def encode_document(text: str) -> Sparse:
    """Return term weights of a passage; empty for a text without words."""
    vector = _ENCODER.embed_document(_normalized(text))
    return Sparse(vector.indices, vector.values)


def encode_question(text: str) -> Sparse:
    """Return 1.0 for each word of a question; empty for a text without words."""
    vector = _ENCODER.embed_query(_normalized(text))
    return Sparse(vector.indices, vector.values)


def coverage(question: Sparse, text: str) -> float:
    """Return the share of a question's words that a text holds, from 0 to 1."""
    words = set(_ENCODER.embed_query(_normalized(text)).indices)
    return len(words.intersection(question.indices)) / max(1, len(question.indices))


def _normalized(text: str) -> str:
    """Return a text in which equal letters are equal characters, however they were typed."""
    return unicodedata.normalize("NFC", text)
