"""Which files are cut into chunks, which are left as they are, and what is said of them."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from tests.support.fakes import FakeTokenizer, a_space

from askdocs.domain.index import ChunkConfig
from askdocs.domain.site import Table
from askdocs.domain.text import SkippedFile, Source
from askdocs.flows.read_docs import SKIPPED, Build, ReadDocs, read_and_chunk

JOBS = Source("jobs.mdx", "---\ntitle: Jobs\n---\nRun the job.\n")
PODS = Source(
    "pods.mdx", "---\ntitle: Pods\n---\nA pod runs.\n\n<Unheard>Of</Unheard>\n"
)
MACRO = Source("macros/need.mdx", "---\nmacro: need\n---\nYou need a key.\n")


def build() -> Build:
    def never() -> None:
        raise AssertionError("nothing is embedded here")

    return Build(
        space=a_space(),
        cut=ChunkConfig(version=1, tokens=64),
        base_url="https://example.org/docs/",
        tokenizer=FakeTokenizer(),
        embedder=never,
    )


def read(*sources: Source, shas=None, live: Table | None = None) -> ReadDocs:
    return read_and_chunk(
        sources,
        page_shas=shas or {},
        live=live,
        build=build(),
        notify=lambda *_: None,
    )


def test_every_file_is_in_one_of_three_lists():
    """Nothing is left out in silence."""
    docs = read(JOBS, PODS, MACRO)

    assert docs.indexed == ("jobs.mdx", "pods.mdx")
    assert docs.skipped == (SkippedFile("macros/need.mdx", "macro"),)
    assert docs.unchanged == ()
    assert [chunk.path for chunk in docs.chunks] == ["jobs.mdx", "pods.mdx"]
    assert docs.places["jobs.mdx"].url == "https://example.org/docs/jobs/"


def test_a_page_that_the_index_holds_as_it_is_is_not_cut_again():
    """A night without news must cost nothing."""
    first = read(JOBS, PODS)
    table = Table(first.rule, tuple(first.places.values()))
    shas = {c.path: str(c.payload["page_sha"]) for c in first.chunks}

    second = read(JOBS, PODS, shas={**shas, "pods.mdx": "older"}, live=table)

    assert (second.unchanged, second.indexed) == (("jobs.mdx",), ("pods.mdx",))
    assert second.places == first.places


def test_a_component_that_nobody_knows_is_counted():
    """Its text is kept, and who reads the report can say whether that is right."""
    assert read(PODS).unknown == {"<Unheard>": 1}


def test_two_pages_at_one_address_are_named():
    """One of them cannot be reached, and only the author knows which."""
    twin = Source("jobs/index.mdx", JOBS.text)

    [warning] = read(JOBS, twin).warnings

    assert warning.startswith("jobs.mdx, jobs/index.mdx: all of them have the address")


def test_the_result_is_not_filled_from_afar():
    """Who holds it can rely on it."""
    with pytest.raises(FrozenInstanceError):
        read(JOBS).indexed = ()  # type: ignore[misc]


@pytest.mark.parametrize("reason", SKIPPED.values())
def test_why_a_kind_of_file_is_skipped_is_said_in_lower_case(reason):
    """It stands behind a path and a colon."""
    assert reason[0].islower()
