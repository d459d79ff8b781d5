"""Fuse rankings of chunks and of their pages into one ranking of chunks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T", bound=Hashable)

K = 20
"""Damps the head of each ranking. With the 60 of the authors of reciprocal rank fusion
being in many rankings is worth more than leading one: python bench/quality.py --ablation.
"""


@dataclass(frozen=True, slots=True)
class Weight:
    """What a rank in one ranking is worth.

    Attributes:
        share: Against a share of 1 for the ranking of chunks by words.
        power: Of how well the page fits, from 0 to 1: at 0 that does not count.
        k: Damps the head of the ranking.
    """

    share: float = 1.0
    power: int = 0
    k: int = K

    def earned(self, rank: int, fit: float = 1.0) -> float:
        """Return what a rank, counted from 1, earns."""
        return self.share * fit**self.power / (self.k + rank)


CHUNK_WEIGHTS: Mapping[str, Weight] = {"dense": Weight(1.5), "bm25": Weight()}
"""Meaning counts more than words, or the four rankings by words have all the say."""

PAGE_WEIGHTS: Mapping[str, Weight] = {
    "head": Weight(0.25, 2),
    "headings": Weight(0.5, 1),
    "page": Weight(0.5, 1),
}
"""Title and headings say what a page is about in few words: where they cover a question
they decide, and where they share a word with it they mean nothing. So they count by the
share that they cover; and all that a page says, by its score against the best. Then a
site whose headings say little loses nothing by them. What each is worth:
python bench/quality.py --ablation.
"""

NEXT_CHUNK = 0.8
"""What the share of a page is worth to its next chunk, against the one before it. At 1 one
page may take every place: all of its chunks earn what it does.
"""


def reciprocal_rank_fusion(
    chunks: Iterable[tuple[Weight, Sequence[T]]],
    pages: Iterable[tuple[Weight, Sequence[tuple[T, float]]]],
    page_of: Mapping[T, Hashable],
) -> list[tuple[T, float]]:
    """Merge rankings by position, so that their scores need not be comparable.

    Each chunk earns from every ranking that holds it, and from every ranking that holds
    its page: the best chunk of a page most, each further one `NEXT_CHUNK` of the one
    before it. Ties keep the order of first appearance.

    Args:
        chunks: With what a rank in each is worth; best first, each item at most once.
        pages: The same for whole pages: the chunk that stands for each, and how well the
            page fits, from 0 to 1.
        page_of: The page of each item.

    Returns:
        (item, score) pairs, best first.

    Source:
        Cormack, Clarke & Buettcher, "Reciprocal Rank Fusion outperforms Condorcet
        and individual Rank Learning Methods", SIGIR 2009. Weights and pages are ours.

    >>> once = Weight()
    >>> fused = reciprocal_rank_fusion([(once, "ab"), (once, "bc")], [], dict(zip("abc", "abc")))
    >>> [item for item, _ in fused]
    ['b', 'a', 'c']
    """
    scores: dict[T, float] = defaultdict(float)
    page_scores: dict[Hashable, float] = defaultdict(float)
    for weight, ranking in chunks:
        for rank, item in enumerate(ranking, start=1):
            scores[item] += weight.earned(rank)
    for weight, page_ranking in pages:
        for rank, (item, fit) in enumerate(page_ranking, start=1):
            scores[item] += 0.0
            page_scores[page_of[item]] += weight.earned(rank, fit)
    fused = dict(scores)
    for item, _ in _best_first(scores):
        page = page_of[item]
        fused[item] += page_scores[page]
        page_scores[page] *= NEXT_CHUNK
    return _best_first(fused)


def _best_first(scores: Mapping[T, float]) -> list[tuple[T, float]]:
    """Return items with their scores, best first; ties keep their order."""
    return sorted(scores.items(), key=lambda pair: -pair[1])
