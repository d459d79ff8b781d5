"""MDX as authors write it, as a reader of the site sees it, and as an enemy would."""

from __future__ import annotations

from dataclasses import astuple
from textwrap import dedent

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support.alarm import alarm

from askdocs.domain.text import Block, Document, Front, Kind, Page, Source, visible
from askdocs.steps.docs.frontmatter import open_document
from askdocs.steps.docs.mdx import (
    MAX_HEADING_CHARS,
    MAX_PART_DEPTH,
    Shared,
    macros_used,
    parts_used,
    read_page,
)


def page(text: str, macros: dict[str, str] | None = None, path: str = "a.mdx") -> Page:
    document = open_document(Source(path, dedent(text)))
    return read_page(document, shared=Shared(macros or {}, {}))


def blocks(text: str, macros: dict[str, str] | None = None) -> list[Block]:
    return [b for s in page(text, macros).sections for b in s.blocks]


def texts(text: str, macros: dict[str, str] | None = None) -> list[str]:
    return [block.text for block in blocks(text, macros)]


def words(text: str, macros: dict[str, str] | None = None) -> str:
    """All that a reader sees, on one line."""
    return " ".join("\n".join(texts(text, macros)).split())


def headings(text: str, macros: dict[str, str] | None = None) -> list[tuple[str, ...]]:
    return [s.heading for s in page(text, macros).sections if s.heading]


# --- Markdown: what carries meaning survives ---


CODE = {
    "plain": "```\n# no heading\n<Icon /> {/* x */}\n```",
    "with a language": "```bash title=x\nexport A=1\nimport os\n```",
    "tildes": "~~~\n```\n<Icon />\n~~~",
    "three in four": "````md\n```\n<Icon />\n```\n````",
    "closed by more": "```\n<Icon />\n`````",
    "empty lines": "```\na\n\n\n\n<Icon />\n```",
    "a shorter fence inside": "`````\n````\n<Icon />\n`````",
    "entities": "```\n&nbsp;&lt;b&gt;\n```",
    "an indented one": "   ```\n   <Icon />\n   ```",
    "a macro": '```\n<Macro id="m" />\n```',
}


@pytest.mark.parametrize("code", CODE.values(), ids=CODE.keys())
def test_a_fence_stays_as_it_is(code):
    """People copy from it; a tag in it is not ours to read."""
    found = page(f"Before.\n\n{code}\n", {"m": "text of a macro"}).sections

    assert [s.heading for s in found] == [()]
    assert [(b.text, b.kind) for b in found[0].blocks] == [
        ("Before.", Kind.PROSE),
        (code, Kind.CODE),
    ]


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("```\na\n# b", "```\na\n# b\n```"),
        ("~~~~\na\n~~~", "~~~~\na\n~~~\n~~~~"),
        ("- ```\n  a\n\ntext", "- ```\n  a\n  ```\n\ntext"),
        ("1. > ```\n   > a\n2. b", "1. > ```\n   > a\n   > ```\n\n2. b"),
        ("- a\n  ```\n- b", "- a\n\n- b"),
        ("- a\n  ```py\nb\n  ```", "- a\n\nb"),
    ],
    ids=[
        "by the page",
        "by fewer",
        "by its item",
        "by its quote",
        "a lone one",
        "two that are out of place",
    ],
)
def test_a_fence_that_nobody_closed_is_closed_where_it_ends(code, shown):
    """Below it stands other text in the same chunk, which would become code."""
    assert "\n\n".join(b.text for b in page(code).sections[0].blocks) == shown


@pytest.mark.parametrize(
    "line",
    ["```not a fence``` <Icon />x", "text ``` <Icon />x", "\\```<Icon />x"],
    ids=["ticks in its info", "within a line", "escaped"],
)
def test_what_is_no_fence_opens_none(line):
    """Everything below it would be code to the end of the page."""
    found = page(f"{line}\n\n## Below\n\n<Icon />text\n")

    assert [s.heading for s in found.sections] == [(), ("Below",)]
    assert found.sections[1].blocks[0].text == "text"


def test_a_fence_ends_with_its_list_item():
    """Twenty fences of the Scaleway docs are never closed; half a page was code each."""
    text = """
        1. Run:
            ```
            one
        2. Then <Icon name="x" />look:
            ```
            two <Icon />
            ```

        ## Below

        <Message>Text</Message>
        """

    found = page(text).sections

    assert [s.heading for s in found] == [(), ("Below",)]
    assert "Then look:" in found[0].blocks[1].text
    assert "two <Icon />" in found[0].blocks[1].text
    assert found[1].blocks[0].text == "Note: Text"


def test_a_fence_ends_with_its_quote():
    """Also where its author forgot to close it."""
    found = page("> ```\n> <Icon />\n\n<Icon />text\n\n> ```\n> b\n> ```\n## H\n")

    [quote, text, other] = found.sections[0].blocks
    assert (quote.text, text.text) == ("> ```\n> <Icon />\n> ```", "text")
    assert other.text == "> ```\n> b\n> ```"
    assert found.sections[1].heading == ("H",)


@pytest.mark.parametrize(
    "below",
    ["# comment\n1. no item", "- yaml: list", "<Xml>v</Xml>"],
    ids=["comment", "yaml", "xml"],
)
def test_a_fence_outside_of_lists_is_not_ended_by_what_looks_like_one(below):
    """In a tab, fences are indented and their code often is not."""
    found = words(f'<TabsTab label="L">\n\n    ```\n{below}\n    ```\n</TabsTab>\n')

    assert found == "L: " + " ".join(f"``` {below} ```".split())


@pytest.mark.parametrize(
    "item",
    [
        "- ```\n  <Icon />\n  ```",
        "1. Do:\n\n   ~~~sh\n   <Icon />\n   ~~~",
        "* a\n  * b\n    ```\n    <Icon />\n    ```",
        "10) Do:\n    ```\n    <Icon />\n\n    # c\n    ```\n    and more",
    ],
    ids=["on the line of the mark", "after an empty line", "nested", "with more below"],
)
def test_a_fence_in_an_item_stays_in_it(item):
    """A step and its command are one thing."""
    assert [(b.text, b.kind) for b in blocks(item + "\n")] == [(item, Kind.ITEM)]


def test_code_in_a_tab_is_code_however_far_it_is_indented():
    """MDX has no indented code; a common Markdown parser made headings of the comments."""
    text = """\
        <Tabs>
            <TabsTab label="Linux">
                Run this:
                ```sh
                # no heading

                # nor this
                apt <Icon />
                ```
                - and
                - that
            </TabsTab>
        </Tabs>

        Below.
        """
    found = page(text).sections

    assert [s.heading for s in found] == [()]
    assert [(b.kind, b.lines) for b in found[0].blocks] == [
        (Kind.PROSE, (2, 3)),
        (Kind.CODE, (4, 9)),
        (Kind.ITEM, (10, 10)),
        (Kind.ITEM, (11, 11)),
        (Kind.PROSE, (15, 15)),
    ]


def test_code_spans_stay_as_they_are():
    """`<Macro id="requirements" />` in the guide for authors is an example."""
    text = "Use `<Icon />`, ``a ` <Icon />`` or `<!-- x -->` and `&amp;`, `{/* */}`."

    assert texts(text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "A stray ` here.\n\n<Icon />Next ` one.",
        "- a stray ` here\n- <Icon />next ` one",
        "Stray `\n<Message>Inner ` text</Message>",
        "## A stray `\n<Icon />next ` one",
        "A stray `\n> <Icon />next ` one",
        "| a ` | <Icon />b |\n|--|--|\n| c | <Icon />d ` |",
    ],
    ids=["paragraphs", "items", "a component", "heading", "quote", "a table"],
)
def test_a_stray_backtick_hides_no_tag(text):
    """A code span ends with its paragraph; a naive one runs to the next backtick."""
    found = words(text)

    assert "<Icon" not in found.replace("c | <Icon", "")
    assert "<Message" not in found


def test_tables_survive_with_their_head():
    """A row without its head is a row of numbers."""
    table = "| Type | RAM |\n|------|----:|\n| DEV1 | 2 GB |\n| `a|b` | <br/>4 |"
    [block] = blocks(table)

    assert block.kind is Kind.TABLE
    assert block.text.splitlines()[:3] == table.splitlines()[:3]
    assert "<br" not in block.text


def test_each_item_is_a_block_with_all_that_hangs_below_it():
    """A step is the smallest thing that makes sense."""
    text = """\
        1. First

           Paragraph.
            - nested
              - deeper
        2. Second
            <Message type="tip">
              Take care.
            </Message>
        3. Third
        """
    found = blocks(text)

    assert [b.kind for b in found] == [Kind.ITEM] * 3
    assert found[0].text == "1. First\n\n   Paragraph.\n    - nested\n      - deeper"
    assert found[1].text.split() == "2. Second Tip: Take care.".split()
    assert [b.lines for b in found] == [(1, 5), (6, 8), (10, 10)]


def test_a_quote_is_one_block():
    """It is one thing somebody said."""
    assert texts("> One\n> two\n>\n> three\n") == ["> One\n> two\n>\n> three"]


@pytest.mark.parametrize("rule", ["---", "***", "- - -", "___"])
def test_a_rule_is_nothing(rule):
    """It says nothing, and a chunk of it would match anything."""
    assert texts(f"a\n\n{rule}\n\nb") == ["a", "b"]


def test_a_rule_below_an_item_underlines_nothing():
    """It stands outside of the list, so it is no heading in it."""
    found = page("- item\n---\nmore\n").sections

    assert [[b.text for b in s.blocks] for s in found] == [["- item", "more"]]


# --- headings ---


def test_a_trail_holds_the_headings_above():
    """`Delete` alone could be anywhere."""
    text = "# A\n## B\n### C\n## D\n#### E\n### F\n# G\n"

    assert headings(text) == [
        ("A",),
        ("A", "B"),
        ("A", "B", "C"),
        ("A", "D"),
        ("A", "D", "E"),
        ("A", "D", "F"),
        ("G",),
    ]


def test_a_first_heading_of_any_depth_is_the_outermost():
    """Scaleway's pages begin with `##`, and some with `###`."""
    assert headings("### C\n## B\n#### D\n") == [("C",), ("B",), ("B", "D")]


def test_a_heading_without_an_id_has_no_fragment_yet():
    """Which one it gets is the site's rule, and numbers depend on the whole page."""
    found = page("## Do\n## Do\n### Do\n")

    assert [s.anchor for s in found.sections] == ["", "", "", ""]


@pytest.mark.parametrize(
    "written",
    [
        "## Do {#make-it}",
        "## Do {#make-it} ##",
        "## Do {/* #make-it */}",
        "## Do {/*#make-it*/}  ",
        "## Do <!-- #make-it -->",
        "Do {#make-it}\n---",
    ],
)
def test_an_explicit_id_is_the_fragment_and_not_part_of_the_heading(written):
    """Docusaurus writes it in two ways, because braces are JavaScript in MDX 2."""
    found = page(f"{written}\n## Other\n").sections[1:]

    assert [(s.heading[-1], s.anchor) for s in found] == [
        ("Do", "make-it"),
        ("Other", ""),
    ]


def test_a_comment_that_names_a_fragment_elsewhere_is_a_comment():
    """Only the end of a heading is the place for it."""
    found = page("## Do {/* #no */} it\n\ntext {/* #no */}\n").sections[1]

    assert (found.heading, found.anchor) == (("Do it",), "")
    assert found.blocks[0].text == "text"


@pytest.mark.parametrize(
    ("written", "heading"),
    [
        ("## Use `kubectl` *now*", "Use kubectl now"),
        ("## [Linked](/x/) text", "Linked text"),
        ("##   Spaced    out  ##", "Spaced out"),
        ('## <Icon name="x" /> Icon', "Icon"),
        ("## Terms &amp; things", "Terms & things"),
        ("## The entity &amp;copy;", "The entity &copy;"),
        ("## a_b_c * d", "a_b_c * d"),
        ("## Ends <Foo>well</Foo>", "Ends well"),
        ("Underlined\n===", "Underlined"),
        ("Two\nlines\n---", "Two lines"),
        ("## ![Alt text](x.png)", "Alt text"),
        ("## \\# Escaped", "# Escaped"),
        ("## Generic `List<T>`", "Generic List<T>"),
        ("## &#35; of files", "# of files"),
    ],
)
def test_a_heading_is_its_words(written, heading):
    """It is shown in every trail and makes the fragment."""
    assert headings(written + "\n\ntext\n") == [(heading,)]


@pytest.mark.parametrize("text", ["##\n\ntext", "## <Icon />\n\ntext", "#\n"])
def test_a_heading_of_nothing_opens_nothing(text):
    """Its fragment would be that of the page."""
    assert headings(text) == []


def test_what_was_underlined_by_accident_is_a_paragraph():
    """A `---` below a long paragraph makes a heading of it, and it would not be found."""
    long = "word " * MAX_HEADING_CHARS

    found = page(f"{long}\n---\n\n## Next\n")

    assert [s.heading for s in found.sections] == [(), ("Next",)]
    assert found.sections[0].blocks[0].text.count("word") == MAX_HEADING_CHARS


@pytest.mark.parametrize("text", ["Text\\\n#hash", "#tag text"])
def test_what_only_looks_like_a_heading_opens_nothing(text):
    """A hash is also that of an issue."""
    assert headings(text) == []


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("1. one\n   ### Inner {#x}\n\n   two\n2. three", "x"),
        ("> ## Inner\n> two", ""),
        ("- a\n  - b\n\n    Inner\n    ---\n\n    c", ""),
    ],
    ids=["item", "quote", "nested"],
)
def test_a_heading_within_a_block_has_a_fragment_and_cuts_nothing(text, own):
    """The site gives it one, so later ones are numbered; the trail below stays."""
    found = page(f"## Top\n\nabove\n\n{text}\n\nbelow\n").sections

    [_, top, inner] = found
    assert (inner.heading, inner.anchor, inner.blocks) == (("Top", "Inner"), own, ())
    assert top.blocks[0].text == "above"
    assert top.blocks[-1].text == "below"
    assert "Inner" in top.blocks[1].text


def test_a_section_knows_the_line_of_its_heading():
    """A dead fragment is looked for where its heading stands."""
    text = "---\ntitle: T\n---\ntop\n\n# A\n<Macro id='requirements' />\nB\n===\n- x\n\n  ## C\n"

    found = page(text, MACROS).sections

    assert [(s.heading[-1:], s.line) for s in found[1:]] == [
        (("A",), 6),
        (("Before you start",), 7),
        (("B",), 8),
        (("C",), 12),
    ]


# --- components ---


STAYS = [
    "<YOUR_API_KEY>",
    "<BUCKET>",
    "<your-bucket>",
    "<your bucket>",
    "<bucket.name>",
    "List<String> and Map<K, V>",
    "a < b and c > d",
    "<https://x.example/>",
    "<3",
    "x <- y",
    "<SECRET KEY>",
    "<!DOCTYPE html>",
    "<?xml version='1.0'?>",
    "<>",
    "cat <<EOF",
    "{value}",
    "{/path}",
    "<Unclosed attr='",
    "<Unclosed {",
]


@pytest.mark.parametrize("text", STAYS)
def test_what_only_looks_like_a_component_stays(text):
    """A command without its placeholder is another command."""
    assert words(f"Type {text} here") == f"Type {text} here"


@pytest.mark.parametrize(
    ("mdx", "seen"),
    [
        ('<Message type="tip">T</Message>', "Tip: T"),
        ('<Message type="important">T</Message>', "Important: T"),
        ('<Message type = "warning">T</Message>', "Warning: T"),
        ("<Message>T</Message>", "Note: T"),
        ('<Message type="odd">T</Message>', "Note: T"),
        ('<Alert title="Mind the gap">T</Alert>', "Mind the gap: T"),
        ("<Callout>T</Callout> more", "Note: T more"),
        ('<Lightbox src="x.webp" alt="A bucket" />', "A bucket"),
        ("<img src='x' alt='A bucket'>", "A bucket"),
        ('<Lightbox src="x.webp" />', ""),
        ('Click <Icon name="more" />, then go', "Click , then go"),
        ("Press <Key>Ctrl</Key>+<Key>C</Key>", "Press Ctrl+C"),
        ('<TabsTab label="Linux">apt</TabsTab>', "Linux: apt"),
        ('<TabItem value="l" label="Linux">apt</TabItem>', "Linux: apt"),
        ('<Tab title="Linux">apt</Tab>', "Linux: apt"),
        ("<Unknown a='b'>Inner</Unknown>", "Inner"),
        ("<Unknown.Part />Inner", "Inner"),
        ("<Foo>a</Foo><Foo>b</Foo>", "a b"),
        ("<td>a</td><td>b</td>", "a b"),
        ("one<br/>two<br>three", "one two three"),
        ("H<sub>2</sub>O and <b>bold</b>ly", "H2O and boldly"),
        ("<details><summary>S</summary>text</details>", "S text"),
        (
            'text<TabsTab label="A">x</TabsTab><TabsTab label="B">y</TabsTab>',
            "text A: x B: y",
        ),
        ("<p>&copy; 2024</p>", "© 2024"),
        ("<a href='/x'>link</a>", "link"),
    ],
)
def test_a_component_becomes_what_a_reader_sees(mdx, seen):
    """Tags in a passage are noise to the reader, the embedder and the model."""
    assert words(mdx) == seen


@pytest.mark.parametrize(
    "attributes",
    [
        'type="tip" title=""',
        "type='tip'",
        'type={"tip"}',
        "type={`tip`}",
        "type={ 'tip' }",
        'a="x > y" type="tip"',
        "a={() => { if (a > b) { c({d: {}}) } }} type='tip'",
        'icon={<Icon type="warning" title="no" />} type="tip"',
        '\n  a="1"\n  type="tip"\n',
        'a="{" type="tip" b="}"',
        'flag type="tip" other',
        "{...props} type='tip'",
        "my-type='warning' type='tip'",
    ],
)
def test_attributes_are_read_in_all_their_forms(attributes):
    """A `>` in a title ended the tag, and the rest of it was text."""
    assert words(f"<Message {attributes}>Text</Message>") == "Tip: Text"


def test_an_attribute_is_text_of_one_line():
    """JSX decodes entities in attributes, and lets them run over lines."""
    assert words(
        '<Lightbox alt="Terms &amp;\n  what&#x202e; is\u202e {hidden}" />'
    ) == ("Terms & what is {hidden}")


@pytest.mark.parametrize("alt", ["# Not a heading", "```", "~~~ x", "&#35; no"])
def test_an_attribute_opens_neither_a_heading_nor_a_fence(alt):
    """Its words are put where Markdown is read."""
    found = page(f'<Lightbox alt="{alt}" />\n\n## Below\n\ntext\n').sections

    assert [s.heading for s in found] == [(), ("Below",)]
    assert found[1].blocks[0].kind is Kind.PROSE


@pytest.mark.parametrize(
    "comment",
    [
        "{/* x */}",
        "<!-- x -->",
        "{/*\n\n# x\n\n*/}",
        "<!--\n\n```\n# x\n<Message>x</Message>\n-->",
        "<!-- x <!-- x -->",
        "{/* x > */ x */}",
        "<!-- x -- > x -->",
        "<!---->",
        "<style>{`\n.a > b { x: y }\n`}</style>",
        "<script async src='x'>alert('x');</script>",
    ],
)
def test_comments_are_gone(comment):
    """What an author hid from readers must not be an answer."""
    found = words(f"Before {comment} after\n\nEnd")

    assert found.replace("<!-- x", "").split() == ["Before", "after", "End"]


@pytest.mark.parametrize("opening", ["<!--", "{/*", "<!-- a -- >", "{/* a * / }"])
def test_an_unclosed_comment_hides_nothing(opening):
    """The rest of the page would be gone without a word."""
    assert words(f"a\n\n{opening} b\n\nc").startswith("a ")
    assert words(f"a\n\n{opening} b\n\nc").endswith("b c")


ESM = {
    "default": "import X from './x'",
    "comment": "import X from './x'; // why",
    "names": 'import { A, B } from "../b";',
    "star": "import * as Y from 'y'",
    "effect": "import './style.css'",
    "over lines": "import {\n  A,\n  B,\n} from 'c'",
    "two": "import A from 'a'\nimport B from 'b'",
    "const": "export const a = 1",
    "object": "export const meta = {\n  title: 'T',\n\n  tags: ['b'],\n}",
    "function": "export default function F({ children }) {\n  return <b>x</b>\n}",
    "list": "export const l = [\n  'a',\n]",
    "again": "export { x } from './x'",
    "both": "import A from 'a'\nexport const b = <A />",
}


@pytest.mark.parametrize("code", ESM.values(), ids=ESM.keys())
@pytest.mark.parametrize("before", ["", "Text.\n\n"], ids=["first", "later"])
def test_esm_is_gone(code, before):
    """It is the program of the page, not its text."""
    found = blocks(f"{before}{code}\n\nThe end.\n")

    assert [b.text for b in found] == [*(["Text."] if before else []), "The end."]
    assert found[-1].lines[0] == (before + code).count("\n") + 3


@pytest.mark.parametrize(
    "text",
    [
        "- import A from 'a'",
        "Some words, then\nimport A from 'a'",
        "Some words, then\nexport const a = 1",
        "```js\nimport A from 'a'\n\nimport B from 'b'\nexport const c = 1\n```",
        "1. Run:\n    ```py\n    import os\n    ```",
        "important words from 'here'",
        "import the file, then start",
        "export the file to `x`",
        "exports from 'x'",
    ],
    ids=[
        "in an item",
        "within a paragraph",
        "export within a paragraph",
        "in a fence",
        "in a fence of an item",
        "another word",
        "a sentence",
        "another sentence",
        "a noun",
    ],
)
def test_only_esm_at_the_top_level_is_esm(text):
    """The docs explain import statements as well."""
    assert words(text).strip("`").split() == text.strip("` \n").split()


@pytest.mark.parametrize(
    ("entity", "seen"),
    [
        ("a&nbsp;b", "a b"),
        ("&lt;Icon /&gt;", "<Icon />"),
        ("&copy; &eacute; &frac12; &#233; &#xE9;", "© é ½ é é"),
        ("&unknown; &copycat; &; & &amp", "&unknown; &copycat; &; & &amp"),
        ("AT&amp;T", "AT&T"),
        ("&#35; no heading", "\\# no heading"),
        ("a &#42;b&#42;", "a \\*b\\*"),
        ("a&#10;b&NewLine;c", "a b c"),
        ("a&#0;&#27;[31m&#x202e;&#xE0041;&shy;&lrm;b", None),
        ("&#9999999; &#x110000;", None),
    ],
)
def test_entities_are_characters(entity, seen):
    """A reader searches for what is on the screen."""
    found = words(entity)

    assert found == visible(found)
    assert seen is None or found == seen
    assert "\u00a0" not in "".join(texts(entity))


# --- cards ---

CARDS = """
<SummaryCard title="Jobs" url="/jobs/" description="Run   things." />
<DefaultCard title="Only a title" />
<Card label="Labelled" href="/l/">inner</Card>
"""


def test_a_page_of_cards_has_no_prose():
    """It is a menu; the pages that it links to answer."""
    cards = CARDS.replace(">inner</Card>", " />")

    assert not page(f"## Products\n{cards}\n## More\n\n{cards}").has_prose


def test_on_a_page_with_prose_a_card_is_its_words_and_its_link():
    """There it is part of the text, often its last step."""
    found = words(f"Some prose.\n\n{CARDS}")

    assert "[Jobs](/jobs/): Run things." in found
    assert "Only a title" in found
    assert "[Labelled](/l/) inner" in found
    assert "Card" not in found


def test_two_cards_on_one_line_are_two():
    """`JobsFunctions` is nobody's word."""
    found = words('Prose.\n\n<Card title="Jobs" /><Card title="Functions" />')

    assert found == "Prose. Jobs Functions"


# --- macros ---

MACROS = {
    "requirements": "\n## Before you start\n\nYou need:\n\n- an account\n- a key\n\n",
    "name": "Only letters\nand dashes.",
    "outer": 'Outer.\n\n<Macro id="name" />\n\nOut.',
    "loop": 'A <Macro id="pool" />',
    "pool": 'B <Macro id="loop" />',
    "self": 'S <Macro id="self" /> T',
    "icons": '<Message type="tip">Use <Icon name="x" />it.</Message>',
    "empty": "",
    "code": "```sh\nrun <Icon />\n```",
}


def test_a_macro_with_a_heading_opens_a_section():
    """700 pages of the Scaleway docs begin like this."""
    found = page('Top.\n\n<Macro id="requirements" />\n\n## Do it\n\nNow.\n', MACROS)

    assert [s.heading for s in found.sections] == [
        (),
        ("Before you start",),
        ("Do it",),
    ]
    assert [b.text for b in found.sections[1].blocks] == [
        "You need:",
        "- an account",
        "- a key",
    ]
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ('Use <Macro id="name" /> only.', "Use Only letters and dashes. only."),
        ('<Macro id="outer" />', "Outer. Only letters and dashes. Out."),
        ('<Message>\n<Macro id="name"/>\n</Message>', "Note: Only letters and dashes."),
        ('<Macro id="icons" />', "Tip: Use it."),
        ("<Macro id='name'></Macro>", "Only letters and dashes."),
        ('<Macro\n  a="x > y"\n  id={"name"}\n/>', "Only letters and dashes."),
        ('a <Macro id="empty" /> b', "a b"),
        ('`<Macro id="name" />`', '`<Macro id="name" />`'),
        ('{/* <Macro id="name" /> */} x', "x"),
    ],
    ids=[
        "within a line",
        "nested",
        "in a message",
        "with components",
        "with an end tag",
        "over lines",
        "empty",
        "in a code span",
        "in a comment",
    ],
)
def test_a_macro_is_its_text_in_its_place(text, seen):
    """Other tools embed the tag and lose what it stands for."""
    found = page(text, MACROS)

    assert (
        " ".join("\n".join(b.text for s in found.sections for b in s.blocks).split())
        == seen
    )
    assert found.warnings == ()


@pytest.mark.parametrize(
    "text",
    [
        '1. Name it.\n    <Macro id="name" />\n2. Next',
        '1. Name it.\n\n   <Macro id="outer" />\n\n   More.\n2. Next',
        '1. <Macro id="outer" />\n2. Next',
        '1. Run\n   <Macro id="code" />\n2. Next',
        '1. a\n   - b\n\n     <Macro id="outer" />\n   - c\n2. Next',
        '1. a\n\n   b\n\n     <Macro id="outer" />\n2. Next',
    ],
    ids=[
        "lazy",
        "own paragraph",
        "on the line of the mark",
        "code",
        "nested",
        "deeper",
    ],
)
def test_a_macro_in_a_list_does_not_end_it(text):
    """Steps 4 to 9 became paragraphs below a macro in step 3."""
    found = blocks(text + "\n", MACROS)

    assert [b.kind for b in found] == [Kind.ITEM, Kind.ITEM]
    assert found[1].text == "2. Next"
    assert found[1].lines == (text.count("\n") + 1,) * 2


def test_a_macro_on_a_line_of_its_own_is_a_block_of_its_own():
    """What stands on the next line is not the end of its last sentence."""
    assert texts('<Macro id="name" /> \nNext.', MACROS) == [
        "Only letters\nand dashes.",
        "Next.",
    ]


@pytest.mark.parametrize(
    ("text", "warning", "seen"),
    [
        ('a\n\n<Macro id="none" /> b', "line 3: unknown macro 'none'", "a b"),
        ("a <Macro /> b", "line 1: unknown macro ''", "a b"),
        ('<Macro id="self" />', "line 1: macro 'self' uses itself", "S T"),
        ('x\n<Macro id="loop" />', "line 2: macro 'loop' uses itself", "x A B"),
    ],
    ids=["unknown", "without a name", "in itself", "in a circle"],
)
def test_a_macro_that_cannot_be_put_in_place_is_named(text, warning, seen):
    """The author finds it by its line."""
    assert page(text, MACROS).warnings == (warning,)
    assert words(text, MACROS) == seen


def test_macros_that_double_at_each_level_stay_small():
    """Thirty levels of two are a billion texts; three lines of frontmatter make one."""
    macros = {
        str(n): f'lol <Macro id="{n + 1}" /> <Macro id="{n + 1}" />' for n in range(40)
    }
    macros["40"] = "lol"

    with alarm():
        found = page('<Macro id="0" />', macros)

    assert any("too deep or too long" in warning for warning in found.warnings)
    assert sum(len(b.text) for s in found.sections for b in s.blocks) < 1_000_000


def test_a_long_macro_used_often_stays_small():
    """100 kB used 6,000 times is 600 MB."""
    with alarm():
        found = page('<Macro id="m" />' * 6_000, {"m": "word " * 20_000})

    assert found.warnings == ("line 1: macro 'm' left out: too deep or too long",)


def test_a_chain_of_macros_ends():
    """A thousand levels are a RecursionError."""
    macros = {str(n): f'{n} <Macro id="{n + 1}" />' for n in range(5_000)}

    found = page('<Macro id="0" />', macros)

    assert words('<Macro id="0" />', macros) == " ".join(
        map(str, range(MAX_PART_DEPTH))
    )
    assert len(found.warnings) == 1


def test_all_macros_of_a_page_are_known_before_it_is_read():
    """When one of them changes, the page is read again."""
    text = """<Macro id="outer" /> <Macro title="a > b" id={'icons'}/> <Macro id="gone"/>"""

    assert macros_used(text, MACROS) == ["gone", "icons", "name", "outer"]
    assert macros_used('<Macro id="loop" />', MACROS) == ["loop", "pool"]
    assert macros_used("<Macros id='x' /> no <Macro", MACROS) == []


# --- lines ---


@pytest.mark.parametrize(
    "above",
    [
        "<Message\n  type='tip'\n>\nInner\n</Message>",
        '<Lightbox\n  src="x"\n  alt="a\n b"\n/>',
        '<Card\n  title="t"\n/>',
        "{/*\n\n*/}",
        "<!--\n\n\n-->",
        "import {\n  a\n} from 'b'",
        "export const a = {\n  b: 1,\n\n}",
        "```\n\n\n\n```",
        '<Macro\n  id="requirements"\n/>',
        '<Macro id="requirements" />',
        '<Macro id="outer" />\n<Macro id="name" /> x\n\n<Macro id="code" />\n',
        "a&#10;b",
        "<Unknown\n\n/>",
        "| a | b |\n|--|--|\n| c<br\n/> | d |",
        '- x\n  <Macro id="name" />\n  y',
        "\n\n\n\n",
    ],
)
def test_what_stands_below_keeps_its_line(above):
    """A citation points at the line in the repository."""
    text = (
        f"---\ntitle: T\n---\nFirst.\n\n{above}\n\nThe last paragraph,\nof two lines."
    )
    last = text.count("\n") + 1
    document = open_document(Source("a.mdx", text))
    found = read_page(document, shared=Shared(MACROS, {}))

    first, *_, block = (b for s in found.sections for b in s.blocks)
    assert (first.text, first.lines) == ("First.", (4, 4))
    assert block.text.endswith("of two lines.")
    assert block.lines == (last - 1, last)


def test_every_line_of_a_macro_is_the_line_of_its_tag():
    """The text of a macro stands in another file; the tag is where a page has it."""
    found = page('a\n\n\n<Macro id="requirements" />\n\nb\n', MACROS)

    lines = {b.text: b.lines for s in found.sections for b in s.blocks}
    assert lines == {
        "a": (1, 1),
        "You need:": (4, 4),
        "- an account": (4, 4),
        "- a key": (4, 4),
        "b": (6, 6),
    }


def test_a_block_has_as_many_lines_as_the_file():
    """The chunker counts them when it cuts a block."""
    text = "1. a\n\n   <Lightbox\n     alt='x'\n   />\n\n   b\n\n```\na\n\n\n\nb\n```\n"

    for block in blocks(text):
        assert block.text.count("\n") == block.lines[1] - block.lines[0]


# --- titles ---


@pytest.mark.parametrize(
    ("front", "body", "path", "title"),
    [
        (Front(title="T", h1="H"), "# X", "a.mdx", "T"),
        (Front(h1="H"), "# X", "a.mdx", "H"),
        (Front(), "text\n\n# X\n## Y", "a.mdx", "X"),
        (Front(), "text", "a/how-to-go.mdx", "How to go"),
        (Front(), "text", "a/two-words/index.mdx", "Two words"),
        (Front(), "", "index.mdx", ""),
    ],
    ids=["title", "h1", "first heading", "file name", "folder", "nothing"],
)
def test_a_page_without_a_title_finds_one(front, body, path, title):
    """It is the first word of every breadcrumb."""
    document = Document(path, front, body, 1)

    assert read_page(document, shared=Shared({}, {})).front.title == title


def test_warnings_of_the_frontmatter_are_passed_on():
    """They are reported with the page."""
    document = Document("a.mdx", Front(), "x", 1, ("line 2: malformed",))

    found = read_page(document, shared=Shared({}, {}))

    assert found.warnings == ("line 2: malformed",)


# --- hostile ---

SIZE = 100_000
HOSTILE = {
    "less-than": "<",
    "opening braces": "{",
    "backticks": "`",
    "brackets": "[",
    "images": "![",
    "links": "[](",
    "tag with a quote": '<Icon "',
    "tag in quotes": "<a '\"<a '\"",
    "tag in a brace": "<Icon {",
    "tags": "<Icon>",
    "unknown tags": "<Foo>",
    "closing tags": "</Foo>",
    "macro tags": '<Macro id="m"/>',
    "unclosed macros": "<Macro id='",
    "pipes": "|",
    "pipe lines": "|\n",
    "table": "| a |\n|--|\n",
    "deep list": "- ",
    "list": "- a\n",
    "lists": "- a\n\n1) b\n\n",
    "html comments": "<!--",
    "jsx comments": "{/*",
    "ends of comments": "*/}-->",
    "quotes": "> ",
    "quote lines": ">\n",
    "emphasis": "*a _b ",
    "dashes": "-",
    "dashes in lines": "-----x\n",
    "equal signs": "a\n=\n",
    "styles": "<style>",
    "headings": "# a\n",
    "one heading": "# ",
    "ids": "{#",
    "heading of brackets": "[a",
    "tildes": "~",
    "fences": "```\n\n",
    "fences in items": "1. a\n    ```\n    b\n",
    "indented fences": "    ```\n     x\n    ~~~\n",
    "fences of all kinds": "````\n~~~\n",
    "ticks apart": "` `` ``` ",
    "ticks far apart": "`" + "x" * 600,
    "imports": "import a\n",
    "import paragraphs": "import {\n\n",
    "exports": "export const a = {\n\n",
    "entities": "&#10;",
    "ampersands": "&a",
    "words": "a",
    "attributes": "<Icon " + "a" * 300 + " ",
    "spaces": " ",
    "tabs": "\t",
    "empty lines": "\n",
    "backslashes": "\\",
    "autolinks": "<http:",
    "hidden": "\u202e\x1b",
    "emoji": "👩🏽\u200d🚀",
    "cards": '<Card title="a" ',
    "open tag": "<Icon a",
    "colons": ":",
    "directives": ":::note\n",
    "directives on a line": ":::note ",
    "unknown directives": "::: a b\n",
    "directives and ends": ":::tip [a]{b}\n:::\n",
    "alerts": "> [!NOTE]\n",
    "fragments": "<>",
    "ends of fragments": "</>",
    "fragments and ends": "<></>",
    "strings in braces": '{"a"}',
    "open strings in braces": '{"',
    "templates in braces": "{`a`}",
    "open templates": "{`",
    "expressions": "{a}",
    "open expressions": "{a",
    "spaces in braces": "{ ",
    "ends of links": "](",
    "ends of links in angles": "](<",
    "ends of links with a path": "](a",
    "ends of links with parentheses": "](a(b(",
    "ends of links with a title": '](a "',
    "whole links": "[a](b)",
    "links in links": "[a [b](c)](d)",
    "closing brackets": "]",
    "definitions": "[a]: b\n",
    "open definitions": "[a]:\n",
    "parentheses": "(",
    "open autolinks": "<a:b",
    "links of tags": "<a href='x'>",
    "ids of tags": "<a id='x'>",
    "tabs of items": "<Tabs items={['a']}>",
    "open items": "<Tabs items={[",
    "tabs in tabs": "<Tabs><Tab>",
    "partials": "import X from './_x.mdx'\n\n<X />\n\n",
    "imports of partials": "import X from './_x.mdx'\n",
    "snippets": "<Snippet file='x.mdx' />",
    "fragments of headings": "# a {/* #b */}",
    "headings in quotes": "> # a\n",
    "headings in items": "- # a\n",
}

FEW = Shared({"m": "x"}, {"_x.mdx": "y", "snippets/x.mdx": "z"})

PLACES = {"": "", " in a heading": "# ", " in an item": "- ", " in a tag": "<Icon "}
INLINE = {
    "brackets", "images", "links", "emphasis", "ids", "words", "backticks", "quotes",
    "less-than", "opening braces", "ticks apart", "entities", "ends of links",
    "links in links", "fragments of headings", "expressions", "colons", "spaces in braces",
}  # fmt: skip
LARGE = {
    name + place: head + unit * (SIZE // len(unit))
    for name, unit in HOSTILE.items()
    for place, head in PLACES.items()
    if not place or name in INLINE
}


@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE.keys())
def test_time_is_in_proportion_to_size(text):
    """One hostile page must not stop the index of the others."""
    document = Document("a.mdx", Front(), text, 1)

    with alarm():
        found = read_page(document, shared=FEW)
        parts_used("a.mdx", text, FEW)

    lines = text.count("\n") + 1
    assert all(1 <= at.line <= lines for at in (*found.links, *found.seen))
    for section in found.sections:
        assert 1 <= section.line <= lines
        for block in section.blocks:
            assert 1 <= block.lines[0] <= block.lines[1] <= lines


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(" " * (2 * n) + "- a" for n in range(300)),
        "\n".join("  " * n + "> a" for n in range(300)),
        "- " * 300 + "a\n" + "\n".join("  " * n + "b" for n in range(300, 0, -1)),
        "<b>" * 10_000 + "x" + "</b>" * 10_000,
        "\n".join(f"<F{n}>" for n in range(8_000)),
        "".join("`" * n + " " for n in range(1, 440)),
        f"<Icon {'a' * SIZE}>",
        f"<Icon {'a ' * 99}a='{'b' * SIZE}'>",
    ],
    ids=[
        "lists",
        "quotes",
        "items",
        "tags",
        "other tags",
        "growing ticks",
        "a long attribute",
        "a long value",
    ],
)
def test_depth_is_no_error(text):
    """Recursion ends at a thousand, and a list in a list is easily typed."""
    with alarm():
        assert page(text).warnings == ()


SOME = Shared(MACROS, {"_p.mdx": "---\nx: y\n---\n# P\n\n:::tip\nx\x1b\u202e <P />\n"})

PIECES = st.sampled_from(
    [
        *HOSTILE.values(),
        *CODE.values(),
        *ESM.values(),
        *STAYS,
        "\n",
        "\n\n",
        "    ",
        "text ",
        "<Message type='tip'>",
        "</Message>",
        '<TabsTab label="L">',
        '<Macro id="requirements" />',
        '<Macro id="outer" />',
        '<Macro id="loop" />',
        '<Macro id="code" />',
        "<Lightbox\nalt='a\nb'\n/>",
        "## H\n",
        "H\n---\n",
        "&#10;",
        "&#x202e;",
        "1. ",
        "{#id}",
        "\u2028",
        "\x0c",
        "import P from './_p.mdx'\n\n",
        "<P />",
        ":::note\n",
        ":::",
        "[!NOTE]",
        "> ",
        "{'a'}",
        "</>",
        "[a](/b)",
        "[a]: b\n",
        "](",
        "{/* #a */}",
        "<a id='&#x202e;x' href='/&#27;y'>",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES | st.text(max_size=5), max_size=20).map("".join) | st.text())
@example("&#10;&#10;x")
@example("`" + "x" * 1_500)
@example("<Card title='a'/>\n\nx\n<Card\ntitle='b\nc'/>")
@example("## {#a}\n## &#10; {#b}")
def test_any_text_is_a_page(text):
    """No exception, no hidden character, and every line of a block is one of the file."""
    source = Source("a.mdx", text)

    with alarm():
        found = read_page(open_document(source), shared=SOME)
        parts_used(source.path, text, SOME)

    lines = text.count("\n") + 1
    last = 0
    for section in found.sections:
        assert all(h and h == visible(h) for h in section.heading)
        assert 1 <= section.line <= lines
        for block in section.blocks:
            assert block.text == visible(block.text)
            assert any(c.isalnum() for c in block.text)
            assert last <= block.lines[0] <= block.lines[1] <= lines
            last = block.lines[0]
    said = [
        found.path,
        *found.ids,
        *(part for s in found.seen for part in astuple(s)[1:]),
    ]
    assert all(text and text == visible(text) for text in said)
    assert all(at.target and at.target == visible(at.target) for at in found.links)
    assert all(1 <= at.line <= lines for at in (*found.links, *found.seen))


PLAIN = st.lists(st.sampled_from(["red", "green", "blue", "7"]), min_size=1, max_size=4)
FORMS = st.sampled_from(
    [
        "{}\n\n",
        "- {}\n",
        "1. {}\n",
        "    {}\n",
        "> {}\n\n",
        "```\n{}\n```\n",
        "- x\n  ```\n  {}\n  ```\n",
        "<Message>{}</Message>\n",
        "<Message type='tip'>\n  {}\n</Message>\n",
        "<Foo>{}</Foo>\n",
        '<Lightbox alt="{}" />\n\n',
        "| {} | b |\n|--|--|\n| c | d |\n\n",
        "<td>x</td><td>{}</td><td>y</td>\n",
        "`{}`\n",
        "**{}**\n",
        "[{}](/u)\n",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(FORMS, PLAIN), max_size=8))
def test_no_word_is_lost_or_joined_to_another(parts):
    """Whatever stands beside what, every word of the file is a word of the page."""
    marked = [
        (form, " ".join(f"{word}{n}{m}" for m, word in enumerate(plain)))
        for n, (form, plain) in enumerate(parts)
    ]
    text = "".join(form.format(plain) for form, plain in marked)
    wanted = [word for _, plain in marked for word in plain.split()]

    found = words(text).translate(str.maketrans("`|>*[]()", " " * 8)).split()

    assert [word for word in found if word in wanted] == wanted
