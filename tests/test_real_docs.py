"""The docs of Scaleway, all of them: read, cut and counted, nothing embedded."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from askdocs.adapters.folder import DocsFolder
from askdocs.adapters.model import locate
from askdocs.adapters.tokenizer import FastTokenizer
from askdocs.domain.index import Cut, Space
from askdocs.domain.text import Chunk, visible
from askdocs.flows.survey import Build, Survey, look, read_all
from askdocs.settings import IGNORE
from askdocs.steps import front, mdx

DOCS = os.environ.get("RAG_TEST_DOCS", "")
LIMIT = 256

pytestmark = pytest.mark.skipif(
    not DOCS, reason="RAG_TEST_DOCS does not name a clone of the Scaleway docs"
)

COMPONENTS = """Message Lightbox Macro Icon SummaryCard TabsTab DefaultCard Grid Tabs
ProductHeader ClickableBanner ChangelogList Key Iframe GuideFlow StepButton Steps Link
HomepageHeader Image""".split()
TAG = re.compile(rf"</?(?:{'|'.join(COMPONENTS)})(?:\s[^<>]*)?/?>")
CODE = re.compile(
    r"^[ \t>]*(?:[-*+\d.)]+[ \t]+)?(```+|~~~+).*?^[ \t>]*\1|(`+)[^`].*?\2", re.S | re.M
)
FENCE = re.compile(r"^[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)*(?:```|~~~)", re.M)


@dataclass(frozen=True)
class Read:
    """All of the docs.

    Attributes:
        texts: Of each file, by path.
        survey: What became of them.
        macros: Body of each macro by its id.
        tokenizer: The one that measured.
    """

    texts: dict[str, str]
    survey: Survey
    macros: dict[str, str]
    tokenizer: FastTokenizer

    @property
    def chunks(self) -> list[Chunk]:
        return self.survey.chunks


def never() -> None:
    raise AssertionError("nothing is to be embedded")


@pytest.fixture(scope="module")
def docs(tmp_path_factory) -> Read:
    """Everything below DOCS, read as `rag ingest` reads it."""
    tokenizer = FastTokenizer(locate("bundled", cache=tmp_path_factory.mktemp("cache")))
    space = Space("bundled", "0" * 64, 384, "cosine", LIMIT)
    build = Build(
        space, Cut(1, LIMIT), "https://www.scaleway.com/en/docs/", tokenizer, never
    )
    survey = Survey()
    folder = DocsFolder(Path(DOCS), suffixes=[".mdx"], ignore=IGNORE.split())
    sources = read_all(folder, survey)
    look(sources, {}, build, survey, lambda *_: None)
    opened = map(front.open_document, sources)
    macros = {d.front.macro: d.body for d in opened if d.front.macro}
    return Read({s.path: s.text for s in sources}, survey, macros, tokenizer)


def test_no_page_fails(docs):
    """Whatever our readers wrote, it can be read."""
    assert docs.survey.failed == []
    assert docs.survey.found == len(docs.texts)


def test_every_page_with_prose_is_indexed(docs):
    """Left out are macros, menus, and one file of a single byte."""
    assert len(docs.survey.indexed) >= 1_260
    assert {left.reason for left in docs.survey.skipped} <= {
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
    assert tutorials <= set(docs.survey.indexed)


def test_pages_that_only_show_a_macro_are_indexed(docs):
    """A reader of the site sees a whole page."""
    alone = {
        path
        for path, text in docs.texts.items()
        if re.fullmatch(r"\s*(?:<Macro[^<>]*/>\s*)+", text.split("\n---\n", 1)[-1])
    }

    assert len(alone) >= 14
    assert alone <= set(docs.survey.indexed)


def test_every_indexed_page_has_chunks(docs):
    """A page without a chunk is not found, and is read again in every run."""
    held = Counter(c.path for c in docs.chunks)

    assert set(held) == set(docs.survey.indexed)
    assert all(c.page["page_chunks"] == held[c.path] for c in docs.chunks)


def test_no_chunk_exceeds_what_the_model_reads(docs):
    """The model cuts in silence, and what is cut off is never found."""
    sizes = docs.tokenizer.count([c.embedded for c in docs.chunks])

    assert len(sizes) > 10_000
    assert max(sizes) <= LIMIT


def test_ids_are_unique(docs):
    """The index would hold fewer chunks than were wanted."""
    assert len({c.id for c in docs.chunks}) == len(docs.chunks)


def test_no_component_tag_is_left_outside_of_code(docs):
    """It would be embedded, shown and quoted."""
    left = [
        (c.path, c.lines, found[0])
        for c in docs.chunks
        for found in TAG.finditer(CODE.sub(" ", c.text))
    ]

    assert left == []


def test_every_macro_is_resolved_or_named(docs):
    """Most pages say what one needs before starting by a macro, and by nothing else."""
    uses = {path: set(mdx.macros_used(text, {})) for path, text in docs.texts.items()}
    unknown = {
        (path, name)
        for path in docs.survey.indexed
        for name in uses[path] - docs.macros.keys()
    }
    named = {
        (path, name)
        for warning in docs.survey.warnings
        for path, name in re.findall(
            r"^(\S+): line \d+: unknown macro '(.*)'$", warning
        )
    }

    assert sum(map(len, uses.values())) > 900
    assert named <= unknown
    for path, name in unknown - named:
        code = "".join(found[0] for found in CODE.finditer(docs.texts[path]))
        assert f'id="{name}"' in code


def test_the_text_of_a_macro_is_found_on_the_pages_that_use_it(docs):
    """By its first words, in the chunks of each page with the tag on a line of its own."""
    text: dict[str, str] = {}
    for chunk in docs.chunks:
        text[chunk.path] = f"{text.get(chunk.path, '')} {' '.join(chunk.text.split())}"
    missing = [
        path
        for path in docs.survey.indexed
        if re.search(r'^<Macro id="requirements" />$', docs.texts[path], re.M)
        and "To complete the actions presented below, you must have" not in text[path]
    ]

    assert sum("<Macro" in docs.texts[p] for p in docs.survey.indexed) > 700
    assert missing == []


def test_fences_are_closed_in_every_chunk(docs):
    """An odd fence turns all that follows into code, on the screen and for the model."""
    odd = [(c.path, c.lines) for c in docs.chunks if len(FENCE.findall(c.text)) % 2]

    assert len(odd) / len(docs.chunks) < 0.002


def test_lines_lie_in_the_file(docs):
    """A citation opens an editor there."""
    for chunk in docs.chunks:
        first, last = chunk.lines
        assert 1 <= first <= last <= docs.texts[chunk.path].count("\n") + 1


def test_code_stands_on_the_lines_that_are_named(docs):
    """Checked where nothing was replaced: the first line of code of each chunk."""
    wrong = checked = 0
    for chunk in docs.chunks:
        body = re.search(r"^ *```\w*\n(.+)$", chunk.text, re.M)
        if body is None or "<Macro" in docs.texts[chunk.path]:
            continue
        first, last = chunk.lines
        lines = visible(docs.texts[chunk.path]).split("\n")[first - 1 : last]
        checked += 1
        wrong += body[1].rstrip() not in [line.rstrip() for line in lines]

    assert checked > 300
    assert wrong == 0
