"""`rag help COMMAND`, as git has it."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "words", [(), ("ask",), ("eval",), ("eval", "make"), ("urls", "check"), ("help",)]
)
def test_help_says_what_the_option_says(rag, words):
    """Who knows one of both need not know the other."""
    done = rag("help", *words)

    assert (done.code, done.err) == (0, "")
    assert done.out == rag(*words, "--help").out
    assert done.out.startswith("Usage: rag")


def test_help_about_nothing_that_there_is_offers_what_is_near(rag):
    """A typing error there is as likely as anywhere."""
    near, far = rag("help", "statsu"), rag("help", "xyzzy")

    assert (near.code, near.out, near.two_lines[1]) == (2, "", "rag help status")
    assert (far.code, far.out, far.two_lines[1]) == (2, "", "rag --help")
