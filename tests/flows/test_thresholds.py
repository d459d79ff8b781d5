"""A draft of an index becomes the thresholds that are stored with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
from tests.flows.test_ingest import World, page
from tests.support.fakes import (
    FakeDocs,
    FakeEmbedder,
    FakeStore,
    a_chunk,
    a_manifest,
    a_space,
    a_table,
)
from tests.test_contracts import STORES

from askdocs.domain.ports import Draft, Store
from askdocs.domain.text import Chunk
from askdocs.flows import thresholds as module
from askdocs.flows.thresholds import thresholds, unit

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect")

TOLD = (
    "A job of sort {0} runs in region {0} for an hour. Its logs of {0} stay for a week. "
    "You can stop a job of sort {0} at any time."
)


def chunks(count: int) -> list[Chunk]:
    return [
        a_chunk(TOLD.format(n), path=f"pages/p{n}.mdx", title=f"Sort {n}")
        for n in range(count)
    ]


@contextmanager
def drafted(
    some: Sequence[Chunk], embedder: FakeEmbedder, store: Store | None = None
) -> Iterator[Draft]:
    manifest = a_manifest(chunks=len(some), space=embedder.space)
    with (store or FakeStore()).draft(manifest, fresh=True) as draft:
        if some:
            draft.add(some, embedder.embed_passages([c.embedded for c in some]))
        yield draft


def found(
    some: Sequence[Chunk], embedder: FakeEmbedder | None = None
) -> dict[str, float]:
    embedder = embedder or FakeEmbedder()
    with drafted(some, embedder) as draft:
        return thresholds(some, draft, embedder)


def test_an_index_has_two_limits():
    """They are what the answers of its model are judged by."""
    limits = found(chunks(20))

    assert limits.keys() == {"refuse_below", "similar"}
    assert all(-1 <= limit <= 1 for limit in limits.values())


def test_equal_docs_give_equal_limits_in_any_order(monkeypatch):
    """Two machines that ingest the same refuse the same; each draws the same sample."""
    for name in ("MAX_PASSAGES", "MAX_HEADINGS", "MAX_READ_CHUNKS"):
        monkeypatch.setattr(module, name, 3)
    some = chunks(30)

    assert found(some) == found(some[::-1])


def test_other_docs_give_other_limits():
    """They are no constants of the program."""
    assert found(chunks(20)) != found(chunks(5))


def test_an_index_of_nothing_has_no_limits():
    """Nothing is refused by what nobody measured."""
    assert found([]) == {}


def test_one_chunk_is_enough():
    """The smallest docs can be asked too."""
    limits = found(chunks(1))

    assert -1 <= limits["refuse_below"] <= 1
    assert limits["similar"] < 1


def test_chunks_without_sentences_leave_the_words_to_decide():
    """A page of labels has no two sentences to compare."""
    limits = found(
        [a_chunk("Run it. Stop it.", path=f"pages/p{n}.mdx") for n in range(3)]
    )

    assert limits["similar"] == 1.0


def test_a_sentence_that_stands_twice_is_read_once():
    """It would be its own nearest neighbour, and nothing be similar enough."""
    twice = "A job runs in a region for an hour."
    once = found([a_chunk(f"{twice} The volume is another thing that costs money.")])

    assert found(
        [a_chunk(f"{twice} {twice} The volume is another thing that costs money.")]
    )["similar"] == pytest.approx(once["similar"])


def test_only_a_sample_is_read(monkeypatch):
    """The docs may be of any size; the first ingest must not wait for this."""
    monkeypatch.setattr(module, "MAX_PASSAGES", 4)
    monkeypatch.setattr(module, "MAX_HEADINGS", 3)
    monkeypatch.setattr(module, "MAX_READ_CHUNKS", 2)
    asked: list[list[str]] = []

    class Counting(FakeEmbedder):
        def embed_questions(self, texts: Sequence[str]) -> np.ndarray:
            asked.append(list(texts))
            return super().embed_questions(texts)

    some, embedder = chunks(9), Counting()
    with drafted(some, embedder) as draft:
        read: list[str] = []
        vectors = draft.vectors
        draft.vectors = lambda ids: vectors(read.extend(ids) or read)
        thresholds(some, draft, embedder)

    headings, sentences = asked
    assert len(read) == 4
    assert len(headings) == len(module.FOREIGN_QUESTIONS) + 3
    assert len(sentences) == 2 * 3


def test_a_space_of_lengths_is_compared_by_them():
    """In a dot space a cosine would be another number than the search gives."""
    dot, cosine = (FakeEmbedder(a_space(distance=d)) for d in ("dot", "cosine"))

    assert abs(found(chunks(9), dot)["refuse_below"]) > 1
    assert abs(found(chunks(9), cosine)["refuse_below"]) <= 1


def test_a_space_of_directions_is_compared_by_them():
    """Not every model that is compared by cosine makes vectors of length 1."""

    class Long(FakeEmbedder):
        def _vector(self, text: str) -> np.ndarray:
            return 5 * super()._vector(text)

    assert found(chunks(9), Long()) == found(chunks(9))


def test_rows_have_length_one_and_nothing_stays_nothing():
    """A vector of zeros has no direction."""
    rows = unit(np.array([[3, 4], [0, 0]], np.float32))

    assert rows.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0, 0]]


@pytest.mark.parametrize("store", STORES.values(), ids=STORES)
def test_every_store_gives_the_same_limits(store):
    """The vectors of a draft are read before it is published, wherever it lies."""
    some, embedder = chunks(12), FakeEmbedder()
    with store() as made, drafted(some, embedder, made) as draft:
        limits = thresholds(some, draft, embedder)

    expected = found(some)
    assert limits == {
        name: pytest.approx(expected[name], abs=2e-4) for name in expected
    }


@pytest.mark.parametrize("store", STORES.values(), ids=STORES)
def test_every_store_keeps_the_limits_with_the_index(store):
    """An answer is judged by those of the index that it comes from."""
    limits = {"refuse_below": 0.4123, "similar": 0.7}
    some, embedder = chunks(2), FakeEmbedder()
    with store() as made:
        with drafted(some, embedder, made) as draft:
            manifest = a_manifest(chunks=len(some), space=embedder.space)
            draft.publish(replace(manifest, thresholds=limits), a_table())
        live = made.manifest()

    assert live
    assert live.thresholds == limits


# Ingest, and what it keeps


@pytest.fixture
def world():
    return World()


def docs(*names: str) -> FakeDocs:
    return FakeDocs(*(page(f"{n}.mdx", TOLD.format(n), title=n) for n in names))


def limits_of(world: World) -> dict[str, float]:
    live = world.store.manifest()
    assert live
    return dict(live.thresholds)


def test_the_first_ingest_stores_the_limits(world):
    """Whoever asks reads them with the index."""
    world.ingest(docs("a", "b", "c"))

    assert limits_of(world).keys() == {"refuse_below", "similar"}


def test_a_change_keeps_the_limits(world):
    """What was answered yesterday is not refused because a page was added."""
    world.ingest(docs("a", "b", "c"))
    before = limits_of(world)
    world.ingest(docs("a", "b", "c", "d", "e"))

    assert limits_of(world) == before


def test_a_rebuild_measures_anew(world):
    """Another model, or other docs by now."""
    world.ingest(docs("a", "b", "c"))
    before = limits_of(world)
    world.ingest(docs("a", "b", "c", "d", "e"), rebuild=True)

    assert limits_of(world) != before


def test_a_rebuild_of_the_same_finds_the_same(world):
    """Nothing is drawn by chance."""
    world.ingest(docs("a", "b", "c"))
    before = limits_of(world)
    world.ingest(docs("a", "b", "c"), rebuild=True)

    assert limits_of(world) == before
