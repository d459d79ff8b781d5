"""Which language model the settings lead to, and what is asked of it ahead of a question."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest
from tests.support.fake_ollama import FakeOllama
from tests.support.fake_openai import FakeOpenAI

from askdocs.assemble.llm import (
    LazyEngine,
    is_gguf_file,
    openai_server,
    without_socks,
)
from askdocs.settings import Loaded, load
from askdocs.steps.answer.prompt import Prompt

PROMPT = Prompt("Scaleway", "https://docs.example/", num_ctx=8192, num_predict=512)
MESSAGES = [("user", "Say OK.")]


def settings(**changes: Any) -> Loaded:
    """Return the default settings with changes."""
    env = {f"RAG_{name.upper()}": str(value) for name, value in changes.items()}
    return load({}, {"HOME": "/nowhere", **env})


def engine(loaded: Loaded, **more: Any) -> LazyEngine:
    return LazyEngine(loaded, PROMPT, None, **more)


@pytest.mark.parametrize(
    ("model", "is_file"),
    [
        ("tiny.gguf", True),
        ("~/models/Llama.GGUF", True),
        ("llama3.1:8b", False),
        ("hf.co/unsloth/Llama-GGUF", False),
    ],
)
def test_a_model_that_ends_in_gguf_is_a_file(model, is_file):
    """Names of Ollama's models may hold the word."""
    assert is_gguf_file(model) is is_file


def test_an_engine_names_its_model_and_no_folder(tmp_path):
    """An answer is passed on; where a file lies is nobody's business."""
    assert engine(settings(llm_model=tmp_path / "tiny.gguf")).model == "tiny.gguf"
    assert engine(settings(llm_model="llama3.2:1b")).model == "llama3.2:1b"
    assert engine(settings(), model="guard:1b").model == "guard:1b"


def test_preparing_loads_the_model_of_ollama():
    """The search and the loading take place at the same time."""
    with FakeOllama() as fake:
        engine(settings(ollama_url=fake.url, llm_model=fake.model)).prepare()
        until = time.monotonic() + 9
        while not fake.requests and time.monotonic() < until:
            time.sleep(0.01)

        (asked,) = fake.requests

    assert asked[1] == "/api/generate"
    assert asked[2]["model"] == fake.model


def test_preparing_asks_nothing_of_another_server():
    """It cannot be asked to load a model."""
    with FakeOpenAI() as fake, FakeOllama() as ollama:
        loaded = settings(llm_url=fake.url, llm_model=fake.model, ollama_url=ollama.url)
        engine(loaded).prepare()
        time.sleep(0.1)

        assert fake.requests == ollama.requests == []


def test_a_file_that_is_not_there_is_told_by_the_question(tmp_path):
    """Preparing is not worth an error: a search may be all that is wanted."""
    engine(settings(llm_model=tmp_path / "no.gguf")).prepare()


def test_ollama_is_asked_unless_a_url_is_set():
    """With the options of the settings, by one engine for all questions."""
    with FakeOllama("OK.") as fake:
        ollama = engine(settings(ollama_url=fake.url, llm_num_predict=99))
        replies = ["".join(ollama.reply(MESSAGES)) for _ in range(2)]

        options = [chat["options"]["num_predict"] for chat in fake.chats]

    assert replies == ["OK.", "OK."]
    assert options == [99, 99]


def test_a_url_leads_to_its_server_with_its_key():
    """Ollama may run as well; it is not asked."""
    with FakeOpenAI("OK.", key="s3cret") as fake:
        loaded = settings(llm_url=fake.url, llm_model=fake.model, llm_api_key="s3cret")
        served = openai_server(loaded, fake.model)

        assert (served.url, served.model, served.key) == (
            fake.url,
            fake.model,
            "s3cret",
        )
        assert "".join(engine(loaded).reply(MESSAGES)) == "OK."


def test_socks_proxies_are_hidden_only_inside(monkeypatch):
    """Ollama's package makes a client while it is imported, which chokes on them."""
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with without_socks():
        inside = {name: os.environ.get(name) for name in ("ALL_PROXY", "HTTP_PROXY")}

    assert inside == {"ALL_PROXY": None, "HTTP_PROXY": "http://127.0.0.1:9"}
    assert os.environ["ALL_PROXY"] == "socks5://127.0.0.1:9"
