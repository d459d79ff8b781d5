"""Words about models that servers of every kind share."""

from __future__ import annotations

import pytest

from askdocs.adapters.llm.llm_errors import (
    cut_off,
    one_line,
    repetitive,
    without_credentials,
)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://me:s3cret@gpu-box:8000/v1", "http://gpu-box:8000/v1"),
        ("http://me:pa@s3cret@gpu-box", "http://gpu-box"),
        ("http://gpu-box/a@b", "http://gpu-box/a@b"),
        ("http://gpu-box?q=a@b", "http://gpu-box?q=a@b"),
    ],
    ids=["a password", "an @ in it", "an @ in the path", "an @ in the query"],
)
def test_a_url_is_shown_without_its_password(url, shown):
    """Messages end up in logs and in bug reports."""
    assert without_credentials(url) == shown


def test_the_words_of_others_take_one_line():
    """A page of HTML or a traceback must not fill the terminal."""
    assert one_line(" a\n\t b\r\n") == "a b"
    assert len(one_line("word " * 100)) == 200


def test_each_cut_names_what_helps():
    """The reader can do something about both."""
    assert str(cut_off(3)) == "the answer was cut off after 3 tokens"
    assert "RAG_LLM_NUM_PREDICT" in cut_off(3).hint
    assert str(repetitive()) == "the answer was stopped: the model repeats itself"
    assert "RAG_LLM_MODEL" in repetitive().hint
