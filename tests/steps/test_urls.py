"""Where the site serves a page, and what it calls a heading."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.alarm import alarm

from askdocs.steps.urls import anchors, file_path, public_url

BASE = "https://docs.example/en/"


@pytest.mark.parametrize(
    ("path", "place", "url"),
    [
        ("jobs/how-to/create.mdx", "jobs/how-to/create", "jobs/how-to/create/"),
        ("tutorials/minio/index.mdx", "tutorials/minio", "tutorials/minio/"),
        ("index.mdx", "", ""),
        ("index/index.mdx", "index", "index/"),
        ("a/index.b.mdx", "a/index.b", "a/index.b/"),
        ("faq/v1.10.mdx", "faq/v1.10", "faq/v1.10/"),
        ("pages/jobs/create.mdx", "pages/jobs/create", "jobs/create/"),
        ("pages/index.mdx", "pages", ""),
        ("pages.mdx", "pages", "pages/"),
        ("pages/pages/a.mdx", "pages/pages/a", "pages/a/"),
        ("a/pages/b.mdx", "a/pages/b", "a/pages/b/"),
        ("readme", "readme", "readme/"),
        ("a/.mdx", "a/.mdx", "a/.mdx/"),
        ("a/two words & more.mdx", "a/two words & more", "a/two%20words%20%26%20more/"),
        ("a/50%.mdx", "a/50%", "a/50%25/"),
        ("a/q?x#y.mdx", "a/q?x#y", "a/q%3Fx%23y/"),
        ("é/日.mdx", "é/日", "%C3%A9/%E6%97%A5/"),
    ],
)
def test_a_path_has_one_place_and_one_url(path, place, url):
    """A link under an answer that leads nowhere is worse than none."""
    assert file_path(path) == place
    assert public_url(path, BASE) == BASE + url


@pytest.mark.parametrize("base", ["https://x.com/d", "https://x.com/d/"])
def test_a_base_url_needs_no_slash(base):
    """Half of all people type it without."""
    assert public_url("a.mdx", base) == "https://x.com/d/a/"
    assert public_url("index.mdx", base) == "https://x.com/d/"


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Before you start", "before-you-start"),
        ("What is S3?", "what-is-s3"),
        ("How to: stop it", "how-to:-stop-it"),
        ("Don't (ever) do", "don't-(ever)-do"),
        ("snake_case & dots.", "snake_case--dots"),
        ("Été à Paris", "été-à-paris"),
        ("  padded  ", "padded"),
        ("!!!", ""),
    ],
)
def test_a_heading_becomes_its_fragment(heading, anchor):
    """The rule that resolves most of the fragment links of the Scaleway docs."""
    assert anchors([heading]) == [anchor]


def test_repeated_headings_are_numbered_as_the_site_does():
    """The second "Create" of a page is `#create-1`, even where a heading says that."""
    headings = ["Create", "Create", "Create 1", "Create", "create"]

    # Golden: github-slugger 2.0.0 on the same list.
    assert anchors(headings) == [
        "create",
        "create-1",
        "create-1-1",
        "create-2",
        "create-3",
    ]


def test_a_page_of_equal_headings_ends():
    """25,000 equal headings fit in 100 kB; counting each from 1 takes minutes."""
    with alarm():
        found = anchors(["Same"] * 25_000)

    assert found[-1] == "same-24999"


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "a 1", "a-1", "A", "b", "", "a 1 1"]) | st.text())
)
def test_each_heading_has_a_fragment_of_its_own(headings):
    """Two headings with one fragment make one of the links wrong."""
    found = anchors(headings)

    assert len(found) == len(set(found)) == len(headings)
