"""What the model wrote, and what the reader gets to see of it."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from askdocs.steps.answer import reply
from askdocs.steps.answer.reply import (
    ReplyReader,
    cited_numbers,
    is_refusal,
    may_be_refusal,
    tidy,
)


def test_the_examples_in_the_docstrings_hold():
    """They are the first thing a reader believes."""
    result = doctest.testmod(reply)

    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize(
    "text",
    [
        "NOT IN DOCS",
        "not in docs.",
        "  \n**NOT IN DOCS**\n",
        '"Not in docs."',
        "\u201cNOT IN DOCS\u201d",
        "`NOT_IN_DOCS`",
        "# NOT IN DOCS",
        "NOT IN DOCS [^1]",
        "NOT IN DOCS\n\nHowever, in general you can do it.",
        "NOT IN DOCS. The passages are about jobs.",
        "NOT IN DOCS - the passages are about jobs",
        "NOT IN DOCS (no passage is about Peru)",
        "I don't know.",
        "I don\u2019t know",
        "I do not know. See the website.",
    ],
)
def test_a_refusal_is_recognised_however_it_is_dressed(text):
    """Small models add quotes, bold, a full stop or an apology."""
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Run it [^1].",
        "NOT IN DOCS is what the program prints [^1].",
        "NOT IN DOCS.md is the name of the file [^1].",
        "The reply NOT IN DOCS means that nothing was found [^1].",
        "Not in docs-content but in src [^1].",
        "I don't know of a limit; the page names none [^1].",
        "Note: in docs you find it [^1].",
        "NOT IN",
    ],
)
def test_an_answer_that_mentions_the_sentinel_is_an_answer(text):
    """The manual of this program says NOT IN DOCS, and must be answerable."""
    assert not is_refusal(text)


@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize("text", ["NOT IN DOCS", "**not in docs**.", "I don't know."])
def test_nothing_of_a_refusal_is_shown(text, size):
    """The reader gets our sentence instead, and not half of the sentinel before it."""
    reader = ReplyReader(5)

    seen = [reader.feed(text[i : i + size]) for i in range(0, len(text), size)]

    assert "".join([*seen, reader.end()]) == ""
    assert reader.refused


def test_an_answer_is_shown_from_its_first_word():
    """Holding back more than the sentinel needs would look like a hanging program."""
    reader = ReplyReader(5)

    assert reader.feed("You") == "You"
    assert reader.feed(" can") == " can"


def test_what_might_become_a_refusal_waits_and_is_then_shown():
    """The beginning is the same as the sentinel's, until it is not."""
    reader = ReplyReader(5)

    assert may_be_refusal("Not in")
    assert reader.feed("Not in") == ""
    assert reader.feed("cluded.") == "Not included."


def test_an_interrupted_refusal_is_shown_as_far_as_it_came():
    """Only the sentinel itself is ours to hide."""
    reader = ReplyReader(5)
    reader.feed("NOT IN")

    assert reader.end() == "NOT IN"


def test_citations_come_in_the_order_of_first_use():
    """The first one decides which page the closing paragraph links."""
    assert cited_numbers("A [^3]. B [^1][^3]. C [^2].", count=3) == [3, 1, 2]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("None.", []),
        ("Zero [^0], six [^6], huge [^99999999].", []),
        ("Inline `sed s/[^1]//` code [^2].", [2]),
        ("```\ngrep [^1]\n```\nDone [^2].", [2]),
    ],
    ids=["no mark", "no such passage", "inline code", "code fence"],
)
def test_only_marks_of_passages_count(text, wanted):
    """Whatever else looks like one would link a page that says no such thing."""
    assert cited_numbers(text, count=5) == wanted


def test_marks_of_no_passage_are_left_out_and_the_others_keep_their_number():
    """The list of sources under the answer is numbered as the passages are."""
    assert tidy("Run [^9] it [^2][^7].", count=3) == "Run it [^2]."


def test_code_is_left_alone():
    """`[^0]` in a pattern is no citation of a passage that does not exist."""
    text = "Run `grep '[^0]'` [^1]:\n\n```\nsed 's/[^9]//'\n```"

    assert tidy(text, count=1) == text


@pytest.mark.parametrize(
    "closing",
    [
        "https://docs.example/jobs/",
        "See: https://docs.example/jobs/",
        "See also [Create a job](https://docs.example/jobs/create/).",
        "For more information, see the Scaleway documentation: <https://docs.example/>.",
        "**Source:** http://docs.example/jobs",
        "NOT IN DOCS",
    ],
)
def test_a_closing_link_paragraph_is_left_out(closing):
    """The program prints its own, from its own table: the model's may be invented."""
    text = f"Run it [^1].\n\n{closing}\n"
    reader = ReplyReader(1)

    letter_by_letter = "".join(map(reader.feed, text)) + reader.end()

    assert tidy(text, count=1) == letter_by_letter == "Run it [^1]."


@pytest.mark.parametrize(
    "closing",
    [
        "4. Open https://console.example",
        "- https://api.example is the endpoint",
        "The endpoint is https://api.example [^1].",
        "Go to https://console.example and create a project in the menu there.",
        "```\ncurl https://api.example\n```",
        "```\nfirst\n\ncurl https://api.example",
        "Set `url` to https://a.example\nand restart.",
        "NOT IN DOCS\nis what it prints.",
    ],
    ids=["step", "item", "claim", "sentence", "code", "open code", "lines", "quote"],
)
def test_a_closing_paragraph_that_says_something_stays(closing):
    """A URL can be the very answer."""
    text = f"Do this [^1]:\n\n{closing}"

    assert tidy(text, count=1) == text


def test_several_closing_links_are_left_out_together():
    """Models list what they read."""
    text = "Run it.\n\nSee: https://a.example/\n\nSee: https://b.example/"

    assert tidy(text, count=1) == "Run it."


def test_a_link_in_the_middle_stays():
    """Only a paragraph that ends the reply is a closing one."""
    text = "Open the console:\n\nhttps://console.example\n\nThen click **Create** [^1]."

    assert tidy(text, count=1) == text


def test_a_reply_that_is_only_a_link_stays():
    """There would be nothing left to show."""
    assert tidy("https://docs.example/", count=1) == "https://docs.example/"


@pytest.mark.parametrize(
    "text", ["x" + " " * 50_000 + "y", "\n " * 50_000, "[" * 50_000]
)
def test_a_looping_model_costs_no_time(text):
    """Expressions that backtrack would hang where the model only babbles."""
    assert tidy("Go. " + text, count=1).startswith("Go.")


MARKS = ("[^1]", "[^9]", "[^", "[", "1]", "`", "```", "- ", " ", "\n", "\n\n", ".")
WORDS = ("NOT IN DOCS", "not in", " docs", "I don't know", "Run it", "See ")
LINKS = ("https://a.example/x", "[t](https://a.example)", "https:", "//b.example")
LONG = ("A sentence that is long enough to be one. " * 3,)
FRAGMENTS = st.sampled_from([*MARKS, *WORDS, *LINKS, *LONG])


@settings(max_examples=300, deadline=None)
@given(fragments=st.lists(FRAGMENTS, max_size=14), cuts=st.lists(st.integers(1, 30)))
@example(["Run it", "\n\n", "See ", "https://a.example/x", "\n\n", "See "], [7, 5, 9])
@example(["Run it", " ", "[^", "9]", " ", "[^1]"], [6, 2, 1, 1])
def test_the_pieces_do_not_matter(fragments, cuts):
    """What was shown is never taken back, wherever the network cut the stream."""
    text = "".join(fragments)
    reader, seen, start = ReplyReader(3), [], 0
    for size in [*cuts, len(text) or 1]:
        seen.append(reader.feed(text[start : start + size]))
        start += size

    shown = "".join([*seen, reader.end()])

    assert shown == reader.text == tidy(text, count=3)
    assert reader.refused == is_refusal(text)
