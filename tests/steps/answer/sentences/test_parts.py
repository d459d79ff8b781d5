"""The units of a passage, and which pieces of a reply claim something."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given, settings
from tests.support.markdown_texts import MARKDOWN

from askdocs.steps.answer.sentences import has_claim, parts, units


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


@given(MARKDOWN)
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


def test_the_examples_are_true():
    """They say what no sentence says as shortly."""
    result = doctest.testmod(parts)

    assert result.attempted
    assert not result.failed
