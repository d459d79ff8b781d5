"""A change to an embedded index: nothing is published that was not counted."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest
from qdrant_edge import CountRequest
from tests.support.fakes import a_chunk, a_manifest, a_space, a_table

from askdocs.adapters.qdrant import edge_draft
from askdocs.adapters.qdrant.bm25 import encode_document
from askdocs.adapters.qdrant.edge_draft import EdgeDraft
from askdocs.adapters.qdrant.edge_shard import create_shard, open_shard
from askdocs.domain.errors import IndexDamaged
from askdocs.domain.search import FIELDS

FIRST = replace(a_chunk(), fields=dict.fromkeys(FIELDS, "Run a job"))
OTHER = a_chunk("Stop it.", nth=1)
ROWS = np.asarray([[1, 0], [0, 1]], np.float32)


@pytest.fixture
def shard(tmp_path):
    shard = create_shard(tmp_path / "shard", a_space(dim=2))
    yield shard
    shard.close()


@pytest.fixture
def published():
    """What was handed to the store to be made the live index."""
    return []


@pytest.fixture
def draft(shard, published):
    return EdgeDraft(shard, lambda *parts: published.append(parts))


def vectors_of(shard, chunk):
    (record,) = shard.retrieve([UUID(chunk.id)], with_payload=False, with_vector=True)
    return record.vector


def count(shard):
    return shard.count(CountRequest(exact=True))


def test_a_chunk_has_the_vectors_of_its_text_and_its_page_if_it_stands_for_it(
    shard, draft
):
    """What is ranked by words is made by the store, so that both stores make it alike."""
    draft.add([FIRST, OTHER], ROWS)

    vectors = vectors_of(shard, FIRST)
    assert vectors.keys() == {"dense", "bm25", *FIELDS}
    assert vectors["dense"] == [1, 0]
    assert list(vectors["bm25"].indices) == sorted(
        encode_document(FIRST.embedded).indices
    )
    assert list(vectors["head"].indices) == sorted(encode_document("Run a job").indices)
    assert vectors_of(shard, OTHER).keys() == {"dense", "bm25"}


def test_chunks_are_written_and_read_in_batches(shard, draft, monkeypatch):
    """The last batch may be a short one."""
    monkeypatch.setattr(edge_draft, "_BATCH_POINTS", 2)
    chunks = [a_chunk(str(n)) for n in range(5)]

    draft.add(chunks, np.asarray([[n + 1, 0] for n in range(5)], np.float32))

    assert count(shard) == 5
    assert draft.vectors(chunk.id for chunk in chunks).keys() == {
        chunk.id for chunk in chunks
    }


def test_a_rewrite_changes_payload_and_page_vectors_and_no_other(shard, draft):
    """A new heading elsewhere on the page costs no embedding."""
    draft.add([FIRST], ROWS[:1])
    before = vectors_of(shard, FIRST)

    draft.rewrite([replace(FIRST, fields=dict.fromkeys(FIELDS, "Launch"), anchor="x")])

    after = vectors_of(shard, FIRST)
    assert after["dense"] == before["dense"]
    assert list(after["bm25"].indices) == list(before["bm25"].indices)
    assert list(after["head"].indices) == encode_document("Launch").indices
    (record,) = shard.retrieve(
        [UUID(FIRST.id)], with_payload=["anchor"], with_vector=False
    )
    assert record.payload == {"anchor": "x"}


def test_removing_nothing_is_no_error(shard, draft):
    """Most runs remove nothing, and one that was cut off may have removed it already."""
    draft.add([FIRST], ROWS[:1])

    draft.remove([])
    draft.remove(iter([OTHER.id]))

    assert count(shard) == 1


def test_a_draft_is_on_the_disk_and_closed_before_it_is_published(
    shard, tmp_path, published
):
    """The folder is renamed next: an open shard would go on writing into it."""
    manifest, chunks = a_manifest(chunks=2), []

    def publish(*parts):
        published.append(parts)
        reader = open_shard(tmp_path / "shard")
        chunks.append(count(reader))
        reader.close()

    draft = EdgeDraft(shard, publish)
    draft.add([FIRST, OTHER], ROWS)
    draft.publish(manifest, a_table())

    assert published == [(manifest, a_table())]
    assert chunks == [2]
    with pytest.raises(Exception, match="not initialized"):
        count(shard)


@pytest.mark.parametrize("chunks", [0, 2])
def test_a_draft_with_a_chunk_too_many_or_too_few_is_not_published(
    draft, published, chunks
):
    """The live index was not touched, and the hint says so."""
    draft.add([FIRST], ROWS[:1])

    with pytest.raises(IndexDamaged, match=f"holds 1 chunks instead of {chunks}") as e:
        draft.publish(a_manifest(chunks=chunks), a_table())
    assert "not touched" in e.value.hint
    assert published == []


def test_a_draft_may_be_closed_twice(draft):
    """Publishing closes it, and so does leaving the block."""
    draft.close()
    draft.close()
