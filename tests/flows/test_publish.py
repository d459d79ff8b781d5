"""A filled draft becomes the index, with a manifest that says what it holds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.fakes import (
    FakeEmbedder,
    FakeStore,
    FakeTokenizer,
    FixedClock,
    a_chunk,
    published,
)

from askdocs.domain.index import ChunkConfig, IngestOptions, Root
from askdocs.domain.site import Place, Table
from askdocs.flows.plan import IndexChange, IngestRun, LiveIndex
from askdocs.flows.publish import manifest_of, publish
from askdocs.flows.read_docs import Build
from askdocs.flows.stopwatch import Stopwatch
from askdocs.steps.docs import diff

TABLE = Table("github", (Place("a.mdx", "https://x/a/", "A", ()),))


def a_run(store: FakeStore, *, rebuild: bool = False) -> IngestRun:
    embedder = FakeEmbedder()
    cut = ChunkConfig(version=1, tokens=64)
    build = Build(embedder.space, cut, "https://x/", FakeTokenizer(), lambda: embedder)
    options = IngestOptions(rebuild=rebuild)
    return IngestRun(store, build, "g2", FixedClock("2026-02-02T02:02:02Z"), options)


def a_change(store: FakeStore, *chunks, rebuild: bool = False) -> IndexChange:
    stored = store.scan()
    reusable = {} if rebuild else stored
    plan = diff.plan(chunks, reusable, kept=())
    return IndexChange(
        LiveIndex(store.live_manifest, stored, reusable), plan, TABLE, ""
    )


@pytest.fixture
def store() -> FakeStore:
    """An index of two pages with thresholds of its own."""
    chunks = [a_chunk("One.", path="a.mdx"), a_chunk("Two.", path="b.mdx")]
    made = published(FakeStore(), chunks, FakeEmbedder())
    assert made.live_manifest
    made.live_manifest = replace(made.live_manifest, thresholds={"similar": 0.7})
    return made


def test_the_manifest_counts_what_will_be_there(store):
    """Opening an index compares the two."""
    change = a_change(store, a_chunk("One.", path="a.mdx"), a_chunk("3.", path="c.mdx"))

    manifest = manifest_of(change, a_run(store), Root(commit="c0ffee"))

    assert (manifest.pages, manifest.chunks) == (2, 2)
    assert (manifest.generation, manifest.root.commit) == ("g2", "c0ffee")


def test_a_change_removes_and_keeps_the_thresholds(store):
    """They belong to the model, and a few pages more do not move them."""
    change = a_change(store, a_chunk("One.", path="a.mdx"))
    run, stopwatch = a_run(store), Stopwatch()
    manifest = manifest_of(change, run, Root())

    with store.draft(manifest, fresh=False) as draft:
        publish(change, draft, manifest, run, stopwatch)

    assert {row.path for row in store.scan().values()} == {"a.mdx"}
    assert store.live_manifest.thresholds == {"similar": 0.7}
    assert store.live_manifest.finished == "2026-02-02T02:02:02Z"
    assert store.table() == TABLE
    assert set(stopwatch.seconds) == {"write"}


def test_a_rebuild_measures_its_thresholds_anew(store):
    """Another model has another space."""
    chunks = [a_chunk(f"Text number {n} is here.", path=f"{n}.mdx") for n in range(3)]
    change = a_change(store, *chunks, rebuild=True)
    run, stopwatch = a_run(store, rebuild=True), Stopwatch()
    manifest = manifest_of(change, run, Root())

    with store.draft(manifest, fresh=True) as draft:
        embedder = run.build.embedder()
        draft.add(chunks, embedder.embed_passages([c.embedded for c in chunks]))
        publish(change, draft, manifest, run, stopwatch)

    assert set(store.live_manifest.thresholds) == {"refuse_below", "similar"}
    assert "calibrate" in stopwatch.seconds
