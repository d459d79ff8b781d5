"""Metrics: what they say, what they refuse, and that others say the same."""

from __future__ import annotations

import random

import ir_measures
import pytest
from ir_measures import RR, R, Success, nDCG

from askdocs.steps.evaluate.metrics import (
    MAX_RANK,
    METRICS,
    first_rank,
    ndcg_at,
    recall_at,
    reciprocal_rank_at,
    scores,
    success_at,
)

REFERENCE = {
    "success@1": Success @ 1,
    "success@3": Success @ 3,
    "success@5": Success @ 5,
    "success@10": Success @ 10,
    "recall@5": R @ 5,
    "recall@10": R @ 10,
    "mrr@10": RR @ 10,
    "ndcg@10": nDCG @ 10,
}
ALL_METRICS = [success_at, recall_at, reciprocal_rank_at, ndcg_at]


def rankings(count: int) -> list[tuple[list[str], set[str]]]:
    """Return random (found, wanted): short and long, with and without a hit."""
    draw = random.Random(4)
    pages = [f"p{n}" for n in range(30)]
    return [
        (
            draw.sample(pages, draw.randint(1, 25)),
            set(draw.sample(pages, draw.choice([1, 1, 2, 3, 12]))),
        )
        for _ in range(count)
    ]


def reference(ranking: list[str], relevant: set[str]) -> dict[str, float]:
    """Return what ir-measures, and so trec_eval, says of one ranking."""
    run = {"q": {page: float(-rank) for rank, page in enumerate(ranking)}}
    labels = {"q": dict.fromkeys(relevant, 1)}
    values = ir_measures.calc_aggregate(list(REFERENCE.values()), labels, run)
    return {name: values[metric] for name, metric in REFERENCE.items()}


def test_every_metric_is_that_of_the_reference_implementation():
    """A number that only we compute can be compared with nobody's."""
    cases = rankings(400)
    assert REFERENCE.keys() == METRICS.keys()

    for ranking, relevant in cases:
        assert scores(ranking, relevant) == pytest.approx(
            reference(ranking, relevant), abs=1e-12
        )


def test_the_random_rankings_are_worth_comparing():
    """Where every value is 0 or 1, any two implementations agree."""
    values = {
        scores(ranking, relevant)["ndcg@10"] for ranking, relevant in rankings(400)
    }

    assert len(values) > 100
    assert {0.0, 1.0} <= values


@pytest.mark.parametrize("name", METRICS)
def test_a_page_found_twice_counts_once_at_its_best_rank(name):
    """Several passages of one page must not push the others down, or count twice."""
    repeated = ["x", "x", "a", "x", "a", "b", "a"]

    assert METRICS[name](repeated, {"a", "b"}) == METRICS[name](
        ["x", "a", "b"], {"a", "b"}
    )


@pytest.mark.parametrize("metric", ALL_METRICS)
def test_a_question_without_labels_has_no_value(metric):
    """It is an error in the question set, and no failure of the search."""
    with pytest.raises(ValueError, match="no labels"):
        metric(5, ["a"], set())


@pytest.mark.parametrize("metric", ALL_METRICS)
@pytest.mark.parametrize("k", [0, -1])
def test_a_rank_below_the_first_is_refused(metric, k):
    """`found[:-1]` would be all but the last, and look plausible."""
    with pytest.raises(ValueError, match="first rank"):
        metric(k, ["a"], {"a"})


@pytest.mark.parametrize("name", METRICS)
def test_nothing_found_is_zero(name):
    """The search was asked, and found nothing: that is a value."""
    assert METRICS[name]([], {"a"}) == 0


@pytest.mark.parametrize("name", METRICS)
def test_no_metric_looks_further_than_is_kept(name):
    """A saved run holds that many pages, and its metrics are computed again from them."""
    ranking = [f"x{n}" for n in range(MAX_RANK)]

    assert METRICS[name]([*ranking, "a"], {"a"}) == 0


def test_more_wanted_than_can_be_shown_still_allows_a_perfect_ndcg():
    """The ideal list is as long as the list that is judged."""
    relevant = [f"p{n}" for n in range(12)]

    assert ndcg_at(10, relevant, relevant) == 1
    assert recall_at(10, relevant, relevant) == pytest.approx(10 / 12)


def test_the_first_rank_counts_pages_however_deep():
    """ "Rank 32" tells more than "not among ten"."""
    ranking = ["x", "x", *map(str, range(30)), "a"]

    assert first_rank(ranking, {"a"}) == 32
    assert first_rank(ranking, {"b"}) is None
