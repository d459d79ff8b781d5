"""The Qdrant server: what is ours and what is not, and every way in which it can fail."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace

import httpx
import numpy as np
import pytest
from qdrant_client import QdrantClient, models
from tests.support.fake_qdrant import FakeQdrant, Late, Reply, Silence, refused
from tests.support.fakes import a_chunk, a_manifest, a_space, a_table, two

from askdocs.adapters.qdrant.client import connect
from askdocs.adapters.qdrant.nodes import NodeWriter
from askdocs.adapters.qdrant.server_collection import OWNER
from askdocs.adapters.qdrant.server_store import ServerStore
from askdocs.domain.errors import (
    AskDocsError,
    ConfigError,
    IndexDamaged,
    IndexMismatch,
    StoreUnavailable,
)

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect")

KEY = "canary-5ec7e7"
FLAT = a_space(dim=3)
ROW = np.asarray([[1, 0, 0]], np.float32)


@pytest.fixture
def qdrant() -> Iterator[FakeQdrant]:
    with FakeQdrant() as server:
        yield server


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def store(qdrant: FakeQdrant, slept: list[float]) -> Iterator[ServerStore]:
    """A store that never really sleeps between two tries."""
    client = connect(qdrant.url, KEY, timeout_s=30)
    yield ServerStore(client, "docs", writer=NodeWriter, sleep=slept.append)
    client.close()


@pytest.fixture
def hasty(qdrant: FakeQdrant, slept: list[float]) -> Iterator[ServerStore]:
    """A store that takes silence for an answer after 1 s."""
    client = connect(qdrant.url, KEY, timeout_s=1)
    yield ServerStore(client, "docs", writer=NodeWriter, sleep=slept.append)
    client.close()


def _index(store: ServerStore, generation: str = "g1", *, fresh: bool = True) -> None:
    """Publish one chunk more, or one in all."""
    count = 1 if fresh else len(store.scan()) + 1
    manifest = a_manifest(generation, chunks=count, space=FLAT)
    with store.draft(manifest, fresh=fresh) as draft:
        draft.add([a_chunk(generation)], ROW)
        draft.publish(manifest, a_table())


def _names(qdrant: FakeQdrant) -> set[str]:
    return {c.name for c in qdrant.client.get_collections().collections}


def _foreign(client: QdrantClient, name: str, metadata: object = None) -> None:
    params = models.VectorParams(size=2, distance=models.Distance.COSINE)
    client.create_collection(name, vectors_config=params, metadata=metadata)
    client.upsert(name, [models.PointStruct(id=1, vector=[1, 0])])


def _point_alias(client: QdrantClient, alias: str, name: str) -> None:
    made = models.CreateAlias(alias_name=alias, collection_name=name)
    client.update_collection_aliases([models.CreateAliasOperation(create_alias=made)])


# Generations


def test_a_rebuild_keeps_the_index_before_it_and_no_other(qdrant, store):
    """One step back is possible, and disk use is bounded."""
    for generation in ("g1", "g2", "g3", "g4"):
        _index(store, generation)

    assert _names(qdrant) == {"docs--g3", "docs--g4"}


def test_a_rebuild_becomes_visible_in_one_request_after_its_manifest(qdrant, store):
    """A reader between the two would find an index that does not say what built it."""
    _index(store, "g1")
    qdrant.asked.clear()
    _index(store, "g2")

    wanted = {("PATCH", "/collections/docs--g2"), ("POST", "/collections/aliases")}
    label, switch = [a for a in qdrant.asked if (a.method, a.path) in wanted]

    assert b'"generation":"g2"' in label.body
    assert json.loads(switch.body)["actions"] == [
        {"create_alias": {"collection_name": "docs--g2", "alias_name": "docs"}}
    ]


def test_a_change_stays_in_its_collection_and_names_its_generation(qdrant, store):
    """A few new chunks are no reason to copy a whole index over the network."""
    _index(store, "g1")
    _index(store, "g2", fresh=False)

    assert _names(qdrant) == {"docs--g1"}
    assert store.manifest().generation == "g2"


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
    _index(store)

    assert (
        sum(a.path.startswith("/collections/docs--g1/index") for a in qdrant.asked) == 6
    )


def test_a_rebuild_that_crashed_is_swept_away_by_the_next(qdrant, store):
    """Killed runs must not fill the disk of the server."""
    _index(store, "g1")
    _foreign(qdrant.client, "docs--g2", {OWNER: "docs"})

    _index(store, "g3")

    assert _names(qdrant) == {"docs--g1", "docs--g3"}


def test_a_lost_alias_does_not_cost_the_finished_generations(qdrant, store):
    """Somebody deleted the alias by hand; what it named may be all there is."""
    _index(store, "g1")
    gone = models.DeleteAlias(alias_name="docs")
    qdrant.client.update_collection_aliases(
        [models.DeleteAliasOperation(delete_alias=gone)]
    )
    assert store.manifest() is None

    _index(store, "g2")

    assert _names(qdrant) == {"docs--g1", "docs--g2"}


# What is not ours


@pytest.mark.parametrize("fresh", [True, False], ids=["rebuild", "change"])
def test_a_collection_of_that_name_is_never_touched(qdrant, store, fresh):
    """It is somebody's data."""
    _foreign(qdrant.client, "docs")

    with pytest.raises(
        ConfigError, match=r"docs at http://127.0.0.1:.* not made by rag"
    ):
        store.manifest()
    with pytest.raises(ConfigError, match="RAG_COLLECTION"):
        _index(store, fresh=fresh)
    assert qdrant.client.count("docs").count == 1
    assert _names(qdrant) == {"docs"}


@pytest.mark.parametrize("fresh", [True, False], ids=["rebuild", "change"])
def test_an_alias_of_that_name_is_never_moved(qdrant, store, fresh):
    """Another program reads its collection by it."""
    _foreign(qdrant.client, "theirs")
    _point_alias(qdrant.client, "docs", "theirs")

    with pytest.raises(ConfigError, match="RAG_COLLECTION"):
        _index(store, fresh=fresh)
    (alias,) = qdrant.client.get_aliases().aliases
    assert alias.collection_name == "theirs"
    assert _names(qdrant) == {"theirs"}


def test_only_collections_of_this_index_are_swept_away(qdrant, store):
    """A name may begin like ours: by chance, or because another index is called "docs--b"."""
    _foreign(qdrant.client, "docs--backup")
    _foreign(qdrant.client, "docs--other", {"owner": "them"})
    client = connect(qdrant.url, timeout_s=5)
    other = ServerStore(client, "docs--b", writer=NodeWriter)
    for generation in ("g1", "g2", "g3"):
        _index(store, generation)
        _index(other, generation)
    client.close()

    assert _names(qdrant) == {
        "docs--backup",
        "docs--other",
        "docs--g2",
        "docs--g3",
        "docs--b--g2",
        "docs--b--g3",
    }


def test_a_draft_whose_name_is_taken_drops_nothing(qdrant, store):
    """Only what this draft made is thrown away with it."""
    _foreign(qdrant.client, "docs--g1")

    with pytest.raises(StoreUnavailable, match="already exists"):
        _index(store, "g1")
    assert qdrant.client.count("docs--g1").count == 1


def test_points_that_others_wrote_are_seen_and_can_be_removed(qdrant, store):
    """The next run repairs the index: to the diff they are stale."""
    _index(store)
    dense = {"dense": [1.0, 0.0, 0.0]}
    stranger = models.PointStruct(id=7, vector=dense, payload={"x": 1})
    qdrant.client.upsert("docs", [stranger])

    with pytest.raises(IndexDamaged, match="no passage: 7"):
        two(store, ROW[0], "", 5)
    assert store.scan()["7"].path == ""
    with store.draft(a_manifest("g2", chunks=1), fresh=False) as draft:
        draft.remove(["7"])
        draft.publish(a_manifest("g2", chunks=1), a_table())
    assert len(store.scan()) == 1


# Manifests


def test_an_index_of_a_newer_program_is_refused(qdrant, store):
    """To read it by old rules would give wrong answers."""
    _index(store)
    data = replace(a_manifest(), schema_version=99).as_dict()
    qdrant.client.update_collection("docs", metadata={"askdocs": data})

    with pytest.raises(IndexMismatch, match="99"):
        store.manifest()


@pytest.mark.parametrize(
    "data", ["text", {"space": 1}, []], ids=["text", "part", "list"]
)
def test_a_manifest_that_is_none_of_ours_is_damage(qdrant, store, data):
    """It says where, and the hint says what rebuilds it."""
    _index(store)
    qdrant.client.update_collection("docs", metadata={"askdocs": data})

    with pytest.raises(IndexDamaged, match="collection docs"):
        store.manifest()


def test_a_server_that_keeps_no_metadata_is_refused_at_once(qdrant, store):
    """Before Qdrant 1.16 the index could never say what built it."""
    qdrant.keeps_metadata = False

    with pytest.raises(StoreUnavailable, match="too old"):
        _index(store)
    assert _names(qdrant) == set()


# Requests


def test_all_rankings_come_from_one_request(qdrant, store):
    """A search costs one round trip, and one more for what is shown of it."""
    _index(store)
    qdrant.asked.clear()
    store.search(ROW[0], "run", 5)

    (asked,) = qdrant.asked
    assert asked.path == "/collections/docs/points/query/batch"


def test_a_write_is_over_when_it_is_applied(qdrant, store):
    """Without `wait` the chunks are counted before they are there."""
    _index(store)
    with store.draft(a_manifest("g2", chunks=1), fresh=False) as draft:
        draft.rewrite([a_chunk("g1")])
        draft.remove([a_chunk("other").id])

    writes = {"/points", "/points/batch", "/points/delete", "/index"}
    made = [a for a in qdrant.asked if a.path.partition("g1")[2] in writes]
    assert len(made) == 9
    assert all("wait=true" in a.query for a in made)


def test_requests_stay_far_below_what_qdrant_accepts(qdrant, store):
    """Over 32 MB Qdrant may answer with a timeout instead of an error."""
    chunks = [a_chunk(f"{n} " + "ü" * 300_000, embedded=str(n)) for n in range(12)]
    rows = np.repeat(ROW, len(chunks), axis=0)
    manifest = a_manifest(chunks=len(chunks), space=FLAT)
    with store.draft(manifest, fresh=True) as draft:
        draft.add(chunks, rows)
        draft.rewrite(chunks)
        draft.publish(manifest, a_table())

    sizes = [len(a.body) for a in qdrant.asked if len(a.body) > 1_000_000]
    assert len(sizes) >= 6
    assert max(sizes) < 8_100_000


def test_many_small_points_are_sent_in_batches(qdrant, store):
    """One request that takes too long would be sent again from its start."""
    chunks = [a_chunk(f"Number {n}.") for n in range(600)]
    manifest = a_manifest(chunks=600, space=FLAT)
    with store.draft(manifest, fresh=True) as draft:
        draft.add(chunks, np.repeat(ROW, 600, axis=0))
        draft.publish(manifest, a_table())

    puts = [
        a for a in qdrant.asked if (a.method, a.path[-10:]) == ("PUT", "-g1/points")
    ]
    assert len(puts) == 3


def test_readers_never_import_llamaindex():
    """A search would take two seconds longer."""
    probe = "import sys, askdocs.adapters.qdrant.server_store; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True
    ).stdout.split()

    assert {"llama_index", "torch", "transformers"}.isdisjoint(loaded)


# Connecting


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://qdrant.example:6333", KEY),
        ("http://user:canary-5ec7e7@qdrant.example:6333", ""),
        ("http://127.0.0.1.example:6333", KEY),
    ],
    ids=["key", "password", "looks like loopback"],
)
def test_a_secret_never_leaves_the_machine_unencrypted(url, key):
    """Everybody on the way could read it."""
    with pytest.raises(ConfigError, match=r"unencrypted to .*example$") as caught:
        connect(url, key, timeout_s=1)

    assert KEY not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://127.0.0.1:6333", KEY),
        ("http://localhost", KEY),
        ("http://[::1]:6333", KEY),
        ("https://qdrant.example", KEY),
        ("http://qdrant.example", ""),
    ],
)
def test_a_connection_is_prepared_without_a_word(url, key):
    """The client warns on stderr about keys over http, and about versions from a thread."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        client = connect(url, key, timeout_s=1)

    assert KEY not in repr(client)
    client.close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:6333",
        "ftp://host",
        "http://",
        "http://h:99999",
        "http://[x",
        "//h",
    ],
)
def test_a_url_that_makes_no_sense_is_refused(url):
    """Exit 2 and the setting's name, before any request."""
    with pytest.raises(ConfigError, match="RAG_QDRANT_URL"):
        connect(url, timeout_s=1)


@pytest.mark.parametrize(("asked", "to_connect"), [(30.0, 3.0), (0.5, 0.5)])
def test_every_wait_of_a_request_is_bounded(monkeypatch, asked, to_connect):
    """The client rounds up to whole seconds, and would connect as long as it reads."""
    seen = []

    def answer(_: object, request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        return httpx.Response(200, json={"result": {"collections": []}})

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", answer)
    client = connect("http://127.0.0.1:6333", timeout_s=asked)
    client.get_collections()
    client.close()

    rest = dict.fromkeys(("read", "write", "pool"), asked)
    assert seen == [{"connect": to_connect, **rest}]


@pytest.mark.parametrize("key", ["two\nlines", "schlüssel"], ids=["lines", "umlaut"])
def test_a_key_that_no_header_can_carry_is_refused(key):
    """A pasted key often brings something along."""
    with pytest.raises(ConfigError, match="RAG_QDRANT_API_KEY") as caught:
        connect("http://127.0.0.1:6333", key, timeout_s=1)

    assert key not in str(caught.value)


def test_the_key_is_sent_trimmed(qdrant):
    """A key out of a file ends in a line end."""
    client = connect(qdrant.url, f" {KEY}\n", timeout_s=5)
    client.get_collections()
    client.close()

    assert qdrant.asked[0].headers["api-key"] == KEY


def test_a_password_in_the_url_is_sent_and_never_shown(qdrant):
    """The client would drop it in silence; a proxy before Qdrant asks for it."""
    url = qdrant.url.replace("http://", "http://me:p%40ss@")
    store = ServerStore(connect(url, timeout_s=5), "docs", writer=NodeWriter)
    store.manifest()
    qdrant.always = Reply(403)
    with pytest.raises(StoreUnavailable) as caught:
        store.manifest()
    store.close()

    assert qdrant.asked[0].headers["authorization"] == "Basic bWU6cEBzcw=="
    assert qdrant.url in str(caught.value)


def test_a_proxy_is_not_asked_for_loopback(qdrant, monkeypatch):
    """HTTP_PROXY without NO_PROXY is common, and a proxy cannot reach our loopback."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    client = connect(qdrant.url, timeout_s=5)

    assert client.get_collections().collections == []
    client.close()


# Failing


def test_a_server_that_is_down_is_named_with_the_command_that_starts_it(slept):
    """Two lines that mend it."""
    with FakeQdrant() as gone:
        url = gone.url
    store = ServerStore(connect(url, timeout_s=1), "docs", writer=NodeWriter)

    with pytest.raises(StoreUnavailable, match=f"does not answer at {url}") as caught:
        store.manifest()
    assert caught.value.hint == "docker compose up -d qdrant"
    assert caught.value.__cause__ is not None


HTML = b"<html><body>Welcome to nginx!</body></html>"


@pytest.mark.parametrize(
    ("answer", "what", "hint"),
    [
        (
            refused(401, "Must provide an API key"),
            "refuses the key",
            "RAG_QDRANT_API_KEY",
        ),
        (
            refused(403, "Global access is required"),
            "Global access",
            "RAG_QDRANT_API_KEY",
        ),
        (Reply(403, HTML), "refuses the key at .*: 403", "RAG_QDRANT_API_KEY"),
        (refused(429, "Rate limit"), "busy at .*: Rate limit", "again in a minute"),
        (
            refused(429, "Rate limit", Retry_After="9"),
            "Rate limit",
            "again in a minute",
        ),
        (refused(429, "x", Retry_After="Wed, 21 Oct"), "busy", "again in a minute"),
        (Reply(503, HTML), "busy at .*: 503", "again in a minute"),
        (refused(500, "No space left on device"), "no disk space", "free space"),
        (refused(507, "full"), "no disk space left at .*: full", "free space"),
        (
            refused(400, "Read-only: recovery mode"),
            "refuses at .*recovery",
            "same command",
        ),
        (Reply(200, HTML), "is no Qdrant", "RAG_QDRANT_URL"),
        (Reply(200, b"{}"), "is no Qdrant", "RAG_QDRANT_URL"),
        (Reply(200, b'{"result": 3}'), "is no Qdrant", "RAG_QDRANT_URL"),
        (Reply(404, b"404 page not found"), "no Qdrant: HTTP 404", "RAG_QDRANT_URL"),
        (Reply(301, b"", {"Location": "https://x/"}), "HTTP 301", "http or https"),
        (Reply(200, b"\xff\xfe"), "is no Qdrant", "RAG_QDRANT_URL"),
    ],
    ids=lambda each: getattr(each, "status", None) and str(each.status),
)
def test_every_failure_becomes_one_line_and_a_hint(qdrant, store, answer, what, hint):
    """Whatever answers at that port, the user reads what it is and what to do."""
    qdrant.always = answer
    calls = [
        store.manifest,
        store.scan,
        store.problems,
        lambda: two(store, ROW[0], "run", 5),
        lambda: store.draft(a_manifest(), fresh=True).__enter__(),
    ]

    for call in calls:
        with pytest.raises(StoreUnavailable, match=what) as caught:
            call()
        assert hint in caught.value.hint
        assert "\n" not in str(caught.value)
        assert KEY not in str(caught.value)


def test_a_key_that_a_server_echoes_is_not_printed(qdrant, store):
    """Some proxies put the request into their error page."""
    qdrant.always = refused(400, f"bad header api-key: {KEY}\n" + "x" * 999)

    with pytest.raises(StoreUnavailable) as caught:
        store.manifest()
    assert KEY not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_server_that_never_answers_is_not_waited_for(qdrant, hasty):
    """A black hole takes the connection and nothing more."""
    qdrant.always = Silence()

    with pytest.raises(StoreUnavailable, match=r"does not answer at .*timed out"):
        two(hasty, ROW[0], "run", 5)


@pytest.mark.parametrize(
    "fault", [Reply(503), Reply(502, HTML)], ids=["busy", "a proxy's page"]
)
def test_a_write_outlasts_a_short_absence(qdrant, store, slept, fault):
    """Qdrant restarts while we ingest."""
    manifest = a_manifest(chunks=1, space=FLAT)
    with store.draft(manifest, fresh=True) as draft:
        qdrant.faults = [fault, fault]
        draft.add([a_chunk()], ROW)
        draft.publish(manifest, a_table())

    assert slept == [0.5, 2.0]
    assert len(store.scan()) == 1


@pytest.mark.parametrize("fault", [Silence(), Late()], ids=["not done", "done"])
def test_a_write_without_an_answer_is_made_again(qdrant, store, hasty, slept, fault):
    """Nobody knows whether it was done; what is written twice is held once."""
    _index(store)
    with hasty.draft(a_manifest("g2"), fresh=False) as draft:
        qdrant.faults = [fault]
        draft.add([a_chunk("g2")], ROW)

    assert slept[0] == 0.5
    assert len(store.scan()) == 2


def test_a_write_gives_up_in_the_end(qdrant, store, slept):
    """Every wait ends."""
    with store.draft(a_manifest(space=FLAT), fresh=True) as draft:
        qdrant.always = Reply(503)
        with pytest.raises(StoreUnavailable, match="busy"):
            draft.remove([a_chunk().id])

    assert slept == [0.5, 2.0, 8.0]


@pytest.mark.parametrize(
    ("asked", "waited"), [("7", 7.0), ("86400", 30.0), ("-1", 0.0)]
)
def test_a_server_may_say_how_long_to_wait_within_bounds(
    qdrant, store, slept, asked, waited
):
    """The client's own upload would wait a day, and then another."""
    manifest = a_manifest(chunks=1, space=FLAT)
    with store.draft(manifest, fresh=True) as draft:
        qdrant.faults = [refused(429, "slow down", Retry_After=asked)]
        draft.add([a_chunk()], ROW)
        draft.publish(manifest, a_table())

    assert slept == [waited]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_what_would_fail_again_is_not_tried_again(qdrant, store, slept, status):
    """A refused key is no absence; hammering it may lock us out."""
    with store.draft(a_manifest(space=FLAT), fresh=True) as draft:
        qdrant.faults = [refused(status, "no")]
        with pytest.raises(StoreUnavailable):
            draft.remove([a_chunk().id])

    assert slept == []
    assert sum("delete" in a.path for a in qdrant.asked) == 1


def test_reads_are_not_tried_again(qdrant, store, slept):
    """A person waits for a search; only a run that wrote for minutes is worth a wait."""
    qdrant.always = Reply(503)
    with pytest.raises(StoreUnavailable):
        two(store, ROW[0], "run", 5)

    assert slept == []


def test_an_error_within_a_draft_is_not_hidden_by_the_cleaning_up(qdrant, store):
    """Qdrant may be gone by then; what went wrong first is what the user must read."""

    def run() -> None:
        with store.draft(a_manifest(space=FLAT), fresh=True):
            qdrant.always = Reply(503)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run()
    assert qdrant.asked[-1].method == "DELETE"


def test_a_draft_that_somebody_dropped_is_an_error_of_ours(qdrant, store):
    """Another machine rebuilt the same index meanwhile."""
    with store.draft(a_manifest(space=FLAT), fresh=True) as draft:
        qdrant.client.delete_collection("docs--g1")
        with pytest.raises(StoreUnavailable, match="docs--g1 not found"):
            draft.add([a_chunk()], ROW)

    assert _names(qdrant) == set()


def test_old_collections_that_cannot_be_dropped_do_not_undo_a_rebuild(qdrant, store):
    """The alias has moved: the run is a success."""
    _index(store, "g1")
    manifest = a_manifest("g2", chunks=1, space=FLAT)
    with store.draft(manifest, fresh=True) as draft:
        draft.add([a_chunk("g2")], ROW)
        # count, trouble, label, switch; then the listing fails
        qdrant.faults = [None] * 4 + [refused(500, "no")]
        draft.publish(manifest, a_table())

    assert qdrant.faults == []
    assert store.manifest() == manifest


# Telling what is wrong


def test_an_index_that_qdrant_could_not_write_is_not_published(qdrant, store):
    """After a full disk the optimizer stays red; the old generation goes on answering."""
    _index(store, "g1")
    qdrant.ill = "No space left on device"

    with pytest.raises(StoreUnavailable, match="No space left on device"):
        _index(store, "g2")
    qdrant.ill = ""
    assert store.manifest().generation == "g1"
    assert _names(qdrant) == {"docs--g1"}


def test_a_healthy_server_has_no_problems(qdrant, store):
    """Before the first ingest and after it."""
    assert store.problems() == ()
    _index(store)
    assert store.problems() == ()


def test_problems_are_told_with_their_reason(qdrant, store):
    """`rag doctor` shows them."""
    _index(store)
    qdrant.ill, qdrant.version = "segment 3 is broken", "1.10.0"

    trouble, versions = store.problems()
    assert "segment 3 is broken" in trouble
    assert "1.10.0" in versions


def test_no_secret_is_in_any_error(qdrant, store):
    """Errors end up in logs, and logs in tickets."""
    qdrant.always = refused(401, "no")
    with pytest.raises(AskDocsError) as caught:
        _index(store)

    cause = caught.value.__cause__
    assert KEY not in f"{caught.value!r} {caught.value.hint} {cause!r} {cause}"
    assert KEY not in repr(store) + repr(vars(store))
