"""What people type, paste and pipe."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askdocs.domain.errors import ConfigError, Exit
from askdocs.domain.text import visible
from askdocs.steps.search.question import MAX_QUESTION_CHARS, checked_question


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("how do I create a job?", "how do I create a job?"),
        ("  two\n lines\t here \r\n", "two lines here"),
        ("carriage\rreturn", "carriage return"),
        ("a\x1b[31mred\x1b[0m job\u202e", "a[31mred[0m job"),
        ("どうやって?", "どうやって?"),
        ("7", "7"),
        ("x" * MAX_QUESTION_CHARS, "x" * MAX_QUESTION_CHARS),
    ],
    ids=["plain", "lines", "return", "escapes", "japanese", "digit", "longest"],
)
def test_a_question_is_one_visible_line(typed, question):
    """It is shown, embedded and put in a prompt."""
    assert checked_question(typed) == question


@pytest.mark.parametrize(
    "typed",
    ["", "   \n", "?!", "\x1b\x07", "\u200b\u200b", "💥"],
    ids=["nothing", "space", "marks", "controls", "zero width", "emoji"],
)
def test_what_asks_nothing_is_refused_with_an_example(typed):
    """Its vector would be near something all the same."""
    with pytest.raises(ConfigError, match="empty") as caught:
        checked_question(typed)

    assert caught.value.exit_code == Exit.USAGE
    assert caught.value.hint.startswith("rag ask ")


@pytest.mark.parametrize("text", ["a" * (MAX_QUESTION_CHARS + 1), "word " * 20_000])
def test_a_pasted_log_is_refused_with_its_length(text):
    """The embedder would read the first page of it and say nothing."""
    with pytest.raises(ConfigError) as caught:
        checked_question(text)

    assert f"{len(text):,}" in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=200))
def test_any_text_is_a_clean_question_or_a_usage_error(text):
    """Nothing that is typed may end in a traceback."""
    try:
        question = checked_question(text)
    except ConfigError:
        return

    assert question == visible(question).strip()
    assert "\n" not in question
