"""What of a stream is said, and when there is no use in listening any longer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askdocs.adapters.llm.reply_filter import (
    Repetition,
    ReplyFilter,
    Thoughts,
    least_tokens,
)
from askdocs.steps.answer.prompt import count_tokens


def text_of(*pieces: str) -> str:
    thoughts = Thoughts()
    return "".join(map(thoughts.feed, pieces)) + thoughts.end()


def is_repetitive(text: str) -> bool:
    repetition = Repetition()
    return any(repetition.feed(c) for c in text)


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("Run it.", "Run it."),
        ("<think>Hm.</think>\n\nRun it.", "Run it."),
        ("\n <think>\nHm.\n</think>Run it.", "Run it."),
        ("<think>a</think><think>b</think> Run it.", "Run it."),
        ("<think></think>Run it.", "Run it."),
        ("<think>a < b, </thin, </think>Run </think> it.", "Run </think> it."),
        ("Write `<think>` first.", "Write `<think>` first."),
        ("<thinking> is a tag.", "<thinking> is a tag."),
        ("<thi", "<thi"),
        ("<think>for ever", ""),
        ("<think>", ""),
        ("", ""),
    ],
)
def test_thoughts_in_front_are_left_out(reply, answer):
    """However the stream is cut: whole, in letters, in twos and in threes."""
    for step in (len(reply) or 1, 1, 2, 3):
        pieces = [reply[i : i + step] for i in range(0, len(reply), step)]

        assert text_of(*pieces) == answer


def test_what_cannot_be_a_thought_is_said_at_once():
    """A reader sees the first word when it comes."""
    thoughts = Thoughts()

    assert thoughts.feed("<") == ""
    assert thoughts.feed("a") == "<a"
    assert thoughts.feed(" <think>") == " <think>"


@pytest.mark.parametrize(
    "text",
    [
        "and so on " * 40,
        "Run the command again and wait until it has ended.\n" * 8,
        "\n" * 400,
        "It starts well. " + "a b " * 100,
        "The instance is stopped, then started, then stopped by the scheduler of the "
        "zone, which is the reason why it can be started again. " * 9,
    ],
    ids=["words", "lines", "empty lines", "after a start", "a long sentence"],
)
def test_a_text_that_goes_in_circles_is_noticed(text):
    """Whatever the length of the circle."""
    assert is_repetitive(text)


@pytest.mark.parametrize(
    "text",
    [
        "=" * 80 + "\n" + "-" * 80,
        "| --- " * 12 + "|\n",
        "00 " * 100,
        "".join(
            f"- Open port {n} for TCP and UDP in the security group.\n"
            for n in range(60)
        ),
        "Run the command again and wait until it has ended.\n" * 5,
        "".join(f"{n}. " + "Select the zone. " * 3 + "\n" for n in range(20)),
    ],
    ids=["rulers", "a table", "zeros", "a list", "five times", "steps alike"],
)
def test_what_only_looks_alike_is_no_circle(text):
    """Lists, tables and rulers repeat themselves, and end."""
    assert not is_repetitive(text)


@given(st.text(max_size=300))
def test_a_short_text_never_goes_in_circles(text):
    """There is not enough of it to say so."""
    assert not is_repetitive(text)


def test_a_filter_counts_every_piece():
    """Pieces are counted, also those of thoughts: they cost as much."""
    reply_filter = ReplyFilter(2)
    texts = [reply_filter.feed(piece, last=False) for piece in ("<think>", "Hm.")]
    assert not reply_filter.too_long
    reply_filter.feed("</think>", last=False)

    assert reply_filter.too_long
    assert texts == ["", ""]
    assert not reply_filter.has_text


def test_a_filter_notices_a_circle():
    """Of what is said, not of what is thought."""
    spoken, thought = ReplyFilter(999), ReplyFilter(999)
    noticed = [
        spoken.feed("and so on ", last=False) and spoken.repetitive for _ in range(40)
    ]
    thought.feed("<think>" + "and so on " * 40, last=False)

    assert noticed[0] is False
    assert noticed[-1] is True
    assert not thought.repetitive


def test_what_was_held_back_is_said_at_the_end():
    """An answer may be no more than what a tag begins with."""
    reply_filter = ReplyFilter(9)

    assert reply_filter.feed("<", last=False) == ""
    assert reply_filter.feed("", last=True) == "<"
    assert reply_filter.has_text


@given(st.text(alphabet=st.sampled_from("ab1 .'-_/é文ि\n"), max_size=200))
def test_the_least_number_of_tokens_is_less_than_the_most(text):
    """One is for the budget, the other for the fault; an honest count lies between."""
    assert least_tokens(text) <= max(count_tokens(text), 0)
