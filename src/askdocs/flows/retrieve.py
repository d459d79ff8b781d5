"""Retrieve the passages that answer a question best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING

from askdocs.domain.answer import Passage, SearchResult
from askdocs.domain.errors import ModelUnavailable
from askdocs.domain.ports import EVERYTHING, QueryEmbedder, Reranker, Store
from askdocs.domain.search import COMPARED, Filter, Hit, Rankings
from askdocs.flows.filter import nothing_matches
from askdocs.flows.stopwatch import Stopwatch
from askdocs.steps.search.fuse import (
    CHUNK_WEIGHTS,
    PAGE_WEIGHTS,
    Weight,
    reciprocal_rank_fusion,
)

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

CHUNKS_PER_RANKING = 100
"""Chunks taken from each ranking of chunks before they are fused."""

RERANKED = 20
"""Passages that a reranker reads, best first; it takes its time with each."""

ELSEWHERE = 50
"""Passages that are looked at to say where matches are that a filter leaves out."""

PAGES_READ = 6
"""Pages that are read whole to be quoted from."""

CHUNKS_READ = 400
"""Chunks of them, the nearest to the question first; the longest page of 1,926 has 96."""


class Retriever:
    """Finds the passages of one index that answer a question best.

    Args:
        encoder: Of the index's own model.
        store: The index.
        k: How many passages are returned at most.
        reranker: Reads the best passages with the question, if there is one.
        limit_s: How long it may take; if that is too short the order stays.
    """

    def __init__(
        self,
        encoder: QueryEmbedder,
        store: Store,
        *,
        k: int,
        reranker: Reranker | None = None,
        limit_s: float = 0.0,
    ) -> None:
        self._encoder = encoder
        self._store = store
        self._k = k
        self._reranker = reranker
        self._limit_s = limit_s

    def find(self, question: str, only: Filter = EVERYTHING) -> SearchResult:
        """Return passages, best first; equal scores prefer the shallower page.

        Args:
            question: In words.
            only: Which pages may be found, in the words of the index (see
                `flows.filter.resolve_in_index`).

        Raises:
            NothingMatches: if a filter leaves nothing; it says where matches are.
            IndexMissing: if nothing was ever ingested.
            StoreUnavailable: if the database does not answer.
        """
        result = self._search(question, only, self._k, self._reranker)
        if only and not result.passages:
            elsewhere = partial(self._find_elsewhere, question)
            raise nothing_matches(only, elsewhere, self._store)
        return result

    def read_pages(self, question: str, result: SearchResult) -> list[Passage]:
        """Return all chunks of the pages that a search found first, in no order.

        Their score is how like the question they are. Where no vector was to be had,
        they are what the search found.
        """
        first = list(dict.fromkeys(p.file_path for p in result.passages))[:PAGES_READ]
        if result.vector is None or not first:
            return list(result.passages)
        only = Filter(path=tuple(path.removeprefix("pages/") for path in first))
        rankings = self._store.search(
            result.vector, question, CHUNKS_READ, pages=1, only=only
        )
        scores = {hit.id: hit.score for hit in rankings["dense"]}
        chunks = self._store.passages(scores)
        # A path names the pages in its folder, too.
        return [
            replace(chunk, score=scores[id_])
            for id_, chunk in chunks.items()
            if chunk.file_path in first
        ]

    def _find_elsewhere(self, question: str, only: Filter) -> SearchResult:
        """Return more passages than are shown, with a filter that leaves out less."""
        return self._search(question, only, ELSEWHERE, None)

    def _search(
        self, question: str, only: Filter, k: int, reranker: Reranker | None
    ) -> SearchResult:
        """Return at most *k* passages: encode, search, fuse, rerank."""
        stopwatch = Stopwatch()
        with stopwatch.timed("encode"):
            vector, notes = self._encode(question)
        with stopwatch.timed("search"):
            depth = max(CHUNKS_PER_RANKING, k)
            rankings = self._store.search(vector, question, depth, only=only)
        with stopwatch.timed("fuse"):
            best = fused(rankings, self._store, max(RERANKED, k) if reranker else k)
        if reranker and best:
            with stopwatch.timed("rerank"):
                reranked = self._rerank(question, best, reranker)
            if reranked is None:
                slow = f"reranker: {self._limit_s:g} s were not enough, left out"
                notes = (*notes, slow)
            else:
                best = reranked
        best = best[:k]
        return SearchResult(
            tuple(best),
            notes,
            {passage.id: _ranks(passage, rankings) for passage in best},
            {stage: round(s * 1000, 2) for stage, s in stopwatch.seconds.items()},
            nearest=max((hit.score for hit in rankings["dense"]), default=None),
            entitled=max((h.covers for r in rankings.values() for h in r), default=0.0),
            vector=vector,
        )

    def _encode(self, question: str) -> tuple[Vector | None, tuple[str, ...]]:
        """Return the vector of a question, and what could not be done as it should.

        There is none where the model is of no use: words must do.
        """
        try:
            vector = self._encoder.embed_question(question)
        except ModelUnavailable as err:
            return None, (f"encoder: {err}; found by words alone",)
        return vector, self._encoder.degraded

    def _rerank(
        self, question: str, passages: list[Passage], reranker: Reranker
    ) -> list[Passage] | None:
        """Return the passages in the order of a reranker; None if it had no time."""
        texts = [f"{p.trail}\n\n{p.text}" for p in passages]
        scores = reranker.scores(question, texts, limit_s=self._limit_s)
        if scores is None:
            return None
        pairs = sorted(zip(passages, scores, strict=True), key=lambda pair: -pair[1])
        return [replace(passage, score=score) for passage, score in pairs]


def fused(
    rankings: Rankings,
    store: Store,
    k: int,
    *,
    chunks: Mapping[str, Weight] = CHUNK_WEIGHTS,
    pages: Mapping[str, Weight] = PAGE_WEIGHTS,
) -> list[Passage]:
    """Return the k best passages; only these, and those as good, are read.

    Rankings of chunks and of pages that have no weight are left out.
    """
    hits = [hit for ranking in rankings.values() for hit in ranking]
    ranking = reciprocal_rank_fusion(
        [(weight, [h.id for h in rankings[name]]) for name, weight in chunks.items()],
        [(weight, _page_fits(name, rankings[name])) for name, weight in pages.items()],
        {hit.id: hit.page for hit in hits},
    )
    least = ranking[:k][-1][1] if ranking else 0.0
    scores = {id_: score for id_, score in ranking if score >= least}
    passages = store.passages(scores)
    best = [
        replace(passages[id_], score=score)
        for id_, score in scores.items()
        if id_ in passages
    ]
    best.sort(key=lambda passage: (-passage.score, passage.file_path.count("/")))
    return best[:k]


def _page_fits(name: str, ranking: Sequence[Hit]) -> list[tuple[str, float]]:
    """Return the chunk that stands for each page, and how well the page fits, from 0 to 1.

    That is the share of the question that is covered; where that is not known, the score
    against the best: of a page that stands out by its words the others are no rivals.
    """
    if name in COMPARED:
        return [(hit.id, hit.covers) for hit in ranking]
    best = max((hit.score for hit in ranking), default=0.0)
    return [(hit.id, hit.score / best if best > 0 else 0.0) for hit in ranking]


def _ranks(passage: Passage, rankings: Rankings) -> dict[str, int]:
    """Return the ranks of a passage, and those of its page, counted from 1."""
    ranks = {}
    for name, ranking in rankings.items():
        key = attrgetter("page" if name in PAGE_WEIGHTS else "id")
        keys = [key(hit) for hit in ranking]
        own = key(Hit(passage.id, 0.0))
        if own in keys:
            ranks[name] = keys.index(own) + 1
    return ranks
