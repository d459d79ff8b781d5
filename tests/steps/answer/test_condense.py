"""A follow-up becomes a question that stands by itself."""

from __future__ import annotations

import pytest

from askdocs.steps.answer.condense import Turn, fit_turns, standalone_question


def words(text: str) -> int:
    return len(text.split())


TURNS = [Turn(f"Question {n}?", f"Answer {n}.") for n in range(200)]
EACH = words(str(TURNS[0]))


def test_two_hundred_turns_stay_inside_the_room():
    """A window that is silently cut loses the rules first."""
    kept = fit_turns(TURNS, 50 * EACH, words)

    assert sum(words(str(turn)) for turn in kept.turns) <= 50 * EACH
    assert kept.dropped == 150


def test_the_first_turn_stays_as_long_as_it_fits():
    """It says what the conversation is about."""
    kept = fit_turns(TURNS, 3 * EACH, words)

    assert kept.turns == (TURNS[0], TURNS[198], TURNS[199])


def test_a_room_for_nothing_drops_everything_and_says_so():
    """The follow-up is then asked as it is."""
    assert fit_turns(TURNS[:2], EACH - 1, words).dropped == 2
    assert fit_turns(TURNS[:2], EACH - 1, words).turns == ()


def test_without_turns_there_is_nothing_to_drop():
    """A first question needs no history."""
    assert fit_turns([], 100, words).dropped == 0


def test_of_a_long_answer_the_beginning_is_told():
    """A pasted listing must not push out the other turns."""
    text = str(Turn("Why?", "word " * 10_000))

    assert len(text) < 700
    assert text.endswith("...")


@pytest.mark.parametrize(
    ("reply", "question"),
    [
        ("What does a job cost?", "What does a job cost?"),
        ('  "What does a job cost?"  \n', "What does a job cost?"),
        ("Standalone question: What does a job cost?", "What does a job cost?"),
        ("\n\nWhat does a job cost?\nBecause you asked.", "What does a job cost?"),
        ("", "and it?"),
        ("...", "and it?"),
        ("x" * 4001, "and it?"),
        ("\x1b[31mRed?\x00", "[31mRed?"),
    ],
)
def test_a_reply_that_is_no_question_leaves_the_one_that_was_asked(reply, question):
    """The search would look for whatever a small model chats."""
    assert standalone_question(reply, "and it?", max_chars=4000) == question
