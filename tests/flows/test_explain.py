"""What becomes of one file, and why."""

from __future__ import annotations

import pytest
from tests.support.fakes import FakeDocs, FakeTokenizer, a_space

from askdocs.domain.errors import ConfigError
from askdocs.domain.index import ChunkConfig
from askdocs.domain.site import Explanation, Table
from askdocs.domain.text import PageKind, SkippedFile, Source
from askdocs.flows.explain import explain
from askdocs.flows.read_docs import Build

BASE = "https://example.org/docs/"


def never():
    raise AssertionError("nothing is to be embedded")


BUILD = Build(a_space(), ChunkConfig(1, 64), BASE, FakeTokenizer(), never)


def explained(docs: FakeDocs, path: str, live: Table | None = None) -> Explanation:
    return explain(docs, path, live=live, build=BUILD)


def test_a_page_is_explained_with_its_macros_and_its_chunks():
    """A writer sees what a question will find."""
    docs = FakeDocs(
        Source("a.mdx", '---\ntitle: A\n---\n\n<Macro id="m" />\n\n## Do it\n\nSo.\n'),
        Source("macros/m.mdx", "---\nmacro: m\n---\nYou need a key."),
    )

    found = explained(docs, "a.mdx")

    assert (found.left_out, found.page.kind) == ("", PageKind.PROSE)
    assert found.place.url == f"{BASE}a/"
    assert [c.text for c in found.chunks] == ["You need a key.", "So."]
    assert [(s.line, s.what) for s in found.page.seen] == [(5, "macro m")]


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("macros/m.mdx", "---\nmacro: m\n---\nText.", "macro"),
        ("a/index.mdx", '<SummaryCard title="B" />', "card page"),
        ("_part.mdx", "Text.", "partial"),
        ("b.mdx", "", "empty"),
    ],
)
def test_a_file_that_is_left_out_says_why(path, text, reason):
    """ "Why is my page not found?" is the first question of every writer."""
    found = explained(FakeDocs(Source(path, text)), path)

    assert found.left_out.startswith(reason)
    assert found.chunks == ()


def test_a_file_that_cannot_be_read_says_why():
    """It failed, which is not the same as left out by rule."""
    docs = FakeDocs(
        Source("a.mdx", "Text."), SkippedFile("b.mdx", "not UTF-8 at byte 3")
    )

    assert explained(docs, "b.mdx") == Explanation("b.mdx", "not UTF-8 at byte 3")


def test_a_file_that_is_no_page_is_an_error():
    """Nothing to say of it would look like nothing wrong with it."""
    with pytest.raises(ConfigError, match=r"c\.mdx is not read"):
        explained(FakeDocs(Source("a.mdx", "Text.")), "c.mdx")


def test_the_rule_is_that_of_the_index_or_else_of_all_pages():
    """The page alone may hold no link that tells."""
    docs = FakeDocs(
        Source("a.mdx", "## What's new\n\nText."),
        Source("b.mdx", "See [it](/a/#what's-new)."),
    )

    assert explained(docs, "a.mdx").rule == "scaleway"
    assert explained(docs, "a.mdx", Table("github", ())).rule == "github"
