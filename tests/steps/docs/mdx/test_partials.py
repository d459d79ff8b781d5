"""How the macros and partials that a text names are found."""

from __future__ import annotations

import pytest

from askdocs.steps.docs.mdx.partials import Shared, macros_used, partial, parts_used

FILES = {"_a.mdx": "---\ntitle: A\n---\nText.", "docs/_b.md": "B."}
SHARED = Shared({"one": '<Macro id="two" />', "two": "Two."}, FILES)


@pytest.mark.parametrize(
    ("importer", "written", "path"),
    [
        ("x.mdx", "./_a.mdx", "_a.mdx"),
        ("docs/x.mdx", "../_a", "_a.mdx"),
        ("docs/x.mdx", "./_b", "docs/_b.md"),
        ("x.mdx", "@site/docs/_b.md", "docs/_b.md"),
        ("x.mdx", "/website/_a.mdx", "_a.mdx"),
    ],
    ids=["beside", "above", "without suffix", "from the root", "docs below the site"],
)
def test_an_import_is_found_from_where_it_is_written(importer, written, path):
    """Every flavour has its own way to name a file."""
    assert partial(importer, written, SHARED).path == path


def test_a_partial_has_no_frontmatter_and_may_be_missing():
    """A reader of the site never sees the head of a partial."""
    assert partial("x.mdx", "./_a.mdx", SHARED).body == "Text."
    assert partial("x.mdx", "react", SHARED).body is None


def test_parts_within_parts_are_used_too():
    """Where the inner one changes, the page is another."""
    text = '<Macro id="one" />\n<Macro id="gone" />'

    assert macros_used(text, SHARED.macros) == ["gone", "one", "two"]
    assert parts_used("x.mdx", text, SHARED) == [
        ("macro 'gone'", ""),
        ("macro 'one'", '<Macro id="two" />'),
        ("macro 'two'", "Two."),
    ]
