"""The name most like another, in bounded time."""

from __future__ import annotations

import pytest

from askdocs.steps.docs.urls.fuzzy import (
    MAX_LOOKUPS,
    MAX_NAME_CHARS,
    MAX_NAMES,
    FuzzyNames,
)

MANY = [f"{n:04}-page" for n in range(MAX_NAMES + 100)]


@pytest.mark.parametrize("others", [[], MANY], ids=["among few", "among many"])
def test_the_name_most_like_it_is_found(others):
    """A typing error in a link costs its author no search."""
    names = FuzzyNames([*others, "create-a-job", "delete-a-job"])

    assert names.find("creat-a-jobs") == "create-a-job"
    assert names.find("zzzzzz") is None


def test_a_name_that_is_too_long_is_not_compared():
    """The time for two names grows with the product of their lengths."""
    long = "x" * (MAX_NAME_CHARS + 1)

    assert FuzzyNames([long]).find(long[:-1]) is None
    assert FuzzyNames([long[:-1]]).find(long) is None


def test_after_so_many_names_nothing_more_is_looked_up():
    """A page of a million dead links must end; what was found stays found."""
    names = FuzzyNames(["abcdef"])
    assert names.find("abcdeg") == "abcdef"
    for n in range(MAX_LOOKUPS):
        names.find(f"no-{n}")

    assert names.find("abcdeh") is None
    assert names.find("abcdeg") == "abcdef"
