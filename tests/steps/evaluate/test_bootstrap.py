"""Intervals and p-values: repeatable, and those that theory and others give."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_rel

from askdocs.steps.evaluate.bootstrap import RESAMPLES, intervals, paired

COUNT = 218


def values(seed: int, *, share: float = 0.79, count: int = COUNT) -> list[list[float]]:
    """Return rows of one value, 1 with that probability."""
    random = np.random.default_rng(seed)
    return [[float(hit)] for hit in random.random(count) < share]


def shifted(rows: list[list[float]], by: float) -> list[list[float]]:
    random = np.random.default_rng(9)
    return [[row[0] + by + 0.3 * float(random.standard_normal())] for row in rows]


def test_the_same_values_give_the_same_numbers():
    """Who runs it twice must not see a difference that is not there."""
    rows, other = values(1), values(2)

    assert intervals(rows) == intervals(rows)
    assert paired(rows, other) == paired(rows, other)


def test_an_interval_is_as_wide_as_theory_says():
    """Of a share of n questions: 1.96 standard errors to either side."""
    rows = values(1)
    mean = np.mean(rows)
    error = (mean * (1 - mean) / COUNT) ** 0.5

    (interval,) = intervals(rows)

    assert interval.low == pytest.approx(mean - 1.96 * error, abs=0.005)
    assert interval.high == pytest.approx(mean + 1.96 * error, abs=0.005)


def test_columns_do_not_touch_each_other():
    """The interval of a metric is the same whichever others are reported."""
    one, two = values(1), values(2)
    both = [[a, b] for (a,), (b,) in zip(one, two, strict=True)]

    assert intervals(both) == [*intervals(one), *intervals(two)]


@pytest.mark.parametrize("by", [0.0, 0.02, 0.04, 0.05, -0.04])
def test_p_is_near_that_of_the_paired_t_test(by):
    """With 218 pairs the two must not disagree (Smucker et al. found the same)."""
    rows = values(1)
    other = shifted(rows, by)
    expected = ttest_rel([r[0] for r in other], [r[0] for r in rows]).pvalue

    (comparison,) = paired(rows, other)

    assert comparison.p == pytest.approx(expected, abs=0.03)


def test_no_difference_is_no_evidence():
    """The nightly run of an unchanged index passes every gate."""
    (comparison,) = paired(values(1), values(1))

    assert (comparison.difference, comparison.p) == (0, 1)
    assert (comparison.interval.low, comparison.interval.high) == (0, 0)


@pytest.mark.parametrize("falls", range(2, 12))
def test_p_does_not_hang_on_the_last_digit(falls):
    """Where ranks fall alike, many resamples are exactly as far as what was seen."""
    before = [[1 / 3]] * COUNT
    after = [[0.0]] * falls + before[falls:]
    # In units of a third of a question, every mean is a whole number.
    exact = paired(
        [[float(COUNT)]] * COUNT,
        [[0.0]] * falls + [[float(COUNT)]] * (COUNT - falls),
    )

    assert paired(before, after)[0].p == exact[0].p


def test_a_clear_fall_has_its_sign_and_the_least_p_there_is():
    """0 would claim more than 2,000 resamples can show."""
    (comparison,) = paired(values(1, share=0.9), values(2, share=0.4))

    assert (
        comparison.interval.low < comparison.difference < comparison.interval.high < 0
    )
    assert comparison.p == pytest.approx(1 / (RESAMPLES + 1))


def test_better_and_worse_are_judged_alike():
    """The test is two-sided: swapping the runs turns the sign and nothing else."""
    rows, other = values(1), shifted(values(1), 0.03)

    (there,), (back,) = paired(rows, other), paired(other, rows)

    assert there.p == back.p
    assert there.difference == -back.difference
