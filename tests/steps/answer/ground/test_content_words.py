"""The words that a text is about, their stems, and what turns them round."""

from __future__ import annotations

import doctest

import pytest

from askdocs.steps.answer.ground import content_words
from askdocs.steps.answer.ground.content_words import (
    DENIALS,
    content_stems,
    opposites,
    stem,
)


def test_every_denial_is_a_stem_that_a_word_can_have():
    """One that no word has denies nothing, and nobody notices."""
    spelt = """
    prevents restricted avoiding refused rejects forbids forbidden prohibited blocks denied
    denies disallow fails failed lacking unless instead rather impossible unavailable
    """.split()

    assert {stem(word) for word in spelt} == DENIALS


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("enabled", "disabling"),
        ("before", "after"),
        ("allows", "forbid"),
        ("minimum", "maximum"),
        ("public", "private"),
    ],
)
def test_opposites_are_found_in_every_form_both_ways(one, other):
    """They are compared by stem."""
    assert stem(other) in opposites(stem(one))
    assert stem(one) in opposites(stem(other))


def test_no_word_is_its_own_opposite():
    """Every sentence would contradict itself."""
    assert [w for w in content_words._OPPOSITES_BY_STEM if w in opposites(w)] == []


@pytest.mark.parametrize(
    ("word", "stemmed"),
    [
        ("creates", "creat"),
        ("creating", "creat"),
        ("policies", "policy"),
        ("stopped", "stop"),
        ("running", "run"),
        ("class", "class"),
        ("bus", "bus"),
        ("job's", "job"),
        ("is", "is"),
    ],
)
def test_a_stem_is_the_word_without_its_grammar(word, stemmed):
    """Rough: enough to compare the words of two sentences."""
    assert stem(word) == stemmed


def test_content_leaves_out_grammar():
    """What remains is what a source must say."""
    assert content_stems("Yes, you can run the following command on a job.") == ["job"]


def test_the_examples_are_true():
    """They say what no sentence says as shortly."""
    result = doctest.testmod(content_words)

    assert result.attempted
    assert not result.failed
