"""A reply in pieces of any size, and the sentences it is made of."""

from __future__ import annotations

import doctest
import sys
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support.markdown_texts import MARKDOWN

from askdocs.steps.answer.sentences import Sentences, pieces, splitter


def _cut(text, places):
    marks = [0, *sorted(p % (len(text) + 1) for p in places), len(text)]
    return [text[a:b] for a, b in pairwise(marks)]


def _fed(parts):
    reader = Sentences()
    return [p for part in parts for p in reader.feed(part)] + reader.end()


@given(MARKDOWN, st.lists(st.integers(0, 500), max_size=12))
@settings(max_examples=400, deadline=None)
@example("Run it. [^1] Wait.", [9, 10, 11, 12])
@example("```sh\na\n```\n[^1]\nNext one.", [2, 9, 10, 13])
def test_nothing_is_lost_and_no_cut_is_seen(text, places):
    """A model's tokens end anywhere; what is shown must not depend on them."""
    whole = pieces(text)

    assert "".join(whole) == text
    assert _fed(_cut(text, places)) == whole
    assert _fed(text) == whole


@given(MARKDOWN)
@settings(max_examples=300, deadline=None)
def test_only_the_last_piece_may_be_blank(text):
    """A piece without a character to show would be judged and numbered for nothing."""
    whole = pieces(text)

    assert all(p.strip() for p in whole[:-1])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Run it. Wait now.", ["Run it. ", "Wait now."]),
        (
            "Run it! Wait now? Stop now\u2026 End",
            ["Run it! ", "Wait now? ", "Stop now\u2026 ", "End"],
        ),
        ("Run it [^1]. Wait now.", ["Run it [^1]. ", "Wait now."]),
        ("Run it. [^1] Wait now.", ["Run it. [^1] ", "Wait now."]),
        ("Run it.[^1][^2] Wait now.", ["Run it.[^1][^2] ", "Wait now."]),
        ("Run it.[^1]Wait now.", ["Run it.[^1]", "Wait now."]),
        ("**Run it.[^1]** Wait now.", ["**Run it.[^1]** ", "Wait now."]),
        ("Run it.\n[^1] Wait now.", ["Run it.\n[^1] ", "Wait now."]),
        ("Run it. [Wait](https://a.b) now.", ["Run it. ", "[Wait](https://a.b) now."]),
        ('He said "Run it." Wait now.', ['He said "Run it." ', "Wait now."]),
        ("Run it at\nonce. Wait now.", ["Run it at\nonce. ", "Wait now."]),
        ("Run it at\nonce.\nWait now.", ["Run it at\nonce.\n", "Wait now."]),
        ("Run it\n\nWait now", ["Run it\n\n", "Wait now"]),
        (
            "\u5b9f\u884c\u3057\u307e\u3059\u3002\u5f85\u3061\u307e\u3059\u3002",
            ["\u5b9f\u884c\u3057\u307e\u3059\u3002", "\u5f85\u3061\u307e\u3059\u3002"],
        ),
        ("\n\n Run it. ", ["\n\n Run it. "]),
        ("[^1] Run it. Wait now.", ["[^1] Run it. ", "Wait now."]),
        ("Run it. [^1] scw waits.", ["Run it. [^1] ", "scw waits."]),
        (
            "Run it (now\n\nRun it. Wait now.",
            ["Run it (now\n\n", "Run it. ", "Wait now."],
        ),
        ("####### Run it. Wait now.", ["####### Run it. ", "Wait now."]),
        ("", []),
    ],
)
def test_a_sentence_ends_at_its_stop_and_takes_its_marks(text, wanted):
    """A mark belongs to the claim before it, wherever the model puts it."""
    assert pieces(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "Do this:\n\n1. Click it. Wait now. [^1]\n2. Go on\n   - then stop it\n",
            [
                "Do this:\n\n",
                "1. Click it. ",
                "Wait now. [^1]\n",
                "2. Go on\n",
                "   - then stop it\n",
            ],
        ),
        ("## A b. C d\nText one.", ["## A b. C d\n", "Text one."]),
        ("Text one\n---\n***\nText", ["Text one\n", "---\n", "***\n", "Text"]),
        ("Text one\n--\nText", ["Text one\n", "--\n", "Text"]),
        ("| a |\n|---|\n|---|\nText", ["| a |\n|---|\n", "|---|\n", "Text"]),
        ("| a |\n\n|---|\n", ["| a |\n\n", "|---|\n"]),
        (
            "| a | b |\n|---|---|\n| c. D e. | F |\n\nText.",
            ["| a | b |\n|---|---|\n", "| c. D e. | F |\n\n", "Text."],
        ),
        (
            "Run:\n```sh\na. B\n\n# c\n```\n[^1]\nThen wait.",
            ["Run:\n", "```sh\na. B\n\n# c\n```\n[^1]\n", "Then wait."],
        ),
        ("````\n```\nx\n```\n````\nText", ["````\n```\nx\n```\n````\n", "Text"]),
        ("1. ```sh\n   a\n   ```\n2. Text", ["1. ```sh\n   a\n   ```\n", "2. Text"]),
        ("```sh\na\n``` [^1] [^2]\nText", ["```sh\na\n``` [^1] [^2]\n", "Text"]),
        ("```sh\na\nb. C d", ["```sh\na\nb. C d"]),
        ("```a b``` does it. Text two.", ["```a b``` does it. ", "Text two."]),
        (
            "Text one. [^1]\n\n[^1]: Page. See it.",
            ["Text one. [^1]\n\n", "[^1]: Page. See it."],
        ),
        (
            "Text one\n#5 is it. -5 goes too.\n-5 more",
            ["Text one\n#5 is it. ", "-5 goes too.\n", "-5 more"],
        ),
    ],
    ids=[
        "items",
        "heading",
        "rules",
        "short rule",
        "second rule",
        "rule after a gap",
        "table",
        "fence",
        "long fence",
        "fence in an item",
        "fence with marks",
        "open fence",
        "code of three ticks",
        "footnote",
        "no markup",
    ],
)
def test_a_block_is_a_piece(text, wanted):
    """A fence or a table row that is cut shows something that nobody wrote."""
    assert pieces(text) == wanted


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Run it. ", "W"),
        ("Run it. [^1] ", "W"),
        ("Run it.[^1]", "W"),
        ("Run it. [", "W"),
        ("Run it.\n", "W"),
        ("- run it\n", "- "),
        ("run it\n\n", "w"),
        ("# Run it\n", "W"),
        ("| a |\n", "W"),
        ("```\na\n```\n", "W"),
    ],
)
def test_a_piece_is_passed_on_as_soon_as_it_is_certain(before, after):
    """The reader waits for it; one character more decides."""
    reader = Sentences()

    assert reader.feed(before) == []
    assert "".join(reader.feed(after)) == before.removesuffix("[")


def _lines_run(text):
    """Return how many lines of Python a reply takes."""
    count = 0

    def trace(_frame, event, _arg):
        nonlocal count
        count += event == "line"
        return trace

    reader, old = Sentences(), sys.gettrace()
    sys.settrace(trace)
    try:
        reader.feed(text)
        reader.end()
    finally:
        sys.settrace(old)
    return count


@pytest.mark.parametrize(
    "part",
    [
        "a",
        "a ",
        "a. ",
        "1. ",
        "(",
        "`",
        "` ``",
        "\n",
        "[^",
        "[^1]",
        "- ",
        "|",
        "| a |\n",
        "#",
        "``` ",
    ],
)
def test_twice_the_text_is_twice_the_work(part):
    """A model that loops writes until its limit, and may never write a full stop."""
    size = 400
    once, twice = _lines_run(part * size), _lines_run(part * size * 2)

    assert twice < once * 2.2


def test_a_long_reply_without_an_end_is_read():
    """What is looked at anew with each character would take minutes here."""
    text = "word 1. " * 12_500

    assert "".join(pieces(text)) == text


def test_the_examples_are_true():
    """They say what no sentence says as shortly."""
    result = doctest.testmod(splitter)

    assert result.attempted
    assert not result.failed
