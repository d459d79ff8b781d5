"""Amounts in any form are compared as amounts."""

from __future__ import annotations

import doctest

import pytest

from askdocs.steps.answer.ground import quantities as module
from askdocs.steps.answer.ground.quantities import quantities


def test_the_examples_hold():
    """They are read before the code."""
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("7 days", "one week"),
        ("24h", "a day"),
        ("900000 ms", "15 minutes"),
        ("900 000 ms", "fifteen minutes"),
        ("half an hour", "30 min"),
        ("1,000 MB", "1 GB"),
        ("50 %", "50 percent"),
        ("\u20ac5", "5 EUR"),
        ("about 13 seconds", "13.1 s"),
        ("twenty-five jobs", "25 jobs"),
    ],
)
def test_the_same_amount_in_another_form_is_equal(one, other):
    """A model rewrites units; that is no fault."""
    assert quantities(one)[0].equals(quantities(other)[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("7 days", "7 hours"),
        ("1 GB", "1 GiB"),
        ("$5", "\u20ac5"),
        ("13 seconds", "13.1 s"),
        ("5 jobs", "5 minutes"),
    ],
)
def test_another_amount_or_unit_is_not_equal(one, other):
    """What looks alike may be a thousand times as much."""
    assert not quantities(one)[0].equals(quantities(other)[0])


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("at most 5 GB", 1),
        ("no more than 5 GB", 1),
        ("\u2264 5 GB", 1),
        ("5 GB or less", 1),
        ("at least 5 GB", -1),
        ("more than 5 GB", -1),
        ("5 GB", 0),
    ],
)
def test_a_bound_is_read_beside_the_amount(text, bound):
    """ "At least" and "at most" make two claims of one number."""
    assert quantities(text)[0].bound == bound
