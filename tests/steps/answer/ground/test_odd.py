"""Other languages, and text that nobody would write on purpose, have a verdict too."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.judged import embedding, judged, why
from tests.support.passages import passage

from askdocs.domain.answer import Verdict
from askdocs.steps.answer.ground import Ground
from askdocs.steps.answer.sentences import has_claim, units


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
    assert why(source.replace("30", "60"), source)


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
    lambda found: st.sampled_from([" ".join(found), "\n".join(found)])
)


@settings(deadline=None, max_examples=200)
@given(text=LIKELY, others=st.lists(LIKELY, max_size=2))
def test_what_a_passage_says_is_supported_as_it_stands(text, others):
    """No rule may turn down the docs' own words."""
    ground = Ground([passage(n, text=t) for n, t in enumerate([*others, text], 1)])
    found = {unit: ground.judge(unit) for unit in units(text) if has_claim(unit)}

    wrong = [v for v in found.values() if v.verdict is Verdict.UNSUPPORTED]
    assert wrong == []


@settings(deadline=None, max_examples=200)
@given(
    piece=st.text() | LIKELY.map("{} [^1]".format),
    texts=st.lists(st.text() | LIKELY, max_size=3),
)
def test_any_text_has_a_verdict(piece, texts):
    """A model says what it likes, and anybody may write docs."""
    found = judged(piece, *texts, similar=0.5, embed=embedding(0.6))

    assert found.text == piece
    assert 0 <= found.covers <= 1
    assert 0 <= found.passage <= len(texts)
    assert bool(found.why) == (found.verdict is Verdict.UNSUPPORTED)
