"""A number is right or wrong, in whichever way it is written."""

from __future__ import annotations

import pytest
from tests.support.judged import why
from tests.support.passages import passage

from askdocs.domain.answer import Verdict
from askdocs.steps.answer.ground import Ground
from askdocs.steps.answer.ground.literals import Number, numbers

LIMITS = (
    "A job may use up to 10 GB and 1,000 files, and costs \u20ac0.15 per hour. "
    "It stops after two days."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "A job may use up to 10GB.",
        "A job may use up to ten GB.",
        "A job may use up to 10 GB.",
        "A job may use up to 1000 files.",
        "A job may use up to 1\u202f000 files.",
        "A job costs \u20ac0.15 per hour.",
        "A job costs \u20ac0.150 per hour.",
        "A job costs 0,15 \u20ac per hour.",
        "A job costs 0.15 per hour.",
        "It stops after 2 days.",
    ],
    ids=[
        "no blank before the unit",
        "in words",
        "as it stands",
        "no separator",
        "a narrow blank as separator",
        "a price",
        "a zero at the end",
        "a decimal comma",
        "no unit",
        "in digits",
    ],
)
def test_a_number_may_be_written_in_another_way(sentence):
    """A model writes 10GB where the docs write 10 GB, and is right."""
    assert why(sentence, LIMITS) == ""


@pytest.mark.parametrize(
    ("sentence", "gone"),
    [
        ("A job may use up to 12 GB.", "12 gb"),
        ("A job may use up to 100 GB.", "100 gb"),
        ("A job may use up to 1 GB.", "1 gb"),
        ("A job may use up to 10 TB.", "10 tb"),
        ("A job may use up to 10,000 files.", "10000"),
        ("A job may use up to 1.500 files.", "1.5"),
        ("A job costs \u20ac0.51 per hour.", "0.51 \u20ac"),
        ("A job costs \u20ac1.5 per hour.", "1.5 \u20ac"),
        ("A job costs $0.15 per hour.", "0.15 $"),
        ("It stops after three days.", "3 day"),
        ("It stops after 2 hours.", "2 hour"),
    ],
    ids=[
        "another one",
        "one that begins alike",
        "the beginning of it",
        "another unit",
        "another thousand",
        "a stop for the comma",
        "two digits swapped",
        "the decimal point moved",
        "another currency",
        "another one in words",
        "another unit of time",
    ],
)
def test_another_number_is_not_supported(sentence, gone):
    """All the other words stand there, in the same order."""
    assert why(sentence, LIMITS) == f"no passage that says the rest has {gone}"


def test_a_range_is_no_size():
    """ "To" is a word before it is a terabyte."""
    assert numbers("5 to 10 jobs") == [Number("5"), Number("10")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4 vCPUs and 8 cores", ["4 vcpu", "8 vcpu"]),
        ("10 GiB/s at 5%", ["10 gb", "5 %"]),
        ("IPv6, GP1-XS, fr-par-2, v1.2", []),
        ("007 and 0", ["7", "0"]),
        ("$ 1,234.50", ["1234.5 $"]),
        ("https://a.example/5 --port-8 out5.log", []),
        ("", []),
    ],
    ids=["cores", "rates", "names", "zeros", "price", "addresses, flags", "none"],
)
def test_numbers_are_read_with_their_units(text, found):
    """What is part of a name is not a number."""
    assert [str(n) for n in numbers(text)] == found


def test_a_number_of_any_length_is_read():
    """Python refuses to make an integer of more than 4,300 digits."""
    assert numbers("9" * 5000) == [Number("9" * 5000)]


def test_a_number_may_stand_in_the_heading():
    """A sentence below it seldom says it again."""
    given = passage(1, heading=("Version 15",), text="This version keeps its logs.")
    found = Ground([given]).judge("This version, 15, keeps its logs.")

    assert found.verdict is Verdict.SUPPORTED
