"""Which model is asked where none was named."""

from __future__ import annotations

import pytest
from tests.support.fake_ollama import pulled

from askdocs.adapters.llm.model_choice import (
    PREFERRED,
    choose_pulled,
    choose_served,
    no_server,
    too_slow,
)

GB = 1_000_000_000
SMALL = pulled("llama3.2:3b", 2 * GB)
LARGE = pulled("llama3.3:70b", 43 * GB)


def choose(*models: object, room: int | None = 16 * GB) -> str:
    return choose_pulled(list(models), room).model


def test_the_preferred_model_is_asked_without_a_word():
    """Whatever else is there, and however Ollama writes its name."""
    chosen = choose_pulled([LARGE, SMALL, pulled("Llama3.1:8B")], None)

    assert (chosen.model, chosen.notice) == ("Llama3.1:8B", "")


def test_another_llama_is_named():
    """Who did not choose it must know who speaks."""
    chosen = choose_pulled([SMALL], None)

    assert chosen.model == "llama3.2:3b"
    assert chosen.notice == "llama3.1:8b is not pulled; asking llama3.2:3b"


BETTER = {
    "larger": ("llama3:8b", "llama3.2:3b", 5, 2),
    "of what fits": ("llama3.2:3b", "llama3.3:70b", 2, 43),
    "the smaller of what does not": ("llama3.3:70b", "llama3.1:405b", 43, 240),
    "newer": ("llama3.2:3b", "llama3:3b", 2, 2),
    "with a window for our prompt": ("llama3.2:3b", "llama2:13b", 2, 7),
    "that follows rules": ("llama3.2:1b", "llama3:8b-text-q4_0", 1, 5),
    "about everything": ("llama3.2:3b", "codellama:13b", 2, 7),
    "that is a Llama by name": ("llama3.2:1b", "mistral:7b", 1, 4),
    "that reads": ("llama3.2:1b", "llama3.2-vision:11b", 1, 8),
    "from a hub": ("hf.co/x/Meta-Llama-3.1-8B-Instruct-GGUF:Q4_K_M", "llama2", 5, 4),
    "that does not think first": ("llama3.2:3b", "deepseek-r1-llama:8b", 2, 5),
}


@pytest.mark.parametrize("why", BETTER)
def test_the_better_one_is_asked_in_whichever_order_they_are_listed(why):
    """Ollama lists the one that was pulled last first."""
    better, other, size, other_size = BETTER[why]
    models = [pulled(better, size * GB), pulled(other, other_size * GB)]

    assert choose(*models) == choose(*reversed(models)) == better


def test_without_knowing_the_memory_the_larger_one_is_asked():
    """Another machine has what it takes to run what it has pulled."""
    assert choose(SMALL, LARGE, room=None) == "llama3.3:70b"


def test_of_equals_the_one_that_was_pulled_last_is_asked():
    """It is what somebody wanted last."""
    old = {**pulled("llama3.2:3b-a"), "modified_at": "2025-01-01T00:00:00Z"}

    assert choose(old, pulled("llama3.2:3b-b")) == "llama3.2:3b-b"


CLOUD = {**pulled("llama4:cloud"), "remote_host": "https://ollama.com:443"}
NONE_OF_THEM = {
    "nothing": [],
    "an embedding model": [pulled("nomic-embed-text:latest", 1, "nomic-bert")],
    "one made of a Llama": [pulled("llama-embed-nemotron:8b")],
    "a guard": [pulled("llama-guard3:8b"), pulled("llama-guard3:1b")],
    "another family": [pulled("qwen3:8b", 1, "qwen3"), pulled("ollama/phi", 1, "phi")],
    "one that Ollama passes on": [CLOUD, pulled("llama4:400b-cloud")],
    "what is no model": [None, 7, "llama3.1:8b", [], {}, {"name": 7}],
    "a name that is none": [pulled("llama \x1b[31m"), pulled("llama" * 99)],
}


@pytest.mark.parametrize("what", NONE_OF_THEM)
def test_what_cannot_answer_is_not_asked(what):
    """Quotes are better than an embedding model, and than a cloud that nobody named."""
    chosen = choose_pulled(NONE_OF_THEM[what], None)

    assert (chosen.model, chosen.notice) == ("", "")
    assert PREFERRED in chosen.what
    assert chosen.hint == "ollama pull llama3.1:8b"


@pytest.mark.parametrize(
    "broken",
    [
        {"details": None}, {"details": {"families": None}}, {"details": "llama"},
        {"details": {"family": 7, "families": [None, 7]}}, {"size": "5 GB"},
        {"size": None, "modified_at": None},
    ],
)  # fmt: skip
def test_a_list_that_says_little_will_do(broken):
    """The name is enough; older versions of Ollama told no more."""
    assert choose({**SMALL, **broken}) == "llama3.2:3b"


def test_a_model_of_the_family_is_better_than_none():
    """Ollama calls Mistral 7B one of the family of Llama, because it is built alike."""
    assert choose(pulled("mistral:7b", 4 * GB)) == "mistral:7b"


def test_a_server_is_asked_for_its_only_model_by_name():
    """Its users did not name it; a password in the address is not told."""
    chosen = choose_served([{"id": "meta/llama"}], "http://me:secret@gpu-box/v1")

    assert chosen.model == "meta/llama"
    assert chosen.notice == "asking meta/llama at http://gpu-box/v1"


def test_a_server_with_many_models_is_asked_for_the_first_that_answers():
    """And the reader is told that there was a choice."""
    ids = ["bge-embed", "llama-guard", "b", "a"]
    chosen = choose_served([None, *({"id": name} for name in ids)], "http://h/v1")

    assert chosen.notice == "asking b, the first of 2 models at http://h/v1"


@pytest.mark.parametrize("listed", [[], [{"id": "bge-rerank"}], ["llama"], [{"id": 7}]])
def test_a_server_without_a_model_is_told(listed):
    """What it lists may be anything."""
    chosen = choose_served(listed, "http://h/v1")

    assert (chosen.model, "lists no model" in chosen.what) == ("", True)
    assert "RAG_LLM_MODEL" in chosen.hint


@pytest.mark.parametrize(
    ("ollama", "installed", "hint"),
    [
        (True, True, "ollama serve, then ollama pull llama3.1:8b"),
        (True, False, "install Ollama (https://ollama.com), then ollama pull"),
        (False, True, "set RAG_LLM_URL"),
    ],
)
def test_where_nobody_listens_the_next_step_is_told(ollama, installed, hint):
    """It differs for who has not installed anything."""
    chosen = no_server("http://a:b@127.0.0.1:1", ollama=ollama, installed=installed)

    assert chosen.model == ""
    assert "answers at http://127.0.0.1:1" in chosen.what
    assert hint in chosen.hint


def test_a_server_that_is_too_slow_is_told_without_its_password():
    """Messages end up in logs."""
    assert "at http://gpu-box did not answer" in too_slow("http://a:b@gpu-box").what
