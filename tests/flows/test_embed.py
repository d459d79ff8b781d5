"""New chunks get vectors, each text once, and the draft is filled in bounded parts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.support.fakes import (
    FakeEmbedder,
    FakeStore,
    FakeTokenizer,
    FixedClock,
    a_chunk,
    published,
)

from askdocs.domain.index import ChunkConfig
from askdocs.domain.site import Table
from askdocs.domain.text import Chunk
from askdocs.flows import embed as module
from askdocs.flows.embed import Embedded, embed
from askdocs.flows.plan import IndexChange, IngestRun, LiveIndex
from askdocs.flows.read_docs import Build
from askdocs.flows.stopwatch import Stopwatch
from askdocs.steps.docs import diff


class World:
    """An index with one chunk, and an embedder that counts."""

    def __init__(self) -> None:
        self.embedder = FakeEmbedder()
        self.store = published(FakeStore(), [a_chunk("Old.")], self.embedder)
        self.embedder.texts.clear()
        self.store.added.clear()
        self.progress: list[tuple[str, int, int]] = []
        cut = ChunkConfig(version=1, tokens=64)
        build = Build(
            self.embedder.space,
            cut,
            "https://x/",
            FakeTokenizer(),
            lambda: self.embedder,
        )
        self.run = IngestRun(self.store, build, "g2", FixedClock(), notify=self._notify)

    def _notify(self, *step: object) -> None:
        self.progress.append(step)

    def embed(self, chunks: Sequence[Chunk]) -> Embedded:
        stored = self.store.scan()
        plan = diff.plan(chunks, stored, kept={a_chunk().path})
        change = IndexChange(
            LiveIndex(self.store.live_manifest, stored, stored), plan, Table("", ()), ""
        )
        with self.store.draft(self.store.live_manifest, fresh=False) as draft:
            return embed(change, draft, self.run, Stopwatch())


def test_a_text_that_stands_twice_is_embedded_once_and_stored_twice():
    """Notes are copied from page to page."""
    world = World()

    done = world.embed([a_chunk("New.", path="a.mdx"), a_chunk("New.", path="b.mdx")])

    assert (done.texts, len(world.embedder.texts)) == (1, 1)
    assert len(world.store.added) == 2


def test_a_text_that_the_index_has_elsewhere_is_not_embedded():
    """A page that was moved has the vectors of its old place."""
    world = World()

    done = world.embed([a_chunk("Old.", path="moved.mdx")])

    assert (done.texts, world.embedder.texts) == (0, [])
    assert len(world.store.added) == 1


def test_vectors_are_written_round_by_round(monkeypatch):
    """All vectors of large docs at once would not fit into memory."""
    monkeypatch.setattr(module, "TEXTS_PER_ROUND", 2)
    world = World()

    world.embed([a_chunk(f"New {n}.", path=f"p{n}.mdx") for n in range(5)])

    steps = [step for step, *_ in world.progress]
    assert steps.count("write") == 3
    assert world.progress[-1] == ("write", 1, 1)
    assert ("embed", 4, 5) in world.progress


@pytest.mark.parametrize("count", [0, 1])
def test_what_the_model_had_to_do_otherwise_is_passed_on_once(count):
    """ "out of memory: batch 384" belongs into the report of this run alone."""
    world = World()
    world.embedder.notices.append("batch 384")

    done = world.embed([a_chunk("New.", path="a.mdx")][:count])

    assert done.notices == ("batch 384",) * count
    assert world.embedder.notices == ["batch 384"] * (1 - count)
