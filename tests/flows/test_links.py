"""A folder of docs becomes the table of its addresses, and a report on its links."""

from __future__ import annotations

import pytest
from tests.support.fakes import FakeDocs

from askdocs.domain.errors import ConfigError, DocsNotFound
from askdocs.domain.site import Anchor, Dead, Score
from askdocs.domain.text import SkippedFile, Source
from askdocs.flows.links import DocsSite, check_links, read_site

BASE = "https://example.org/docs/"


def one_by_one(function, items):
    return [function(item) for item in items]


def site(docs: FakeDocs, rule: str = "auto") -> DocsSite:
    everything = FakeDocs(*docs.items)
    return read_site(
        docs, everything=everything, slug_rule=rule, base_url=BASE, spread=one_by_one
    )


def page(path: str, body: str, title: str = "T") -> Source:
    return Source(path, f"---\ntitle: {title}\n---\n\n{body}\n")


def test_the_table_holds_pages_and_no_macros():
    """A page of cards is on the site, though nobody is sent there to read."""
    docs = FakeDocs(
        page("a/index.mdx", '<SummaryCard title="B" href="/a/b/" />', "A"),
        page("a/b.mdx", "Text.\n\n## Do it\n\nSo.\n\n## Do it\n\nOr so.", "B"),
        Source("macros/m.mdx", "---\nmacro: m\n---\nText."),
        Source("_part.mdx", "Text."),
    )

    table = site(docs).table

    assert [(p.path, p.url, p.title) for p in table.places] == [
        ("a/b.mdx", f"{BASE}a/b/", "B"),
        ("a/index.mdx", f"{BASE}a/", "A"),
    ]
    assert table.places[0].anchors == (
        Anchor("Do it", "do-it"),
        Anchor("Do it", "do-it-1"),
    )


def test_a_dead_link_is_named_with_its_line_and_the_nearest_live_one():
    """Who writes docs wants to mend it at once."""
    docs = FakeDocs(
        page("a.mdx", "## Install it\n\nSee [b](/b/), [c](/bb/) and [d](#instal-it)."),
        page("b.mdx", "See [a](/a/#install-it) or [a](/a/#gone)."),
    )

    report = check_links(docs, site(docs))

    assert report.dead == (
        Dead("a.mdx", 7, "/bb/", "page", "/b/"),
        Dead("a.mdx", 7, "#instal-it", "fragment", "#install-it"),
        Dead("b.mdx", 5, "/a/#gone", "fragment", "/a/"),
    )
    assert (report.pages, report.fragments) == (Score(3, 4), Score(1, 2))
    assert report.own == Score(0, 1)


@pytest.mark.parametrize(
    ("link", "rule"),
    [("#what's-new", "scaleway"), ("#whats-new", "github")],
)
def test_the_rule_is_the_one_that_the_links_agree_with(link, rule):
    """Nobody knows by heart how their site makes fragments; their links do."""
    docs = FakeDocs(page("a.mdx", f"## What's new\n\nSee [it]({link})."))

    found = site(docs)

    assert found.rule == rule
    assert found.rules[rule].live == 1
    assert check_links(docs, found).dead == ()


def test_a_rule_that_is_asked_for_is_used_whatever_the_links_say():
    """They may be what is wrong."""
    docs = FakeDocs(page("a.mdx", "## What's new\n\nSee [it](#what's-new)."))

    assert check_links(docs, site(docs, "github")).rule == "github"
    assert [d.nearest for d in check_links(docs, site(docs, "github")).dead] == [
        "#whats-new"
    ]


def test_the_menu_is_checked_too():
    """It is on every page of the site."""
    docs = FakeDocs(page("a/b.mdx", "Text."))
    docs.other_files["menu/navigation.json"] = (
        '[{"items": [{"label": "A", "slug": "a", "items": [\n'
        '  {"label": "B", "slug": "b"},\n  {"label": "C", "slug": "c"}]}]}]'
    )

    report = check_links(docs, site(docs))

    assert report.menu.total - report.menu.live == len(report.dead)
    assert [(d.path, d.line) for d in report.dead if "c" in d.link] == [
        ("menu/navigation.json", 3)
    ]


def test_a_menu_that_cannot_be_read_is_an_error():
    """To check nothing and find nothing dead would be a lie."""
    docs = FakeDocs(page("a.mdx", "Text."))
    docs.other_files["menu/navigation.json"] = '[{"items": ['

    with pytest.raises(ConfigError, match=r"navigation\.json"):
        check_links(docs, site(docs))


def test_a_redirect_leads_somewhere():
    """A page that was moved keeps its old address."""
    docs = FakeDocs(page("new.mdx", "See [it](/old/)."))
    docs.other_files["_redirects"] = "/old/ /new/ 301\n"

    assert check_links(docs, site(docs)).dead == ()


def test_a_file_that_cannot_be_read_is_named_and_the_rest_is_checked():
    """The links to it would look dead without a word why."""
    docs = FakeDocs(page("a.mdx", "Text."), SkippedFile("b.mdx", "not UTF-8 at byte 3"))

    found = site(docs)

    assert found.failed == (SkippedFile("b.mdx", "not UTF-8 at byte 3"),)
    assert [p.path for p in found.table.places] == ["a.mdx"]


def test_a_page_that_is_ignored_can_be_linked_to_and_is_not_checked():
    """The changelog is on the site, though it is not indexed."""
    docs = FakeDocs(
        page("a.mdx", "See [it](/changelog/#new)."),
        page("changelog/index.mdx", "## New\n\nSee [gone](/gone/)."),
    )
    docs.ignored = {"changelog/index.mdx"}

    found = site(docs)

    assert check_links(docs, found).dead == ()
    assert [p.path for p in found.table.places] == ["a.mdx"]


def test_an_empty_folder_is_an_error():
    """No links and no dead ones is what a wrong path looks like."""
    with pytest.raises(DocsNotFound):
        site(FakeDocs())
