"""Rankings of the same things become one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askdocs.steps.fuse import reciprocal_rank_fusion

RANKINGS = st.lists(st.lists(st.integers(0, 20), unique=True, max_size=10), max_size=4)


def test_the_scores_are_those_of_the_paper():
    """Computed by hand from 1 / (60 + rank), so that k and the first rank are fixed."""
    fused = reciprocal_rank_fusion([["a", "b", "c"], ["b", "d"]])

    assert [item for item, _ in fused] == ["b", "a", "d", "c"]
    assert dict(fused) == pytest.approx(
        {"b": 1 / 62 + 1 / 61, "a": 1 / 61, "d": 1 / 62, "c": 1 / 63}
    )


def test_ties_keep_the_order_of_first_appearance():
    """The same question has the same answer twice."""
    fused = reciprocal_rank_fusion([["x", "y"], ["y", "x"], []])

    assert [item for item, _ in fused] == ["x", "y"]


@pytest.mark.parametrize("rankings", [[], [[]], [[], []]])
def test_nothing_ranked_is_nothing(rankings):
    """An empty index is asked as well."""
    assert reciprocal_rank_fusion(rankings) == []


@given(RANKINGS)
def test_every_item_is_there_once_and_the_scores_fall(rankings):
    """A passage that both searches found must not be shown twice."""
    fused = reciprocal_rank_fusion(rankings)
    items, scores = [i for i, _ in fused], [s for _, s in fused]

    assert set(items) == {i for ranking in rankings for i in ranking}
    assert len(items) == len(set(items))
    assert scores == sorted(scores, reverse=True)
    assert all(0 < s <= len(rankings) / 61 for s in scores)


@given(st.lists(st.integers(0, 50), unique=True))
def test_one_ranking_stays_as_it_is(ranking):
    """Where words find nothing, the order of the vectors holds."""
    assert [item for item, _ in reciprocal_rank_fusion([ranking, []])] == ranking
