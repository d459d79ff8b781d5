"""What was found and what was wanted become numbers between 0 and 1.

Relevance is binary. A thing found twice counts once, at its best rank. A question that
nobody labelled has no value, rather than a value of zero. The tests hold every metric
against ir-measures, and so against trec_eval.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from math import log2

Metric = Callable[[Sequence[str], Collection[str]], float]
"""Called with what was found, best first, and what was wanted."""


def success_at(k: int, found: Sequence[str], wanted: Collection[str]) -> float:
    """Return 1 if any of the first *k* found is wanted, else 0.

    Source:
        trec_eval `success.k`; ir-measures `Success@k`; often called hit rate.

    >>> success_at(1, ["x", "a"], {"a"}), success_at(2, ["x", "a"], {"a"})
    (0.0, 1.0)
    """
    return float(any(_hits(k, found, wanted)))


def recall_at(k: int, found: Sequence[str], wanted: Collection[str]) -> float:
    """Return the share of all that is wanted among the first *k* found.

    Where more than *k* are wanted, 1 cannot be reached.

    Source:
        trec_eval `recall.k`; ir-measures `R@k`.

    >>> recall_at(2, ["a", "x", "b"], {"a", "b"})
    0.5
    """
    return sum(_hits(k, found, wanted)) / len(set(wanted))


def reciprocal_rank_at(k: int, found: Sequence[str], wanted: Collection[str]) -> float:
    """Return 1 / rank of the first wanted among the first *k* found; 0 if there is none.

    The mean over questions is the MRR.

    Source:
        trec_eval `recip_rank` over *k* results; ir-measures `RR@k`; MS MARCO's MRR@10.

    >>> reciprocal_rank_at(10, ["x", "a", "b"], {"a", "b"})
    0.5
    """
    hits = _hits(k, found, wanted)
    return 1 / (hits.index(True) + 1) if any(hits) else 0.0


def ndcg_at(k: int, found: Sequence[str], wanted: Collection[str]) -> float:
    """Return the discounted gain of the first *k* found as a share of the best there is.

    A wanted one at rank r gains 1 / log2(r + 1); the best is min(k, wanted) of them at
    the top.

    Source:
        Järvelin & Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS
        2002, in the form of trec_eval `ndcg_cut.k`; ir-measures `nDCG@k`; BEIR.

    >>> round(ndcg_at(10, ["x", "a"], {"a"}), 4)
    0.6309
    """
    gained = _discounted(_hits(k, found, wanted))
    return gained / _discounted([True] * min(k, len(set(wanted))))


METRICS: Mapping[str, Metric] = {
    **{f"success@{k}": partial(success_at, k) for k in (1, 3, 5, 10)},
    **{f"recall@{k}": partial(recall_at, k) for k in (5, 10)},
    "mrr@10": partial(reciprocal_rank_at, 10),
    "ndcg@10": partial(ndcg_at, 10),
}
"""Those that are reported; none looks further than `DEEPEST`."""

DEEPEST = 10


def scores(found: Sequence[str], wanted: Collection[str]) -> dict[str, float]:
    """Return every metric of one question."""
    return {name: metric(found, wanted) for name, metric in METRICS.items()}


def first_rank(found: Sequence[str], wanted: Collection[str]) -> int | None:
    """Return the rank of the first wanted one, counted from 1; None if none was found.

    >>> first_rank(["x", "x", "a"], {"a"})
    2
    """
    each = list(dict.fromkeys(found))
    return next((n for n, name in enumerate(each, start=1) if name in wanted), None)


def _hits(k: int, found: Sequence[str], wanted: Collection[str]) -> list[bool]:
    """Return for each of the first *k* distinct ones whether it is wanted.

    Raises:
        ValueError: if *k* is not positive, or nothing is wanted.
    """
    if k < 1:
        raise ValueError(f"k is {k}; the first rank is 1")
    if not wanted:
        raise ValueError("nothing is wanted: the question has no labels")
    return [name in wanted for name in list(dict.fromkeys(found))[:k]]


def _discounted(hits: Sequence[bool]) -> float:
    return sum(1 / log2(rank + 1) for rank, hit in enumerate(hits, start=1) if hit)
