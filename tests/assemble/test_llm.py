"""Which language model the settings lead to, and what is asked of it ahead of a question."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest
from tests.support.fake_ollama import FakeOllama, pulled
from tests.support.fake_openai import FakeOpenAI

from askdocs.adapters.llm.model_lookup import LOOPBACK_PATIENCE_S
from askdocs.assemble.llm import (
    LazyEngine,
    find_model,
    is_gguf_file,
    openai_server,
    without_socks,
)
from askdocs.domain.errors import ModelUnavailable
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


# Which model is asked where none was named

HAS = {
    "llama3.1:8b": (["llama3.1:8b", "llama3.2:3b"], "llama3.1:8b", ""),
    "only llama3.2:3b": (["llama3.2:3b"], "llama3.2:3b", "is not pulled; asking"),
    "only nomic-embed-text": (["nomic-embed-text:latest"], "", ""),
    "only llama-guard3": (["llama-guard3:8b"], "", ""),
    "nothing": ([], "", ""),
}


@pytest.mark.parametrize("what", HAS)
def test_without_a_name_the_model_is_the_one_that_is_there(what):
    """The preferred one, else another Llama, which is named, else none."""
    names, model, notice = HAS[what]
    with FakeOllama() as fake:
        fake.listed = [pulled(name) for name in names]
        chosen = find_model(settings(ollama_url=fake.url))
        auto = engine(settings(ollama_url=fake.url))
        assert auto.model == model

    assert auto.chosen == chosen
    assert (chosen.model, notice in chosen.notice) == (model, True)
    assert bool(chosen.notice) == bool(notice)
    assert bool(chosen.what) == bool(chosen.hint) == (not model)


@pytest.mark.parametrize(
    "mode", ["html", "json", "redirect", "500", "503", "401", "502"]
)
@pytest.mark.parametrize("server", [FakeOllama, FakeOpenAI])
def test_a_server_that_gives_no_list_has_no_model(server, mode):
    """Nobody named it, so its passages are quoted; the hint says what is wrong with it."""
    with server(mode=mode) as fake:
        name = "llm_url" if server is FakeOpenAI else "ollama_url"
        auto = engine(settings(**{name: fake.url}))
        assert auto.model == ""

        with pytest.raises(ModelUnavailable, match=f"at {fake.url}") as caught:
            list(auto.reply(MESSAGES))

    assert caught.value.hint


def test_where_nobody_listens_there_is_no_model_at_once():
    """It is how everyone starts."""
    began = time.monotonic()
    assert engine(settings(ollama_url="http://127.0.0.1:1")).model == ""
    assert engine(settings(llm_url="http://127.0.0.1:1/v1")).model == ""

    assert time.monotonic() - began < LOOPBACK_PATIENCE_S


@pytest.mark.parametrize("server", [FakeOllama, FakeOpenAI])
def test_a_server_that_hangs_is_not_waited_for(server):
    """The passages are there, and can be quoted."""
    with server(mode="silent") as fake:
        name = "llm_url" if server is FakeOpenAI else "ollama_url"
        auto = engine(settings(**{name: fake.url}))
        auto.look()
        began = time.monotonic()
        models = [auto.model for _ in range(5)]
        took_s = time.monotonic() - began

    assert models == [""] * 5
    assert took_s < LOOPBACK_PATIENCE_S + 0.5
    assert "in time" in auto.chosen.what


def test_a_url_leads_to_the_model_that_is_served_there():
    """Ollama runs as well and is not asked; a file name on a server is no file of ours."""
    with FakeOpenAI("OK.", model="/models/llama.gguf") as fake, FakeOllama() as ollama:
        auto = engine(settings(llm_url=fake.url, ollama_url=ollama.url))
        assert "".join(auto.reply(MESSAGES)) == "OK."

        assert ollama.requests == []
    assert auto.model == "llama.gguf"
    assert auto.chosen.notice == f"asking /models/llama.gguf at {fake.url}"


def test_the_chosen_model_is_loaded_and_asked():
    """The look, the loading and the question mean the same one."""
    with FakeOllama("OK.", model="llama3.2:3b") as fake:
        auto = engine(settings(ollama_url=fake.url))
        auto.look()
        auto.prepare()
        assert "".join(auto.reply(MESSAGES)) == "OK."
        until = time.monotonic() + 9
        while not fake.loads and time.monotonic() < until:
            time.sleep(0.01)

        asked = {body["model"] for *_, body in fake.requests if body}

    assert asked == {"llama3.2:3b"}
    assert [path for _, path, _ in fake.requests].count("/api/tags") == 1


def test_a_model_with_a_name_is_not_looked_for():
    """Whoever names one wants that one, or an error."""
    with FakeOllama(mode="missing") as fake:
        named = engine(settings(ollama_url=fake.url, llm_model="llama3.1:8b"))
        named.look()

        assert (named.model, named.chosen, fake.requests) == ("llama3.1:8b", None, [])


def test_none_found_is_nothing_to_load():
    """There is no model whose loading could be asked for."""
    with FakeOllama(mode="missing") as fake:
        auto = engine(settings(ollama_url=fake.url))
        auto.prepare()
        assert auto.model == ""
        time.sleep(0.1)

        assert {path for _, path, _ in fake.requests} == {"/api/tags"}
