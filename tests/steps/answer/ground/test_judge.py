"""A sentence of a reply, and the passages it was made from, become a verdict."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support.judged import UNSAID, judged, why
from tests.support.passages import passage

from askdocs.domain.answer import Evidence, Sentence, Verdict
from askdocs.steps.answer.ground import Ground, plain
from askdocs.steps.answer.sentences import has_claim, units

PLANS = "| Plan | vCPU | RAM |\n|---|---|---|\n| S | 2 | 4 GB |\n| M | 4 | 8 GB |\n"


ITEMS = "- Plan Small: 2 vCPU\n- Plan Medium: 4 vCPU\n"
STEPS = "1. Click **Jobs** in the menu.\n2. Click **Run**, and wait.\n"


def test_a_verdict_says_which_passage_and_how_much_of_it():
    """JSON shows it, and the mark of the sentence is put right by it."""
    result = judged("A job ends by night.", "A volume.", "A job ends by night or day.")

    said = "A job ends by night"
    assert result == Sentence(
        "A job ends by night.",
        Verdict.SUPPORTED,
        passage=2,
        covers=1.0,
        score=1.0,
        evidence=(Evidence(2, 0, len(said), result.evidence[0].lines, said),),
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
    assert why("See https://a.example/b.", *texts)


def test_two_passages_may_say_a_sentence_together():
    """A model joins what it read."""
    one, two = "A job keeps its logs for a week.", "A volume keeps its files for ever."
    joined = "A job keeps its logs for a week and a volume keeps its files for ever."

    assert why(joined, one, two) == ""
    assert judged(joined, one).verdict is not Verdict.SUPPORTED


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


NEARLY = "A job halts early in the night."
SOURCE = "A job ends early in the night, or by day."


@pytest.mark.parametrize(
    ("sure", "verdict"),
    [(0.5, Verdict.SUPPORTED), (0.49, Verdict.UNSURE), (0.0, Verdict.UNSUPPORTED)],
)
def test_a_verifier_decides_in_the_place_of_the_weights(sure, verdict):
    """It is a model of its own, and somebody asked for it."""
    calls: list[tuple[str, list[str]]] = []

    def verify(sentence, sources):
        calls.append((sentence, sources))
        return sure

    result = judged(NEARLY, SOURCE, verify=verify)

    assert (result.verdict, result.similar) == (verdict, sure)
    assert calls == [(plain(NEARLY), [SOURCE])]


def test_a_verifier_excuses_neither_a_denial_nor_a_number():
    """What must be right letter by letter is not a matter of how sure a model is."""
    verify = {"verify": lambda *_: 1.0}

    assert why("A job does not end early at night.", SOURCE, **verify)
    assert why("A job halts 5 times in the early night.", SOURCE, **verify)


def test_a_known_word_needs_no_source():
    """Every page is about the product, and few sentences name it."""
    assert why("A Scaleway job ends.", "A job ends.") == ""
    assert why("A Scaleway job ends.", "A job ends.", known=())


@pytest.mark.parametrize(
    ("sentence", "true"),
    [
        ("Le job s'arr\u00eate apr\u00e8s 30 minutes.", True),
        ("Apr\u00e8s 30 minutes, le job s\u2019arr\u00eate.", True),
        ("Le job s'arr\u00eate apr\u00e8s 60 minutes.", False),
    ],
    ids=["same", "turned", "another number"],
)
def test_french_is_judged_by_its_words(sentence, true):
    """Without its own lists the words and numbers still count."""
    source = "Le job s'arr\u00eate apr\u00e8s 30 minutes. Il ne peut pas reprendre."

    assert (why(sentence, source) == "") is true


def test_text_without_blanks_is_supported_as_it_stands():
    """A changed one is not, though its words cannot be told apart."""
    source = "\u30b8\u30e7\u30d6\u306f30\u5206\u5f8c\u306b\u505c\u6b62\u3002"

    assert why(source, source) == ""
    assert judged(source.replace("30", "60"), source).verdict is Verdict.UNSURE


HOSTILE = {
    "letters": "a" * 50_000,
    "words": "word " * 10_000 + ".",
    "brackets": "(" * 5_000 + "[^" * 2_000 + "](" * 3_000,
    "backticks": "`" * 5_001,
    "digits": "9" * 6_000,
    "thousands": "1 111 " * 3_000,
    "commas": "1," * 5_000,
    "hyphens": "a1-" * 4_000,
    "dashes": "--" * 5_000,
    "paths": "/a" * 5_000,
    "dots": "a." * 5_000,
    "underscores": "x_" * 5_000,
    "placeholders": "<" * 3_000 + "{" * 3_000,
    "apostrophes": "it's" * 4_000,
    "capitals": "Go Ab " * 3_000,
    "bars": "| - " * 4_000,
    "addresses": "http://" * 3_000,
    "backslashes": "\\" * 5_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_takes_long(text):
    """A reply must not hang on what a model repeats; the limit leaves room for a slow CI."""
    begin = perf_counter()
    judged(text, "A job runs `a b c` for 10 GB.", text[:2_000])

    assert perf_counter() - begin < 5


WORDS = st.sampled_from(
    "A job ends at night. 10 GB `run --all` **Bold** not never Delete a/b \u20ac5 [x](/y) "
    "| - 1. # ``` after Volume v1.2 it's \u00e9t\u00e9 \U0001f600".split(" ")
)
LIKELY = st.lists(WORDS, max_size=20).flatmap(
    lambda words: st.sampled_from([" ".join(words), "\n".join(words)])
)


@settings(deadline=None, max_examples=200)
@given(text=LIKELY, others=st.lists(LIKELY, max_size=2))
@example(text="[x](/y)", others=["``` [x](/y)"])
def test_what_a_passage_says_is_supported_as_it_stands(text, others):
    """No rule may turn down the docs' own words."""
    ground = Ground([passage(n, text=t) for n, t in enumerate([*others, text], 1)])
    verdicts = {unit: ground.judge(unit) for unit in units(text) if has_claim(unit)}

    wrong = [v for v in verdicts.values() if v.why]
    assert wrong == []


@settings(deadline=None, max_examples=200)
@given(
    piece=st.text() | LIKELY.map("{} [^1]".format),
    texts=st.lists(st.text() | LIKELY, max_size=3),
)
def test_any_text_has_a_verdict(piece, texts):
    """A model says what it likes, and anybody may write docs."""
    result = judged(piece, *texts)

    assert result.text == piece
    assert 0 <= result.covers <= 1
    assert 0 <= result.passage <= len(texts)
    lacking = result.verdict in (Verdict.UNSURE, Verdict.UNSUPPORTED)
    assert bool(result.why) == lacking
    assert 0 <= result.score <= 1
