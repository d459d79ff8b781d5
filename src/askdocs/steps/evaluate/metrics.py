"""Rate a ranking against what is relevant, in numbers between 0 and 1.

Relevance is binary. A thing ranked twice counts once, at its best rank. A question that
nobody labelled has no value, rather than a value of zero. The tests hold every metric
against ir-measures, and so against trec_eval.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from math import log2

Metric = Callable[[Sequence[str], Collection[str]], float]
"""Called with a ranking, best first, and what is relevant."""


def success_at(k: int, ranking: Sequence[str], relevant: Collection[str]) -> float:
    """Return 1 if any of the first *k* is relevant, else 0.

    Source:
        trec_eval `success.k`; ir-measures `Success@k`; often called hit rate.

    >>> success_at(1, ["x", "a"], {"a"}), success_at(2, ["x", "a"], {"a"})
    (0.0, 1.0)
    """
    return float(any(_hits(k, ranking, relevant)))


def recall_at(k: int, ranking: Sequence[str], relevant: Collection[str]) -> float:
    """Return the share of all that is relevant among the first *k*.

    Where more than *k* are relevant, 1 cannot be reached.

    Source:
        trec_eval `recall.k`; ir-measures `R@k`.

    >>> recall_at(2, ["a", "x", "b"], {"a", "b"})
    0.5
    """
    return sum(_hits(k, ranking, relevant)) / len(set(relevant))


def reciprocal_rank_at(
    k: int, ranking: Sequence[str], relevant: Collection[str]
) -> float:
    """Return 1 / rank of the first relevant among the first *k*; 0 if there is none.

    The mean over questions is the MRR.

    Source:
        trec_eval `recip_rank` over *k* results; ir-measures `RR@k`; MS MARCO's MRR@10.

    >>> reciprocal_rank_at(10, ["x", "a", "b"], {"a", "b"})
    0.5
    """
    hits = _hits(k, ranking, relevant)
    return 1 / (hits.index(True) + 1) if any(hits) else 0.0


def ndcg_at(k: int, ranking: Sequence[str], relevant: Collection[str]) -> float:
    """Return the discounted gain of the first *k* as a share of the best there is.

    A relevant one at rank r gains 1 / log2(r + 1); the best is min(k, relevant) of them at
    the top.

    Source:
        Järvelin & Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS
        2002, in the form of trec_eval `ndcg_cut.k`; ir-measures `nDCG@k`; BEIR.

    >>> round(ndcg_at(10, ["x", "a"], {"a"}), 4)
    0.6309
    """
    gain = _discounted(_hits(k, ranking, relevant))
    return gain / _discounted([True] * min(k, len(set(relevant))))


METRICS: Mapping[str, Metric] = {
    **{f"success@{k}": partial(success_at, k) for k in (1, 3, 5, 10)},
    **{f"recall@{k}": partial(recall_at, k) for k in (5, 10)},
    "mrr@10": partial(reciprocal_rank_at, 10),
    "ndcg@10": partial(ndcg_at, 10),
}
"""Those that are reported; none looks further than `MAX_RANK`."""

MAX_RANK = 10


def scores(ranking: Sequence[str], relevant: Collection[str]) -> dict[str, float]:
    """Return every metric of one question."""
    return {name: metric(ranking, relevant) for name, metric in METRICS.items()}


def first_rank(ranking: Sequence[str], relevant: Collection[str]) -> int | None:
    """Return the rank of the first relevant one, from 1; None if none was ranked.

    >>> first_rank(["x", "x", "a"], {"a"})
    2
    """
    distinct = list(dict.fromkeys(ranking))
    return next(
        (n for n, name in enumerate(distinct, start=1) if name in relevant), None
    )


def _hits(k: int, ranking: Sequence[str], relevant: Collection[str]) -> list[bool]:
    """Return for each of the first *k* distinct ones whether it is relevant.

    Raises:
        ValueError: if *k* is not positive, or nothing is relevant.
    """
    if k < 1:
        raise ValueError(f"k is {k}; the first rank is 1")
    if not relevant:
        raise ValueError("nothing is wanted: the question has no labels")
    return [name in relevant for name in list(dict.fromkeys(ranking))[:k]]


def _discounted(hits: Sequence[bool]) -> float:
    return sum(1 / log2(rank + 1) for rank, hit in enumerate(hits, start=1) if hit)
