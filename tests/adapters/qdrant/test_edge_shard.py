"""One shard: made for the searches that will be asked, opened only if it is one."""

from __future__ import annotations

import numpy as np
import pytest
from qdrant_edge import CountRequest, FacetRequest, Query, QueryRequest
from tests.support.fakes import a_chunk, a_space

from askdocs.adapters.qdrant import edge_shard
from askdocs.adapters.qdrant.edge_draft import EdgeDraft
from askdocs.adapters.qdrant.edge_shard import (
    create_shard,
    damaged,
    open_shard,
    scan_shard,
)
from askdocs.adapters.qdrant.payload import KEYWORD_FIELDS, read_stored
from askdocs.domain.errors import IndexDamaged


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "shard"


def fill(shard, chunks, rows):
    EdgeDraft(shard, lambda *_: None).add(chunks, np.asarray(rows, np.float32))
    shard.flush()


def test_what_was_written_is_there_when_the_shard_is_opened_again(folder):
    """It has no write-ahead log, so a flush must be enough."""
    chunk = a_chunk()
    shard = create_shard(folder, a_space(dim=2))
    fill(shard, [chunk], [[1, 0]])
    shard.close()

    shard = open_shard(folder)

    assert dict(scan_shard(shard)) == {chunk.id: read_stored(chunk.payload)}
    shard.close()


def test_many_readers_may_open_one_shard(folder):
    """A log would be locked by the first of them."""
    create_shard(folder, a_space(dim=2)).close()

    readers = [open_shard(folder) for _ in range(3)]

    assert [reader.count(CountRequest(exact=True)) for reader in readers] == [0, 0, 0]
    for reader in readers:
        reader.close()


@pytest.mark.parametrize(
    ("distance", "best"), [("cosine", "short"), ("dot", "long")], ids=["cosine", "dot"]
)
def test_a_shard_compares_vectors_as_the_model_was_trained(folder, distance, best):
    """A dot-product model puts meaning into the length of a vector."""
    chunks = {name: a_chunk(name) for name in ("long", "short")}
    shard = create_shard(folder, a_space(dim=2, distance=distance))
    fill(shard, [*chunks.values()], [[9, 9], [1, 0]])

    (first,) = shard.query(
        QueryRequest(query=Query.Nearest([1.0, 0.0], using="dense"), limit=1)
    )

    assert str(first.id) == chunks[best].id
    shard.close()


def test_what_is_filtered_can_be_counted_by_value(folder):
    """Only a field with an index has facets."""
    shard = create_shard(folder, a_space(dim=2))
    facets = {name: ["x", "y"] for name in KEYWORD_FIELDS}
    fill(shard, [a_chunk(**facets)], [[1, 0]])

    for name in KEYWORD_FIELDS:
        hits = shard.facet(FacetRequest(name, limit=9, exact=True))
        assert {hit.value: hit.count for hit in hits} == {"x": 1, "y": 1}
    shard.close()


def test_a_scan_goes_on_after_its_first_request(folder, monkeypatch):
    """Listings end early; a chunk that is not listed is embedded for ever."""
    monkeypatch.setattr(edge_shard, "_SCROLL_POINTS", 2)
    chunks = [a_chunk(str(n)) for n in range(5)]
    shard = create_shard(folder, a_space(dim=2))
    fill(shard, chunks, [[1, n] for n in range(5)])

    assert dict(scan_shard(shard)).keys() == {chunk.id for chunk in chunks}
    shard.close()


def test_a_scan_reads_no_texts(folder, monkeypatch):
    """Of 20,000 chunks that is most of what there is to read."""
    shard = create_shard(folder, a_space(dim=2))
    fill(shard, [a_chunk()], [[1, 0]])
    payloads = []
    monkeypatch.setattr(edge_shard, "read_stored", payloads.append)

    list(scan_shard(shard))

    (payload,) = payloads
    assert "page_sha" in payload
    assert "text" not in payload
    shard.close()


@pytest.mark.parametrize("half", [False, True], ids=["nothing", "half a shard"])
def test_what_is_no_shard_is_damage_and_not_an_empty_index(folder, half):
    """No answer from nothing: it would say that the docs do not hold it."""
    folder.mkdir()
    if half:
        (folder / "segments").mkdir()
        (folder / "edge_config.json").write_text("{")

    with pytest.raises(IndexDamaged, match=f"cannot be read at {folder}") as caught:
        open_shard(folder)
    assert "--rebuild" in caught.value.hint


def test_damage_is_told_in_one_short_line(folder):
    """The engine's own errors have backtraces in them."""
    err = damaged(folder, ValueError("first line " + "x" * 500 + "\nsecond"))

    assert "second" not in str(err)
    assert len(str(err)) < 300 + len(str(folder))
