"""The words of a sentence find the source that says them."""

from __future__ import annotations

import pytest

from askdocs.steps.answer.ground.alignment import Words, align, order_features

UNITS = [
    Words.of(text)
    for text in (
        "A volume keeps its files for ever.",
        "A job keeps its logs for a week.",
        "Its owner can download them.",
    )
]
HEAD = Words.of("Guide > Limits")


def test_the_unit_that_says_most_is_the_source():
    """Its neighbours are only looked at beside it."""
    alignment = align(Words.of("Logs of a job are kept for a week."), UNITS, HEAD)

    assert alignment.places[0] == 1
    assert "download" in alignment.around


def test_two_units_may_say_a_sentence_together():
    """A model joins what stands side by side."""
    joined = "A job keeps its logs for a week, and its owner can download them."

    assert set(align(Words.of(joined), UNITS, HEAD).places) == {1, 2}


def test_a_word_of_the_heading_needs_no_other_source():
    """Sentences below a heading do not repeat it."""
    alignment = align(Words.of("Limits of logs"), UNITS, HEAD)

    assert alignment.from_heading == (True, False)


@pytest.mark.parametrize(
    ("word", "nearness"),
    [("logs", 1.0), ("download", 1.0), ("downloader", 0.75), ("upload", 0.0)],
)
def test_a_word_is_near_one_that_begins_alike(word, nearness):
    """ "Configuration" says what "configure" does."""
    words = Words.of("Download the logs.")

    assert words.nearness(Words.of(word).stems[0]) == nearness


def test_an_order_turned_round_shows():
    """Who does what to whom is told by order alone."""
    unit = [Words.of("The client sends requests to the server.")]
    same = align(Words.of("Client sends server."), unit, HEAD)
    turned = align(Words.of("Server sends client."), unit, HEAD)

    assert order_features(same)["inverted"] == 0.0
    assert order_features(turned)["inverted"] == 1.0
