"""What servers list, and what it means when they do not."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time

import pytest
from tests.support.fake_ollama import FakeOllama
from tests.support.fake_openai import FakeOpenAI

from askdocs.adapters.llm.server_models import pulled_models, served_models
from askdocs.domain.errors import ModelUnavailable

FAULTS = {
    "silent": "in time",
    "html": "is it one?",
    "json": "is it one?",
    "redirect": "is it one?",
    "502": "is it one?",
    "401": "refuses us",
    "500": "failed with status 500",
    "503": "failed with status 503",
}


def test_ollama_lists_what_it_has():
    """By the address that the question will be sent to."""
    with FakeOllama() as fake:
        (model,) = pulled_models(fake.url, limit_s=3)

    assert model["name"] == "llama3.1:8b"
    assert fake.requests == [("GET", "/api/tags", None)]


def test_another_server_lists_what_it_has_for_the_key():
    """A server that wants one gets it."""
    with FakeOpenAI(key="s3cret") as fake:
        (model,) = served_models(fake.url, "s3cret", limit_s=3)

    assert model["id"] == fake.model


@pytest.mark.parametrize("mode", FAULTS)
def test_each_fault_of_ollama_is_told(mode):
    """Whoever reads it must know which of them it is."""
    with (
        FakeOllama(mode=mode) as fake,
        pytest.raises(ModelUnavailable, match=FAULTS[mode]) as caught,
    ):
        pulled_models(fake.url, limit_s=0.2)

    assert fake.url in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("mode", [*FAULTS, "403", "404", "429"])
def test_each_fault_of_another_server_is_told(mode):
    """The same, and none of them shows the key."""
    more = {"403": "refuses us", "404": "is it one?", "429": "status 429"}
    with (
        FakeOpenAI(mode=mode, key="s3cret") as fake,
        pytest.raises(ModelUnavailable, match=(FAULTS | more)[mode]) as caught,
    ):
        served_models(fake.url, "s3cret", limit_s=0.2)

    assert "s3cret" not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize(
    "body", [b"", b"[" * 100_000, b"null", b'{"models": {}}', b"\xff", b"{"]
)
def test_a_body_that_is_no_list_is_no_list(body):
    """Deep nesting ends Python's reader in another way than bad JSON does."""
    with replying(body) as url, pytest.raises(ModelUnavailable, match="is it one"):
        pulled_models(url, limit_s=3)


def test_go_writes_an_empty_list_as_null():
    """Ollama is written in it."""
    with replying(b'{"models": null}') as url:
        assert pulled_models(url, limit_s=3) == []


def test_a_body_without_an_end_is_left():
    """It would fill the memory."""
    with replying(b" " * 5_000_000) as url, pytest.raises(ModelUnavailable):
        pulled_models(url, limit_s=9)


def test_a_body_that_trickles_is_left_in_time():
    """Each wait is short, and there is no end to them."""
    with replying(b" " * 1000, pace_s=0.01) as url:
        began = time.monotonic()
        with pytest.raises(ModelUnavailable, match="in time"):
            pulled_models(url, limit_s=0.2)

    assert time.monotonic() - began < 3


def test_a_closed_port_does_not_answer(closed_port):
    """Another machine is told as it was set."""
    with pytest.raises(ModelUnavailable, match="does not answer") as caught:
        pulled_models(f"http://127.0.0.1:{closed_port}", limit_s=3)

    assert "RAG_OLLAMA_URL" in caught.value.hint


def test_a_name_and_password_are_sent_and_not_shown():
    """As the client of the question does; a proxy in front may want them."""
    with replying(b'{"models": []}') as url:
        assert pulled_models(url.replace("//", "//me:s%20t@"), limit_s=3) == []

    assert "Authorization: Basic bWU6cyB0" in heard[-1]
    assert heard[-1].startswith("GET /api/tags HTTP/1.1\r\n")


def test_a_key_of_ollama_is_sent(monkeypatch):
    """As its own client does."""
    monkeypatch.setenv("OLLAMA_API_KEY", "canary")
    with replying(b'{"models": []}') as url:
        pulled_models(url, limit_s=3)

    assert "Authorization: Bearer canary" in heard[-1]


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
def test_another_machine_is_asked_by_the_proxy(monkeypatch, name):
    """Going around it is what it is there to prevent; this machine needs none."""
    with replying(b'{"models": [7]}') as proxy, FakeOllama() as fake:
        monkeypatch.setenv(name, proxy)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert pulled_models("http://gpu-box:11434", limit_s=3) == [7]
        assert len(pulled_models(fake.url, limit_s=3)) == 1

    assert heard[-1].startswith("GET http://gpu-box:11434/api/tags ")


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
def test_a_socks_proxy_is_not_gone_around(monkeypatch, name):
    """The client of the question cannot use one either."""
    monkeypatch.setenv(name, "socks5://127.0.0.1:9")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("it went around"))

    with pytest.raises(ModelUnavailable, match="SOCKS"):
        pulled_models("http://gpu-box:11434", limit_s=3)


def test_listing_loads_no_package():
    """It runs beside a search, also where nobody will ask a model."""
    probe = "import sys, askdocs.adapters.llm.server_models; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True
    )

    heavy = {"httpx", "ollama", "openai", "llama_index", "pydantic", "numpy"}
    assert heavy.isdisjoint(done.stdout.split())


heard: list[str] = []
"""The heads of the requests that `replying` was sent."""


class replying:  # noqa: N801  # it is used as a function
    """A server that answers one request with a body, a byte at a time if it has a pace."""

    def __init__(self, body: bytes, pace_s: float = 0.0) -> None:
        self._body = body
        self._pace_s = pace_s
        self._server = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> str:
        threading.Thread(target=self._answer, daemon=True).start()
        return f"http://127.0.0.1:{self._server.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def _answer(self) -> None:
        client, _ = self._server.accept()
        with client:
            heard.append(client.recv(65536).decode())
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(self._body)}\r\n\r\n"
            try:
                client.sendall(head.encode())
                for part in self._parts():
                    client.sendall(part)
                    time.sleep(self._pace_s)
            except OSError:
                return

    def _parts(self) -> list[bytes]:
        if not self._pace_s:
            return [self._body]
        return [self._body[i : i + 1] for i in range(len(self._body))]
