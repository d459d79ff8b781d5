"""Results come in order, from however many processes."""

from __future__ import annotations

import os

import pytest

from askdocs.adapters.local.processes import MIN_ITEMS, spread


def double(n: int) -> int:
    return 2 * n


def refuse_seven(n: int) -> int:
    if n == 7:
        raise ValueError("seven")
    return n


@pytest.mark.parametrize("count", [0, 1, MIN_ITEMS - 1, MIN_ITEMS, MIN_ITEMS + 7])
def test_results_come_in_the_order_of_their_items(count):
    """A link report is sorted; which process was faster must not show."""
    assert spread(double, range(count)) == [2 * n for n in range(count)]


def test_a_closure_and_what_it_holds_need_no_copy():
    """The macros of a repository are handed to every process; only results are copied."""
    names = {n: str(n) for n in range(2 * MIN_ITEMS)}

    assert spread(lambda n: names[n], range(MIN_ITEMS)) == [
        str(n) for n in range(MIN_ITEMS)
    ]


def test_an_exception_comes_through():
    """A bug in a reader must not become a page that is silently missing."""
    with pytest.raises(ValueError, match="seven"):
        spread(refuse_seven, range(MIN_ITEMS))


@pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="with one CPU everything is done in this process",
)
def test_many_items_are_done_by_other_processes_and_few_are_not():
    """A process takes longer to start than ten pages to read."""
    assert os.getpid() not in set(spread(lambda _: os.getpid(), range(MIN_ITEMS)))
    assert set(spread(lambda _: os.getpid(), range(MIN_ITEMS - 1))) == {os.getpid()}
