"""Connecting to a Qdrant server, telling what is wrong, and trying again."""

from __future__ import annotations

import warnings

import httpx
import pytest
from tests.support.fake_qdrant import FakeQdrant, Late, Reply, Silence, refused
from tests.support.fakes import a_chunk, a_manifest, a_table, chunk_rankings
from tests.support.server_index import KEY, ROW, SPACE, publish_one

from askdocs.adapters.qdrant.client import address, connect
from askdocs.adapters.qdrant.nodes import NodeWriter
from askdocs.adapters.qdrant.server_store import ServerStore
from askdocs.domain.errors import AskDocsError, ConfigError, StoreUnavailable

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect")


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


@pytest.mark.parametrize(("timeout_s", "connect_s"), [(30.0, 3.0), (0.5, 0.5)])
def test_every_wait_of_a_request_is_bounded(monkeypatch, timeout_s, connect_s):
    """The client rounds up to whole seconds, and would connect as long as it reads."""
    seen = []

    def answer(_: object, request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        return httpx.Response(200, json={"result": {"collections": []}})

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", answer)
    client = connect("http://127.0.0.1:6333", timeout_s=timeout_s)
    client.get_collections()
    client.close()

    rest = dict.fromkeys(("read", "write", "pool"), timeout_s)
    assert seen == [{"connect": connect_s, **rest}]


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

    assert qdrant.requests[0].headers["api-key"] == KEY


def test_a_password_in_the_url_is_sent_and_never_shown(qdrant):
    """The client would drop it in silence; a proxy before Qdrant asks for it."""
    url = qdrant.url.replace("http://", "http://me:p%40ss@")
    store = ServerStore(connect(url, timeout_s=5), "docs", writer=NodeWriter)
    store.manifest()
    qdrant.always = Reply(403)
    with pytest.raises(StoreUnavailable) as caught:
        store.manifest()
    store.close()

    assert qdrant.requests[0].headers["authorization"] == "Basic bWU6cEBzcw=="
    assert qdrant.url in str(caught.value)


def test_a_proxy_is_not_asked_for_loopback(qdrant, monkeypatch):
    """HTTP_PROXY without NO_PROXY is common, and a proxy cannot reach our loopback."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    client = connect(qdrant.url, timeout_s=5)

    assert client.get_collections().collections == []
    client.close()


def test_a_server_that_is_down_is_named_with_the_command_that_starts_it(pauses):
    """Two lines that mend it."""
    with FakeQdrant() as stopped:
        url = stopped.url
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
        lambda: chunk_rankings(store, ROW[0], "run", 5),
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


def test_no_secret_is_in_any_error(qdrant, store):
    """Errors end up in logs, and logs in tickets."""
    qdrant.always = refused(401, "no")
    with pytest.raises(AskDocsError) as caught:
        publish_one(store)

    cause = caught.value.__cause__
    assert KEY not in f"{caught.value!r} {caught.value.hint} {cause!r} {cause}"
    assert KEY not in repr(store) + repr(vars(store))


def test_a_server_that_never_answers_is_not_waited_for(qdrant, impatient_store):
    """A black hole takes the connection and nothing more."""
    qdrant.always = Silence()

    with pytest.raises(StoreUnavailable, match=r"does not answer at .*timed out"):
        chunk_rankings(impatient_store, ROW[0], "run", 5)


@pytest.mark.parametrize(
    "fault", [Reply(503), Reply(502, HTML)], ids=["busy", "a proxy's page"]
)
def test_a_write_outlasts_a_short_absence(qdrant, store, pauses, fault):
    """Qdrant restarts while we ingest."""
    manifest = a_manifest(chunks=1, space=SPACE)
    with store.draft(manifest, fresh=True) as draft:
        qdrant.faults = [fault, fault]
        draft.add([a_chunk()], ROW)
        draft.publish(manifest, a_table())

    assert pauses == [0.5, 2.0]
    assert len(store.scan()) == 1


@pytest.mark.parametrize("fault", [Silence(), Late()], ids=["not done", "done"])
def test_a_write_without_an_answer_is_made_again(
    qdrant, store, impatient_store, pauses, fault
):
    """Nobody knows whether it was done; what is written twice is held once."""
    publish_one(store)
    with impatient_store.draft(a_manifest("g2"), fresh=False) as draft:
        qdrant.faults = [fault]
        draft.add([a_chunk("g2")], ROW)

    assert pauses[0] == 0.5
    assert len(store.scan()) == 2


def test_a_write_gives_up_in_the_end(qdrant, store, pauses):
    """Every wait ends."""
    with store.draft(a_manifest(space=SPACE), fresh=True) as draft:
        qdrant.always = Reply(503)
        with pytest.raises(StoreUnavailable, match="busy"):
            draft.remove([a_chunk().id])

    assert pauses == [0.5, 2.0, 8.0]


@pytest.mark.parametrize(
    ("retry_after", "pause_s"), [("7", 7.0), ("86400", 30.0), ("-1", 0.0)]
)
def test_a_server_may_say_how_long_to_wait_within_bounds(
    qdrant, store, pauses, retry_after, pause_s
):
    """The client's own upload would wait a day, and then another."""
    manifest = a_manifest(chunks=1, space=SPACE)
    with store.draft(manifest, fresh=True) as draft:
        qdrant.faults = [refused(429, "slow down", Retry_After=retry_after)]
        draft.add([a_chunk()], ROW)
        draft.publish(manifest, a_table())

    assert pauses == [pause_s]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_what_would_fail_again_is_not_tried_again(qdrant, store, pauses, status):
    """A refused key is no absence; hammering it may lock us out."""
    with store.draft(a_manifest(space=SPACE), fresh=True) as draft:
        qdrant.faults = [refused(status, "no")]
        with pytest.raises(StoreUnavailable):
            draft.remove([a_chunk().id])

    assert pauses == []
    assert sum("delete" in r.path for r in qdrant.requests) == 1


def test_where_a_server_is_can_be_told_without_its_secrets():
    """Every message names it."""
    client = connect("https://me:canary-5ec7e7@qdrant.example/x", KEY, timeout_s=1)

    assert address(client) == "https://qdrant.example/x"
    client.close()
