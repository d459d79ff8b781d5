"""A run of an evaluation, as it is saved and read again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from askdocs.domain.evaluation import Case, Outcome, pages_of

OUTCOME = Outcome("1", "How?", ("a.mdx",), ("b.mdx", "a.mdx"), 2, 0.63)


@pytest.mark.parametrize(
    "outcome",
    [
        OUTCOME,
        replace(OUTCOME, rank=None),
        replace(OUTCOME, wanted=("a.mdx#x",), sections=("a.mdx#x",)),
    ],
    ids=["found", "not found", "a section"],
)
def test_an_outcome_survives_json(outcome):
    """It is compared with a run of next month."""
    assert Outcome.from_dict(json.loads(json.dumps(outcome.as_dict()))) == outcome


@pytest.mark.parametrize(
    "change",
    [{"wanted": []}, {"id": 1}, {"found": "a.mdx"}, {"rank": "x"}],
    ids=["nothing wanted", "an id that is a number", "a text for a list", "no rank"],
)
def test_what_is_no_outcome_is_refused(change):
    """A file that somebody edited must not become a number in a comparison."""
    with pytest.raises((KeyError, TypeError, ValueError)):
        Outcome.from_dict({**OUTCOME.as_dict(), **change})


def test_a_page_that_is_wanted_twice_is_one():
    """Two of its sections may be right."""
    labels = ("a.mdx#x", "b.mdx", "a.mdx#y")

    assert pages_of(labels) == ("a.mdx", "b.mdx")
    assert Case("1", "How?", labels).has_sections
    assert not Case("1", "How?", ("b.mdx",)).has_sections
