""" "May" is not "must": words of strength in a sentence and its source."""

from __future__ import annotations

import doctest

import pytest
from tests.support.judged import why

from askdocs.steps.answer.ground import modality
from askdocs.steps.answer.ground.modality import changed_strength


def test_strength_is_compared_only_with_the_same_sentence():
    """In one that is built otherwise the word may belong to something else."""
    source = "A week is how long each night job should keep what it logs, and stay up."

    assert why("Logs may stay for a week at night.", source) == ""


@pytest.mark.parametrize(
    ("sentence", "source", "reason"),
    [
        ("You must stop.", "You should stop.", '"should" instead of "must"'),
        ("You may stop.", "You must stop.", '"must" instead of "may"'),
        ("All jobs stop.", "Some jobs stop.", '"some" instead of "all"'),
        ("Most jobs stop.", "All jobs stop.", '"all" instead of "most"'),
        ("At least 5.", "At most 5.", '"most" instead of "least"'),
        ("Exactly 5.", "About 5.", '"about" instead of "exactly"'),
        ("Jobs stop.", "Only jobs stop.", 'says "only"'),
        ("You may stop.", "You can stop.", ""),
        ("Every job stops.", "All jobs stop.", ""),
        ("Jobs stop.", "All jobs stop.", ""),
        ("", "Only this.", 'says "only"'),
    ],
)
def test_another_strength_is_another_claim(sentence, source, reason):
    """ "May" is not "must", and "some" are not "all"."""
    difference = changed_strength(sentence, source)

    assert difference.endswith(reason) if reason else not difference


def test_the_examples_are_true():
    """They say what no sentence says as shortly."""
    result = doctest.testmod(modality)

    assert result.attempted
    assert not result.failed
