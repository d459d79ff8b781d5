"""A page becomes chunks that fit, and nothing of it is lost."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support.alarm import alarm

from askdocs.adapters.embedding.model_files import locate
from askdocs.adapters.embedding.tokenizer import FastTokenizer
from askdocs.domain.errors import ConfigError
from askdocs.domain.text import (
    Block,
    Chunk,
    Front,
    Kind,
    Page,
    PageKind,
    Section,
    Source,
)
from askdocs.steps.docs.chunk import Ruler, cut_page, readable
from askdocs.steps.docs.chunk.section_groups import TINY_SECTION_TOKENS
from askdocs.steps.docs.frontmatter import open_document
from askdocs.steps.docs.mdx import Shared, read_page
from askdocs.steps.docs.urls import anchored

MARKS = "".join(
    c for c in map(chr, range(sys.maxunicode)) if unicodedata.category(c)[0] == "M"
)
WORD = re.compile(rf"\w(?:[\w\u200d{MARKS}]|(?<=\u200d)\S)*|[^\w\s]")
"""A word with the marks on its letters; if a token parted them, so would a cut."""


class Words:
    """A tokenizer of which a person can count the tokens: words and marks, and two more."""

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(WORD.findall(text)) + 2 for text in texts]

    def spans(self, text: str) -> list[tuple[int, int]]:
        return [found.span() for found in WORD.finditer(text)]


class Sticky(Words):
    """One that counts a text higher than the sum of its parts, as some real ones do."""

    def count(self, texts: Sequence[str]) -> list[int]:
        return [
            n + text.count("\n")
            for n, text in zip(super().count(texts), texts, strict=True)
        ]


class Calls(Words):
    """One that remembers how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def count(self, texts: Sequence[str]) -> list[int]:
        self.asked += 1
        return super().count(texts)


def prose(text: str, first: int = 1, kind: Kind = Kind.PROSE) -> Block:
    return Block(text, kind, (first, first + text.count("\n")))


def a_page(
    *sections: Section,
    title: str = "T",
    description: str = "",
    path: str = "index.mdx",
    kind: PageKind = PageKind.CONCEPTS,
) -> Page:
    """Return a page; unless a test says otherwise, of a kind that keeps its sections apart."""
    return Page(path, Front(title=title, description=description), sections, kind=kind)


def flat(*blocks: Block, heading: tuple[str, ...] = ()) -> Page:
    return a_page(Section(heading, "-".join(heading).lower(), blocks))


def cut(
    page: Page,
    *,
    limit: int = 40,
    prefix: str = "",
    tokenizer: Words | FastTokenizer | None = None,
    **payload: object,
) -> list[Chunk]:
    ruler = Ruler(tokenizer or Words(), limit, prefix)
    return cut_page(page, ruler=ruler, fingerprint="f", payload=payload)


def read(text: str, path: str = "concepts.mdx") -> Page:
    document = open_document(Source(path, text))
    return anchored(read_page(document, shared=Shared({}, {})), "github")


def numbered(count: int, start: int = 0) -> str:
    return " ".join(f"w{n}" for n in range(start, start + count))


def numbers(chunks: Sequence[Chunk]) -> list[str]:
    return [word for c in chunks for word in re.findall(r"w\d+", c.text)]


@pytest.fixture(scope="module")
def bundled(tmp_path_factory) -> FastTokenizer:
    """The tokenizer of the model that is installed with the program."""
    return FastTokenizer(locate("bundled", cache=tmp_path_factory.mktemp("cache")))


# --- what is embedded ---


def test_a_chunk_is_embedded_below_its_breadcrumb():
    """`Click Delete` alone could be about anything."""
    [chunk] = cut(flat(prose("See **the** [list](/x)."), heading=("How", "Delete")))

    assert chunk.embedded == "T > How > Delete\n\nSee the list."
    assert chunk.text == "See **the** [list](/x)."
    assert (chunk.heading, chunk.anchor) == (("How", "Delete"), "how-delete")


@pytest.mark.parametrize(
    ("path", "title", "words"),
    [
        ("serverless/jobs/how-to/create-job.mdx", "Create", "serverless jobs how to"),
        ("pages/tools/cli/index.mdx", "The command line", "tools"),
        ("cli.mdx", "Docs", ""),
        ("jobs/all.mdx", "All Jobs", ""),
        ("a_b/v1.2/c.mdx", "", "a b v1 2"),
    ],
)
def test_the_words_of_the_folders_stand_first_in_a_breadcrumb(path, title, words):
    """The name of a product is often there alone; what the title says is not said twice."""
    page = a_page(Section((), "", (prose("text"),)), title=title, path=path)

    crumb = " > ".join(part for part in (words, title) if part)
    assert cut(page)[0].embedded == f"{crumb}\n\ntext"


@pytest.mark.parametrize(
    ("title", "heading", "crumb"),
    [
        ("T", (), "T\n\n"),
        ("", (), ""),
        ("", ("A",), "A\n\n"),
        ("T", ("T", "A"), "T > A\n\n"),
        ("T", ("A", "T"), "T > A > T\n\n"),
        ("T", ("A", "A", "B"), "T > A > B\n\n"),
    ],
)
def test_a_breadcrumb_says_nothing_twice(title, heading, crumb):
    """Most pages repeat their title as the first heading."""
    page = a_page(Section(heading, "", (prose("text"),)), title=title)

    assert cut(page)[0].embedded == f"{crumb}text"


def test_a_long_breadcrumb_is_shortened_and_not_the_text():
    """The outer parts go first: the innermost heading says most."""
    page = flat(
        prose(numbered(15)), heading=(numbered(10, 100), numbered(10, 200), "in")
    )

    [chunk] = cut(page, limit=40)

    assert chunk.embedded == f"{numbered(10, 200)} > in\n\n{numbered(15)}"
    assert chunk.heading == page.sections[0].heading


def test_a_breadcrumb_that_is_one_endless_heading_is_cut():
    """At least half of the room is the text's."""
    page = a_page(Section((numbered(90, 100),), "", (prose(numbered(30)),)), title="")

    chunks = cut(page, limit=42)

    assert {chunk.embedded.partition("\n\n")[0] for chunk in chunks} == {
        numbered(20, 100)
    }
    assert numbers(chunks) == numbered(30).split()


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (
            "See [a](/b) and ![an image](c.png 'title').",
            Kind.PROSE,
            "See a and an image.",
        ),
        ("[a](/b(c)d) [e] [f][g] [h]: /i", Kind.PROSE, "a [e] [f][g] [h]: /i"),
        ("**Bold** and *not*", Kind.PROSE, "Bold and *not*"),
        ("Run `[a](b)` or ``x ` **[a](b)**``.", Kind.PROSE, None),
        ("- do:\n  ```\n  [a](b) `x` **c**\n  |--|\n  ```", Kind.ITEM, None),
        ("- do:\n  ~~~\n  [a](b) ` **c**\n  ~~~", Kind.ITEM, None),
        ("```\n[a](b)\n```", Kind.CODE, None),
        ("a ` [b](c) d", Kind.PROSE, "a ` b d"),
        ("| a | b |\n|---|:-:|\n| [c](d) | -- |", Kind.TABLE, "| a | b |\n| c | -- |"),
        ("| a |\n|-|\n| b |", Kind.TABLE, "| a |\n| b |"),
        ("a -- b | c\n-----x\n--", Kind.PROSE, None),
        ("a\n\n\n\nb", Kind.PROSE, "a\n\nb"),
        ("[unclosed](b and `c", Kind.PROSE, None),
    ],
    ids=lambda value: value.name if isinstance(value, Kind) else None,
)
def test_the_embedder_reads_words_and_code(text, kind, words):
    """A URL is forty tokens of noise; in code it is what was asked for."""
    assert readable(prose(text, kind=kind)) == (text if words is None else words)


# --- the lead ---


def test_the_description_leads_the_page():
    """The site shows it under the title; it says best what the page is for."""
    page = a_page(Section((), "", (prose("Text.", 7),)), description="All about it.")

    [chunk] = cut(page)

    assert chunk.text == "All about it.\n\nText."
    assert chunk.lines == (1, 7)


def test_a_description_that_the_page_repeats_is_not_said_twice():
    """Many pages begin with the sentence of their description."""
    page = a_page(Section((), "", (prose("Now: All. More."),)), description="All.")

    assert [c.text for c in cut(page)] == ["Now: All. More."]


@pytest.mark.parametrize(
    ("title", "description", "text"),
    [("T", "D", "D"), ("T", "", "T"), ("", "", None)],
    ids=["description", "title", "nothing"],
)
@pytest.mark.parametrize(
    ("sections", "below"),
    [((), ""), ((Section((), "", ()), Section(("H",), "h", (), 5)), "\n\n## H")],
    ids=["nothing", "a heading"],
)
def test_a_page_without_text_is_found_by_its_head(
    sections, below, title, description, text
):
    """15 pages of the docs are a macro and no more, some of them a dead one."""
    chunks = cut(a_page(*sections, title=title, description=description))

    assert [c.text for c in chunks] == ([] if text is None else [text + below])
    assert all(c.heading == () and c.anchor == "" for c in chunks)


# --- what fits together and what is cut ---


def test_small_blocks_of_one_section_share_a_chunk():
    """A step alone is too little to match a question."""
    blocks = [prose(f"- w{n}", n + 1, Kind.ITEM) for n in range(20)]

    chunks = cut(flat(*blocks), limit=43)

    assert [c.text.count("\n") + 1 for c in chunks] == [20]
    assert cut(flat(*blocks), limit=42)[0].text.count("\n") + 1 == 19


@pytest.mark.parametrize("kind", [PageKind.PROSE, PageKind.TUTORIAL])
def test_sections_do_not_share_a_chunk(kind):
    """The fragment of its link would be wrong for half of it."""
    sections = [Section((h,), h, (prose(numbered(TINY_SECTION_TOKENS)),)) for h in "ab"]

    chunks = cut(a_page(*sections, kind=kind), limit=100)

    assert [(c.anchor, c.also) for c in chunks] == [("a", ()), ("b", ())]


@pytest.mark.parametrize("kind", [PageKind.FAQ, PageKind.CONCEPTS])
def test_a_question_and_a_concept_stand_alone_however_short(kind):
    """They are what readers look for, and link to."""
    sections = [Section((f"What is {h}?",), h, (prose(h),)) for h in "ab"]

    chunks = cut(a_page(*sections, kind=kind), limit=100)

    assert [(c.text, c.anchor) for c in chunks] == [("a", "a"), ("b", "b")]


def test_what_stands_under_one_question_is_one_chunk_if_it_fits():
    """Its parts are headings of their own in an FAQ, and answer nothing alone."""
    sizes = [
        ("A?/Price", 40),
        ("A?/Example", 40),
        ("A?/More", 40),
        ("B?", 3),
        ("Rest", 3),
        ("Rest/C?", 3),
    ]
    page = a_page(*sections_of_sizes(*sizes), kind=PageKind.FAQ)

    assert [(c.anchor, c.also) for c in cut(page, limit=100)] == [
        ("a?/price", ("a?/example",)),
        ("a?/more", ()),
        ("b?", ()),
        ("rest", ()),
        ("rest/c?", ()),
    ]


def sections_of_sizes(*sizes: tuple[str, int]) -> list[Section]:
    """Return sections of so many words; their trails are written "A/B"."""
    return [
        Section(
            tuple(trail.split("/")) if trail else (),
            trail.lower(),
            (prose(numbered(size, 100 * n), 10 * n + 2),),
            10 * n + 1,
        )
        for n, (trail, size) in enumerate(sizes)
    ]


@pytest.mark.parametrize(
    ("sizes", "groups"),
    [
        ([("A", 3), ("B", 50)], [("a", ("b",))]),
        ([("A", 50), ("B", 3)], [("a", ("b",))]),
        ([("A", 3), ("A/B", 50)], [("a", ("a/b",))]),
        ([("A", 3), ("B", 3), ("C", 3)], [("a", ("b", "c"))]),
        ([("A", 3), ("B", 40), ("C", 40)], [("a", ("b",)), ("c", ())]),
        ([("A", 40), ("B", 3), ("C", 40)], [("a", ()), ("b", ("c",))]),
        ([("A", 3), ("B", 95)], [("a", ()), ("b", ())]),
        ([("A/B", 50), ("C", 3)], [("a/b", ()), ("c", ())]),
        ([("A/B", 3), ("C", 50)], [("a/b", ()), ("c", ())]),
        ([("", 3), ("A", 50)], [("", ()), ("a", ())]),
    ],
    ids=[
        "to the next",
        "the last one to the one before",
        "to what it leads to",
        "until it is large enough",
        "and no further",
        "to the next rather than to the one before",
        "not if they do not fit together",
        "not to a section below another heading",
        "not out of its heading",
        "not the top of the page",
    ],
)
def test_a_tiny_section_is_joined_to_its_neighbour(sizes, groups):
    """Nobody finds a line that says "as follows", and it makes no answer."""
    page = a_page(*sections_of_sizes(*sizes), kind=PageKind.PROSE)

    assert [(c.anchor, c.also) for c in cut(page, limit=100)] == groups


@pytest.mark.parametrize(
    ("sizes", "trails", "last"),
    [
        ([("A", 0), ("A/B", 40)], ["A/B"], "w139"),
        ([("A", 0), ("B", 40)], ["A/B"], "w139"),
        ([("A", 0), ("B", 0), ("C", 40)], ["A/B/C"], "w239"),
        ([("C", 40), ("C/A", 0), ("C/B", 40)], ["C", "C/A/B"], "w239"),
        ([("A/B", 0), ("C", 40)], ["B/C"], "w139"),
        ([("A/D", 40), ("A/B", 0), ("C", 40)], ["A/D", "C"], "w239"),
        ([("A", 40), ("B", 0)], ["A"], "## B"),
        ([("A", 40), ("B", 0), ("C", 0)], ["A"], "## C"),
    ],
    ids=[
        "which stands in the trail below",
        "before another of its level",
        "twice",
        "below another",
        "before one of a higher level",
        "at the end of its part",
        "at the end",
        "twice at the end",
    ],
)
@pytest.mark.parametrize("kind", [PageKind.PROSE, PageKind.CONCEPTS, PageKind.FAQ])
def test_a_heading_without_text_is_not_lost(kind, sizes, trails, last):
    """A macro below it may bring a heading of its own, of the same level."""
    sections = [
        replace(s, blocks=s.blocks if size else ())
        for s, (_, size) in zip(sections_of_sizes(*sizes), sizes, strict=True)
    ]

    chunks = cut(a_page(*sections, kind=kind), limit=100)

    said = [" ".join((*c.heading, c.text)) for c in chunks]
    assert ["/".join(c.heading) for c in chunks] == trails
    assert said[-1].endswith(last)
    for trail, _ in sizes:
        assert trail.split("/")[-1] in " ".join(said)


def test_a_joined_section_keeps_its_heading_and_its_lines():
    """A reader sees where it begins; the model reads the words of the heading."""
    page = a_page(*sections_of_sizes(("A", 2), ("A/B", 2)), kind=PageKind.PROSE)

    [chunk] = cut(page, limit=100)

    assert chunk.text == "w0 w1\n\n### B\n\nw100 w101"
    assert chunk.embedded == "T > A\n\nw0 w1\nB\nw100 w101"
    assert chunk.lines == (2, 12)
    assert chunk.payload["also"] == ["a/b"]


def test_items_stand_close_and_paragraphs_apart():
    """It is Markdown again, and shown as such."""
    blocks = (
        prose("Do:"),
        prose("1. a", 2, Kind.ITEM),
        prose("2. b", 3, Kind.ITEM),
        prose("```\nc\n```", 4, Kind.CODE),
    )

    assert cut(flat(*blocks))[0].text == "Do:\n\n1. a\n2. b\n\n```\nc\n```"


def test_a_paragraph_is_cut_between_sentences():
    """Half a sentence answers nothing."""
    sentences = [f"{numbered(9, 10 * n)}." for n in range(6)]

    chunks = cut(flat(prose(" ".join(sentences))), limit=36)

    assert [c.text for c in chunks] == [
        " ".join(sentences[:3]),
        " ".join(sentences[3:]),
    ]


def test_a_sentence_without_end_is_cut_between_words():
    """Nothing is cut off, whatever it is."""
    chunks = cut(flat(prose(numbered(100))), limit=33)

    assert [len(numbers([c])) for c in chunks] == [30, 30, 30, 10]
    assert numbers(chunks) == numbered(100).split()


def test_an_item_is_cut_between_lines():
    """The lines of an item are its steps."""
    lines = [f"  - {numbered(8, 10 * n)}" for n in range(6)]
    item = "\n".join(["- top", *lines])

    chunks = cut(flat(prose(item, kind=Kind.ITEM)), limit=36)

    assert "\n".join(c.text for c in chunks) == item
    assert [c.text.count("w") for c in chunks] == [24, 24]


def test_cut_code_has_its_fence_on_every_part():
    """Without it the second half is shown as prose, and its comments as headings."""
    lines = [numbered(9, 10 * n) for n in range(9)]
    code = "\n".join(["```sh", *lines, "```"])

    chunks = cut(flat(prose(code, 5, Kind.CODE)), limit=45)

    assert len(chunks) == 3
    for n, chunk in enumerate(chunks):
        assert chunk.text == "\n".join(["```sh", *lines[3 * n : 3 * n + 3], "```"])
        assert chunk.lines == (6 + 3 * n, 8 + 3 * n)
        assert chunk.text in chunk.embedded


def test_code_is_cut_at_empty_lines_where_it_can_be():
    """There one function ends and the next begins."""
    parts = [f"{numbered(6, 20 * n)}\n{numbered(6, 20 * n + 10)}" for n in range(4)]
    code = "```\n" + "\n\n".join(parts) + "\n```"

    chunks = cut(flat(prose(code, kind=Kind.CODE)), limit=40)

    assert [c.text for c in chunks] == [
        f"```\n{parts[0]}\n\n{parts[1]}\n```",
        f"```\n{parts[2]}\n\n{parts[3]}\n```",
    ]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("```sh", ""), ("~~~~", "~~~~"), ("    ```", "    ```"), ("````md", "`````")],
    ids=["unclosed", "tildes", "indented", "longer"],
)
def test_every_fence_is_closed_by_its_own_mark(opening, closing):
    """An open fence takes all that is shown below it."""
    lines = "\n".join(numbered(9, 10 * n) for n in range(9))
    code = "\n".join(part for part in (opening, lines, closing) if part)

    chunks = cut(flat(prose(code, kind=Kind.CODE)), limit=60)

    assert len(chunks) > 1
    for chunk in chunks:
        first, *_, last = chunk.text.splitlines()
        assert first == opening
        assert last.strip() == (closing.strip() or "```")
    assert numbers(chunks) == re.findall(r"w\d+", lines)


def test_a_step_that_is_too_long_keeps_its_fence_whole():
    """Cut by lines alone, the first half had no closing fence and the second no opening."""
    code = "\n".join(f"    {numbered(8, 10 * n)}" for n in range(4))
    step = (
        f"1. {numbered(20, 100)}:\n    ```sh\n{code}\n    ```\n    {numbered(20, 200)}."
    )
    [chunk, middle, last] = cut(flat(prose(step, 3, Kind.ITEM)), limit=50)

    assert chunk.text == f"1. {numbered(20, 100)}:"
    assert middle.text == f"    ```sh\n{code}\n    ```"
    assert last.text == f"    {numbered(20, 200)}."
    assert [c.lines for c in (chunk, middle, last)] == [(3, 3), (4, 9), (10, 10)]


def test_a_fence_in_a_step_that_is_itself_too_long_is_cut_as_code():
    """Also there every part is a fence of its own."""
    code = "\n".join(f"   {numbered(8, 10 * n)}" for n in range(9))
    step = f"1. Run:\n   ```sh\n{code}\n   ```\n   Done."

    chunks = cut(flat(prose(step, kind=Kind.ITEM)), limit=50)

    assert len(chunks) > 2
    for chunk in chunks:
        assert chunk.text.count("```") in {0, 2}
    assert numbers(chunks) == re.findall(r"w\d+", code)


def test_a_cut_table_has_its_head_on_every_part():
    """`| 4 | 8 |` is no answer to "how much memory"."""
    rows = [f"| w{n} | w{n + 100} |" for n in range(20)]
    table = "\n".join(["| Type | RAM |", "|---|---|", *rows])

    chunks = cut(flat(prose(table, 11, Kind.TABLE)), limit=45)

    assert len(chunks) > 2
    for chunk in chunks:
        assert chunk.text.splitlines()[:2] == ["| Type | RAM |", "|---|---|"]
        assert chunk.embedded.startswith("T\n\n| Type | RAM |\n| w")
    assert chunks[0].lines[0] == 13
    assert all(a.lines[1] + 1 == b.lines[0] for a, b in pairwise(chunks))
    assert chunks[-1].lines[1] == 32


@pytest.mark.parametrize("kind", [Kind.TABLE, Kind.CODE])
def test_a_frame_longer_than_what_it_frames_is_not_repeated(kind):
    """A head of half the room leaves none for the rows; then it stands once."""
    mark = "```" if kind is Kind.CODE else "|"
    head = f"{mark} {numbered(15)}\n|---|"
    text = "\n".join([head, *(f"| {numbered(5, 100 + 10 * n)} |" for n in range(9))])
    text += "\n```" if kind is Kind.CODE else ""

    chunks = cut(flat(prose(text, kind=kind)), limit=30)

    assert numbers(chunks) == re.findall(r"w\d+", text)


# --- lines ---


def test_the_lines_of_a_chunk_are_those_of_its_text():
    """They are where a citation points in the repository."""
    text = "\n".join(f"{numbered(9, 10 * n)}." for n in range(30))
    source = ["", *text.split("\n")]
    page = flat(prose("first"), prose(text, 2))

    for chunk in cut(page, limit=36):
        low, high = chunk.lines
        held = "\n".join(["first", *source[1:]][low - 1 : high])
        assert held.split() == chunk.text.split()


def test_empty_lines_left_by_tags_move_no_line():
    """A tag of five lines leaves five empty ones, which are shown as one."""
    text = f"{numbered(20)}.\n\n\n\n\n{numbered(20, 100)}."

    first, second = cut(flat(prose(text, 4, Kind.ITEM)), limit=30)

    assert (first.text, first.lines) == (f"{numbered(20)}.", (4, 4))
    assert (second.text, second.lines) == (f"{numbered(20, 100)}.", (9, 9))
    assert cut(flat(prose("a\n\n\n\nb")))[0].text == "a\n\nb"


def test_parts_of_a_macro_have_the_line_of_its_tag():
    """Its text has more lines than the file has there."""
    text = "\n".join(numbered(9, 10 * n) for n in range(9))
    block = Block(text, Kind.PROSE, (7, 7))

    chunks = cut(flat(block), limit=30)

    assert len(chunks) > 1
    assert {c.lines for c in chunks} == {(7, 7)}


# --- identity ---


def test_equal_passages_under_one_heading_are_two_chunks():
    """One would replace the other; both are embedded once."""
    long = numbered(30)

    one, two = cut(flat(prose(long), prose(long, 3)), limit=36)

    assert (one.nth, two.nth) == (0, 1)
    assert one.id != two.id
    assert one.embed_sha == two.embed_sha


def test_equal_passages_under_two_headings_are_both_the_first():
    """Otherwise a passage added above would change the other's id."""
    sections = [Section((h,), h, (prose("same"),)) for h in "ab"]

    assert [c.nth for c in cut(a_page(*sections))] == [0, 0]


BEFORE = """---
title: Jobs
tags: [a]
---

## Create

Click **Create**.

- one
- two

## Delete

Click **Delete**.
"""


def three(text: str, **payload: object) -> list[tuple[str, str, str]]:
    page = read(text)
    return [
        (c.id, c.embed_sha, c.payload["payload_sha"])
        for c in cut(
            page, title=page.front.title, tags=list(page.front.tags), **payload
        )
    ]


def same(before: str, after: str) -> list[tuple[bool, ...]]:
    """Return for each chunk whether id, embed_sha and payload_sha stayed."""
    return [
        tuple(a == b for a, b in zip(*pair, strict=True))
        for pair in zip(three(before), three(after), strict=True)
    ]


@pytest.mark.parametrize(
    ("old", "new", "stayed"),
    [
        ("---\n\n", "---\n\n\n\n", [(True, True, False), (True, True, False)]),
        ("tags: [a]", "tags: [b]", [(True, True, False), (True, True, False)]),
        ("title: Jobs", "title: Tasks", [(False, False, False)] * 2),
        ("## Delete", "## Remove", [(True, True, False), (False, False, False)]),
        ("**Delete**", "**Remove**", [(True, True, True), (False, False, False)]),
        ("**Delete**", "Delete", [(True, True, True), (True, True, False)]),
        ("- two", "- 2", [(False, False, False), (True, True, True)]),
    ],
    ids=[
        "a line above",
        "a tag",
        "the title",
        "a heading",
        "the text",
        "markup",
        "an item",
    ],
)
def test_an_edit_changes_what_depends_on_it_and_no_more(old, new, stayed):
    """An id costs an embedding, a payload a write; a docs repository changes every day."""
    assert same(BEFORE, BEFORE.replace(old, new)) == stayed


def test_the_first_chunk_stands_for_its_page():
    """By title, path and description; by the headings, too; and by all that it says."""
    sections = [Section((h,), h, (prose(numbered(30, n)),)) for n, h in enumerate("AB")]
    page = a_page(*sections, description="About it.", path="jobs/how-to/run-it.mdx")

    first, *others = cut(page, limit=60)

    assert first.fields["head"] == "T jobs how to run it About it."
    assert first.fields["headings"] == "T jobs how to run it About it. A B"
    assert set(numbers([first, *others])) <= set(first.fields["page"].split())
    assert first.payload["first"] == 1
    assert first.payload["fields"].keys() == {"head", "headings"}
    assert not any(c.fields or c.payload["first"] for c in others)


def test_every_chunk_knows_how_many_its_page_has():
    """A page that lacks one is found by that, and repaired."""
    chunks = cut(
        flat(*(prose(numbered(20, 100 * n)) for n in range(3))), limit=30, tags=["a"]
    )

    assert [c.page for c in chunks] == [{"tags": ["a"], "page_chunks": 3}] * 3


# --- limits ---


def test_the_prefix_of_the_embedder_counts():
    """E5 puts "passage: " before every text, and reads it as tokens."""
    chunks = cut(flat(prose(numbered(200))), limit=40, prefix="passage: ")

    assert [len(numbers([c])) for c in chunks][:-1] == [35] * (len(chunks) - 1)
    assert max(Words().count([f"passage: {c.embedded}" for c in chunks])) == 40


def test_a_prefix_that_leaves_no_room_is_a_setting_that_makes_no_sense():
    """It would ask for less room for ever."""
    with pytest.raises(ConfigError, match="RAG_CHUNK_TOKENS: 64") as caught, alarm():
        cut(flat(prose(numbered(200))), limit=64, prefix=numbered(50))

    least = int(re.search(r"RAG_CHUNK_TOKENS=(\d+)", caught.value.hint)[1])
    assert cut(flat(prose(numbered(200))), limit=least, prefix=numbered(50))


def test_a_tokenizer_that_counts_more_for_the_whole_is_asked_for_less():
    """Byte-pair encodings merge, or fail to, across what we join."""
    for size, limit in product(range(1, 20), (40, 41)):
        blocks = [prose(numbered(size, 100 * n), n + 1) for n in range(20)]

        chunks = cut(flat(*blocks), limit=limit, tokenizer=Sticky())

        assert max(Sticky().count([c.embedded for c in chunks])) <= limit
        assert len(numbers(chunks)) == 20 * size


def test_the_tokenizer_is_called_a_few_times_for_a_page():
    """Called for every section, it took two thirds of the time of reading the docs."""
    few, many = Calls(), Calls()

    cut(a_page(*(Section((h,), h, (prose(h),)) for h in "abc")), tokenizer=few)
    cut(
        a_page(*(Section((str(n),), "", (prose("x"),)) for n in range(99))),
        tokenizer=many,
    )

    assert few.asked == many.asked <= 4


KINDS = {
    Kind.PROSE: "{}",
    Kind.ITEM: "- {}",
    Kind.CODE: "```sh\n{}\n```",
    Kind.TABLE: "| a | b |\n|---|---|\n{}",
}
TEXT = st.lists(
    st.sampled_from(
        ["word", "two words", "A sentence. ", "\n", "\n\n", "    ", "| x |", "`a b`", "\n```\n",
         "[l](/u)", "**b**", "日本語。", "x" * 50, "- ", "~~~", "w " * 30, "\n\n\n\n"]
    )
    | st.text(max_size=8),
    max_size=30,
).map("".join)  # fmt: skip
BLOCK = st.tuples(st.sampled_from(list(KINDS)), TEXT).map(
    lambda pair: prose(KINDS[pair[0]].format(pair[1]), 3, pair[0])
)
PAGES = st.builds(
    lambda title, description, sections: a_page(
        *(Section(heading, "", tuple(blocks)) for heading, blocks in sections),
        title=title,
        description=description,
    ),
    TEXT,
    TEXT,
    st.lists(
        st.tuples(st.lists(TEXT, max_size=3).map(tuple), st.lists(BLOCK, max_size=4)),
        max_size=4,
    ),
)


def seen(
    chunks: Sequence[Chunk], tokenizer: Words | FastTokenizer, prefix: str
) -> list[int]:
    return tokenizer.count([prefix + c.embedded for c in chunks])


def is_within(wanted: Sequence[str], found: Sequence[str]) -> bool:
    """Whether all wanted stand in found, in order, with others between."""
    rest = iter(found)
    return all(any(word == other for other in rest) for word in wanted)


@settings(max_examples=250, deadline=None)
@given(page=PAGES, limit=st.integers(24, 60), prefix=st.sampled_from(["", "passage: "]))
@example(flat(prose("x" * 5000)), 24, "")
@example(flat(prose("0:" * 10 + "00\u0ae2")), 24, "")
def test_nothing_exceeds_the_limit_and_nothing_is_lost(page, limit, prefix):
    """What exceeds it is cut off by the model, in silence."""
    with alarm():
        chunks = cut(page, limit=limit, prefix=prefix)

    assert max(seen(chunks, Words(), prefix), default=0) <= limit
    blocks = [block for section in page.sections for block in section.blocks]
    wanted = [w for b in blocks for w in re.findall(r"[^\W_]+", b.text)]
    found = [w for c in chunks for w in re.findall(r"[^\W_]+", c.text)]
    assert is_within(wanted, found)
    assert len({c.id for c in chunks}) == len(chunks)
    assert {c.page["page_chunks"] for c in chunks} <= {len(chunks)}


@settings(max_examples=60, deadline=None)
@given(page=PAGES, prefix=st.sampled_from(["", "passage: "]))
@example(flat(prose("unbelievable" * 500)), "")
@example(flat(prose("👩🏽‍🚀" * 500)), "")
@example(flat(prose("ﷺ" * 500)), "")
@example(flat(prose("a\u0301" * 3000)), "")
def test_the_bundled_tokenizer_is_never_exceeded(bundled, page, prefix):
    """The fake counts words; this one counts what the model reads."""
    with alarm():
        chunks = cut(page, limit=64, prefix=prefix, tokenizer=bundled)

    assert max(seen(chunks, bundled, prefix), default=0) <= 64


def test_what_the_bundled_tokenizer_cuts_is_whole_again(bundled):
    """Its spans are of characters, also where it changes case and accents."""
    text = "Éléments façonnés, unbelievably " * 60

    chunks = cut(flat(prose(text.strip())), limit=64, tokenizer=bundled)

    assert len(chunks) > 3
    assert "".join("".join(c.text for c in chunks).split()) == "".join(text.split())


SIZE = 100_000
HOSTILE = {
    "links": "[](",
    "one link": "a",
    "brackets": "[",
    "images": "![a](",
    "backticks": "`",
    "ticks apart": "` `` ``` ",
    "dashes": "-",
    "dashes and bars": "-|",
    "rules": "|---|---x\n",
    "bold": "**",
    "sentences": "a. ",
    "lines": "a\n",
    "empty lines": "\n",
    "fences": "```\n",
    "tildes": "~~~\na\n",
    "one word": "x",
    "words": "word ",
    "marks": "> ",
    "items": "- ",
}


@pytest.mark.parametrize("kind", [Kind.PROSE, Kind.CODE])
@pytest.mark.parametrize("name", HOSTILE)
def test_time_is_in_proportion_to_size(name, kind):
    """A line of forty dashes and an x took longer than the age of the universe."""
    unit = HOSTILE[name]
    text = ("[](" if name == "one link" else "") + unit * (SIZE // len(unit)) + "x"

    with alarm():
        chunks = cut(flat(prose(text, kind=kind)), limit=256)

    assert max(seen(chunks, Words(), "")) <= 256


def test_ten_thousand_headings_end():
    """A19 of our list of faults: each is a section of its own."""
    page = read("# a\n\nb\n\n" * 10_000)

    with alarm():
        chunks = cut(page)

    assert len(chunks) == len({c.id for c in chunks}) == 10_000


def test_a_chunk_has_no_room_for_another_page():
    """Chunks of two pages with one text are two, and share a vector."""
    one, two = flat(prose("x")), replace(flat(prose("x")), path="b.mdx")

    [a], [b] = cut(one), cut(two)

    assert a.id != b.id
    assert a.embed_sha == b.embed_sha
