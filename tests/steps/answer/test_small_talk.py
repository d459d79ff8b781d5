"""A turn that asks nothing gets a reply, and everything else none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askdocs.steps.answer.small_talk import reply_to


@pytest.mark.parametrize(
    ("line", "begins"),
    [
        ("thanks", "You're welcome"),
        ("Thank you very much!!!", "You're welcome"),
        ("ok, thanks :-)", "You're welcome"),
        ("Great", "Good"),
        ("got it.", "Good"),
        ("hi there", "Hello"),
        ("Good morning", "Hello"),
        ("thanks, bye", "Goodbye"),
        ("exit", "Goodbye"),
    ],
)
def test_a_turn_that_asks_nothing_gets_a_reply(line, begins):
    """Passages about "thanks" are nothing that anyone wants to read."""
    assert reply_to(line, "Acme").startswith(begins)


def test_the_reply_names_the_product():
    """Which may hold a brace."""
    assert "about {Acme}?" in reply_to("hello", "{Acme}")


@pytest.mark.parametrize(
    "line",
    [
        "thanks, and how do I delete it?",
        "hi, how do I create a job",
        "ok google",
        "hello world function",
        "good practices",
        "exit codes",
        "why",
        "and it?",
        "ok?",
        "okra",
        "k8s",
        "...",
        "",
        "thanks " * 20,
    ],
)
def test_anything_else_is_a_question(line):
    """One word more, and it may be about the docs."""
    assert reply_to(line, "Acme") == ""


@given(st.text(max_size=80))
def test_any_line_is_one_or_the_other(line):
    """A line can hold anything."""
    assert (
        reply_to(line, "Acme") == reply_to(line.upper(), "Acme") or not line.isascii()
    )
