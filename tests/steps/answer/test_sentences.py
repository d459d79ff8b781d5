"""A reply in pieces, the pieces of a passage, and which of them claim something."""

from __future__ import annotations

import doctest
import sys
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from askdocs.steps.answer.sentences import Sentences, has_claim, pieces, units

_TOKENS = [
    *(
        "Run it",
        "a",
        "Foo",
        "Yes",
        "e.g.",
        "etc.",
        "No. 5",
        "10.0",
        "v1.2.3",
        "config.yaml",
    ),
    *(".", ". ", "...", "!", "?\n", "\u2026", "\u3002", ":", '"', "**", "*", "_", "'"),
    *(
        "[^1]",
        "[^",
        "[",
        "]",
        "(",
        ")",
        "](https://a.b/c.d)",
        "![x]",
        "https://x.y/z. ",
    ),
    *(" ", "\n", "\n\n", "\r\n", "\t", "   ", "    ", "\u00a0"),
    *("- ", "* ", "1. ", "2) ", "# ", "## ", "> ", "---", "===", "***", "--"),
    *("`", "``", "```", "```sh\n", "~~~", "\n```\n", "|", "| a | b |\n", "|---|---|\n"),
]
_MARKDOWN = st.lists(st.sampled_from(_TOKENS), max_size=40).map("".join)


def _cut(text, places):
    marks = [0, *sorted(p % (len(text) + 1) for p in places), len(text)]
    return [text[a:b] for a, b in pairwise(marks)]


def _fed(parts):
    reader = Sentences()
    return [p for part in parts for p in reader.feed(part)] + reader.end()


@pytest.mark.parametrize("name", ["splitter", "stops", "parts"])
def test_the_examples_in_the_docstrings_hold(name):
    """They are the first thing a reader believes."""
    result = doctest.testmod(sys.modules[f"askdocs.steps.answer.sentences.{name}"])

    assert result.attempted
    assert not result.failed


@given(_MARKDOWN, st.lists(st.integers(0, 500), max_size=12))
@settings(max_examples=400, deadline=None)
@example("Run it. [^1] Wait.", [9, 10, 11, 12])
@example("```sh\na\n```\n[^1]\nNext one.", [2, 9, 10, 13])
def test_nothing_is_lost_and_no_cut_is_seen(text, places):
    """A model's tokens end anywhere; what is shown must not depend on them."""
    whole = pieces(text)

    assert "".join(whole) == text
    assert _fed(_cut(text, places)) == whole
    assert _fed(text) == whole


@given(_MARKDOWN)
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


def test_units_are_what_can_support_a_sentence():
    """Each stands by itself: without its bullet, with the names of its columns."""
    text = (
        "Note:\n  Jobs run\n  for a day.\n\n- Run it. Wait.\n\n"
        "| Plan | vCPU |\n| --- | :-: |\n| S \\| M | 2 |\n| L |\n\n"
        "```sh\nscw job \\\n  create\n\n# done\n```\n---\n"
    )

    assert units(text) == [
        "Note: Jobs run for a day.",
        "Run it.",
        "Wait.",
        "Plan: S \\| M | vCPU: 2",
        "Plan: L",
        "scw job create",
        "# done",
    ]


def test_the_cells_of_the_next_table_have_their_own_names():
    """A number under the head of another table would be another fact."""
    text = "| a |\n|---|\n| 1 |\n\nText.\n\n| 2 | 3 |\n"

    assert units(text) == ["a: 1", "Text.", "2 | 3"]


@given(_MARKDOWN)
@settings(max_examples=200, deadline=None)
def test_units_keep_every_word_in_order(text):
    """A word that is lost is a claim that looks unsupported."""
    plain = "".join(units(text.replace("|", "").replace("`", "").replace("~", "")))

    assert [c for c in plain if c.isalpha()] == [c for c in text if c.isalpha()]


@pytest.mark.parametrize(
    "piece",
    [
        "## Create a job\n",
        "### Step 2: Create a job",
        "## 2. Create a job",
        "Follow these steps:",
        "Here is how:\n\n",
        "To create a job [^1]:",
        "**To create a job:**",
        "1. In the console:",
        "Step 2: do the following:",
        "---\n",
        "***",
        "|---|:-:|\n",
        "| Plan | Price |\n|---|---|\n",
        " [^1] [^2]\n",
        "",
    ],
)
def test_framing_claims_nothing(piece):
    """It need not stand in the docs, and an answer without it is hard to read."""
    assert not has_claim(piece)


@pytest.mark.parametrize(
    "piece",
    [
        "Jobs run for a day.",
        "Jobs run",
        "- a bucket",
        "| S | many |\n",
        "| 24 h | 48 h |\n|---|---|\n",
        "```sh\na\n```",
        "Run `a` like this:",
        "Within 24 hours, do this:",
        "At https://a.example/ do this:",
        "The following are not supported:",
        "You can\u2019t use:",
        "## The limit is 24 hours",
        "Is it so?",
        " ".join(["word"] * 20) + " more:",
        "Step 3",
    ],
)
def test_all_else_claims(piece):
    """A number, a name in code or a negation is a fact wherever it stands."""
    assert has_claim(piece)
