"""Where the entries of a menu lead, and on which line each stands."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.alarm import alarm

from askdocs.domain.text import Link
from askdocs.steps.docs.urls import menu_links

SCALEWAY = """\
[
  {
    "items": [
      {
        "icon": "console",
        "items": [
          {
            "items": [
              { "label": "Overview", "slug": "../account" },
              { "label": "Concepts", "slug": "concepts" },
              { "label": "FAQ", "slug": "../../faq/account" },
              { "label": "API", "slug": "https://api.example/" },
              { "label": "Say \\"slug\\": \\"x\\"" },
              { "items": [{ "slug": "create" }], "label": "How to", "slug": "how-to" },
              { "label": "Root", "slug": "/tutorials/" }
            ],
            "label": "Account",
            "slug": "account"
          }
        ],
        "label": "Account & Billing",
        "slug": "console"
      }
    ],
    "label": "Platform"
  }
]
"""


def test_scaleways_slugs_are_relative_to_the_entry_around_them():
    """Read so, all 1,052 leaves of `menu/navigation.json` have a page."""
    assert menu_links(SCALEWAY) == [
        Link("/console/account/", 9),
        Link("/console/account/concepts/", 10),
        Link("/faq/account/", 11),
        Link("/console/account/how-to/", 14),
        Link("/console/account/how-to/create/", 14),
        Link("/tutorials/", 15),
        Link("/console/account/", 18),
        Link("/console/", 22),
    ]


def test_mintlify_names_pages_in_nested_groups():
    """`docs.json` since 2025: tabs, anchors, languages around groups of pages."""
    text = """{
      "name": "x",
      "navigation": {"tabs": [{"tab": "Guides", "groups": [
        {"group": "Start", "root": "start/index", "pages": [
          "quickstart",
          {"group": "Deep", "pages": ["a/b", "https://x.com", "GET /users"]},
          "/slashed/"
        ]}
      ]}]},
      "redirects": [{"source": "/a", "destination": "/b"}]
    }"""

    assert menu_links(text) == [
        Link("/start/index", 4),
        Link("/quickstart", 5),
        Link("/a/b", 6),
        Link("/slashed", 7),
    ]


def test_mintlifys_older_file_is_read_too():
    """`mint.json` lists the groups at once."""
    text = '{"navigation": [{"group": "A",\n"pages": ["x"]}]}'

    assert menu_links(text) == [Link("/x", 2)]


@pytest.mark.parametrize(
    "text", ["[]", "{}", "3", '"x"', "[1, null, {}]", '[{"slug": 3}]']
)
def test_json_without_entries_has_no_links(text):
    """It is no menu of a kind we know."""
    assert menu_links(text) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ('[\n{"slug": "a",}\n]', 2),
        ("[" * 100_000, 1),
        ('"' + "\\\\" * 50_000, 1),
    ],
    ids=["empty", "comma", "deep", "unterminated"],
)
def test_what_is_no_json_is_told_with_its_line(text, line):
    """The message must name what to mend."""
    with alarm(), pytest.raises(ValueError, match=f"^line {line}: "):
        menu_links(text)


def test_a_deep_menu_is_an_error_rather_than_a_crash():
    """A parser of ours must not be deeper than Python's."""
    text = '{"items": [' * 30_000 + "]}" * 30_000

    with pytest.raises(ValueError, match="nested too deep"):
        menu_links(text)


def test_a_large_menu_ends():
    """Lines are found in one pass, not one search per entry."""
    with alarm():
        found = menu_links(
            json.dumps([{"slug": f"a{n}"} for n in range(50_000)], indent=1)
        )

    assert found[-1] == Link("/a49999/", 3 * 50_000)


SLUGS = st.text(st.characters(categories=["L", "N", "P", "Zs", "Cc"]), max_size=8)
ENTRIES = st.recursive(
    st.fixed_dictionaries({}, optional={"slug": SLUGS, "label": SLUGS}),
    lambda inner: st.fixed_dictionaries(
        {"items": st.lists(inner, max_size=3)}, optional={"slug": SLUGS, "label": SLUGS}
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(ENTRIES, max_size=3))
def test_each_entry_is_told_with_the_line_of_its_slug(menu):
    """An escaped quote or line feed in a label must not shift the lines below."""
    text = json.dumps(menu, indent=1)
    lines = text.split("\n")

    for link in menu_links(text):
        assert lines[link.line - 1].lstrip().startswith('"slug"')
