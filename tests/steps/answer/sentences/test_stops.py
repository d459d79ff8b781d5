"""Where a full stop ends a sentence, and where it does not."""

from __future__ import annotations

import doctest

import pytest

from askdocs.steps.answer.sentences import pieces, stops
from askdocs.steps.answer.sentences.stops import ends_sentence


@pytest.mark.parametrize(
    "text",
    [
        "Use a flag, e.g. Verbose, i.e. Loud, or vs. Quiet.",
        "It takes approx. Ten minutes, cf. Table 2, of Dr. Who.",
        "Store files, images, etc. in a bucket.",
        "See item No. 5 and max. 10 of them.",
        "Install v1.2.3 or 10.0 of config.yaml is enough.",
        "Run `a. B. C` and ``x. `Y. Z``.",
        "Open https://a.example/b.C?d=e.F now.",
        "It runs (at night. Mostly) for hours.",
        "See [the page. Here](https://a.example/x.y) first.",
        "It waits... then it runs.",
        "Yes. You can do that.",
        "No. You cannot.",
        "Step 1. Open the page.",
        "A. Open the page.",
        "1. Open the page.",
        "10) Open the page.",
        "Use U.S. Regions for it.",
    ],
)
def test_a_stop_inside_ends_nothing(text):
    """Half a sentence cannot be checked against anything."""
    assert pieces(text) == [text]


@pytest.mark.parametrize(
    ("first", "before", "following", "marked", "ends"),
    [
        ("Run it now", "Run it now.", "W", False, True),
        ("Run it now", "Run it now.", "", False, True),
        ("Run it now", "Run it now.", "w", False, False),
        ("Run it now", "Run it now.", "w", True, True),
        ("Yes", "Yes.", "Y", False, False),
        ("Yes" * 20, "Yes.", "Y", False, True),
        ("See item No", "See item No.", "5", False, False),
        ("See item No", "See item No.", "T", False, True),
        ("\u5b9f", "\u5b9f\u3002", "x", False, True),
    ],
    ids=[
        "capital",
        "end of the text",
        "small letter",
        "mark between",
        "one word",
        "long",
        "before a number",
        "number only before a number",
        "wide",
    ],
)
def test_the_characters_around_a_stop_decide(first, before, following, marked, ends):
    """The rest of a reply has not come yet, or is too long to be looked at again."""
    assert ends_sentence(first, before, following, marked=marked) is ends


def test_the_examples_are_true():
    """They say what no sentence says as shortly."""
    result = doctest.testmod(stops)

    assert result.attempted
    assert not result.failed
