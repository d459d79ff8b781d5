"""One collection: how it is made, and how large its requests are."""

from __future__ import annotations

import json

import numpy as np
import pytest
from qdrant_client import models
from tests.support.fake_qdrant import Reply
from tests.support.fakes import a_chunk, a_manifest, a_space, a_table
from tests.support.server_index import ROW, SPACE, collection_names, publish_one

from askdocs.adapters.qdrant import server_collection
from askdocs.adapters.qdrant.client import connect
from askdocs.adapters.qdrant.server_collection import (
    MANIFEST,
    OWNER,
    TABLE,
    ServerCollection,
    scan_collection,
)
from askdocs.domain.errors import StoreUnavailable

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect")


@pytest.fixture
def collection(qdrant, pauses):
    """A collection that is there, and empty."""
    client = connect(qdrant.url, timeout_s=30)
    collection = ServerCollection(client, "docs--g1", pauses.append)
    collection.create(SPACE, "docs")
    yield collection
    client.close()


def test_the_collection_is_made_as_both_searches_need_it(qdrant, store):
    """LlamaIndex would create it with cosine and without IDF."""
    manifest = a_manifest(chunks=1, space=a_space(dim=3, distance="dot"))
    with store.draft(manifest, fresh=True) as draft:
        draft.add([a_chunk()], ROW)
        draft.publish(manifest, a_table())

    params = qdrant.client.get_collection("docs").config.params
    assert params.vectors["dense"].size == 3
    assert params.vectors["dense"].distance == models.Distance.DOT
    assert params.sparse_vectors["bm25"].modifier == models.Modifier.IDF


def test_what_is_filtered_has_a_payload_index(qdrant, store):
    """Without one a filter reads every payload."""
    publish_one(store)

    assert (
        sum(r.path.startswith("/collections/docs--g1/index") for r in qdrant.requests)
        == 6
    )


def test_a_server_that_keeps_no_metadata_is_refused_at_once(qdrant, store):
    """Before Qdrant 1.16 the index could never say what built it."""
    qdrant.keeps_metadata = False

    with pytest.raises(StoreUnavailable, match="too old"):
        publish_one(store)
    assert collection_names(qdrant) == set()


def test_a_write_is_over_when_it_is_applied(qdrant, store):
    """Without `wait` the chunks are counted before they are there."""
    publish_one(store)
    with store.draft(a_manifest("g2", chunks=1), fresh=False) as draft:
        draft.rewrite([a_chunk("g1")])
        draft.remove([a_chunk("other").id])

    write_paths = {"/points", "/points/batch", "/points/delete", "/index"}
    writes = [r for r in qdrant.requests if r.path.partition("g1")[2] in write_paths]
    assert len(writes) == 9
    assert all("wait=true" in r.query for r in writes)


def test_requests_stay_far_below_what_qdrant_accepts(qdrant, store):
    """Over 32 MB Qdrant may answer with a timeout instead of an error."""
    chunks = [a_chunk(f"{n} " + "ü" * 300_000, embedded=str(n)) for n in range(12)]
    rows = np.repeat(ROW, len(chunks), axis=0)
    manifest = a_manifest(chunks=len(chunks), space=SPACE)
    with store.draft(manifest, fresh=True) as draft:
        draft.add(chunks, rows)
        draft.rewrite(chunks)
        draft.publish(manifest, a_table())

    sizes = [len(r.body) for r in qdrant.requests if len(r.body) > 1_000_000]
    assert len(sizes) >= 6
    assert max(sizes) < 8_100_000


def test_many_small_points_are_sent_in_batches(qdrant, store):
    """One request that takes too long would be sent again from its start."""
    chunks = [a_chunk(f"Number {n}.") for n in range(600)]
    manifest = a_manifest(chunks=600, space=SPACE)
    with store.draft(manifest, fresh=True) as draft:
        draft.add(chunks, np.repeat(ROW, 600, axis=0))
        draft.publish(manifest, a_table())

    puts = [
        r for r in qdrant.requests if (r.method, r.path[-10:]) == ("PUT", "-g1/points")
    ]
    assert len(puts) == 3


def test_a_draft_that_somebody_dropped_is_an_error_of_ours(qdrant, store):
    """Another machine rebuilt the same index meanwhile."""
    with store.draft(a_manifest(space=SPACE), fresh=True) as draft:
        qdrant.client.delete_collection("docs--g1")
        with pytest.raises(StoreUnavailable, match="docs--g1 not found"):
            draft.add([a_chunk()], ROW)

    assert collection_names(qdrant) == set()


def test_a_collection_says_whose_it_is_and_what_it_holds(collection):
    """Whoever sweeps up must know; a manifest is on it only when it is finished."""
    assert collection.metadata() == {OWNER: "docs"}

    collection.write_manifest(a_manifest(), a_table())

    assert collection.metadata().keys() == {OWNER, MANIFEST, TABLE}
    assert collection.metadata()[MANIFEST] == a_manifest().as_dict()


def test_a_collection_that_is_there_is_not_made_again(collection):
    """It may be another run's."""
    with pytest.raises(StoreUnavailable, match="already exists"):
        collection.create(SPACE, "docs")


def test_a_collection_that_cannot_be_dropped_is_left_to_the_next_run(
    qdrant, collection
):
    """What went wrong before is what the user must read."""
    qdrant.faults = [Reply(500)]

    collection.drop()

    assert collection_names(qdrant) == {"docs--g1"}
    collection.drop()
    assert collection_names(qdrant) == set()


@pytest.mark.parametrize(
    ("optimizer_error", "problem"),
    [("", ""), ("disk is full", "could not finish writing docs--g1: disk is full")],
)
def test_a_collection_tells_what_its_optimizer_told(
    qdrant, collection, optimizer_error, problem
):
    """Points are accepted long before they are indexed."""
    qdrant.optimizer_error = optimizer_error

    assert collection.problem().endswith(problem)
    assert bool(collection.problem()) == bool(problem)


def test_batches_are_bounded_in_bytes_and_in_points(collection, qdrant, monkeypatch):
    """A point that is too large by itself is sent all the same: Qdrant may take it."""
    monkeypatch.setattr(server_collection, "MAX_REQUEST_POINTS", 3)
    monkeypatch.setattr(server_collection, "MAX_REQUEST_BYTES", 1000)
    texts = ["y" * 2000, "x", "x", "x", "x", "z" * 900, "x"]
    points = [
        models.PointStruct(id=n, vector={"dense": [1, 0, 0]}, payload={"text": text})
        for n, text in enumerate(texts)
    ]
    qdrant.requests.clear()

    collection.upload(points)

    sent = [json.loads(request.body)["points"] for request in qdrant.requests]
    ids = [[p["id"] for p in batch] for batch in sent]
    assert ids == [[0], [1, 2, 3], [4], [5], [6]]


def test_ids_are_asked_for_in_batches(collection, qdrant, monkeypatch):
    """A list of all ids of an index would be a request of megabytes."""
    monkeypatch.setattr(server_collection, "MAX_REQUEST_POINTS", 2)
    ids = [a_chunk(str(n)).id for n in range(5)]
    collection.upload(
        [models.PointStruct(id=id_, vector={"dense": [1, 0, 0]}) for id_ in ids]
    )
    qdrant.requests.clear()

    assert collection.vectors(ids).keys() == set(ids)
    collection.remove(ids)

    assert len(qdrant.requests) == 3 + 3
    assert collection.count() == 0


def test_a_scan_goes_on_after_its_first_request(collection, monkeypatch):
    """Listings end early; a chunk that is not listed is embedded for ever."""
    monkeypatch.setattr(server_collection, "_SCROLL_POINTS", 2)
    ids = [a_chunk(str(n)).id for n in range(5)]
    collection.upload(
        [models.PointStruct(id=id_, vector={"dense": [1, 0, 0]}) for id_ in ids]
    )

    stored = dict(scan_collection(collection.client, collection.name))

    assert stored.keys() == set(ids)


def test_a_scan_reads_no_texts(collection, qdrant):
    """Of 20,000 chunks that is most of what there is to send."""
    qdrant.requests.clear()

    list(scan_collection(collection.client, collection.name))

    (request,) = qdrant.requests
    assert "text" not in json.loads(request.body)["with_payload"]
