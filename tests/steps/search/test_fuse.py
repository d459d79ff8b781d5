"""Rankings of the same things become one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askdocs.steps.search.fuse import PAGE_WEIGHTS, Weight, reciprocal_rank_fusion


def fuse(rankings, pages=(), page_of=None):
    """Fuse rankings that are worth the same; without a page, each item is its own."""
    items = [i for ranking in rankings for i in ranking]
    return reciprocal_rank_fusion(
        [(Weight(), ranking) for ranking in rankings],
        pages,
        page_of or {item: item for item in items},
    )


RANKINGS = st.lists(st.lists(st.integers(0, 20), unique=True, max_size=10), max_size=4)


def test_the_scores_are_those_of_the_paper():
    """Computed by hand from 1 / (60 + rank), so that k and the first rank are fixed."""
    fused = fuse([["a", "b", "c"], ["b", "d"]])

    assert [item for item, _ in fused] == ["b", "a", "d", "c"]
    assert dict(fused) == pytest.approx(
        {"b": 1 / 62 + 1 / 61, "a": 1 / 61, "d": 1 / 62, "c": 1 / 63}
    )


def test_ties_keep_the_order_of_first_appearance():
    """The same question has the same answer twice."""
    fused = fuse([["x", "y"], ["y", "x"], []])

    assert [item for item, _ in fused] == ["x", "y"]


@pytest.mark.parametrize("rankings", [[], [[]], [[], []]])
def test_nothing_ranked_is_nothing(rankings):
    """An empty index is asked as well."""
    assert fuse(rankings) == []


@given(RANKINGS)
def test_every_item_is_there_once_and_the_scores_fall(rankings):
    """A passage that both searches found must not be shown twice."""
    fused = fuse(rankings)
    items, scores = [i for i, _ in fused], [s for _, s in fused]

    assert set(items) == {i for ranking in rankings for i in ranking}
    assert len(items) == len(set(items))
    assert scores == sorted(scores, reverse=True)
    assert all(0 < s <= len(rankings) / 61 for s in scores)


@given(st.lists(st.integers(0, 50), unique=True))
def test_one_ranking_stays_as_it_is(ranking):
    """Where words find nothing, the order of the vectors holds."""
    assert [item for item, _ in fuse([ranking, []])] == ranking


PLACES = {"a1": "a", "a2": "a", "b1": "b", "c1": "c"}


def test_every_chunk_of_a_page_earns_what_its_page_does():
    """A title that answers the question speaks for all that stands under it."""
    heads = [(Weight(0.5), [("b1", 1.0), ("a1", 1.0)])]

    fused = dict(fuse([["a1", "a2", "b1"]], heads, PLACES))

    assert fused == pytest.approx(
        {"a1": 1 / 61 + 0.5 / 62, "a2": 1 / 62 + 0.5 / 62, "b1": 1 / 63 + 0.5 / 61}
    )


def test_a_page_that_no_ranking_of_chunks_holds_is_found_by_its_first():
    """The words may stand in its title alone."""
    fused = fuse([["a1"]], [(Weight(2), [("c1", 1.0)])], PLACES)

    assert [item for item, _ in fused] == ["c1", "a1"]


@pytest.mark.parametrize(("power", "earned"), [(0, 1.0), (1, 0.5), (2, 0.25)])
def test_a_page_earns_by_how_much_of_the_question_it_covers(power, earned):
    """One word in common with a title says nothing; all of them say it all."""
    [(_, score)] = fuse([], [(Weight(1, power), [("a1", 0.5)])], PLACES)

    assert score == pytest.approx(earned / 61)


def test_no_ranking_of_pages_outweighs_one_of_chunks():
    """A passage is what is shown; its page is a hint."""
    assert all(weight.share <= 0.5 for weight in PAGE_WEIGHTS.values())
