"""Fuse rankings of chunks and of their pages into one ranking of chunks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T", bound=Hashable)

K = 60
"""Damps the head of each ranking. The authors of reciprocal rank fusion fixed it in a
pilot study and kept it; so do we, and it is not a setting.
"""


@dataclass(frozen=True, slots=True)
class Weight:
    """What a rank in one ranking is worth.

    Attributes:
        share: Against a share of 1 for a ranking by meaning.
        power: Of the part of the question that is covered: at 0 it does not count.
    """

    share: float = 1.0
    power: int = 0

    def earned(self, rank: int, coverage: float) -> float:
        """Return what a rank, counted from 1, earns."""
        return self.share * coverage**self.power / (K + rank)


CHUNK_WEIGHTS: Mapping[str, Weight] = {"dense": Weight(), "bm25": Weight()}
PAGE_WEIGHTS: Mapping[str, Weight] = {
    "head": Weight(0.25, 2),
    "headings": Weight(0.5, 1),
    "page": Weight(0.5),
}
"""Title and headings say what a page is about in few words: where they cover a question
they decide, and where they share a word with it they mean nothing. So they count by the
share that they cover. What each is worth: python bench/quality.py --ablation.
"""


def reciprocal_rank_fusion(
    chunks: Iterable[tuple[Weight, Sequence[T]]],
    pages: Iterable[tuple[Weight, Sequence[tuple[T, float]]]],
    page_of: Mapping[T, Hashable],
) -> list[tuple[T, float]]:
    """Merge rankings by position, so that their scores need not be comparable.

    Each chunk earns from every ranking that holds it, and from every ranking that holds
    its page. Ties keep the order of first appearance.

    Args:
        chunks: With what a rank in each is worth; best first, each item at most once.
        pages: The same for whole pages: the chunk that stands for each, and which part
            of the question it covers, from 0 to 1.
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
            scores[item] += weight.earned(rank, 1.0)
    for weight, page_ranking in pages:
        for rank, (item, coverage) in enumerate(page_ranking, start=1):
            scores[item] += 0.0
            page_scores[page_of[item]] += weight.earned(rank, coverage)
    fused = [
        (item, score + page_scores[page_of[item]]) for item, score in scores.items()
    ]
    return sorted(fused, key=lambda pair: -pair[1])
