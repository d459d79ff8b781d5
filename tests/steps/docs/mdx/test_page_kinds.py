"""What a page is for, what became of its parts, and what it is made of."""

from __future__ import annotations

import pytest
from tests.support.reading import page

from askdocs.domain.text import PageKind, Seen
from askdocs.steps.docs.mdx import KEPT, Shared, parts_used

CARDS = '<SummaryCard title="Jobs" url="/jobs/" />'
ENTRY = "---\ntitle: T\nstatus: added\ndate: 2024-01-02\nproduct: x\n---\nText."


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("a.mdx", "Text.", PageKind.PROSE),
        ("a/index.mdx", "Text.", PageKind.PROSE),
        ("a/index.mdx", CARDS, PageKind.CARDS),
        ("a/README.md", CARDS, PageKind.CARDS),
        ("a/cards.mdx", CARDS, PageKind.EMPTY),
        ("a/cards.mdx", f"---\ntitle: T\n---\n{CARDS}", PageKind.PROSE),
        ("a.mdx", "", PageKind.EMPTY),
        ("a.mdx", "---\ndescription: D\n---\n", PageKind.PROSE),
        ("macros/a.mdx", "---\nmacro: a\n---\nText.", PageKind.MACRO),
        ("macros/index.mdx", "---\nmacro: a\n---\n", PageKind.MACRO),
        ("a/_b.mdx", "Text.", PageKind.PARTIAL),
        ("_partials/b.mdx", "Text.", PageKind.PARTIAL),
        ("snippets/a.mdx", "Text.", PageKind.PARTIAL),
        ("a/snippets/b.mdx", "Text.", PageKind.PROSE),
        ("changelog/2024/a.mdx", ENTRY, PageKind.CHANGELOG),
        ("changelog/index.mdx", CARDS, PageKind.CARDS),
        ("changelog/how-to.mdx", "Text.", PageKind.PROSE),
        ("a/b.mdx", ENTRY, PageKind.PROSE),
        ("a/changelog/b.mdx", ENTRY, PageKind.PROSE),
        ("faq/a.mdx", "Text.", PageKind.FAQ),
        ("a/faq.mdx", "Text.", PageKind.FAQ),
        ("a/FAQs/b.mdx", "Text.", PageKind.FAQ),
        ("faq/index.mdx", CARDS, PageKind.CARDS),
        ("a.mdx", "## Why?\na\n## How?\nb\n## See also\nc", PageKind.FAQ),
        ("a.mdx", "## Why?\na\n## See also\nc", PageKind.PROSE),
        ("a.mdx", "## Why?\na", PageKind.PROSE),
        ("a/concepts.mdx", "Text.", PageKind.CONCEPTS),
        ("glossary.md", "Text.", PageKind.CONCEPTS),
        ("a/terminology.mdx", "Text.", PageKind.CONCEPTS),
        ("a/concepts/b.mdx", "Text.", PageKind.PROSE),
        ("tutorials/a/index.mdx", "Text.", PageKind.TUTORIAL),
        ("docs/tutorial/a.md", "Text.", PageKind.TUTORIAL),
        ("tutorials/a/index.mdx", "## Why?\na\n## How?\nb", PageKind.TUTORIAL),
        ("tutorials/index.mdx", CARDS, PageKind.CARDS),
        ("terminate-faqs.mdx", "Text.", PageKind.PROSE),
    ],
)
def test_a_page_says_what_it_is_for(path, text, kind):
    """A reader is sent to some kinds only, and a question of an FAQ is one chunk."""
    assert page(text, path=path).kind is kind


def test_a_page_of_a_macro_alone_is_a_page():
    """68 pages of the Scaleway docs were lost as empty."""
    found = page('<Macro id="m" />', {"m": "Text."})

    assert found.kind is PageKind.PROSE
    assert found.has_prose


# --- what became of things ---


def test_everything_that_is_not_markdown_is_accounted_for():
    """`rag ingest --explain` shows it to whoever asks why a word was not found."""
    text = """\
        import A from 'a'
        import B from 'b'

        {/* to do */}
        <Message type="tip">Text <Icon name="x" /></Message>
        <Macro id="m" /> <Macro id="none" />

        <Lightbox alt="A bucket" /> <Lightbox src="x" />

        <Strange>inner</Strange> <YOUR_KEY> <BUCKET> {value} {"said"} <br/>
        <SummaryCard title="Jobs" />

        ```
        <Icon /> {/* no */}
        ```
        <style>a</style>
        """

    found = page(text, {"m": "<Icon /> of a macro"})

    assert found.seen == (
        Seen(1, "import", "dropped"),
        Seen(2, "import", "dropped"),
        Seen(4, "comment", "dropped"),
        Seen(5, "<Message>", "label Tip"),
        Seen(5, "<Icon>", "dropped"),
        Seen(6, "macro m", "its text"),
        Seen(6, "macro none", "unknown macro 'none'"),
        Seen(8, "<Lightbox>", "its alt text"),
        Seen(8, "<Lightbox>", "dropped: it has no alt text"),
        Seen(10, "<Strange>", KEPT),
        Seen(10, "<BUCKET>", "no component, stays as it is"),
        Seen(10, "expression {value}", "stays as it is"),
        Seen(10, 'expression {"said"}', "its text"),
        Seen(11, "<SummaryCard>", "title, description and link"),
        Seen(16, "<style>", "dropped"),
    )


def test_lines_of_things_count_from_the_top_of_the_file():
    """Frontmatter is part of it."""
    found = page("---\ntitle: T\n---\n\n<Icon />\ntext")

    assert found.seen == (Seen(5, "<Icon>", "dropped"),)


# --- what a file is made of ---

FILES = {
    "docs/_a.mdx": "import B from './_b.mdx'\n\n<B /> <Macro id='m' />",
    "docs/_b.mdx": "B.",
    "docs/_loop.mdx": "import L from './_loop.mdx'\n\n<L />",
    "snippets/s.mdx": "S.",
}
SHARED = Shared({"m": "<Macro id='n' />", "n": "N."}, FILES)


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("Text.", []),
        ("important import of <Macros>", []),
        ("import A from 'a'\n", []),
        ("<Macro id='n' />", ["macro 'n'"]),
        ("<Macro id='m' /> <Macro id='gone' />", ["macro 'gone'", "macro 'm'", "macro 'n'"]),
        (
            "import A from './_a.mdx'\n\n<A />",
            ["macro 'm'", "macro 'n'", "partial 'docs/_a.mdx'", "partial 'docs/_b.mdx'"],
        ),
        ("import X from './_loop.mdx'", ["partial 'docs/_loop.mdx'"]),
        ("import X from './_gone.mdx'", ["partial './_gone.mdx'"]),
        ("import X from './_b'", ["partial 'docs/_b.mdx'"]),
        ("<Snippet file='s.mdx' />", ["partial 'snippets/s.mdx'"]),
    ],
)  # fmt: skip
def test_all_parts_of_a_page_are_known_before_it_is_read(text, used):
    """When one of them changes, the page is read again."""
    found = parts_used("docs/x.mdx", text, SHARED)

    assert [name for name, _ in found] == used


def test_the_text_of_a_part_is_known_with_its_name():
    """An equal name with another text is another part."""
    found = parts_used("docs/x.mdx", "<Macro id='m' /> <Macro id='gone' />", SHARED)

    assert found == [("macro 'gone'", ""), ("macro 'm'", "<Macro id='n' />"), ("macro 'n'", "N.")]  # fmt: skip
