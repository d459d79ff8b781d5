"""Several rankings of the same things become one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def reciprocal_rank_fusion(
    rankings: Iterable[Sequence[T]], *, k: int = 60
) -> list[tuple[T, float]]:
    """Merge rankings by position alone, so their scores need not be comparable.

    Each item earns 1 / (k + rank) from every ranking that holds it, with rank
    counted from 1. Ties keep the order of first appearance.

    Args:
        rankings: Best first; an item appears at most once in each.
        k: Damps the head of each ranking. The authors fixed 60 in a pilot study and
            kept it; so do we, and it is not a setting.

    Returns:
        (item, score) pairs, best first; scores lie in (0, len(rankings) / (k + 1)].

    Source:
        Cormack, Clarke & Buettcher, "Reciprocal Rank Fusion outperforms Condorcet
        and individual Rank Learning Methods", SIGIR 2009.

    >>> [item for item, _ in reciprocal_rank_fusion([["a", "b"], ["b", "c"]])]
    ['b', 'a', 'c']
    """
    scores: dict[T, float] = defaultdict(float)
    for ranking in rankings:
        for rank, item in enumerate(ranking, start=1):
            scores[item] += 1 / (k + rank)
    return sorted(scores.items(), key=lambda pair: -pair[1])
