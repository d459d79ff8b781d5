"""The Qdrant server: its generations, and what is ours and what is not."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from qdrant_client import models
from tests.support.fake_qdrant import Reply, refused
from tests.support.fakes import a_chunk, a_manifest, a_table, chunk_rankings
from tests.support.server_index import (
    ROW,
    SPACE,
    collection_names,
    create_foreign,
    point_alias,
    publish_one,
)

from askdocs.adapters.qdrant.client import connect
from askdocs.adapters.qdrant.nodes import NodeWriter
from askdocs.adapters.qdrant.server_collection import OWNER
from askdocs.adapters.qdrant.server_store import ServerStore
from askdocs.domain.errors import (
    ConfigError,
    IndexDamaged,
    IndexMismatch,
    StoreUnavailable,
)

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect")


def test_a_rebuild_keeps_the_index_before_it_and_no_other(qdrant, store):
    """One step back is possible, and disk use is bounded."""
    for generation in ("g1", "g2", "g3", "g4"):
        publish_one(store, generation)

    assert collection_names(qdrant) == {"docs--g3", "docs--g4"}


def test_a_change_stays_in_its_collection_and_names_its_generation(qdrant, store):
    """A few new chunks are no reason to copy a whole index over the network."""
    publish_one(store, "g1")
    publish_one(store, "g2", fresh=False)

    assert collection_names(qdrant) == {"docs--g1"}
    assert store.manifest().generation == "g2"


def test_a_rebuild_that_crashed_is_swept_away_by_the_next(qdrant, store):
    """Killed runs must not fill the disk of the server."""
    publish_one(store, "g1")
    create_foreign(qdrant.client, "docs--g2", {OWNER: "docs"})

    publish_one(store, "g3")

    assert collection_names(qdrant) == {"docs--g1", "docs--g3"}


def test_a_lost_alias_does_not_cost_the_finished_generations(qdrant, store):
    """Somebody deleted the alias by hand; what it named may be all there is."""
    publish_one(store, "g1")
    deletion = models.DeleteAlias(alias_name="docs")
    qdrant.client.update_collection_aliases(
        [models.DeleteAliasOperation(delete_alias=deletion)]
    )
    assert store.manifest() is None

    publish_one(store, "g2")

    assert collection_names(qdrant) == {"docs--g1", "docs--g2"}


@pytest.mark.parametrize("fresh", [True, False], ids=["rebuild", "change"])
def test_a_collection_of_that_name_is_never_touched(qdrant, store, fresh):
    """It is somebody's data."""
    create_foreign(qdrant.client, "docs")

    with pytest.raises(
        ConfigError, match=r"docs at http://127.0.0.1:.* not made by rag"
    ):
        store.manifest()
    with pytest.raises(ConfigError, match="RAG_COLLECTION"):
        publish_one(store, fresh=fresh)
    assert qdrant.client.count("docs").count == 1
    assert collection_names(qdrant) == {"docs"}


@pytest.mark.parametrize("fresh", [True, False], ids=["rebuild", "change"])
def test_an_alias_of_that_name_is_never_moved(qdrant, store, fresh):
    """Another program reads its collection by it."""
    create_foreign(qdrant.client, "theirs")
    point_alias(qdrant.client, "docs", "theirs")

    with pytest.raises(ConfigError, match="RAG_COLLECTION"):
        publish_one(store, fresh=fresh)
    (alias,) = qdrant.client.get_aliases().aliases
    assert alias.collection_name == "theirs"
    assert collection_names(qdrant) == {"theirs"}


def test_only_collections_of_this_index_are_swept_away(qdrant, store):
    """A name may begin like ours: by chance, or because another index is called "docs--b"."""
    create_foreign(qdrant.client, "docs--backup")
    create_foreign(qdrant.client, "docs--other", {"owner": "them"})
    client = connect(qdrant.url, timeout_s=5)
    other = ServerStore(client, "docs--b", writer=NodeWriter)
    for generation in ("g1", "g2", "g3"):
        publish_one(store, generation)
        publish_one(other, generation)
    client.close()

    assert collection_names(qdrant) == {
        "docs--backup",
        "docs--other",
        "docs--g2",
        "docs--g3",
        "docs--b--g2",
        "docs--b--g3",
    }


def test_a_draft_whose_name_is_taken_drops_nothing(qdrant, store):
    """Only what this draft made is thrown away with it."""
    create_foreign(qdrant.client, "docs--g1")

    with pytest.raises(StoreUnavailable, match="already exists"):
        publish_one(store, "g1")
    assert qdrant.client.count("docs--g1").count == 1


def test_points_that_others_wrote_are_seen_and_can_be_removed(qdrant, store):
    """The next run repairs the index: to the diff they are stale."""
    publish_one(store)
    dense = {"dense": [1.0, 0.0, 0.0]}
    stranger = models.PointStruct(id=7, vector=dense, payload={"x": 1})
    qdrant.client.upsert("docs", [stranger])

    with pytest.raises(IndexDamaged, match="no passage: 7"):
        chunk_rankings(store, ROW[0], "", 5)
    assert store.scan()["7"].path == ""
    with store.draft(a_manifest("g2", chunks=1), fresh=False) as draft:
        draft.remove(["7"])
        draft.publish(a_manifest("g2", chunks=1), a_table())
    assert len(store.scan()) == 1


def test_an_index_of_a_newer_program_is_refused(qdrant, store):
    """To read it by old rules would give wrong answers."""
    publish_one(store)
    data = replace(a_manifest(), schema_version=99).as_dict()
    qdrant.client.update_collection("docs", metadata={"askdocs": data})

    with pytest.raises(IndexMismatch, match="99"):
        store.manifest()


@pytest.mark.parametrize(
    "data", ["text", {"space": 1}, []], ids=["text", "part", "list"]
)
def test_a_manifest_that_is_none_of_ours_is_damage(qdrant, store, data):
    """It says where, and the hint says what rebuilds it."""
    publish_one(store)
    qdrant.client.update_collection("docs", metadata={"askdocs": data})

    with pytest.raises(IndexDamaged, match="collection docs"):
        store.manifest()


def test_all_rankings_come_from_one_request(qdrant, store):
    """A search costs one round trip, and one more for what is shown of it."""
    publish_one(store)
    qdrant.requests.clear()
    store.search(ROW[0], "run", 5)

    (request,) = qdrant.requests
    assert request.path == "/collections/docs/points/query/batch"


def test_readers_never_import_llamaindex():
    """A search would take two seconds longer."""
    probe = "import sys, askdocs.adapters.qdrant.server_store; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True
    ).stdout.split()

    assert {"llama_index", "torch", "transformers"}.isdisjoint(loaded)


def test_reads_are_not_tried_again(qdrant, store, pauses):
    """A person waits for a search; only a run that wrote for minutes is worth a wait."""
    qdrant.always = Reply(503)
    with pytest.raises(StoreUnavailable):
        chunk_rankings(store, ROW[0], "run", 5)

    assert pauses == []


def test_an_error_within_a_draft_is_not_hidden_by_the_cleaning_up(qdrant, store):
    """Qdrant may be gone by then; what went wrong first is what the user must read."""

    def run() -> None:
        with store.draft(a_manifest(space=SPACE), fresh=True):
            qdrant.always = Reply(503)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run()
    assert qdrant.requests[-1].method == "DELETE"


def test_old_collections_that_cannot_be_dropped_do_not_undo_a_rebuild(qdrant, store):
    """The alias has moved: the run is a success."""
    publish_one(store, "g1")
    manifest = a_manifest("g2", chunks=1, space=SPACE)
    with store.draft(manifest, fresh=True) as draft:
        draft.add([a_chunk("g2")], ROW)
        # count, trouble, label, switch; then the listing fails
        qdrant.faults = [None] * 4 + [refused(500, "no")]
        draft.publish(manifest, a_table())

    assert qdrant.faults == []
    assert store.manifest() == manifest


def test_a_healthy_server_has_no_problems(qdrant, store):
    """Before the first ingest and after it."""
    assert store.problems() == ()
    publish_one(store)
    assert store.problems() == ()


def test_problems_are_told_with_their_reason(qdrant, store):
    """`rag doctor` shows them."""
    publish_one(store)
    qdrant.optimizer_error, qdrant.version = "segment 3 is broken", "1.10.0"

    trouble, versions = store.problems()
    assert "segment 3 is broken" in trouble
    assert "1.10.0" in versions
