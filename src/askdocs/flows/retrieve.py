"""A question becomes the passages that answer it best."""

from __future__ import annotations

from dataclasses import replace

from askdocs.domain.answer import Found
from askdocs.domain.ports import Encoder, Store
from askdocs.steps.fuse import reciprocal_rank_fusion

DEEP = 50
"""Passages taken from each ranking before they are fused."""


def retrieve(question: str, *, encoder: Encoder, store: Store, k: int) -> Found:
    """Return at most *k* passages, best first; equal scores prefer the shallower page.

    Raises:
        IndexMissing: if nothing was ever ingested.
        StoreUnavailable: if the database does not answer.
    """
    vector = encoder.embed_question(question)
    rankings = store.search(vector, question, max(DEEP, k))
    by_id = {passage.id: passage for ranking in rankings for passage in ranking}
    fused = reciprocal_rank_fusion([[p.id for p in ranking] for ranking in rankings])
    fused.sort(key=lambda pair: (-pair[1], by_id[pair[0]].file_path.count("/")))
    best = tuple(replace(by_id[id_], score=score) for id_, score in fused[:k])
    return Found(best, tuple(encoder.degraded))
