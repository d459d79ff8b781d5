"""Rankings of the same things become one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askdocs.steps.search.fuse import (
    CHUNK_WEIGHTS,
    NEXT_CHUNK,
    PAGE_WEIGHTS,
    K,
    Weight,
    reciprocal_rank_fusion,
)

PAPER = Weight(k=60)


def fuse(rankings, pages=(), page_of=None):
    """Fuse rankings as the paper does; without a page, each item is its own."""
    items = [i for ranking in rankings for i in ranking]
    return reciprocal_rank_fusion(
        [(PAPER, ranking) for ranking in rankings],
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


def test_the_best_chunk_of_a_page_earns_what_its_page_does_the_next_less():
    """A title speaks for all that stands under it, but not for every place."""
    heads = [(Weight(0.5), [("b1", 1.0), ("a1", 1.0)])]

    fused = dict(fuse([["a2", "a1", "b1"]], heads, PLACES))

    page = 0.5 / (K + 2)
    assert fused == pytest.approx(
        {
            "a2": 1 / 61 + page,
            "a1": 1 / 62 + page * NEXT_CHUNK,
            "b1": 1 / 63 + 0.5 / (K + 1),
        }
    )


def test_one_page_does_not_take_every_place():
    """All of its chunks lie below its title; the second best page is shown as well."""
    chunks = [f"a{n}" for n in range(20)]
    pages = {**dict.fromkeys(chunks, "a"), "b": "b"}
    heads = [(Weight(1), [("a0", 1.0), ("b", 1.0)])]

    fused = fuse([[*chunks, "b"]], heads, pages)

    assert [item for item, _ in fused].index("b") < 5


@given(st.permutations(["a1", "a2", "b1", "c1"]), st.floats(0, 2))
def test_the_chunks_of_a_page_keep_their_order(ranking, share):
    """What its page earns says nothing of which chunk answers."""
    heads = [(Weight(share), [("a1", 1.0), ("c1", 0.5)])]

    order = [item for item, _ in fuse([ranking], heads, PLACES)]

    of_page = [item for item in order if item in {"a1", "a2"}]
    assert of_page == [item for item in ranking if item in {"a1", "a2"}]


def test_a_page_that_no_ranking_of_chunks_holds_is_found_by_its_first():
    """The words may stand in its title alone."""
    fused = fuse([["a1"]], [(Weight(2), [("c1", 1.0)])], PLACES)

    assert [item for item, _ in fused] == ["c1", "a1"]


@pytest.mark.parametrize(("power", "earned"), [(0, 1.0), (1, 0.5), (2, 0.25)])
def test_a_page_earns_by_how_well_it_fits(power, earned):
    """One word in common with a title says nothing; all of them say it all."""
    [(_, score)] = fuse([], [(Weight(1, power), [("a1", 0.5)])], PLACES)

    assert score == pytest.approx(earned / (K + 1))


def test_no_ranking_of_pages_outweighs_one_of_chunks():
    """A passage is what is shown; its page is a hint."""
    assert all(weight.share <= 0.5 for weight in PAGE_WEIGHTS.values())


def test_meaning_is_worth_more_than_words_and_less_than_all_of_them():
    """Four rankings are by words: together they may overrule it, one alone may not."""
    words = [CHUNK_WEIGHTS["bm25"], *PAGE_WEIGHTS.values()]

    assert CHUNK_WEIGHTS["bm25"].share < CHUNK_WEIGHTS["dense"].share
    assert CHUNK_WEIGHTS["dense"].share < sum(weight.share for weight in words)
