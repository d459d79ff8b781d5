"""Small words change what a sentence says."""

from __future__ import annotations

import doctest

import pytest

from askdocs.steps.answer.ground import cues
from askdocs.steps.answer.ground.cues import cue_features


def test_the_examples_hold():
    """They are read before the code."""
    assert doctest.testmod(cues).failed == 0


@pytest.mark.parametrize(
    ("sentence", "source", "feature"),
    [
        ("Jobs never end.", "Jobs end.", "added_neg"),
        ("All jobs end.", "Jobs end.", "added_all"),
        ("Jobs end.", "Jobs end if they fail.", "dropped_condition"),
        ("Jobs must end.", "Jobs end.", "nowhere_must"),
        ("Jobs end.", "Jobs do not end.", "negation_parity"),
    ],
)
def test_a_cue_that_one_of_two_lacks_is_named(sentence, source, feature):
    """It is what a reader would point at."""
    assert cue_features(sentence, source, source)[feature] == 1.0
    assert cue_features(source, source, source)[feature] == 0.0
