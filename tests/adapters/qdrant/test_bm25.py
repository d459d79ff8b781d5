"""Sparse vectors that both stores agree on."""

from __future__ import annotations

import pytest

from askdocs.adapters.qdrant.bm25 import coverage, encode_document, encode_question


def test_a_question_has_the_words_of_a_document_by_the_same_numbers():
    """Or nothing would ever be found by its words."""
    document = encode_document("Delete a bucket from the console.")
    question = encode_question("delete bucket")

    assert set(question.indices) < set(document.indices)
    assert question.values == [1.0, 1.0]


def test_endings_and_case_make_no_difference():
    """Who asks for "Deleting buckets" means the page "Delete a bucket"."""
    assert set(encode_question("Deleting buckets").indices) == set(
        encode_question("delete bucket").indices
    )


def test_a_word_that_comes_often_weighs_more_in_a_document_and_not_in_a_question():
    """The weight saturates: ten times the word is not ten times the page."""
    once, often = encode_document("bucket"), encode_document("bucket " * 10)

    assert once.values[0] < often.values[0] < 10 * once.values[0]
    assert encode_question("bucket bucket") == encode_question("bucket")


@pytest.mark.parametrize("text", ["", " \n", "?!", "the of"], ids=repr)
def test_a_text_without_words_is_empty(text):
    """The store then leaves the ranking out."""
    assert encode_question(text).indices == []
    assert encode_document(text).indices == []


def test_equal_letters_are_equal_words_however_they_were_typed():
    """A page from a Mac spells é in two characters, a question from Linux in one."""
    assert encode_document("cafe\u0301") == encode_document("caf\u00e9")
    assert encode_question("cafe\u0301") == encode_question("caf\u00e9")
    assert coverage(encode_question("caf\u00e9"), "cafe\u0301") == 1.0


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("How to delete a bucket", 1.0),
        ("How to delete a job", 0.5),
        ("bucket bucket", 0.5),
        ("invoices", 0.0),
        ("", 0.0),
    ],
)
def test_coverage_is_the_share_of_the_words_of_the_question(text, share):
    """What else the text says takes nothing away."""
    assert coverage(encode_question("delete bucket"), text) == share


def test_a_question_without_words_is_not_covered_by_anything():
    """And nothing is divided by zero."""
    assert coverage(encode_question("?"), "delete a bucket") == 0.0
