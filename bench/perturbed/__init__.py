"""Sentences true and false of the Scaleway docs, frozen before the checker was written."""

from __future__ import annotations

from pathlib import Path

from bench.perturbed.case import (
    PerturbedSentence,
    counts,
    digest,
    passage_of,
    passages_of,
)
from bench.perturbed.first import build, docs_of
from bench.perturbed.frozen import near_scope
from bench.perturbed.removed import Removed, facts_removed, without

__all__ = [
    "PerturbedSentence",
    "Removed",
    "cases",
    "counts",
    "digest",
    "facts_removed",
    "near_scope",
    "passage_of",
    "passages_of",
    "without",
]


def cases(docs_folder: str | Path, seed: int = 0) -> list[PerturbedSentence]:
    """Return the first set of a docs folder, the same for the same docs and seed."""
    return list(build(docs_of(str(docs_folder)), seed))
