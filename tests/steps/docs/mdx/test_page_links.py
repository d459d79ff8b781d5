"""The links and the fragments that the author of a file wrote into it."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests.support.reading import page

from askdocs.domain.text import Link


def targets(text: str) -> list[str]:
    return [link.target for link in page(text).links]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[a](/b)", ["/b"]),
        ("[a](b.md#c) and [d](#e)", ["b.md#c", "#e"]),
        ("[a](/b/#c-(d))", ["/b/#c-(d)"]),
        ("[a](/b(c(d)e)f)", ["/b(c(d)e)f"]),
        ("[a](</b c>)", ["/b c"]),
        ('[a](/b "A title")', ["/b"]),
        ("[a](/b 'it is')", ["/b"]),
        ("[a](/b (c))", ["/b"]),
        ('[a](\n  /b\n  "c"\n)', ["/b"]),
        ("[a\nb](/c)", ["/c"]),
        ("[`a]`](/b)", ["/b"]),
        ("[a **b** [c]](/d)", ["/d"]),
        ("[a [b](/c) d](/e)", ["/c"]),
        ("![alt](/x.png)", []),
        ("[![alt](/x.png)](/b)", ["/b"]),
        ("![a [b](/c)](/x.png)", ["/c"]),
        ("[a]() [b](<>)", []),
        ("\\[a](/b) and [a\\](/b)", []),
        ("[a\n\nb](/c)", []),
        ("- [a\n- b](/c)", []),
        ("[a] (/b) a](/b)", []),
        ("[a](/b c)", []),
        ("<https://x.example/?a=b>", ["https://x.example/?a=b"]),
        ("<mailto:a@b.example>", ["mailto:a@b.example"]),
        ("[a]: /b\n[c]: <d e> 'Title'\n", ["/b", "d e"]),
        ("text\n[a]: /b", []),
        ("[a]: /b and more", []),
        ("[^1]: See [a](/b).", ["/b"]),
        ("[a](/b&amp;c)", ["/b&amp;c"]),
        ("| [a](/b) | `[c](/d)` |\n|--|--|\n| [e](/f) | |", ["/b", "/f"]),
    ],
)
def test_links_of_markdown_are_found(text, found):
    """A checker that misses one, or invents one, is soon switched off."""
    assert targets(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<a href='/b'>c</a>", ["/b"]),
        ('<Link to="/b#c">d</Link>', ["/b#c"]),
        ('<SummaryCard title="a" url="/b/" /> x', ["/b/"]),
        ("<LinkButton link={'/b'}>c</LinkButton>", ["/b"]),
        ("<Card href={base + '/b'} />", []),
        ("<Lightbox src='/x.png' />", []),
        ("<Card href='/b'>[c](/d)</Card>", ["/b", "/d"]),
        ("[a](/1) <a href='/2'>b</a> [c](/3)", ["/1", "/2", "/3"]),
        (":::note[See [a](/b)]\n[c](/d)\n:::", ["/b", "/d"]),
    ],
)
def test_links_of_tags_are_found_in_their_order(text, found):
    """Cards are links, and half of a card page's."""
    assert targets(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "`[a](/b)`",
        "```\n[a](/b)\n<a href='/b'>\n[a]: /b\n```",
        "- x\n  ```\n  [a](/b)\n  ```",
        "{/* [a](/b) */}",
        "<!-- [a](/b) <https://x.example> -->",
        "import A from '/b'\nexport const c = '[a](/b)'",
        "<script src='x'>[a](/b)</script>",
        "[a\n```\nx\n```\nb](/c)",
    ],
)
def test_code_and_comments_hold_no_links(text):
    """They are examples, or not there at all."""
    assert targets(text) == []


def test_a_link_knows_its_line_in_the_file():
    """It is where an editor is opened."""
    text = (
        "---\ntitle: T\n---\n[a](/1)\n```\n[x](/x)\n```\n<Card\n  href='/2'\n/>\n"
        "[a\nb](/3) <Macro\nid='m' /> <https://x.example>\n\n[c]: /4\n"
    )

    found = page(text, {"m": "[of a macro](/m)\n\nmore"}).links

    assert found == (
        Link("/1", 4),
        Link("/2", 8),
        Link("/3", 12),
        Link("https://x.example", 13),
        Link("/4", 15),
    )


THEIRS = MarkdownIt("commonmark").disable(["code", "html_block", "html_inline"])
THEIRS.disable(["reference", "lheading", "entity"])
THEIRS.normalizeLink = lambda url: url
THEIRS.validateLink = lambda _: True
PIECES = st.sampled_from(
    ["[", "]", "(", ")", "](", "[a](/b)", "![a](/x)", "a", " ", "\n", "\n\n", "`]`", "`[`", "\\[", "<",
     "](</c d>)", "/c", '"t"', "- ", "\n## a\n", "**", "<https://x.example>"]
)  # fmt: skip


@settings(max_examples=1000, deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_links_are_those_of_another_parser(text):
    """It reads one file in the time in which ours reads ten."""
    theirs = [
        child.attrs["href"]
        for token in THEIRS.parse(text)
        for child in token.children or []
        if child.type == "link_open" and child.attrs["href"]
    ]
    assume(not any("`" in url for url in theirs))

    assert sorted(targets(text)) == sorted(theirs)


# --- fragments beside those of headings ---


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<a id="x"></a>', ("x",)),
        ("a <a name='x'/> b", ("x",)),
        ('<a id="x" name="x">b</a>', ("x",)),
        ('<a id="x" name="y">b</a>', ("x", "y")),
        ("<h2 id='x'>b</h2>", ("x",)),
        ('<div\n  id={"x"}\n>\nb\n</div>', ("x",)),
        ('<Accordion title="T" id="x">b</Accordion>', ("x",)),
        ('a <a id="x" /> <a id="x" />', ("x",)),
        ("<input name='x' />", ()),
        ("`<a id='x'>` <YOUR id> <BUCKET id='x'>", ()),
        ("{/* <a id='x'> */}", ()),
        ("```\n<a id='x'>\n```", ()),
        ('<Macro id="m" />', ("y",)),
        ("<Icon name='x' />", ()),
        ("<Tabs id='x'></Tabs>", ()),
    ],
)
def test_fragments_of_tags_are_found(text, found):
    """Links lead to them as to headings; those of a macro are on the page as well."""
    assert page(text, {"m": "<a id='y' />"}).ids == found
