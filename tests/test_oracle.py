"""The oracle of the real docs sees what a reader of the site sees, and knows nothing of ours."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tests.support import oracle, read_markdown
from tests.support.oracle import Site
from tests.support.read_markdown import plain, tags

PAGE = "---\nmeta:\n  title: A title\n  description: What it is.\n---\n\n"
FILES = {
    "macros/need.mdx": '---\nmacro: need\n---\n\nA key, <Macro id="inner" />',
    "macros/inner.mdx": "---\nmacro: inner\n---\n\nor two.",
    "macros/loop.mdx": '---\nmacro: loop\n---\n\nRound <Macro id="loop" />',
}


def words(body: str) -> str:
    seen = Site({**FILES, "a.mdx": PAGE + body}).seen("a.mdx")
    return " ".join(sorted(seen.required.elements()))


def test_the_oracle_shares_no_code_with_what_it_judges():
    """A mistake that both make would never be seen."""
    names = {
        getattr(node, "module", None) or node.names[0].name
        for module in (oracle, read_markdown)
        for node in ast.walk(ast.parse(Path(module.__file__).read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }

    assert {"mistune", "yaml", "tests.support.read_markdown"} <= names
    assert not {n.partition(".")[0] for n in names} & {"askdocs", "markdown_it"}


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ('See [the list](/jobs/#list "t").', "see the list"),
        ("![A flow](/f.webp)", "a flow"),
        ('<Lightbox src="f.webp" alt="A flow" />', "a flow"),
        ('<Message type="tip">\n  - One\n  - Two\n</Message>', "tip one two"),
        ('<Alert\n  sentiment="info"\n  title="New"\n>\n  Text\n</Alert>', "new text"),
        (
            '<Tabs>\n<TabsTab label="CLI">\n        1. Run\n</TabsTab>\n</Tabs>',
            "cli run",
        ),
        ('<DefaultCard\n  title="T"\n  url="/u"\n  label="Read more"\n/>', "t"),
        ('<ChangelogList productName="vpc" />', ""),
        ('1. Do <Icon name="x" /> it\n2. So', "do it so"),
        ('<Macro id="need" />', "a key or two"),
        ('<Macro id="loop" />', "round"),
        ('<Macro id="none" />', ""),
        ("a<br />b x<sup>2</sup>", "a b x2"),
        ("{/* no */} <!-- no --> yes", "yes"),
        ("import A from './a'\n\nText", "text"),
        ("| A | B |\n|---|---|\n| c | `d` |", "a b c d"),
        ("    ```xml\n    <Message>import\n    ```", "message import"),
        ("Set `<Key>` to <YOUR_KEY>", "set key to your key"),
        ("Fish &amp; chips&nbsp;now", "fish chips now"),
        ("soft\u00adly", "softly"),
    ],
)
def test_what_a_reader_sees(body, seen):
    """One row for each thing that the real docs are made of."""
    assert words(body) == " ".join(sorted([*seen.split(), "what", "it", "is"]))


def test_a_description_that_the_text_repeats_is_required_once():
    """The index holds it once; twice would be allowed."""
    seen = Site({"a.mdx": PAGE + "What it is. More."}).seen("a.mdx")

    assert seen.required.total() == 4
    assert seen.allowed.total() == 7
    assert list(seen.title) == ["a", "title"]


def test_a_macro_that_nobody_wrote_is_named():
    """And one that uses itself: what it would show has no end."""
    site = Site({**FILES, "a.mdx": '<Macro id="none" />\n\n<Macro id="loop" />'})

    assert site.seen("a.mdx").unknown == ("none", "loop")


def test_the_prose_of_a_page_of_cards_is_nothing():
    """Its cards lead to the pages that say something."""
    cards = '## Start\n\n<Grid>\n  <SummaryCard title="T" url="/u" />\n</Grid>\n'
    site = Site({"a.mdx": cards, "b.mdx": f"{cards}\nText."})

    assert site.prose("a.mdx") == ""
    assert site.prose("b.mdx") == "Text."


def test_code_hides_what_is_no_tag():
    """`<Message>` in a fence is an example."""
    assert tags("```\n<A />\n```\n\n`<B />` <C /> <D>") == ["<C />", "<D>"]


def test_an_open_fence_is_seen():
    """It is closed by a mark as long as its own, however far that is indented."""
    assert plain("1. a\n   ```\n   b").open
    assert plain("````\n```\nb").open
    assert not plain("1. a\n   ```\n   b\n     ```").open
    assert plain("```\ncode\n```\ntext").prose.split() == ["text"]
