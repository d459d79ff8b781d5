"""A question becomes the passages that answer it best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from operator import attrgetter
from time import perf_counter
from typing import TYPE_CHECKING

from askdocs.domain.answer import Found, Passage
from askdocs.domain.errors import ModelUnavailable
from askdocs.domain.ports import EVERYTHING, QueryEmbedder, Reranker, Store
from askdocs.domain.search import Filter, Hit, Rankings
from askdocs.steps.search.fuse import CHUNKS, PAGES, Weight, reciprocal_rank_fusion

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

DEEP = 100
"""Chunks taken from each ranking of chunks before they are fused."""

READ = 20
"""Passages that a reranker reads, best first; it takes its time with each."""


@dataclass(slots=True)
class Stages:
    """How long each stage of one search took, in milliseconds."""

    spent_ms: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the time of the block."""
        begin = perf_counter()
        yield
        self.spent_ms[stage] = round((perf_counter() - begin) * 1000, 2)


def retrieve(  # noqa: PLR0913 (what may be handed over is what there is)
    question: str,
    *,
    encoder: QueryEmbedder,
    store: Store,
    k: int,
    only: Filter = EVERYTHING,
    reranker: Reranker | None = None,
    limit_s: float = 0.0,
) -> Found:
    """Return at most *k* passages, best first; equal scores prefer the shallower page.

    Args:
        question: In words.
        encoder: Of the index's own model.
        store: The index.
        k: How many passages.
        only: Which pages may be found.
        reranker: Reads the best passages with the question, if there is one.
        limit_s: How long it may take; if that is too short the order stays.

    Raises:
        IndexMissing: if nothing was ever ingested.
        StoreUnavailable: if the database does not answer.
    """
    stages, degraded = Stages(), list[str]()
    with stages.timed("encode"):
        vector = _vector(question, encoder, degraded)
    with stages.timed("search"):
        rankings = store.search(vector, question, max(DEEP, k), only=only)
    with stages.timed("fuse"):
        best = fused(rankings, store, max(READ, k) if reranker else k)
    if reranker and best:
        with stages.timed("rerank"):
            reread = _reread(question, best, reranker, limit_s)
        if reread is None:
            degraded.append(f"reranker: {limit_s:g} s were not enough, left out")
        else:
            best = reread
    best = best[:k]
    ranks = {passage.id: _ranks(passage, rankings) for passage in best}
    return Found(
        tuple(best),
        tuple(degraded),
        ranks,
        stages.spent_ms,
        nearest=max((hit.score for hit in rankings["dense"]), default=None),
        entitled=max((h.covers for r in rankings.values() for h in r), default=0.0),
    )


def _vector(
    question: str, encoder: QueryEmbedder, degraded: list[str]
) -> Vector | None:
    """Return the vector of a question; None, and a note, where the model is of no use."""
    try:
        vector = encoder.embed_question(question)
    except ModelUnavailable as err:
        degraded.append(f"encoder: {err}; found by words alone")
        return None
    degraded.extend(encoder.degraded)
    return vector


def fused(
    rankings: Rankings,
    store: Store,
    k: int,
    *,
    chunks: Mapping[str, Weight] = CHUNKS,
    pages: Mapping[str, Weight] = PAGES,
) -> list[Passage]:
    """Return the k best passages; only these, and those as good, are read.

    Rankings of chunks and of pages that have no weight are left out.
    """
    hits = [hit for ranking in rankings.values() for hit in ranking]
    found = reciprocal_rank_fusion(
        [(weight, [h.id for h in rankings[name]]) for name, weight in chunks.items()],
        [
            (weight, [(h.id, h.covers) for h in rankings[name]])
            for name, weight in pages.items()
        ],
        {hit.id: hit.page for hit in hits},
    )
    least = found[:k][-1][1] if found else 0.0
    scores = {id_: score for id_, score in found if score >= least}
    held = store.passages(scores)
    best = [replace(held[id_], score=scores[id_]) for id_ in scores if id_ in held]
    best.sort(key=lambda passage: (-passage.score, passage.file_path.count("/")))
    return best[:k]


def _reread(
    question: str, passages: list[Passage], reranker: Reranker, limit_s: float
) -> list[Passage] | None:
    """Return the passages in the order of a reranker; None if it had too little time."""
    texts = [f"{p.trail}\n\n{p.text}" for p in passages]
    scores = reranker.scores(question, texts, limit_s=limit_s)
    if scores is None:
        return None
    pairs = sorted(zip(passages, scores, strict=True), key=lambda pair: -pair[1])
    return [replace(passage, score=score) for passage, score in pairs]


def _ranks(passage: Passage, rankings: Rankings) -> dict[str, int]:
    """Return the ranks of a passage, and those of its page, counted from 1."""
    found = {}
    for name, ranking in rankings.items():
        key = attrgetter("page" if name in PAGES else "id")
        names = [key(hit) for hit in ranking]
        wanted = key(Hit(passage.id, 0.0))
        if wanted in names:
            found[name] = names.index(wanted) + 1
    return found
