"""What a link as written asks of the docs."""

from __future__ import annotations

import pytest

from askdocs.domain.text import Front, Page
from askdocs.steps.docs.urls.link_targets import Target, target_of
from askdocs.steps.docs.urls.site_index import SiteIndex

HERE = Page("jobs/start.mdx", Front(), ())
SITE = SiteIndex(
    [HERE, Page("jobs/create.mdx", Front(), ())],
    rule="github",
    base="https://docs.example/en/",
    files=["jobs/start.mdx", "changelog/may.mdx"],
)


@pytest.mark.parametrize(
    ("link", "fragment"),
    [
        ("/jobs/create/#a%20b", "a b"),
        ("create.mdx?x=1#top", ""),
        ("https://docs.example/en/jobs/create#x", "x"),
    ],
    ids=["percent-encoded", "the top", "absolute"],
)
def test_a_link_is_a_place_and_a_fragment(link, fragment):
    """Both are looked up as a browser would, whatever the spelling."""
    target = target_of(link, HERE, SITE)

    assert target is not None
    assert "jobs/create" in target.places
    assert target.fragment == fragment


def test_a_fragment_alone_is_on_the_page_it_stands_on():
    """It names no page, so none can be missing."""
    assert target_of("#x", HERE, SITE) == Target((), "x")


@pytest.mark.parametrize(
    "link",
    ["#", "#top", "mailto:a@b.c", "//cdn.example/x", "/a/{{x}}", "/logo.png",
     "../../../above", "/changelog/may/"],
    ids=["empty", "the top", "a scheme", "another host", "a template", "a picture",
         "above the root", "a file that was not read"],
)  # fmt: skip
def test_what_cannot_be_judged_is_no_link(link):
    """A report that counts these as dead is not believed."""
    assert target_of(link, HERE, SITE) is None
