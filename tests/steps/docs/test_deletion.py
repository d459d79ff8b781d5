"""When a run may delete, and when it must ask first."""

from __future__ import annotations

import pytest

from askdocs.domain.index import Root
from askdocs.steps.docs.deletion import (
    MAX_UNASKED_PAGES,
    MAX_UNASKED_SHARE,
    other_docs,
    reason_to_keep,
)

DOCS = Root(remote="github.com/x/docs", prefix="", commit="1")


def pages(count: int) -> set[str]:
    return {f"{n}.mdx" for n in range(count)}


@pytest.mark.parametrize(
    ("going", "indexed", "kept"),
    [
        (0, 0, False),
        (0, 1000, False),
        (1, 1, False),
        (10, 10, False),
        (11, 12, True),
        (10, 11, False),
        (11, 55, False),
        (11, 54, True),
        (200, 1000, False),
        (201, 1000, True),
    ],
)
def test_more_than_ten_and_more_than_a_fifth_must_ask(going, indexed, kept):
    """A half-made clone looks like a great deal of deleted pages."""
    reason = reason_to_keep(pages(going), pages(indexed), complete=True)

    assert bool(reason) is kept
    assert not kept or f"{going} of {indexed} pages" in reason


def test_the_thresholds_are_those_of_the_design():
    """max(10, 20 %), as the README says."""
    assert (MAX_UNASKED_PAGES, MAX_UNASKED_SHARE) == (10, 0.2)


def test_one_page_stays_when_not_all_could_be_read():
    """What was not seen may still exist."""
    reason = reason_to_keep({"a.mdx"}, pages(1000), complete=False)

    assert "not all of the docs could be read" in reason


def test_nothing_going_needs_no_reason():
    """An unreadable file alone is exit 3, not 9."""
    assert reason_to_keep(set(), pages(10), complete=False) == ""


@pytest.mark.parametrize(
    ("now", "other"),
    [
        (Root(remote="github.com/x/docs", prefix="", commit="2"), False),
        (Root(remote="github.com/x/blog", prefix=""), True),
        (Root(remote="github.com/x/docs", prefix="tutorials"), True),
        (Root(), False),
    ],
    ids=["another commit", "another remote", "a folder of it", "no git now"],
)
def test_git_says_whether_it_is_the_same_folder(now, other):
    """A fresh clone elsewhere is the same docs; a folder inside the clone is not."""
    assert other_docs(DOCS, now, indexed=pages(10), found=pages(10)) is other


@pytest.mark.parametrize(
    ("indexed", "found", "other"),
    [
        (pages(10), pages(10), False),
        (pages(10), pages(5), False),
        (pages(10), pages(4), True),
        (pages(10), {"z.mdx"}, True),
        (pages(10), set(), True),
        (set(), pages(10), False),
        (set(), set(), False),
    ],
    ids=["equal", "half", "less than half", "none", "empty", "first", "nothing"],
)
def test_without_a_remote_the_pages_say_it(indexed, found, other):
    """A folder from a zip file has no remote, and is re-indexed all the same."""
    assert other_docs(Root(), Root(), indexed=indexed, found=found) is other


def test_a_remote_on_one_side_alone_says_nothing():
    """Somebody removed the remote, or `.git`: then the pages decide."""
    assert other_docs(DOCS, Root(), indexed=pages(10), found=pages(4))
    assert not other_docs(Root(), DOCS, indexed=pages(10), found=pages(6))
