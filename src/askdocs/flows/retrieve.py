"""A question becomes the passages that answer it best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import perf_counter

from askdocs.domain.answer import Found, Passage
from askdocs.domain.ports import EVERYTHING, Encoder, Reranker, Store
from askdocs.domain.search import Filter
from askdocs.steps.fuse import CHUNKS, PAGES, reciprocal_rank_fusion

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
    encoder: Encoder,
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
    stages, degraded = Stages(), list(encoder.degraded)
    with stages.timed("encode"):
        vector = encoder.embed_question(question)
    with stages.timed("search"):
        rankings = store.search(vector, question, max(DEEP, k), only=only)
    with stages.timed("fuse"):
        best = _fused(rankings, max(READ, k) if reranker else k)
    if reranker and best:
        with stages.timed("rerank"):
            reread = _reread(question, best, reranker, limit_s)
        if reread is None:
            degraded.append(f"reranker: {limit_s:g} s were not enough, left out")
        else:
            best = reread
    best = best[:k]
    ranks = {passage.id: _ranks(passage, rankings) for passage in best}
    return Found(tuple(best), tuple(degraded), ranks, stages.spent_ms)


def _fused(rankings: Mapping[str, Sequence[Passage]], k: int) -> list[Passage]:
    by_id = {p.id: p for ranking in rankings.values() for p in ranking}
    fused = reciprocal_rank_fusion(
        [(weight, [p.id for p in rankings[name]]) for name, weight in CHUNKS.items()],
        [
            (weight, [(p.id, p.covers) for p in rankings[name]])
            for name, weight in PAGES.items()
        ],
        {id_: passage.path for id_, passage in by_id.items()},
    )
    fused.sort(key=lambda pair: (-pair[1], by_id[pair[0]].file_path.count("/")))
    return [replace(by_id[id_], score=score) for id_, score in fused[:k]]


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


def _ranks(
    passage: Passage, rankings: Mapping[str, Sequence[Passage]]
) -> dict[str, int]:
    """Return the ranks of a passage, and those of its page, counted from 1."""
    found = {}
    for name, ranking in rankings.items():
        key = "path" if name in PAGES else "id"
        names = [getattr(p, key) for p in ranking]
        wanted = getattr(passage, key)
        if wanted in names:
            found[name] = names.index(wanted) + 1
    return found
