"""Put intervals around the means of values per question, and say how sure a difference is.

The questions stand for all those that could be asked: they are drawn again and again,
with replacement, by a fixed seed. Equal values in equal order give equal numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

RESAMPLES = 2_000
SEED = 20260101
_EPSILON = 1e-12
"""Means that differ by less are equal: thirds do not add up to the last digit."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a mean lies with 95 % confidence."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Paired:
    """How the means of two lists of values for the same questions differ.

    Attributes:
        difference: Second less first.
        interval: Of the difference.
        p: How likely a difference at least as large, of either sign, would be if there
            was none; from 1 / (`RESAMPLES` + 1) to 1.
    """

    difference: float
    interval: Interval
    p: float


def intervals(rows: Sequence[Sequence[float]]) -> list[Interval]:
    """Return the 95 % interval of the mean of each column; all see the same resamples.

    Args:
        rows: Shape (questions, values); at least one row.

    Source:
        Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13: the
        percentile interval.

    >>> intervals([[1.0, 0.0], [1.0, 0.0]])
    [Interval(low=1.0, high=1.0), Interval(low=0.0, high=0.0)]
    """
    return _percentiles(_means(np.asarray(rows, dtype=np.float64)))


def paired(
    before: Sequence[Sequence[float]], after: Sequence[Sequence[float]]
) -> list[Paired]:
    """Return how each column differs; row i of both is the same question.

    The test is two-sided: differences are shifted to a mean of zero, and p counts the
    resamples that are at least as far from it as what was seen. Of a handful of
    questions it is too sure of itself.

    Source:
        Smucker, Allan & Carterette, "A comparison of statistical significance tests for
        information retrieval evaluation", CIKM 2007: the bootstrap shift method.
    """
    differences = np.asarray(after, dtype=np.float64) - np.asarray(
        before, dtype=np.float64
    )
    observed = differences.mean(axis=0)
    means = _means(differences)
    as_far = np.abs(means - observed) >= np.abs(observed) - _EPSILON
    p = (1 + as_far.sum(axis=0)) / (RESAMPLES + 1)
    return [
        Paired(float(difference), interval, float(likely))
        for difference, interval, likely in zip(
            observed, _percentiles(means), p, strict=True
        )
    ]


def _means(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return shape (RESAMPLES, values): the means of each resample."""
    random = np.random.default_rng(SEED)
    count = len(rows)
    draws = (random.integers(count, size=count) for _ in range(RESAMPLES))
    return np.stack([rows[chosen].mean(axis=0) for chosen in draws])


def _percentiles(means: NDArray[np.float64]) -> list[Interval]:
    low, high = np.quantile(means, (0.025, 0.975), axis=0)
    return [Interval(float(a), float(b)) for a, b in zip(low, high, strict=True)]
