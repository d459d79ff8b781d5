"""What a run is to change, and when it refuses; nothing is written by a plan."""

from __future__ import annotations

import pytest
from tests.support.fakes import (
    FakeDocs,
    FakeEmbedder,
    FakeStore,
    FakeTokenizer,
    a_chunk,
    published,
)

from askdocs.domain.errors import DeletionRefused, DocsNotFound, IndexDamaged
from askdocs.domain.index import ChunkConfig, IngestOptions, Root
from askdocs.domain.text import SkippedFile, Source
from askdocs.flows.pages import read_files
from askdocs.flows.plan import (
    IndexChange,
    LiveIndex,
    plan_change,
    require_same_docs,
    scan,
)
from askdocs.flows.read_docs import Build, ReadDocs

HERE = Root(remote="example.org/docs")
NO_DOCS = ReadDocs((), (), (), (), {}, "github", {}, ())


class Damaged(FakeStore):
    """A store whose chunks cannot be read."""

    def scan(self):
        raise IndexDamaged("the index cannot be read", hint="rag ingest PATH --rebuild")


def a_build() -> Build:
    embedder = FakeEmbedder()
    cut = ChunkConfig(version=1, tokens=64)
    return Build(embedder.space, cut, "https://x/", FakeTokenizer(), lambda: embedder)


def an_index(pages: int, store: FakeStore | None = None) -> FakeStore:
    """Return a store with so many pages of one chunk each."""
    chunks = [a_chunk(f"Text {n}.", path=f"p{n:02}.mdx") for n in range(pages)]
    return published(store or FakeStore(), chunks, FakeEmbedder())


def planned(
    store: FakeStore, *failed: str, complete: bool = True, **options
) -> IndexChange:
    """Plan what happens when the docs hold no page any more."""
    chosen = IngestOptions(**options)
    manifest, rows = store.manifest(), store.scan()
    reusable = {} if chosen.rebuild else rows
    index = LiveIndex(manifest, rows, reusable, store.table())
    files = read_files(FakeDocs(*(SkippedFile(path, "no") for path in failed)))
    return plan_change(index, files, NO_DOCS, complete=complete, options=chosen)


def test_before_the_first_ingest_there_is_nothing():
    """And that is no error."""
    assert scan(FakeStore(), a_build(), rebuild=False) == LiveIndex()


def test_a_damaged_index_is_an_error_unless_it_is_built_anew():
    """The rebuild is how it is mended."""
    index = scan(an_index(3, Damaged()), a_build(), rebuild=True)

    assert index.manifest is not None
    assert (index.stored, index.reusable, index.table) == ({}, {}, None)


def test_a_rebuild_knows_the_pages_and_reuses_none():
    """What would be lost is still counted."""
    index = scan(an_index(3), a_build(), rebuild=True)

    assert len(index.pages) == 3
    assert index.reusable == {}


def test_few_pages_that_are_gone_go():
    """A page is deleted now and then."""
    change = planned(an_index(3))

    assert (change.withheld, len(change.removed), change.after) == ("", 3, {})


def test_many_pages_that_are_gone_stay_and_the_reason_is_named():
    """A wrong mount looks like a deletion of everything."""
    change = planned(an_index(30))

    assert change.withheld == "30 of 30 pages would disappear"
    assert (change.removed, len(change.after)) == (set(), 30)
    assert not change.is_needed(IngestOptions(dry_run=True))


def test_many_pages_go_if_the_user_says_so():
    """It is their docs."""
    assert len(planned(an_index(30), allow_delete=True).removed) == 30


def test_a_rebuild_that_would_lose_many_pages_is_refused():
    """It has no old version to keep."""
    with pytest.raises(DeletionRefused, match="30 of 30 pages would disappear"):
        planned(an_index(30), rebuild=True)


def test_a_page_that_could_not_be_read_keeps_its_old_version():
    """Wanted and unreadable is not gone."""
    change = planned(an_index(3), "p00.mdx")

    assert set(change.after.values()) == {"p00.mdx"}


def test_docs_without_a_page_are_none():
    """An empty folder is a mistake, not a wish."""
    files = read_files(FakeDocs())

    with pytest.raises(DocsNotFound, match="holds no page"):
        require_same_docs(files, LiveIndex(), HERE, IngestOptions())


def test_other_docs_than_those_of_the_index_are_refused():
    """Everything would be replaced by something else."""
    index = scan(an_index(3), a_build(), rebuild=True)
    files = read_files(FakeDocs(Source("other.mdx", "Text.")))

    with pytest.raises(DeletionRefused, match="0 of its 3 pages are here"):
        require_same_docs(files, index, Root(), IngestOptions())
    require_same_docs(files, index, Root(), IngestOptions(allow_delete=True))
