"""A model is loaded ahead of its question, and nothing that goes wrong is heard of."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading

import pytest
from llama_index.core.base.llms.types import ChatMessage
from tests.support.fake_ollama import FakeOllama

from askdocs.adapters.llm.ollama import OllamaModel
from askdocs.adapters.llm.ollama_preload import preload
from askdocs.adapters.llm.options import Limits, Sampling

HASTY = Limits(connect_s=0.5, first_s=0.3, idle_s=0.3, total_s=60)
SAMPLING = Sampling(8192, 512, 0.0, "30m", top_k=40, seed=7)


def preloaded(fake: FakeOllama, sampling: Sampling = SAMPLING) -> None:
    preload(fake.url, fake.model, sampling, HASTY)


def test_the_question_finds_the_model_loaded():
    """With another window Ollama would load it a second time."""
    with FakeOllama("Here.") as fake:
        preloaded(fake)
        llm = OllamaModel(fake.url, fake.model, sampling=SAMPLING)
        list(llm.stream_chat([ChatMessage("Say OK.")]))

        (_, path, sent), (_, _, asked) = fake.requests
        assert fake.loads == 1

    assert path == "/api/generate"
    assert not sent.get("prompt")
    assert (sent["model"], sent["options"]) == (asked["model"], asked["options"])
    assert sent["keep_alive"] == asked["keep_alive"] == "30m"


@pytest.mark.parametrize("keep_alive", ["-1", -1, "30", 30.0])
def test_a_number_of_seconds_is_sent_as_a_number(keep_alive):
    """Ollama refuses "-1" as a string: "missing unit in duration"."""
    sampling = Sampling(8192, 512, 0.0, keep_alive)
    with FakeOllama("Here.") as fake:
        preloaded(fake, sampling)
        llm = OllamaModel(fake.url, fake.model, sampling=sampling)
        list(llm.stream_chat([ChatMessage("Say OK.")]))

        sent = [body["keep_alive"] for _, _, body in fake.requests]

    assert sent == [float(keep_alive)] * 2


@pytest.mark.parametrize("keep_alive", ["0", "0s", "0m", 0, 0.0])
def test_a_model_that_is_not_to_be_kept_is_not_loaded(keep_alive):
    """The same request with 0 would unload it, under someone else's question."""
    with FakeOllama() as fake:
        preloaded(fake, Sampling(8192, 512, 0.0, keep_alive))

        assert fake.requests == []


@pytest.mark.parametrize(
    "mode", ["slow", "html", "json", "redirect", "500", "503", "401", "502", "missing"]
)
def test_nothing_that_goes_wrong_is_heard_of(mode):
    """The question finds out by itself, and says it better."""
    with FakeOllama(mode=mode) as fake:
        preloaded(fake)

        assert len(fake.requests) == 1


def test_a_server_that_is_down_is_no_error_either():
    """Nor is an address that is none."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        for url in (f"http://127.0.0.1:{port}", "http://x:y", "http://["):
            preload(url, "llama3.1:8b", SAMPLING, HASTY)


@pytest.mark.parametrize("url", ["{}/", "{}/ollama", "127.0.0.1:{port}"])
def test_the_address_is_read_as_ollamas_client_reads_it(url):
    """Else the question would go to one place and the warmth to another."""
    with FakeOllama() as fake:
        given = url.format(fake.url, port=fake.url.rpartition(":")[2])
        preload(given, fake.model, SAMPLING, HASTY)
        warmed_at = fake.requests[-1][1]
        OllamaModel(given, fake.model, sampling=SAMPLING).client._client.post(
            "/api/chat", json={}
        )

        assert fake.requests[-1][1].replace("chat", "generate") == warmed_at


def test_a_key_is_sent_as_ollamas_client_sends_it(monkeypatch):
    """A server that wants one would refuse the warmth and take the question."""
    monkeypatch.setenv("OLLAMA_API_KEY", "canary")
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        args = (url, "llama3.1:8b", SAMPLING, HASTY)
        threading.Thread(target=preload, args=args, daemon=True).start()
        asked, _ = server.accept()
        with asked:
            head = asked.recv(65536).decode()

    assert "Authorization: Bearer canary\r\n" in head


def test_a_server_behind_a_proxy_is_left_alone(monkeypatch):
    """Going around it is what the proxy is there to prevent."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("it went around"))

    preload("http://gpu-box:11434", "llama3.1:8b", SAMPLING, HASTY)


def test_warming_keeps_no_program_from_ending():
    """`rag ask` may be done, or interrupted, while a model still loads."""
    program = (
        "import sys, threading; from askdocs.adapters.llm.options import *;"
        "from askdocs.adapters.llm.ollama_preload import preload;"
        "a = (sys.argv[1], 'llama3.1:8b', Sampling(8192, 512, 0, '30m'), Limits());"
        "threading.Thread(target=preload, args=a, daemon=True).start(); input()"
    )
    with FakeOllama(mode="slow") as fake:
        child = subprocess.Popen(
            [sys.executable, "-c", program, fake.url], stdin=subprocess.PIPE
        )
        while not fake.requests:
            assert child.poll() is None
        child.communicate(b"\n", timeout=9)

        assert fake.gone.wait(9)
    assert child.returncode == 0


def test_warming_loads_no_package():
    """It runs beside the search, whose time is the one that counts."""
    probe = "import sys, askdocs.adapters.llm.ollama_preload; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True
    )

    heavy = {"httpx", "ollama", "llama_index", "pydantic", "numpy"}
    assert heavy.isdisjoint(done.stdout.split())
