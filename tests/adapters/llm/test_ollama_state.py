"""What Ollama tells about its models, and what that means for a question."""

from __future__ import annotations

import socket

import pytest
from tests.support.fake_ollama import DIGEST, FakeOllama

from askdocs.adapters.llm.ollama_state import check, digest, loaded_window, waits_for
from askdocs.domain.errors import ModelUnavailable

STRANGE = ["html", "json", "redirect", "500", "503", "401", "502"]


@pytest.mark.parametrize(
    ("mode", "what"),
    [
        ("html", "is this Ollama?"),
        ("json", "is this Ollama?"),
        ("redirect", "is this Ollama?"),
        ("500", "failed"),
        ("503", "busy"),
        ("missing", "no model"),
    ],
)
def test_check_says_the_same(mode, what):
    """`rag doctor` and `rag ask` must not contradict each other."""
    with FakeOllama(mode=mode) as fake, pytest.raises(ModelUnavailable, match=what):
        check(fake.url, fake.model)


@pytest.mark.parametrize(
    ("pulled", "asked"),
    [
        ("llama3:latest", "llama3"),
        ("hub.example:5000/team/llama:latest", "hub.example:5000/team/llama"),
        ("llama3.1:8b", "Llama3.1:8B"),
    ],
)
def test_check_reads_model_names_as_ollama_does(pulled, asked):
    """A name without a tag means latest; case does not matter."""
    with FakeOllama(model=pulled) as fake:
        check(fake.url, asked)


def test_a_host_that_does_not_exist_does_not_answer(monkeypatch):
    """A name that cannot be resolved is the same to the user as a closed port."""

    def nowhere(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)

    with pytest.raises(ModelUnavailable, match="does not answer at http://gpu-box"):
        check("http://gpu-box:11434", "llama3.1:8b")


@pytest.mark.parametrize("asked", ["llama3.1:8b", "Llama3.1:8B"])
def test_a_digest_says_which_weights_answered(asked):
    """The same tag is other weights after the next pull."""
    with FakeOllama() as fake:
        assert digest(fake.url, asked) == DIGEST


@pytest.mark.parametrize("mode", [*STRANGE, "missing"])
def test_a_digest_that_is_not_told_is_none(mode):
    """An answer is none the worse for it."""
    with FakeOllama(mode=mode) as fake:
        assert digest(fake.url, fake.model) == ""


def test_a_model_is_loaded_until_it_has_answered_once():
    """Ollama lists it from the beginning; its expiry gives it away."""
    with FakeOllama(mode="load") as fake:
        assert (
            waits_for(fake.url, fake.model, lambda _: None)
            == "loading model llama3.1:8b..."
        )
        fake.num_ctx = 8192
        assert (
            waits_for(fake.url, fake.model, lambda _: None)
            == "loading model llama3.1:8b..."
        )
        fake.mode = "ok"
        assert "waiting for model" in waits_for(fake.url, fake.model, lambda _: None)


@pytest.mark.parametrize("mode", STRANGE)
def test_what_is_not_told_is_not_made_up(mode):
    """No notice is better than a wrong one."""
    with FakeOllama(mode=mode) as fake:
        assert waits_for(fake.url, fake.model, lambda _: None) == ""
        assert loaded_window(fake.url, fake.model) == 0


def test_a_window_is_that_of_the_model_that_is_loaded():
    """Not what it could have, and not another model's."""
    with FakeOllama() as fake:
        assert loaded_window(fake.url, fake.model) == 0
        fake.num_ctx = 2048
        assert loaded_window(fake.url, fake.model) == 2048
        assert loaded_window(fake.url, "llama3.2:1b") == 0
