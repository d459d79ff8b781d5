"""Where pages are, as it is stored, and how links fare."""

from __future__ import annotations

import json

import pytest

from askdocs.domain.site import Anchor, LinkReport, Place, Score, Table

TABLE = Table(
    "github",
    (Place("a.mdx", "https://x/a/", "A", (Anchor("One", "one"), Anchor("", "x"))),),
)


def test_a_table_survives_json():
    """It is stored with the index, and read by another version of the program."""
    data = json.loads(json.dumps(TABLE.as_dict()))

    assert Table.from_dict(data) == TABLE


@pytest.mark.parametrize(
    "broken",
    [{}, {"rule": "github"}, {"rule": "github", "places": [["a"]]}],
    ids=["empty", "no places", "a place of one field"],
)
def test_what_is_no_table_is_refused(broken):
    """Then it is made again."""
    with pytest.raises((KeyError, TypeError, ValueError)):
        Table.from_dict(broken)


def test_of_no_links_all_live():
    """A folder without links has none that are dead."""
    assert Score(0, 0).share == 1.0
    assert Score(1, 4).share == 0.25


def test_a_link_with_page_and_fragment_is_one():
    """Fragments are counted among the links to pages already."""
    report = LinkReport(
        "github", {}, Score(3, 4), Score(1, 2), Score(1, 1), Score(0, 2), ()
    )

    assert report.total == 7
