"""Where pages are, and how a place is looked up."""

from __future__ import annotations

import pytest

from askdocs.domain.site import Anchor, Place
from askdocs.domain.text import Front, Page, Section
from askdocs.steps.docs.urls import anchored, place_of
from askdocs.steps.docs.urls.site_index import (
    MAX_REDIRECTS,
    ResolvedLink,
    SiteIndex,
    resolved,
)

BASE = "https://docs.example/en/"


def test_a_place_lists_the_fragments_of_a_page_once_each():
    """That is what `rag urls list` prints, and what links are checked against."""
    sections = [
        Section((), "", ()),
        Section(("One",), "", ()),
        Section(("One", "Two"), "own", ()),
        Section(("!!!",), "", ()),
    ]
    page = Page("pages/a.mdx", Front(title="A"), tuple(sections), ids=("x", "one"))

    place = place_of(anchored(page, "github"), "github", BASE)

    anchors = (Anchor("One", "one"), Anchor("Two", "own"), Anchor("", "x"))
    assert place == Place("pages/a.mdx", BASE + "a/", "A", anchors)


def test_a_place_honours_slug_and_rule():
    """The table must say the URL that answers cite."""
    page = Page("01-a/b.md", Front(slug="c"), ())

    assert place_of(page, "docusaurus", BASE).url == BASE + "a/c/"


def index(*paths: str, **redirects: str) -> SiteIndex:
    """Return an index of empty pages, with redirects from "/" and each name."""
    moved = {f"/{old}": new for old, new in redirects.items()}
    pages = [Page(path, Front(), ()) for path in paths]
    return SiteIndex(pages, rule="github", base=BASE, redirects=moved)


def test_of_several_places_the_first_that_is_there_is_found():
    """A link may mean a file or an address, and the likelier one comes first."""
    site = index("a.mdx", "b.mdx")

    hit = site.find(["none", "b", "a"], "x")

    assert hit == ResolvedLink(site.pages["b"], "x")


def test_a_redirect_in_a_circle_leads_nowhere():
    """A browser gives up as well."""
    assert index("a.mdx", b="/c", c="/b").find(["b"], "") is None


@pytest.mark.parametrize(
    ("hops", "live"),
    [(MAX_REDIRECTS - 1, True), (MAX_REDIRECTS, False)],
    ids=["as many as are followed", "one more"],
)
def test_a_chain_of_redirects_is_followed_so_far(hops, live):
    """A chain that never ends would be followed for ever."""
    chain = {f"r{n}": f"/r{n + 1}" for n in range(hops - 1)}
    site = index("a.mdx", **chain, **{f"r{hops - 1}": "/a"})

    assert (site.find(["r0"], "") is not None) is live


@pytest.mark.parametrize(
    ("folder", "path", "place"),
    [("a/b", "../c", "a/c"), ("a", "..", ""), ("a", "../..", None), ("", "../x", None)],
)
def test_a_relative_path_does_not_leave_the_root(folder, path, place):
    """What lies above the docs is no page of theirs."""
    assert resolved(folder, path) == place
