"""A change to a server's index: what is checked and written, in which order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from tests.support.fakes import a_chunk, a_manifest, a_table
from tests.support.server_index import ROW, collection_names, publish_one

from askdocs.adapters.qdrant.server_draft import ServerDraft
from askdocs.domain.errors import IndexDamaged, StoreUnavailable
from askdocs.domain.search import FIELDS

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect")


def test_a_rebuild_becomes_visible_in_one_request_after_its_manifest(qdrant, store):
    """A reader between the two would find an index that does not say what built it."""
    publish_one(store, "g1")
    qdrant.requests.clear()
    publish_one(store, "g2")

    wanted = {("PATCH", "/collections/docs--g2"), ("POST", "/collections/aliases")}
    label, switch = [r for r in qdrant.requests if (r.method, r.path) in wanted]

    assert b'"generation":"g2"' in label.body
    assert json.loads(switch.body)["actions"] == [
        {"create_alias": {"collection_name": "docs--g2", "alias_name": "docs"}}
    ]


def test_an_index_that_qdrant_could_not_write_is_not_published(qdrant, store):
    """After a full disk the optimizer stays red; the old generation goes on answering."""
    publish_one(store, "g1")
    qdrant.optimizer_error = "No space left on device"

    with pytest.raises(StoreUnavailable, match="No space left on device"):
        publish_one(store, "g2")
    qdrant.optimizer_error = ""
    assert store.manifest().generation == "g1"
    assert collection_names(qdrant) == {"docs--g1"}


class RecordedCollection:
    """What a draft does to its collection, in order."""

    name = "docs--g1"

    def __init__(self, *, chunks: int = 0, vectors: Sequence[str] = ()) -> None:
        self.calls = []
        self._chunks = chunks
        self._vectors = vectors

    def count(self):
        return self._chunks

    def problem(self):
        return ""

    def vectors(self, ids):
        return {id_: ROW[0] for id_ in ids if id_ in self._vectors}

    def upload(self, points):
        self.calls.append(("upload", points))

    def overwrite(self, payloads):
        self.calls.append(("overwrite", [id_ for id_, _ in payloads]))

    def write_manifest(self, manifest, table):
        self.calls.append(("write_manifest", manifest, table))


class Writer:
    """Hands on ids in the place of points."""

    def __init__(self, upload):
        self._upload = upload

    def add(self, chunks, vectors):
        self._upload([chunk.id for chunk in chunks])
        assert np.array_equal(vectors, np.repeat(ROW, len(chunks), axis=0))

    def payload(self, chunk):
        return chunk.payload


def no_writer(_):
    raise AssertionError("LlamaIndex is imported for nothing")


def test_a_draft_that_writes_nothing_makes_no_writer():
    """Importing LlamaIndex takes two seconds; most nights nothing has changed."""
    collection = RecordedCollection()
    draft = ServerDraft(collection, no_writer, switch=None)

    draft.add([], np.zeros((0, 3), np.float32))
    draft.rewrite([])
    draft.publish(a_manifest(chunks=0), a_table())

    assert [name for name, *_ in collection.calls] == ["write_manifest"]


def test_a_chunk_that_stands_for_a_page_is_written_whole_when_it_is_rewritten():
    """Its page vectors change with its payload, and the dense one is read back for that."""
    first = replace(a_chunk(), fields=dict.fromkeys(FIELDS, "Jobs"))
    lost = replace(a_chunk("Lost."), fields=dict.fromkeys(FIELDS, "Lost"))
    other = a_chunk("Other.")
    collection = RecordedCollection(vectors=[first.id, other.id])

    ServerDraft(collection, Writer, switch=None).rewrite([other, first, lost])

    assert collection.calls == [
        ("upload", [first.id]),
        ("overwrite", [other.id, lost.id]),
    ]


@pytest.mark.parametrize("chunks", [0, 2])
def test_a_draft_with_a_chunk_too_many_or_too_few_writes_no_manifest(chunks):
    """A live collection keeps the manifest that it had."""
    collection = RecordedCollection(chunks=1)
    draft = ServerDraft(collection, no_writer, switch=collection.calls.append)

    with pytest.raises(IndexDamaged, match=f"holds 1 chunks instead of {chunks}"):
        draft.publish(a_manifest(chunks=chunks), a_table())
    assert collection.calls == []
    assert not draft.published


def test_a_new_collection_becomes_the_live_one_after_its_manifest():
    """And only then is it one that must not be dropped."""
    collection = RecordedCollection(chunks=1)
    draft = ServerDraft(collection, no_writer, switch=collection.calls.append)

    draft.publish(a_manifest(chunks=1), a_table())

    assert collection.calls == [
        ("write_manifest", a_manifest(chunks=1), a_table()),
        "docs--g1",
    ]
    assert draft.published
