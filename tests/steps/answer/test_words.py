"""The small words of English, as the steps of an answer use them."""

from __future__ import annotations

import pytest

from askdocs.steps.answer.ground.content_words import is_content_word, is_negation
from askdocs.steps.answer.sentences import has_claim
from askdocs.steps.answer.words import FUNCTION_WORDS, PLAIN_NEGATIONS, WORD


def test_no_function_word_denies():
    """One that is left out of the words of a sentence would turn it round unseen."""
    assert FUNCTION_WORDS.isdisjoint(PLAIN_NEGATIONS)


@pytest.mark.parametrize("word", sorted(FUNCTION_WORDS))
def test_a_function_word_says_nothing(word):
    """Whoever compares words leaves them out, in lower case."""
    assert WORD.fullmatch(word)
    assert word == word.casefold()
    assert not is_content_word(word)


@pytest.mark.parametrize("word", ["no", "not", "none", "never", "cannot", "without"])
def test_a_plain_negation_claims_wherever_it_stands(word):
    """ "Not supported are:" announces something, and says something too."""
    assert word in PLAIN_NEGATIONS
    assert is_negation(word)
    assert has_claim(f"{word.title()} keys:")


def test_words_are_runs_of_letters_and_digits():
    """An underscore or a hyphen joins two words."""
    assert WORD.findall("Set MY_VAR on GP1-XS.") == [
        "Set",
        "MY",
        "VAR",
        "on",
        "GP1",
        "XS",
    ]
