"""The mark of a citation: written in one way, and read in several."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askdocs.domain.citation_mark import (
    HALF_MARK,
    LONG_MARK,
    MARK,
    MARK_LIST,
    MARK_LIST_CHARS,
    MARK_WITH_BLANK,
    MARKS_WITH_BLANKS,
    OPENING,
    read_numbers,
    without_marks,
    write_mark,
)

MARKS = [MARK, MARK_WITH_BLANK, MARKS_WITH_BLANKS, LONG_MARK, MARK_LIST]


@given(st.integers(0, 9999))
def test_what_is_written_is_read_by_every_pattern(number):
    """A mark that one reader takes for text would be shown to the user and not counted."""
    mark = write_mark(number)

    assert read_numbers(f"Run it {mark}.") == {number}
    assert all(pattern.fullmatch(mark) for pattern in MARKS)
    assert mark.startswith(OPENING)


@given(st.integers(0, 9999), st.integers(1, 6))
def test_every_beginning_of_a_mark_is_half_of_one(number, size):
    """A reply comes in pieces, and half a mark must wait for the rest."""
    half = write_mark(number)[:-1][:size]

    assert HALF_MARK.search(f"Run it {half}")
    assert not HALF_MARK.search(write_mark(number))


@pytest.mark.parametrize(
    "text", ["[1]", "[^]", "[^12345]", "[^a]", "[^0-9]", "[^ 1]", "^1"]
)
def test_what_only_resembles_a_mark_cites_nothing(text):
    """Patterns and footnotes of code are no citations."""
    assert read_numbers(text) == set()


def test_a_mark_is_left_out_with_its_blank():
    """ "Run it ." would show that something was there."""
    assert MARK_WITH_BLANK.sub("", "Run it [^7].") == "Run it."
    assert MARKS_WITH_BLANKS.split("Run it [^7] [^8].") == ["Run it", "."]


@pytest.mark.parametrize("text", ["[^1, 2]", "[^1, ^2]", "[^1,2]"])
def test_several_numbers_in_one_mark_are_a_list(text):
    """Small models write them so; they are no claim."""
    inside = text.removeprefix(OPENING).removesuffix("]")

    assert MARK_LIST.fullmatch(text)
    assert set(inside) <= set(MARK_LIST_CHARS)


@given(st.lists(st.sampled_from(["[^1]", "[^", "12", "]", "[", "a-"])).map("".join))
def test_a_text_without_marks_has_none_and_nothing_else_is_lost(text):
    """A page could else have the model cite another one, by copying."""
    plain = without_marks(text)

    assert not LONG_MARK.search(plain)
    assert plain.replace("[^", "[") == text.replace("[^", "[")
