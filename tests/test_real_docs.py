"""The docs of Scaleway, all of them: read, cut and counted, nothing embedded."""

from __future__ import annotations

import os
import re
from collections import Counter

import pytest
from tests.support.coverage import FENCED, RESIDUE, checked
from tests.support.oracle import Site
from tests.support.read_markdown import name_of, plain, tags, tokens_of
from tests.support.real_docs import LIMIT, Read

from askdocs.domain.text import visible

DOCS = os.environ.get("RAG_TEST_DOCS", "")

pytestmark = pytest.mark.skipif(
    not DOCS, reason="RAG_TEST_DOCS does not name a clone of the Scaleway docs"
)


@pytest.fixture(scope="module")
def docs() -> Read:
    """Everything below DOCS, read as `rag ingest` reads it."""
    return checked(DOCS).docs


@pytest.fixture(scope="module")
def site() -> Site:
    """The same, read by the oracle."""
    return checked(DOCS).site


def test_no_page_fails(docs):
    """Whatever our readers wrote, it can be read."""
    assert docs.files.failed == ()
    assert len(docs.files.sources) == len(docs.texts)


def test_every_page_with_prose_is_indexed(docs):
    """Left out are macros, menus, and one file of a single byte."""
    assert len(docs.pages.indexed) >= 1_260
    assert {left.reason for left in docs.pages.skipped} <= {
        "macro",
        "card page: no prose of its own",
        "empty",
    }


def test_every_tutorial_is_indexed(docs):
    """All are called index.mdx, which the mission's own rule leaves out."""
    tutorials = {
        p for p in docs.texts if re.fullmatch(r"tutorials/[^/]+/index\.mdx", p)
    }

    assert len(tutorials) >= 267
    assert tutorials <= set(docs.pages.indexed)


def test_pages_that_only_show_a_macro_are_indexed(docs):
    """A reader of the site sees a whole page."""
    alone = {
        path
        for path, text in docs.texts.items()
        if re.fullmatch(r"\s*(?:<Macro[^<>]*/>\s*)+", text.split("\n---\n", 1)[-1])
    }

    assert len(alone) >= 14
    assert alone <= set(docs.pages.indexed)


def test_every_indexed_page_has_chunks(docs):
    """A page without a chunk is not found, and is read again in every run."""
    counts = Counter(c.path for c in docs.chunks)

    assert set(counts) == set(docs.pages.indexed)
    assert all(c.page["page_chunks"] == counts[c.path] for c in docs.chunks)


def test_no_chunk_exceeds_what_the_model_reads(docs):
    """The model cuts in silence, and what is cut off is never found."""
    sizes = docs.tokenizer.count([c.embedded for c in docs.chunks])

    assert len(sizes) > 10_000
    assert max(sizes) <= LIMIT


def test_ids_are_unique(docs):
    """The index would hold fewer chunks than were wanted."""
    assert len({c.id for c in docs.chunks}) == len(docs.chunks)


def test_no_component_tag_is_left_outside_of_code(docs, site):
    """It would be embedded, shown and quoted; the names are those the docs themselves use."""
    used = {name for name, closed in site.tags.items() if closed}
    left = [
        (chunk.path, chunk.lines, tag)
        for chunk in docs.chunks
        if "<" in chunk.text
        for tag in tags(chunk.text)
        if name_of(tag) in used
    ]

    assert {"Message", "Lightbox", "Macro", "TabsTab", "Alert", "br"} <= used
    assert left == []


@pytest.mark.parametrize(("pattern", "example"), RESIDUE.values(), ids=RESIDUE)
def test_nothing_is_left_that_only_a_machine_reads(docs, pattern, example):
    """The embedder would read it, and the language model would quote it."""
    compiled = re.compile(pattern, re.M)
    left = [
        (c.path, c.lines) for c in docs.chunks if compiled.search(plain(c.text).prose)
    ]

    assert compiled.search(plain(f"Text.\n\n{example}").prose)
    assert left == []


def test_every_chunk_says_something(docs):
    """A line of dashes is found and answers nothing."""
    assert [(c.path, c.lines) for c in docs.chunks if not plain(c.text).words] == []


def test_no_chunk_is_headings_alone(docs):
    """They stand above every chunk already."""
    bare = re.compile(r"(?:#{1,6} .*|\s*)(?:\n(?:#{1,6} .*|\s*))*")

    assert [(c.path, c.lines) for c in docs.chunks if bare.fullmatch(c.text)] == []


def test_every_macro_is_resolved_or_named(docs, site):
    """Most pages say what one needs before starting by a macro, and by nothing else."""
    unknown = {
        (path, name)
        for path in docs.pages.indexed
        if "<Macro" in docs.texts[path]
        for name in site.seen(path).unknown
    }
    named = {
        (path, name)
        for warning in docs.pages.warnings
        for path, name in re.findall(
            r"^(\S+): line \d+: unknown macro '(.*)'$", warning
        )
    }

    assert site.tags["Macro"] > 1_000
    assert len(site.macros) >= 40
    assert named == unknown


def test_the_text_of_a_macro_is_found_on_the_pages_that_use_it(docs):
    """By its first words, in the chunks of each page with the tag on a line of its own."""
    missing = [
        path
        for path, chunks in docs.by_page.items()
        if re.search(r'^<Macro id="requirements" />$', docs.texts[path], re.M)
        and "To complete the actions presented below, you must have"
        not in " ".join(" ".join(c.text.split()) for c in chunks)
    ]

    assert sum("<Macro" in docs.texts[p] for p in docs.pages.indexed) > 700
    assert missing == []


def test_fences_are_closed_in_every_chunk(docs):
    """An open fence turns all that follows into code, on the screen and for the model."""
    fenced = [c for c in docs.chunks if "```" in c.text or "~~~" in c.text]

    assert len(fenced) > 1_000
    assert [(c.path, c.lines) for c in fenced if plain(c.text).open] == []


def test_every_row_of_a_table_stands_below_its_head(docs):
    """Without it nobody knows what a value is; a table in an item is one as well.

    Left out are pages where rows stand without a head in the file itself.
    """
    whole = {p for p in docs.pages.indexed if not headless(docs.texts[p])}
    wrong = [(c.path, c.lines) for c in docs.chunks if headless(c.text)]

    assert len(whole) / len(docs.pages.indexed) > 0.95
    assert [place for place in wrong if place[0] in whole] == []


def headless(text: str) -> bool:
    """Whether rows of a table stand outside of code without a rule below the first."""
    rows = re.compile(r"(?:^[ \t]*\|.*\|[ \t]*(?:\n|\Z))+", re.M)
    rule = re.compile(r".*\n[ \t]*\|[ \t:|-]*-[ \t:|-]*(?:\n|\Z)")
    return any(not rule.match(m[0]) for m in rows.finditer(FENCED.sub("", text)))


def test_lines_lie_in_the_file(docs):
    """A citation opens an editor there."""
    for chunk in docs.chunks:
        first, last = chunk.lines
        assert 1 <= first <= last <= docs.texts[chunk.path].count("\n") + 1


def test_a_chunk_stands_on_the_lines_that_are_named(docs):
    """Its first line on the first of them, its last on the last: so an editor is opened.

    Checked where every line is shown as it is written: no tag, no entity, and not the
    description, which stands in the frontmatter.
    """
    compared, wrong = 0, []
    for chunk in docs.chunks:
        first, last = chunk.lines
        source = visible(docs.texts[chunk.path]).split("\n")[first - 1 : last]
        if first == 1 or any("<" in line or "&" in line for line in source):
            continue
        compared += 1
        top, bottom = ends(chunk.text)
        if not (stands(top, source[0]) and stands(bottom, source[-1])):
            wrong.append((chunk.path, chunk.lines))

    assert compared > 5_000
    assert wrong == []


def ends(text: str) -> tuple[list[str], list[str]]:
    """The lines that may be the first and the last of a text, what was repeated left out."""
    lines = text.split("\n")
    ruled = len(lines) > 2 and not lines[1].strip(" \t|:-")
    fenced = [line.lstrip().startswith(("```", "~~~")) for line in lines]
    top = lines[:1] + lines[2:3] * ruled + lines[1:2] * fenced[0]
    return top, lines[-1:] + lines[-2:-1] * fenced[-1]


def stands(lines: list[str], line: str) -> bool:
    """Whether all words of one of these lines stand on a line of the file."""
    there = set(tokens_of(line))
    return any(there.issuperset(tokens_of(each)) for each in lines)
