"""The files of a docs folder, read as pages."""

from __future__ import annotations

from tests.support.fakes import FakeDocs

from askdocs.domain.text import SkippedFile, Source
from askdocs.flows.pages import (
    AUTO,
    read_files,
    read_outline,
    read_page,
    rule_for,
    shared_by,
)

BASE = "https://example.org/docs/"


def a_page(path: str, text: str) -> Source:
    return Source(path, f"---\ntitle: Jobs\n---\n{text}\n")


def test_every_file_is_either_read_or_failed():
    """The report of an ingest must add up to what lies in the folder."""
    broken = SkippedFile("b.mdx", "not UTF-8")

    files = read_files(FakeDocs(a_page("a.mdx", "Run it."), broken))

    assert [source.path for source in files.sources] == ["a.mdx"]
    assert files.failed == (broken,)
    assert files.paths == {"a.mdx", "b.mdx"}


def test_a_macro_is_shared_by_the_name_in_its_head():
    """Pages use it by that name, wherever its file lies."""
    macro = Source("macros/need.mdx", "---\nmacro: need\n---\nYou need a key.\n")

    shared = shared_by([macro, a_page("a.mdx", '<Macro id="need" />')])
    page = read_page(a_page("a.mdx", '<Macro id="need" />'), shared)

    assert [b.text for s in page.sections for b in s.blocks] == ["You need a key."]


def test_an_outline_has_headings_and_links_and_no_text():
    """All files are read at once, on several processors; their text need not travel."""
    page = read_outline(a_page("a.mdx", "## Run\n\nSee [it](/b/)."), shared_by([]))

    assert [section.heading for section in page.sections if section.heading] == [
        ("Run",)
    ]
    assert [link.target for link in page.links] == ["/b/"]
    assert not any(section.blocks for section in page.sections)


def test_the_slug_rule_of_the_settings_comes_before_that_of_the_index():
    """Only `auto` looks at what is there."""
    page = read_page(a_page("a.mdx", "## One"), shared_by([]))

    assert rule_for("github", "scaleway", [page], BASE) == "github"
    assert rule_for(AUTO, "scaleway", [page], BASE) == "scaleway"
    assert rule_for(AUTO, "", [page], BASE) in {"github", "scaleway"}
