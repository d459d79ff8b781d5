"""The MDX of other sites: Docusaurus, Mintlify, Starlight, Nextra, GitHub."""

from __future__ import annotations

import pytest
from tests.support.alarm import alarm
from tests.support.reading import blocks, page, words

from askdocs.domain.text import Kind, Seen

# --- directives and alerts ---


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        (":::note\nText.\n:::", "Note: Text."),
        (":::tip\n\nText.\n\n:::", "Tip: Text."),
        ("::: warning\nText.\n:::", "Warning: Text."),
        (":::note[Mind the gap]\nText.\n:::", "Mind the gap: Text."),
        (":::note[A `b` c]{.wide}\nText.\n:::", "A `b` c: Text."),
        (":::note[See [a](/b)]\nText.\n:::", "See [a](/b): Text."),
        (":::tip Try it\nText.\n:::", "Try it: Text."),
        (":::info <Icon /> Try it\nText.\n:::", "Try it: Text."),
        (":::danger{#id}\nText.\n:::", "Danger: Text."),
        ("::: details Click me\nText.\n:::", "Click me: Text."),
        (":::columns\nText.\n:::", "Text."),
        ("::::caution\nA\n\n:::note\nB\n:::\n\nC\n::::", "Caution: A Note: B C"),
        ("- a\n\n  :::note\n  B\n  :::\n\n- c", "- a Note: B - c"),
        ("> :::note\n> B\n> :::", "> Note: > B >"),
        (":::CAUTION\nText.", "Caution: Text."),
    ],
)
def test_a_directive_is_its_label(written, seen):
    """Other tools index the colons, or drop all that stands between them."""
    assert words(page(f"{written}\n\nEnd")) == f"{seen} End"


@pytest.mark.parametrize(
    "text",
    [
        "```\n:::note\nx\n:::\n```",
        "Type ::: here",
        "a\n:::\nb",
        ":::strange\n\ntext",
    ],
    ids=["in a fence", "within a line", "an end alone", "never closed"],
)
def test_colons_that_are_no_directive_stay(text):
    """A directive of another program may be what the page explains."""
    assert words(page(text)) == " ".join(text.split())


def test_one_end_ends_one_directive():
    """The next may be what the page explains."""
    assert words(page(":::note\na\n:::\n\nb\n:::\nc")) == "Note: a b ::: c"


def test_an_unknown_directive_is_counted():
    """Whoever runs `rag` over other docs sees what was not understood."""
    found = page("a\n\n:::columns\nText.\n:::\n")

    assert found.seen == (Seen(3, ":::columns", "unknown, its text is kept"),)


@pytest.mark.parametrize("level", ["NOTE", "tip", "Important", "WARNING", "CAUTION"])
def test_an_alert_of_github_is_its_label(level):
    """A reader sees no brackets."""
    [block] = blocks(page(f"> [!{level}]\n> Text.\n"))

    assert block.text == f"> {level.capitalize()}:\n> Text."


@pytest.mark.parametrize(
    "text",
    ["[!NOTE]", "- [!NOTE]", "> [!ODD]", "> [!NOTE](/x)", "> a [!NOTE]", "> `[!NOTE]`"],
)
def test_other_brackets_are_no_alert(text):
    """Only a known word, alone at the beginning of a quote, makes one."""
    assert words(page(f"{text}\n")) == text


# --- components ---


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("<Note>T</Note>", "Note: T"),
        ("<Warning>T</Warning>", "Warning: T"),
        ("<Tip>T</Tip>", "Tip: T"),
        ("<Info>T</Info>", "Info: T"),
        ("<Check>T</Check>", "Success: T"),
        ("<Danger>T</Danger>", "Danger: T"),
        ('<Aside type="caution" title="Slow">T</Aside>', "Slow: T"),
        ('<Aside type="caution">T</Aside>', "Caution: T"),
        ('<Admonition type="danger">T</Admonition>', "Danger: T"),
        ('<Callout type="error">T</Callout>', "Error: T"),
        ('<Callout type="default" emoji="x">T</Callout>', "Note: T"),
        (
            '<Steps><Step title="One">a</Step><Step title="Two">b</Step></Steps>',
            "One: a Two: b",
        ),
        (
            '<AccordionGroup><Accordion title="Q">A</Accordion></AccordionGroup>',
            "Q: A",
        ),
        ('<Expandable title="more">A</Expandable>', "more: A"),
        ('<Frame caption="The menu"><img alt="m" src="x" /></Frame>', "The menu: m"),
        ('Hover <Tooltip tip="Interface">API</Tooltip>s', "Hover APIs"),
        ('<Update label="May">T</Update>', "May: T"),
        (
            '<ParamField path="id" type="string" required>T</ParamField>',
            "id (string, required): T",
        ),
        ('<ResponseField name="size" type="int">T</ResponseField>', "size (int): T"),
        ('<ResponseField name="size">T</ResponseField>', "size: T"),
        ('Text <Badge text="New" />', "Text New"),
        ('T <LinkButton href="/x">Go</LinkButton>', "T Go"),
        (
            'T\n\n<CardGrid><LinkCard title="L" href="/l" description="D" /></CardGrid>',
            "T [L](/l): D",
        ),
        ('<CodeBlock title="a.js">x</CodeBlock>', "a.js: x"),
        ("T <DocCardList /> U", "T U"),
        (
            '<FileTree><FileTree.Folder name="src"><FileTree.File name="a.py" />'
            "</FileTree.Folder></FileTree>",
            "src: a.py",
        ),
        ("<Tabs items={['npm', \"pnpm\"]}><Tab>a</Tab><Tab>b</Tab></Tabs>", None),
        (
            "<Tabs items={[\n'npm',\n'pnpm']}><Tabs.Tab>a</Tabs.Tab>"
            "<Tabs.Tab>b</Tabs.Tab><Tabs.Tab>c</Tabs.Tab></Tabs>",
            "npm: a pnpm: b c",
        ),
        (
            "<Tabs items={['x','y']}><Tab><Tabs items={['i']}><Tab>a</Tab></Tabs></Tab>"
            "<Tab>b</Tab></Tabs>",
            "x: i: a y: b",
        ),
        ("<Tabs items={names}><Tab>a</Tab></Tabs>", "a"),
        (
            "<Tabs values={[{label: 'A b', value: 'x'}, {value: 'y', label: \"C\"}]}>"
            "<TabItem value='x'>a</TabItem><TabItem value='y'>b</TabItem></Tabs>",
            "A b: a C: b",
        ),
        ('<Tabs><TabItem value="mac">a</TabItem></Tabs>', "mac: a"),
        ('<Tabs><TabItem value="m" label="Mac" default>a</TabItem></Tabs>', "Mac: a"),
        ("<Cards><Cards.Card title='T' href='/t' /></Cards>\n\ntext", "[T](/t) text"),
        ("<details>\n<summary>S</summary>\n\ntext\n</details>", "S text"),
        ("<CodeGroup>\n```bash npm\nx\n```\n</CodeGroup>", "```bash npm x ```"),
        ("<>a <b>b</b></>", "a b"),
        ('a{" "}b', "a b"),
        ("{'text'}, {\"more\"} and {`last`}", "text, more and last"),
        ('{"# no heading"}', "\\# no heading"),
        ("{count} and {a.b()} stay", "{count} and {a.b()} stay"),
    ],
)
def test_a_component_of_another_site_is_what_its_readers_see(written, seen):
    """Its label is often the only place where a tab says which system it is for."""
    assert words(page(written)) == (seen or "npm: a pnpm: b")


KNOWN = [
    "Accordion", "AccordionGroup", "Aside", "Badge", "Callout", "Card", "CardGrid",
    "CardGroup", "Cards.Card", "CodeGroup", "DocCardList", "Expandable", "FileTree.File",
    "Frame", "Icon", "Lightbox", "Message", "Note", "ParamField", "Snippet", "Step",
    "Steps", "TabItem", "Tabs", "TabsTab", "Tooltip", "Warning",
]  # fmt: skip


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize(
    "form", ["<{}>", "</{}>", "<{} a='b' />", "<{}></{}>", "- <{}\n>"]
)
def test_no_tag_of_a_known_component_is_left(name, form):
    """Also where its author forgot the other half."""
    found = words(page(f"Text {form.format(name, name)} text"))

    assert "<" not in found


def test_an_unknown_component_is_its_heading_and_its_text():
    """Half of all sites have components of their own."""
    found = page('a\n\n<Toggle title="Why" name="x">\nBecause.\n</Toggle>\n')

    assert words(found) == "a Why: Because."
    assert found.seen == (Seen(3, "<Toggle>", "unknown, its text is kept"),)


# --- partials ---

FILES = {
    "docs/_partials/_install.mdx": "---\ntitle: x\n---\nRun <Icon name='x' />it.",
    "docs/_partials/_outer.mdx": (
        "import In from './_install.mdx'\n\n## Outer\n\n<In />\n\nOut."
    ),
    "docs/_partials/_loop.mdx": "import L from './_loop.mdx'\n\nL <L />",
    "docs/_partials/_code.md": "```sh\n<Icon />\n```",
    "docs/_partials/_hidden.md": "a\x1b[0m\u202eb",
    "snippets/intro.mdx": "Hello.",
    "docs/guide/plain.mdx": "Plain.",
}


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("./_partials/_install.mdx", "Run it."),
        ("../docs/_partials/_install.mdx", "Run it."),
        ("./_partials/_install", "Run it."),
        ("@site/docs/_partials/_install.mdx", "Run it."),
        ("@site/website/docs/_partials/_install.mdx", "Run it."),
        ("/snippets/intro.mdx", "Hello."),
        ("./guide/plain.mdx", "Plain."),
        ("./_partials/_hidden.md", "a[0mb"),
        ("./_partials/_code.md", "```sh <Icon /> ```"),
    ],
)
def test_an_imported_partial_stands_where_it_is_used(name, seen):
    """Docusaurus and Mintlify keep what is said often in files of its own."""
    found = page(f"import X from '{name}'\n\n<X />\n", files=FILES, path="docs/a.mdx")

    assert words(found) == seen
    assert found.warnings == ()


def test_a_partial_keeps_its_headings_and_the_lines_of_the_page():
    """A citation points at the tag, which is where the page has it."""
    text = "import Outer from './_partials/_outer.mdx';\n\na\n\n<Outer />\n\nb\n"

    found = page(text, files=FILES, path="docs/a.mdx")

    assert [(s.heading, s.line) for s in found.sections[1:]] == [(("Outer",), 5)]
    assert [(b.text, b.lines) for b in blocks(found)] == [
        ("a", (3, 3)),
        ("Run it.", (5, 5)),
        ("Out.", (5, 5)),
        ("b", (7, 7)),
    ]


def test_a_partial_in_an_item_does_not_end_it():
    """Step 4 became a paragraph below a partial in step 3."""
    text = "import C from './_partials/_code.md'\n\n1. a\n   <C />\n2. b\n"

    found = blocks(page(text, files=FILES, path="docs/a.mdx"))

    assert [b.kind for b in found] == [Kind.ITEM, Kind.ITEM]


def test_a_snippet_of_mintlify_is_its_file():
    """It is named by its place below `snippets/`."""
    found = page('a <Snippet file="intro.mdx" /> b', files=FILES)

    assert words(found) == "a Hello. b"


@pytest.mark.parametrize(
    ("name", "warning"),
    [
        ("./_none.mdx", "line 3: unknown partial './_none.mdx'"),
        ("../../secret.mdx", "line 3: unknown partial '../../secret.mdx'"),
        (
            "./_partials/_loop.mdx",
            "line 3: partial 'docs/_partials/_loop.mdx' uses itself",
        ),
    ],
    ids=["not there", "outside", "in itself"],
)
def test_a_partial_that_cannot_be_put_in_place_is_named(name, warning):
    """The author finds it by its line."""
    found = page(f"import X from '{name}'\n\n<X />\n", files=FILES, path="docs/a.mdx")

    assert found.warnings == (warning,)
    assert "<X" not in words(found)


def test_a_component_that_is_imported_from_a_program_is_no_partial():
    """Only Markdown is read."""
    found = page("import X from './x.jsx'\n\n<X>a</X>", files={"x.jsx": "no"})

    assert words(found) == "a"
    assert found.warnings == ()


def test_partials_that_double_at_each_level_stay_small():
    """Thirty levels of two are a billion texts."""
    files = {
        f"_{n}.mdx": f"import X from './_{n + 1}.mdx'\n\nlol <X /> <X />"
        for n in range(40)
    }

    with alarm():
        found = page("import X from './_0.mdx'\n\n<X />", files=files)

    assert any("too deep or too long" in warning for warning in found.warnings)
    assert sum(len(b.text) for b in blocks(found)) < 1_000_000


def test_a_long_partial_used_often_is_read_once():
    """100 kB used 6,000 times is 600 MB."""
    files = {"_p.mdx": "word " * 20_000}

    with alarm():
        found = page("import X from './_p.mdx'\n\n" + "<X /> " * 6_000, files=files)

    assert found.warnings == (
        "line 3: partial '_p.mdx' left out: too deep or too long",
    )
