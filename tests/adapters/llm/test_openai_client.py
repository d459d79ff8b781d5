"""What a client sends to an OpenAI-compatible server, and what one tells of its models."""

from __future__ import annotations

import pytest
from tests.support.fake_openai import FakeOpenAI
from tests.support.model_replies import HASTY, PLENTY, pieces_of

from askdocs.adapters.llm.openai_client import check
from askdocs.adapters.llm.openai_compatible import OpenAICompatible
from askdocs.adapters.llm.openai_errors import Server
from askdocs.domain.errors import ModelUnavailable


def openai_model(fake: FakeOpenAI, key: str = "") -> OpenAICompatible:
    """Return the adapter on a fake."""
    server = Server(fake.url, fake.model, key)
    return OpenAICompatible(server, limits=HASTY, sampling=PLENTY)


def test_the_key_is_sent_and_nothing_else_that_tells_of_us(monkeypatch):
    """OpenAI's client looks for all of these, and adds what machine it runs on."""
    for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID"):
        monkeypatch.setenv(f"OPENAI_{name}", "canary")
    for name in ("BASE_URL", "API_BASE"):
        monkeypatch.setenv(f"OPENAI_{name}", "http://127.0.0.1:9/canary")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Other: canary\nUser-Agent: canary")
    with FakeOpenAI(key="s3cret") as fake:
        list(pieces_of(openai_model(fake, "s3cret")))
        check(fake.url, fake.model, "s3cret")

        asked, checked = fake.headers

    assert asked["authorization"] == checked["authorization"] == "Bearer s3cret"
    assert "canary" not in f"{asked} {checked}"
    assert set(asked) | set(checked) == {
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "host",
    }


def test_without_a_key_none_is_sent(monkeypatch):
    """A key in the environment is for somebody else."""
    monkeypatch.setenv("OPENAI_API_KEY", "canary")
    with FakeOpenAI() as fake:
        list(pieces_of(openai_model(fake)))

        assert "authorization" not in fake.headers[0]


@pytest.mark.parametrize("mode", ["html", "json", "redirect", "404", "502", "500"])
def test_check_knows_what_is_no_model_server(mode):
    """`rag doctor` says it before a question does."""
    with FakeOpenAI(mode=mode) as fake, pytest.raises(ModelUnavailable):
        check(fake.url, fake.model)


@pytest.mark.parametrize(
    "about",
    [{"max_model_len": 4096}, {"meta": {"n_ctx": 4096, "n_ctx_train": 131072}}],
    ids=["vLLM", "llama.cpp"],
)
def test_check_knows_a_window_that_is_too_small(about):
    """The window cannot be asked for, and our budget is for ours."""
    with FakeOpenAI() as fake:
        fake.about = about
        check(fake.url, fake.model, num_ctx=4096)

        with pytest.raises(ModelUnavailable, match="has 4096 tokens") as caught:
            check(fake.url, fake.model, num_ctx=8192)

    assert caught.value.hint.startswith("set RAG_LLM_NUM_CTX=4096")


@pytest.mark.parametrize("about", [{}, {"meta": None}, {"max_model_len": "many"}])
def test_a_window_that_nobody_tells_is_no_fault(about):
    """OpenAI's own server says nothing of it."""
    with FakeOpenAI() as fake:
        fake.about = about
        check(fake.url, fake.model, num_ctx=8192)
