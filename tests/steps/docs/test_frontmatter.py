"""The head of a file, as authors write it and as an enemy would."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support.alarm import alarm

from askdocs.domain.text import Document, Front, Source, visible
from askdocs.steps.docs import frontmatter
from askdocs.steps.docs.frontmatter import (
    MAX_BRACKETS,
    MAX_FRONTMATTER_CHARS,
    open_document,
)

DOCS = os.environ.get("RAG_TEST_DOCS", "")


def opened(text: str) -> Document:
    return open_document(Source("a.mdx", text))


def headed(frontmatter: str, body: str = "Body.\n") -> Document:
    return opened(f"---\n{frontmatter}\n---\n{body}")


SCALEWAY = """---
meta:
  title: How to create a job
  description: This page shows how.
content:
  h1: Create a job
  paragraph: The shorter text under the heading.
tags: jobs serverless
categories:
  - serverless
  - compute
dates:
  validation: 2024-05-06
  posted: 2023-01-02
---
# Body
"""


def test_all_fields_of_a_page_are_read():
    """This is how every page of the Scaleway docs begins."""
    front = opened(SCALEWAY).front

    assert front == Front(
        title="How to create a job",
        description="This page shows how.",
        h1="Create a job",
        tags=("jobs", "serverless"),
        categories=("serverless", "compute"),
        dates={"validation": "2024-05-06", "posted": "2023-01-02"},
    )


@pytest.mark.parametrize(
    ("text", "body", "line"),
    [
        (SCALEWAY, "# Body\n", 16),
        ("\n\n---\ntitle: T\n---\nBody", "Body", 6),
        ("---\n---\nBody", "Body", 3),
        ("---  \ntitle: T\n--- \t\nBody", "Body", 4),
        ("---\ntitle: T\n---", "", 3),
        ("Body", "Body", 1),
        ("", "", 1),
        ("--- \nno end", "--- \nno end", 1),
        ("  ---\ntitle: T\n---\nBody", "  ---\ntitle: T\n---\nBody", 1),
        ("Body\n---\ntitle: T\n---\n", "Body\n---\ntitle: T\n---\n", 1),
        ("----\ntitle: T\n----\n", "----\ntitle: T\n----\n", 1),
    ],
    ids=[
        "as usual",
        "after empty lines",
        "empty",
        "spaces behind the fences",
        "nothing below",
        "none",
        "empty file",
        "never closed",
        "indented",
        "further down",
        "four dashes",
    ],
)
def test_the_body_and_its_first_line_are_exact(text, body, line):
    """Every citation of a line counts from here."""
    document = opened(text)

    assert (document.body, document.first_line) == (body, line)
    assert document.warnings == ()


def test_only_a_line_of_dashes_ends_it():
    """A dash at the end of a description ended the frontmatter, and lost the rest."""
    document = headed("title: Before ---\ndescription: a---")

    assert document.front.title == "Before ---"
    assert document.front.description == "a---"
    assert document.body == "Body.\n"


@pytest.mark.parametrize(
    ("frontmatter", "line"),
    [
        ("title: a: b", 2),
        ("title: fine\ntags: [x", 4),
        ("title: 'x", 3),
        ("just text", 2),
        ("- a\n- list", 2),
        ("!!python/object/apply:os.system ['true']", 2),
        ("a: *nobody", 2),
        ("? [a, b]\n: c", 2),
        ("\tx: 1", 2),
    ],
    ids=[
        "two colons",
        "open bracket",
        "open quote",
        "a scalar",
        "a list",
        "a call",
        "an unknown alias",
        "a key that is a list",
        "a tab",
    ],
)
def test_what_is_malformed_costs_the_frontmatter_and_no_more(frontmatter, line):
    """The page is found by its body, and its author learns where to look."""
    document = headed(frontmatter)

    assert document.front == Front()
    assert document.body == "Body.\n"
    [warning] = document.warnings
    assert warning.startswith(f"line {line}: ")
    assert "ignored" in warning


def test_the_line_of_a_warning_counts_the_empty_lines_above():
    """Otherwise the editor jumps to a line that is fine."""
    [warning] = opened("\n\n---\ntitle: a: b\n---\n").warnings

    assert warning.startswith("line 4: ")


def test_nothing_is_warned_of_a_comment():
    """A frontmatter of comments alone is empty, not wrong."""
    assert headed("# nothing here").warnings == ()


def test_tags_of_python_build_nothing(tmp_path):
    """`yaml.load` with the wrong loader would run this."""
    trap = tmp_path / "trap"
    for call in (
        f'!!python/object/apply:os.mkdir ["{trap}"]',
        f'!!python/object/new:os.mkdir ["{trap}"]',
    ):
        headed(f"title: {call}\ntags: {call}\nmacro: {call}")

    assert not trap.exists()


def test_a_yaml_bomb_stays_small():
    """Nine levels of nine aliases are a billion strings, if anybody expands them."""
    names = "abcdefghi"
    lines = ['a: &a ["lol","lol","lol","lol","lol","lol","lol","lol","lol"]']
    for below, name in pairwise(names):
        lines.append(f"{name}: &{name} [{','.join([f'*{below}'] * 9)}]")
    bomb = "\n".join([*lines, "tags: *i", "title: *i", "dates: {x: *i}"])

    tracemalloc.start()
    with alarm():
        document = headed(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert document.front == Front()
    assert peak < 50_000_000


@pytest.mark.parametrize(
    "frontmatter",
    [
        "[" * 3000,
        "a: " + "[" * MAX_BRACKETS,
        "{a: " * 3000,
        "- " * 30_000,
        "? " * 30_000,
        "\n".join(" " * n + "a:" for n in range(350)),
        "a: &a [*a]",
        "k: " * 20_000,
        "%" * 60_000,
        "'" * 60_000,
        "a: |\n" + "  x\n" * 15_000,
        "- " * 8_000,
        "? " * 8_000,
        "a: |\n" + "  x\n" * 4_000,
    ],
    ids=[
        "3,000 brackets",
        "as many brackets as are read",
        "3,000 braces",
        "30,000 lists in one line",
        "30,000 keys in one line",
        "350 mappings",
        "a list in itself",
        "keys",
        "directives",
        "quotes",
        "a long string",
        "as many lists as are read",
        "as many keys as are read",
        "as long a string as is read",
    ],
)
def test_depth_ends_neither_the_run_nor_the_process(frontmatter):
    """A recursive parser raises RecursionError, and the one in C ends the process."""
    with alarm():
        document = headed(frontmatter)

    assert document.front == Front()
    assert document.body == "Body.\n"


def test_what_is_too_long_is_not_parsed():
    """16 kB is eleven times the longest that was seen."""
    long = "title: T\ndescription: " + "x" * MAX_FRONTMATTER_CHARS
    document = headed(long)

    assert document.front == Front()
    assert "too long" in document.warnings[0]
    assert document.body == "Body.\n"


def test_a_value_is_one_line_of_a_thousand_characters():
    """A 15 kB title would be in the breadcrumb of every chunk of the page."""
    front = headed(f"title: {'long ' * 3000}\ndescription: |\n  two\n  lines").front

    assert len(front.title) <= 1000
    assert front.description == "two lines"


@pytest.mark.parametrize(
    "written",
    ["no", "1.10", "2024-13-45", "0x1F", "~", "null", "1e3", "12:30:45", "0777"],
)
def test_values_stay_as_written(written):
    """YAML makes False of `no` and 1.1 of `1.10`; the second is another version."""
    front = headed(
        f"title: {written}\ntags: [{written}]\ndates: {{posted: {written}}}\n"
        f"categories:\n  - {written}"
    ).front

    assert front.title == written
    assert front.tags == front.categories == (written,)
    assert front.dates == {"posted": written}


@pytest.mark.parametrize(
    ("written", "tags"),
    [
        ("job serverless", ("job", "serverless")),
        ("docker swarm, kubernetes,", ("docker swarm", "kubernetes")),
        ("[a, b c]", ("a", "b c")),
        ("\n  - a\n  - b", ("a", "b")),
        ("", ()),
        ("{a: b}", ()),
        ("[[a], {b: c}, d]", ("d",)),
    ],
    ids=["spaces", "commas", "list", "lines", "none", "mapping", "nested"],
)
def test_tags_are_a_string_or_a_list(written, tags):
    """The Scaleway docs hold both, with spaces and with commas."""
    assert headed(f"tags: {written}").front.tags == tags


@pytest.mark.parametrize(
    ("frontmatter", "title"),
    [
        ("title: Plain", "Plain"),
        ("sidebar_label: Side", "Side"),
        ("title: Plain\nsidebar_label: Side", "Plain"),
        ("meta:\n  title: Meta\ntitle: Plain", "Meta"),
        ("meta: nothing\ntitle: Plain", "Plain"),
        ("meta:\n  title: [a, list]\ntitle: Plain", "Plain"),
        ("meta:\n  description: only", ""),
    ],
)
def test_titles_of_other_flavours_are_found(frontmatter, title):
    """Docusaurus writes `title` and `sidebar_label`, Scaleway `meta.title`."""
    assert headed(frontmatter).front.title == title


@pytest.mark.parametrize(
    ("frontmatter", "slug"),
    [
        ("slug: /start", "/start"),
        ("slug: start", "start"),
        ("permalink: /start/", "/start/"),
        ("url: /start/", "/start/"),
        ("url: https://x.example/", ""),
        ("slug: /a\npermalink: /b\nurl: /c", "/a"),
        ("slug: [a]", ""),
        ("title: T", ""),
    ],
)
def test_a_page_says_where_it_is_served(frontmatter, slug):
    """Docusaurus writes `slug`, Jekyll `permalink`, Hugo `url`."""
    assert headed(frontmatter).front.slug == slug


@pytest.mark.parametrize(
    ("frontmatter", "redirects"),
    [
        ("redirect_from: /a b/", ("/a b/",)),
        ("redirect_from:\n  - /a\n  - /b,c", ("/a", "/b,c")),
        ("aliases: [/a, /b]", ("/a", "/b")),
        ("aliases: /a\nredirect_from: /b", ("/b", "/a")),
        ("aliases: {a: b}", ()),
        ("aliases:", ()),
    ],
)
def test_a_page_says_what_leads_to_it(frontmatter, redirects):
    """A link to where a page was is no dead link."""
    assert headed(frontmatter).front.redirects == redirects


@pytest.mark.parametrize(
    ("frontmatter", "status"),
    [
        ("status: added", "added"),
        ("draft: true", "draft"),
        ("draft: false", ""),
        ("status: changed\ndraft: true", "changed"),
    ],
)
def test_a_page_says_its_status(frontmatter, status):
    """A changelog entry is told by it, and a draft is on no site."""
    assert headed(frontmatter).front.status == status


def test_a_date_of_its_own_is_one_of_the_dates():
    """Changelog entries and blogs have one at the top."""
    front = headed("date: 2024-05-06\ndates:\n  posted: 2023-01-02").front

    assert front.dates == {"date": "2024-05-06", "posted": "2023-01-02"}


@pytest.mark.parametrize(
    "frontmatter",
    [
        "title: ju\x1b[31mst a\u202e title\u200b",
        'title: "ju\\e[31mst a\\u202E title\\u200B"',
        'title: "ju\\x1b[31mst\\N a\\udb40\\udc41\\ufeff title"',
        'title: "ju\\x9b[31mst a \\U000E0041\\U000E0042title"',
    ],
    ids=["raw", "escaped", "escaped in halves", "tags"],
)
def test_hidden_characters_do_not_come_back_by_escapes(frontmatter):
    """`"\\e"` in YAML is an ESC that no filter of the file's text has seen."""
    title = headed(frontmatter).front.title

    assert title == visible(title)
    assert "st a" in title
    assert title.endswith("title")
    title.encode()


def test_hidden_characters_are_gone_from_the_body():
    """A bidi override shows a reader another text than the model reads."""
    assert headed("title: T", "a\u202eb\x1b[0m\u200bc\n").body == "ab[0mc\n"


def test_a_macro_says_its_name():
    """That is how it is found by the pages that use it."""
    assert headed("macro: requirements").front.macro == "requirements"


PLAIN = """\
meta:
  title: How to create a job, now
  description: "It's: #1"
content:
  h1: 'Say "hi" # there'
  paragraph:
tags: a b,c
categories:
  - compute
  - two words
dates:
    validation: 2024-05-06

    posted: 12:30
slug: /a:b#c
empty: ""
status: a café …
"""
MARKS = st.sampled_from(
    [*":#-'\"\n []{}&*!|>%@`,?\\\t=<~.0é\u00a0\u2028", "  ", ": ", " #"]
)


@settings(max_examples=1500, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(PLAIN)), MARKS), max_size=3),
    st.lists(st.integers(0, 20), max_size=3),
)
@example([], [])
def test_what_pyyaml_reads_is_read_alike(marks, moved):
    """libyaml is another parser: it may read more (a tab, `|#`), never something else."""
    text = PLAIN
    for at, mark in marks:
        text = text[:at] + mark + text[at:]
    lines = text.split("\n")
    for at in moved:
        lines.append(lines.pop(at % len(lines)))
    text = "\n".join(lines)

    try:
        theirs = frontmatter._front(yaml.load(text, Loader=yaml.BaseLoader))
    except (yaml.YAMLError, AttributeError):
        return

    assert frontmatter._read(text, 1) == (theirs, "")


@pytest.mark.skipif(not DOCS, reason="RAG_TEST_DOCS names no clone of the docs")
def test_every_real_frontmatter_is_read_as_pyyaml_reads_it():
    """What the authors wrote is the same whether or not libyaml is there."""
    texts = [path.read_text() for path in sorted(Path(DOCS).rglob("*.mdx"))]
    heads = [match[1] for text in texts if (match := frontmatter._FRONT.match(text))]

    assert len(heads) >= 1_926
    for head in heads:
        assert frontmatter._loaded(head) == yaml.load(head, Loader=yaml.BaseLoader)


WITHOUT_LIBYAML = """
import sys
sys.modules["yaml._yaml"] = None
import yaml
from askdocs.domain.text import Source
from askdocs.steps.docs.frontmatter import open_document
assert not hasattr(yaml, "CBaseLoader")
print(open_document(Source("a.mdx", "---\\ntitle: 1.10\\ntags: [a, b]\\n---\\n")).front)
"""


def test_without_libyaml_pyyaml_reads_it():
    """Where PyYAML was built from source without the headers, there is no such loader."""
    printed = python(WITHOUT_LIBYAML)

    assert printed == f"{Front(title='1.10', tags=('a', 'b'))}\n"


NESTED = """
from askdocs.domain.text import Source
from askdocs.steps.docs.frontmatter import MAX_FRONTMATTER_CHARS, open_document
for mark in ("- ", "? ", "[", "{a: ", "a:\\n ", "- - ? "):
    head = mark * (MAX_FRONTMATTER_CHARS // len(mark))
    document = open_document(Source("a.mdx", f"---\\n{head}\\n---\\nBody"))
    assert document.body == "Body"
    assert "ignored" in document.warnings[0]
print("done")
"""


def test_as_much_as_is_read_cannot_end_the_process():
    """libyaml calls itself for each level: 30,000 of them overflow a stack of 8 MB."""
    assert python(NESTED) == "done\n"


def python(program: str) -> str:
    """Return what a program prints in a process of its own."""
    words = [sys.executable, "-c", program]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("abc:-[]{}&*!|>'\"#%@\\ \n\tx0\u202e\x1b"))
    | st.text()
)
@example("a: !!binary |\n  x")
@example("<<: *a")
@example('"\\ud800": 1')
def test_any_frontmatter_ends_without_an_error(frontmatter):
    """The docs are not ours: whatever they hold, the run goes on."""
    document = headed(frontmatter, "The body.")

    assert document.body.endswith("The body.")
    assert document.body == visible(document.body)
    for value in (document.front.title, *document.front.tags, *document.front.dates):
        assert value == visible(value)
