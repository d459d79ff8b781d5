"""What is particular to OpenAI-compatible servers, against an honest fake of one.

What holds of every model server is in `test_checked_stream.py`;
`tests/test_contracts_llm.py` asks a real llama.cpp server the same as the others.
"""

from __future__ import annotations

import pytest
from tests.support.fake_openai import FakeOpenAI
from tests.support.model_replies import HASTY, PLENTY, failure, pieces_of

from askdocs.adapters.llm.openai_client import check
from askdocs.adapters.llm.openai_compatible import OpenAICompatible
from askdocs.adapters.llm.openai_errors import Server
from askdocs.adapters.llm.options import Limits, Sampling
from askdocs.domain.errors import AnswerIncomplete, ModelUnavailable


def openai_model(
    fake: FakeOpenAI, *, key: str = "", model: str = "", **more: object
) -> OpenAICompatible:
    """Return the adapter on a fake."""
    server = Server(fake.url, model or fake.model, key)
    return OpenAICompatible(server, **{"limits": HASTY, "sampling": PLENTY, **more})


def test_every_option_reaches_the_server():
    """What is not sent is the server's default, and differs between machines."""
    sampling = Sampling(8192, 512, 0.1, "30m", top_k=40, top_p=0.9, seed=7)
    with FakeOpenAI() as fake:
        llm = openai_model(fake, sampling=sampling)
        list(pieces_of(llm))

        (sent,) = fake.chats

    assert sent == {
        "model": fake.model,
        "messages": [{"role": "user", "content": "Say OK."}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 512,
        "temperature": 0.1,
        "top_k": 40,
        "top_p": 0.9,
        "seed": 7,
    }
    assert not llm.metadata.is_function_calling_model


def test_options_left_out_are_not_sent():
    """OpenAI's own server refuses a request with top_k."""
    with FakeOpenAI(mode="strict") as fake:
        list(pieces_of(openai_model(fake)))

        assert not {"top_k", "top_p", "seed"} & set(fake.chats[0])


def test_an_option_that_the_server_does_not_know_names_the_setting():
    """The default holds top_k, which most servers know and some refuse."""
    sampling = Sampling(4096, 64, 0, "5m", top_k=40)
    with FakeOpenAI(mode="strict") as fake:
        _, err = failure(openai_model(fake, sampling=sampling))

    assert "Unrecognized request argument supplied: top_k" in str(err)
    assert "RAG_LLM_TOP_K=0" in err.hint


def test_a_key_is_not_shown_by_the_adapter():
    """A repr ends up in logs and in bug reports."""
    with FakeOpenAI(key="s3cret") as fake:
        llm = openai_model(fake, key="s3cret")

        assert "s3cret" not in f"{llm!r} {llm} {llm.to_dict()} {llm._stream.server!r}"


def test_a_wrong_key_is_not_repeated():
    """OpenAI's server says which key it was sent; messages end up in logs."""
    with FakeOpenAI(key="other") as fake:
        _, err = failure(openai_model(fake, key="s3cret"))

    assert "refuses us: Incorrect API key provided: ********" in str(err)
    assert "s3cret" not in f"{err} {err.hint}"
    assert "RAG_LLM_API_KEY" in err.hint


def test_a_prompt_that_was_cut_is_told():
    """Some servers cut what is too long, where the rules are, and answer the rest."""
    with FakeOpenAI(mode="short") as fake:
        _, err = failure(openai_model(fake), "word " * 1000)

    what = "the server read only 500 tokens of a prompt of at least 1000"
    assert str(err) == what
    assert isinstance(err, AnswerIncomplete)


def test_a_server_that_does_not_count_is_believed():
    """Not every one knows `stream_options`."""
    with FakeOpenAI("OK.", mode="uncounted") as fake:
        assert "".join(pieces_of(openai_model(fake), "word " * 1000)) == "OK."


def test_another_model_than_asked_for_is_no_answer():
    """llama.cpp takes any name; the reader would not learn who has answered."""
    with FakeOpenAI(mode="renamed") as fake:
        seen, err = failure(openai_model(fake, model="wanted"))

    assert seen == []
    assert isinstance(err, ModelUnavailable)
    assert str(err) == f"the model server at {fake.url} has no model 'wanted'"
    assert err.hint == "set RAG_LLM_MODEL to one of: other"


def test_an_alias_of_a_model_is_no_other_model():
    """ "gpt-4o" answers as "gpt-4o-2024-08-06", and both are listed, or neither is."""
    with FakeOpenAI("Here.", mode="unlisted") as fake:
        assert "".join(pieces_of(openai_model(fake))) == "Here."
    with FakeOpenAI("Here.", mode="renamed", model="other") as fake:
        assert "".join(pieces_of(openai_model(fake, model="other"))) == "Here."


def test_a_server_that_is_down_is_named(closed_port):
    """The second thing that happens to a new user."""
    url = f"http://me:s3cret@127.0.0.1:{closed_port}/v1"
    server = Server(url, "m")

    _, err = failure(OpenAICompatible(server, sampling=PLENTY, limits=HASTY))
    with pytest.raises(ModelUnavailable) as checked:
        check(url, "m")

    assert str(err) == f"no model server answers at http://127.0.0.1:{closed_port}/v1"
    assert str(checked.value) == str(err)
    assert "RAG_LLM_URL" in err.hint


def test_a_long_silence_is_explained():
    """Half a minute of nothing looks like a program that hangs."""
    notices = []
    limits = Limits(connect_s=2, first_s=0.4, idle_s=0.4, notice_s=0.01, retry_s=0)
    with FakeOpenAI(mode="slow") as fake:
        failure(openai_model(fake, limits=limits, on_wait=notices.append))

    assert notices == [f"waiting for {fake.model} at {fake.url}..."]
