"""A sentence of a reply, and the passages it was made from, become a verdict."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from tests.support.judged import embedding, judged, why
from tests.support.passages import passage

from askdocs.domain.answer import Sentence, Verdict
from askdocs.steps.answer.ground import evidence, plain
from askdocs.steps.answer.ground.evidence import Claim, covered, support, units_of
from askdocs.steps.answer.ground.judge import ENOUGH, LEAST

UNSAID = "no passage says so"
PLANS = "| Plan | vCPU | RAM |\n|---|---|---|\n| S | 2 | 4 GB |\n| M | 4 | 8 GB |\n"
ITEMS = "- Plan Small: 2 vCPU\n- Plan Medium: 4 vCPU\n"
STEPS = "1. Click **Jobs** in the menu.\n2. Click **Run**, and wait.\n"


def test_a_verdict_says_which_passage_and_how_much_of_it():
    """JSON shows it, and the mark of the sentence is put right by it."""
    found = judged("A job ends by night.", "A volume.", "A job ends by night or day.")

    assert found == Sentence(
        "A job ends by night.", Verdict.SUPPORTED, passage=2, covers=1.0
    )


@pytest.mark.parametrize(
    "piece",
    [
        "To run a job:\n",
        "## Run a job\n",
        "| Plan | vCPU |\n|---|---|\n",
        "---\n",
        "[^1]",
        "You can do that.",
        "\U0001f44d",
        "```\n\n```\n",
        "",
    ],
    ids=["lead", "heading", "head", "rule", "mark", "grammar", "emoji", "code", "none"],
)
def test_what_says_nothing_needs_no_source(piece):
    """It is shown with what it announces, or not at all."""
    assert judged(piece, "A volume.").verdict is Verdict.NO_CLAIM


@pytest.mark.parametrize(
    "piece",
    ["You cannot do that.", "No, it is not.", "It will never be.", "Up to 5 jobs:\n"],
    ids=["cannot", "no", "never", "number"],
)
def test_what_denies_or_counts_needs_a_source(piece):
    """It has no word with content, and answers the question all the same."""
    assert why(piece, "A volume.")


def test_a_denial_without_content_is_supported_as_it_stands():
    """Word by word it is the docs' own."""
    assert why("You cannot do that.", "Resize it? You cannot do that.") == ""


@pytest.mark.parametrize("texts", [(), ("",), (" \n\n",), ("---",)])
def test_without_a_word_in_the_passages_nothing_is_supported(texts):
    """Every claim would be the model's own."""
    assert why("A job ends by night.", *texts) == UNSAID
    assert "https://a.example/b" in why("See https://a.example/b.", *texts)


def test_two_passages_may_say_a_sentence_together():
    """A model joins what it read."""
    one, two = "A job keeps its logs for a week.", "A volume keeps its files for ever."
    joined = "A job keeps its logs for a week and a volume keeps its files for ever."

    assert why(joined, one, two) == ""
    assert why(joined, one)


def test_a_number_from_another_sentence_is_no_source_for_this_one():
    """Both stand in one passage; put together they are wrong."""
    source = "Jobs have a limit of 5 runs. Volumes have a limit of 9 copies."

    assert why("Jobs have a limit of 5 runs.", source) == ""
    assert why("Jobs have a limit of 9 runs.", source)


@pytest.mark.parametrize(
    ("sentence", "true"),
    [
        ("Plan S has 2 vCPU.", True),
        ("Plan S has 4 GB RAM.", True),
        ("Plan M has 4 vCPU and 8 GB RAM.", True),
        ("Plan S has 4 vCPU.", False),
        ("Plan M has 8 vCPU.", False),
        ("Plan S has 8 GB RAM.", False),
        ("Plan M has 2 vCPU and 8 GB RAM.", False),
        ("| M | 4 | 8 GB |\n", True),
        ("| M | 4 | 9 GB |\n", False),
    ],
)
def test_a_table_is_read_row_by_row(sentence, true):
    """All rows have the same words; only their values differ."""
    assert (why(sentence, PLANS) == "") is true


def test_the_head_of_a_table_is_supported_whatever_its_rule():
    """One that denies something ("without") claims something, and is written in two ways."""
    source = "| With keys | Without keys |\n| :---: | :---: |\n| fast | slow |\n"

    assert why("| With keys | Without keys |\n|---|---|\n", source) == ""
    assert why("| With logs | Without logs |\n|---|---|\n", source)


@pytest.mark.parametrize(
    ("sentence", "true"),
    [
        ("Plan Small has 2 vCPU.", True),
        ("The Medium plan has 4 vCPU.", True),
        ("- Plan Medium: 4 vCPU\n", True),
        ("Plan Small has 4 vCPU.", False),
        ("- Plan Medium: 2 vCPU\n", False),
    ],
)
def test_a_list_is_read_item_by_item(sentence, true):
    """As a table is."""
    assert (why(sentence, ITEMS) == "") is true


def test_a_step_is_supported_under_another_number():
    """A model counts anew where it leaves a step out."""
    assert why("1. Click **Run**, and wait.\n", STEPS) == ""
    assert why("3. Click **Delete**, and wait.\n", STEPS)


@pytest.mark.parametrize(
    ("piece", "place"),
    [
        ("A job ends [^1].", 1),
        ("A job ends [^2].", 2),
        ("A job ends.[^2][^1]", 1),
        ("A job ends [^7].", 1),
        ("The job ends [^2].", 2),
    ],
    ids=["first", "second", "both", "no such passage", "in other words"],
)
def test_the_cited_passage_is_preferred(piece, place):
    """Where several say so, the one that the model names is the one."""
    assert judged(piece, "A job ends.", "A job ends.").passage == place


def test_a_wrong_mark_finds_the_passage_that_says_so():
    """Whoever opens the link must find the sentence."""
    assert (
        judged("A job ends at night [^1].", "A volume.", "A job ends at night.").passage
        == 2
    )


# Meaning, where words are not enough


NEARLY = "A job halts early in the night."
SOURCE = "A job ends early in the night, or by day."


@pytest.mark.parametrize(
    ("cosine", "verdict"),
    [(0.9, Verdict.SUPPORTED), (0.7, Verdict.SUPPORTED), (0.69, Verdict.UNSUPPORTED)],
)
def test_a_vector_decides_where_words_do_not(cosine, verdict):
    """A paraphrase has most of the words; what is near enough depends on the model."""
    found = judged(NEARLY, SOURCE, similar=0.7, embed=embedding(cosine))

    assert LEAST <= found.covers < ENOUGH
    assert found.verdict is verdict
    assert found.similar == pytest.approx(cosine, abs=1e-4)
    assert found.why == ("" if verdict is Verdict.SUPPORTED else UNSAID)


def test_without_a_model_a_paraphrase_is_not_supported():
    """Nobody knows whether it says the same."""
    found = judged(NEARLY, SOURCE)

    assert (found.why, found.similar) == (UNSAID, None)


@pytest.mark.parametrize(
    "sentence",
    [
        "A job ends early in the night.",
        "A snail eats in the night.",
        "A job halts 5 times.",
    ],
    ids=["all words", "hardly a word", "a number is missing"],
)
def test_a_vector_is_not_made_where_it_cannot_help(sentence):
    """It takes longer than all the rest, and rates nonsense as similar."""
    embed = embedding(1.0)
    judged(sentence, SOURCE, embed=embed)

    assert embed.asked == []


def test_a_vector_does_not_excuse_a_denial():
    """Those of a sentence and of its denial are very near."""
    embed = embedding(1.0)
    found = why("A job does not end early at night.", SOURCE, similar=0.5, embed=embed)

    assert found == 'its source does not deny "end"'


def test_the_nearest_of_two_sources_decides():
    """Both together may be further than one of them."""

    def embed(texts):
        return np.array([[1, 0], [0.2, 0], [0.9, 0], [0.5, 0]], np.float32)

    one, two = "A job keeps its logs for one week.", "A volume has files for ever."
    joined = (
        "A job keeps logs one short week and a large volume has good files for ever."
    )
    found = judged(joined, one, two, similar=0.8, embed=embed)

    assert found.similar == pytest.approx(0.9)
    assert found.verdict is Verdict.SUPPORTED


def test_the_same_text_is_embedded_once():
    """Each takes ten milliseconds."""
    embed = embedding(1.0)
    judged(NEARLY, SOURCE, embed=embed)

    assert embed.asked == [[plain(NEARLY), SOURCE]]


@pytest.mark.parametrize(
    ("sure", "verdict"), [(0.5, Verdict.SUPPORTED), (0.49, Verdict.UNSUPPORTED)]
)
def test_a_verifier_decides_in_the_place_of_vectors(sure, verdict):
    """It read pairs in its training; a cosine only tells what a text is about."""
    asked: list[tuple[str, list[str]]] = []
    embed = embedding(1.0)

    def verify(sentence, sources):
        asked.append((sentence, sources))
        return sure

    found = judged(NEARLY, SOURCE, similar=0.99, embed=embed, verify=verify)

    assert (found.verdict, found.similar) == (verdict, sure)
    assert asked == [(plain(NEARLY), [SOURCE])]
    assert embed.asked == []


def test_a_verifier_excuses_neither_a_denial_nor_a_number():
    """What must be right letter by letter is not a matter of how sure a model is."""
    verify = {"verify": lambda *_: 1.0}

    assert why("A job does not end early at night.", SOURCE, **verify)
    assert why("A job halts 5 times in the early night.", SOURCE, **verify)


# What supports a claim


def test_units_know_where_they_stand():
    """The title is part of what a sentence of the page says."""
    found = list(units_of([passage(1, text="Run it. Wait 5 s."), passage(2)]))

    assert [(u.passage, u.text) for u in found] == [
        (1, "Run it."), (1, "Wait 5 s."), (2, "Fact 2."),
    ]  # fmt: skip
    assert found[0].around == {"page", "1", "start"}
    assert [str(n) for n in found[1].numbers] == ["5 second"]


def test_the_shorter_of_two_equals_is_the_best_support():
    """It says the same and nothing else."""
    long, short = "A job ends at night when it rains or snows.", "A job ends at night."
    claim = Claim.of("A job ends at night.", ())
    found = support(claim, list(units_of([passage(1, text=f"{long} {short}")])), ())

    assert found[0].text == short
    assert covered(claim, found) == 1.0


def test_nothing_supports_a_claim_without_passages():
    """There is no best of nothing."""
    assert support(Claim.of("A job ends.", ()), [], ()) == []


def test_a_known_word_needs_no_source():
    """Every page is about the product, and few sentences name it."""
    assert why("A Scaleway job ends.", "A job ends.") == ""
    assert why("A Scaleway job ends.", "A job ends.", known=())


def test_markup_is_not_what_is_said():
    """A link has its words, bold is as plain as plain."""
    text = "# **Run** the [job](https://a.example/b)\n\n> `now`!"

    assert plain(text) == "Run the job now"


def test_the_limits_are_in_order():
    """What needs no vector has more of its words than what no vector helps."""
    assert all(a < b for a, b in pairwise([0, LEAST, evidence.ABOUT, ENOUGH, 1]))
