"""Similarities within one index become the thresholds that hold for its model."""

from __future__ import annotations

import numpy as np
import pytest

from askdocs.steps.search.calibrate import (
    FOREIGN_QUESTIONS,
    REFUSAL_POSITION,
    refusal_threshold,
    similarity_threshold,
)

PASSAGES = np.eye(4, dtype=np.float32)


def rows_like(*cosines: float) -> np.ndarray:
    """Return unit vectors that are so similar to the first passage, and no other."""
    rows = np.zeros((len(cosines), 4), np.float32)
    rows[:, 0] = cosines
    return rows


def test_the_limit_lies_between_foreign_and_own_questions():
    """Nearer to the foreign ones: what is refused here nobody answers."""
    threshold = refusal_threshold(
        rows_like(*[0.2] * 50), rows_like(*[0.8] * 50), PASSAGES
    )

    assert threshold == pytest.approx(0.2 + REFUSAL_POSITION * 0.6)


def test_where_own_and_foreign_overlap_the_foreign_end_counts():
    """Some of the own questions are lost then, and none would be worse."""
    assert refusal_threshold(rows_like(0.6), rows_like(0.3), PASSAGES) == pytest.approx(
        0.6
    )


def test_a_question_counts_by_its_nearest_passage():
    """One that answers is enough."""
    foreign = np.array([[0.1, 0.4, 0.2, 0.0]], np.float32)

    assert refusal_threshold(foreign, foreign, PASSAGES) == pytest.approx(0.4)


def test_one_odd_question_moves_no_limit():
    """A foreign one that happens to fit, a heading that says nothing."""
    foreign = rows_like(*[0.2] * 63, 0.99)
    own = rows_like(*[0.8] * 127, -0.5)

    threshold = refusal_threshold(foreign, own, PASSAGES)

    assert threshold == pytest.approx(0.2 + REFUSAL_POSITION * 0.6, abs=0.02)


def test_sentences_are_compared_with_their_nearest_neighbour_only():
    """Three of one passage that say different things are the measure."""
    rows = np.array([[1, 0], [0.6, 0.8], [0, 1]], np.float32)

    assert similarity_threshold([rows]) == pytest.approx(0.8)


def test_a_sentence_is_not_its_own_neighbour():
    """Every limit would be 1."""
    assert similarity_threshold([np.eye(3, dtype=np.float32)]) == 0.0


def test_sentences_of_different_passages_are_not_compared():
    """Two pages may say the same."""
    row = np.array([[1, 0]], np.float32)
    pair = np.array([[1, 0], [0, 1]], np.float32)

    assert similarity_threshold([row, row, pair]) == 0.0


@pytest.mark.parametrize(
    "passages",
    [[], [np.ones((1, 2), np.float32)], [np.ones((0, 2), np.float32)]],
    ids=["none", "one sentence", "no sentence"],
)
def test_without_two_sentences_only_the_same_is_similar(passages):
    """A limit that nothing reaches leaves the words to decide."""
    assert similarity_threshold(passages) == 1.0


def test_the_foreign_questions_are_questions_and_each_is_there_once():
    """They are compared with docs of any software."""
    assert len(FOREIGN_QUESTIONS) == len(set(FOREIGN_QUESTIONS)) >= 50
    assert all(
        text == text.strip() and text.endswith("?") for text in FOREIGN_QUESTIONS
    )


def test_no_foreign_question_is_about_computers():
    """It would be in scope somewhere, and refuse what is."""
    words = set(" ".join(FOREIGN_QUESTIONS).lower().replace("?", "").split())

    assert words.isdisjoint(
        "api backup browser cloud cluster code computer container data database deploy "
        "domain email file install internet key kubernetes linux log network password "
        "price server software ssh storage token user website".split()
    )
