"""Features are weighed into one score."""

from __future__ import annotations

import pytest

from askdocs.steps.answer.ground.weights import Weights, learned_weights

TREE = ["near", 0.5, -2.0, ["amounts", 1.0, 3.0, -1.0]]


@pytest.mark.parametrize(
    ("features", "above"),
    [
        ({"near": 0.5}, False),
        ({"near": 0.6}, True),
        ({"near": 0.6, "amounts": 2.0}, False),
    ],
)
def test_a_tree_is_followed_to_its_end(features, above):
    """Up to the limit is the first side."""
    weights = Weights({}, 0.0, [TREE], 0.9, 0.1)

    assert (weights.score(features) > 0.5) is above


def test_a_score_is_a_share_whatever_the_features_are():
    """A limit compares with it."""
    weights = Weights({"near": 1e9}, 0.0, [], 0.9, 0.1)

    assert 0 <= weights.score({"near": -1.0}) < 0.1
    assert 0.9 < weights.score({"near": 1.0}) <= 1


def test_the_learned_limits_are_in_order():
    """What is left out scores less than what is proven."""
    learned = learned_weights()

    assert 0 < learned.unproven < learned.proven < 1
    assert learned.score({}) != learned.score({"near": 1.0})
