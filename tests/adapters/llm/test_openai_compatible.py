"""The adapter for OpenAI-compatible servers against an honest fake, with its faults.

`tests/test_contracts_llm.py` asks a real llama.cpp server the same as the others.
"""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Iterator

import pytest
from llama_index.core.base.llms.types import ChatMessage
from tests.support.fake_openai import FakeOpenAI

from askdocs.adapters.llm.openai_compatible import OpenAICompatible, check
from askdocs.adapters.llm.openai_errors import Server
from askdocs.adapters.llm.options import Limits, Sampling
from askdocs.domain.errors import AnswerIncomplete, AskDocsError, ModelUnavailable

HASTY = Limits(connect_s=2, first_s=10, idle_s=0.3, total_s=60, retry_s=0)
HASTIER = Limits(connect_s=2, first_s=0.2, idle_s=0.2, total_s=60, retry_s=0)
PLENTY = Sampling(num_ctx=4096, num_predict=64, temperature=0, keep_alive="5m")


def say(llm: OpenAICompatible, text: str = "Say OK.") -> Iterator[str]:
    """Yield the pieces of the reply to one message."""
    for piece in llm.stream_chat([ChatMessage(text)]):
        yield piece.delta or ""


def failure(
    llm: OpenAICompatible, text: str = "Say OK."
) -> tuple[list[str], AskDocsError]:
    """Return what came before the error, and the error."""
    seen: list[str] = []
    try:
        for piece in say(llm, text):
            seen.append(piece)  # noqa: PERF402  # the pieces before the error count
    except AskDocsError as err:
        return seen, err
    return pytest.fail(f"no error after {seen}")


def served(
    fake: FakeOpenAI, *, key: str = "", model: str = "", **more: object
) -> OpenAICompatible:
    """Return the adapter on a fake."""
    server = Server(fake.url, model or fake.model, key)
    return OpenAICompatible(server, **{"limits": HASTY, "sampling": PLENTY, **more})


@pytest.fixture
def closed_port():
    """A port on which nothing listens, and nothing else can while the test runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


# What is sent.


def test_every_option_reaches_the_server():
    """What is not sent is the server's default, and differs between machines."""
    sampling = Sampling(8192, 512, 0.1, "30m", top_k=40, top_p=0.9, seed=7)
    with FakeOpenAI() as fake:
        llm = served(fake, sampling=sampling)
        list(say(llm))

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
        list(say(served(fake)))

        assert not {"top_k", "top_p", "seed"} & set(fake.chats[0])


def test_an_option_that_the_server_does_not_know_names_the_setting():
    """The default holds top_k, which most servers know and some refuse."""
    sampling = Sampling(4096, 64, 0, "5m", top_k=40)
    with FakeOpenAI(mode="strict") as fake:
        _, err = failure(served(fake, sampling=sampling))

    assert "Unrecognized request argument supplied: top_k" in str(err)
    assert "RAG_LLM_TOP_K=0" in err.hint


def test_the_key_is_sent_and_nothing_else_that_tells_of_us(monkeypatch):
    """OpenAI's client looks for all of these, and adds what machine it runs on."""
    for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID"):
        monkeypatch.setenv(f"OPENAI_{name}", "canary")
    for name in ("BASE_URL", "API_BASE"):
        monkeypatch.setenv(f"OPENAI_{name}", "http://127.0.0.1:9/canary")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Other: canary\nUser-Agent: canary")
    with FakeOpenAI(key="s3cret") as fake:
        list(say(served(fake, key="s3cret")))
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
        list(say(served(fake)))

        assert "authorization" not in fake.headers[0]


def test_a_key_is_not_shown_by_the_adapter():
    """A repr ends up in logs and in bug reports."""
    with FakeOpenAI(key="s3cret") as fake:
        llm = served(fake, key="s3cret")

        assert "s3cret" not in f"{llm!r} {llm} {llm.to_dict()} {llm._stream.server!r}"


def test_a_wrong_key_is_not_repeated():
    """OpenAI's server says which key it was sent; messages end up in logs."""
    with FakeOpenAI(key="other") as fake:
        _, err = failure(served(fake, key="s3cret"))

    assert "refuses us: Incorrect API key provided: ********" in str(err)
    assert "s3cret" not in f"{err} {err.hint}"
    assert "RAG_LLM_API_KEY" in err.hint


def test_nothing_but_the_chat_is_asked_for():
    """Each further request would be waited for."""
    with FakeOpenAI() as fake:
        list(say(served(fake)))

        assert [path for _, path, _ in fake.requests] == ["/v1/chat/completions"]


def test_a_proxy_is_not_used_on_this_machine(monkeypatch, closed_port):
    """HTTP_PROXY is set in many offices, and NO_PROXY is not."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with FakeOpenAI("Here.") as fake:
        check(fake.url, fake.model)

        assert "".join(say(served(fake))) == "Here."


# How a reply may end.


@pytest.mark.parametrize(
    ("mode", "why"),
    [
        ("stall", "nothing came for 0.3 s"),
        ("cut", "the stream ended before the model was done"),
        ("abort", "the connection was lost"),
        ("error", "CUDA error: out of memory"),
        ("bad json", "what came is not what such a server sends"),
        ("filtered", "the model stopped with reason 'content_filter'"),
    ],
)
def test_a_reply_that_breaks_off_is_incomplete(mode, why):
    """What came has been yielded, and the reader learns that it is not all."""
    with FakeOpenAI("one two three", mode=mode) as fake:
        seen, err = failure(served(fake))

        assert len(fake.chats) == 1

    assert "".join(seen) == "one two"
    assert isinstance(err, AnswerIncomplete)
    assert why in str(err)


@pytest.mark.parametrize("mode", ["empty", "blank"])
def test_a_model_that_says_nothing_has_not_answered(mode):
    """Its server calls that a full stop."""
    with FakeOpenAI(mode=mode) as fake:
        _, err = failure(served(fake))

    assert isinstance(err, AnswerIncomplete)
    assert str(err) == "the model returned nothing"


def test_an_endless_reply_ends_at_num_predict():
    """A server that ignores the limit must not keep us for ten minutes."""
    with FakeOpenAI(mode="endless") as fake:
        seen, err = failure(served(fake))

        assert fake.gone.wait(2)

    assert PLENTY.num_predict <= len(seen) < PLENTY.num_predict + 16
    assert "cut off after 64 tokens" in str(err)


def test_a_looping_reply_is_stopped_and_so_is_the_server():
    """At temperature 0 a small model never finds out."""
    plenty = Sampling(num_ctx=4096, num_predict=4096, temperature=0, keep_alive="5m")
    with FakeOpenAI(mode="loop") as fake:
        seen, err = failure(served(fake, sampling=plenty))

        assert fake.gone.wait(2)

    assert str(err) == "the answer was stopped: the model repeats itself"
    assert len(seen) < 50


def test_a_trickle_ends_by_the_total_time():
    """Each token comes well within the time for one."""
    limits = Limits(connect_s=2, first_s=5, idle_s=5, total_s=0.5)
    with FakeOpenAI(mode="trickle", pace_s=0.05) as fake:
        seen, err = failure(served(fake, limits=limits))

        assert fake.gone.wait(2)

    assert 0 < len(seen) < 15
    assert str(err) == "the answer broke off: it took more than 0.5 s"


def test_the_next_piece_is_not_waited_for_as_long_as_the_first():
    """A model may take minutes to load; a minute of silence afterwards is a fault."""
    limits = Limits(connect_s=2, first_s=300, idle_s=0.3, total_s=600)
    with FakeOpenAI("one two three", mode="stall") as fake:
        started = time.monotonic()
        failure(served(fake, limits=limits))

        assert time.monotonic() - started < 30


def test_a_prompt_that_was_cut_is_told():
    """Some servers cut what is too long, where the rules are, and answer the rest."""
    with FakeOpenAI(mode="short") as fake:
        _, err = failure(served(fake), "word " * 1000)

    what = "the server read only 500 tokens of a prompt of at least 1000"
    assert str(err) == what
    assert isinstance(err, AnswerIncomplete)


def test_a_server_that_does_not_count_is_believed():
    """Not every one knows `stream_options`."""
    with FakeOpenAI("OK.", mode="uncounted") as fake:
        assert "".join(say(served(fake), "word " * 1000)) == "OK."


def test_leaving_makes_the_server_stop():
    """Ctrl-C must not leave a GPU busy with an answer that nobody reads."""
    with FakeOpenAI("one two three", mode="stall") as fake:
        pieces = say(served(fake, limits=Limits()))
        assert next(pieces) == "one"
        pieces.close()

        assert fake.gone.wait(2)


# What a stream may look like, and still be one.


@pytest.mark.parametrize("mode", ["split", "pings", "late abort"])
def test_a_stream_is_read_however_it_is_cut(mode):
    """Proxies cut as they like; comments keep connections alive."""
    text = "Überall 文档 🧪, line\x85separators\u2028too."
    with FakeOpenAI(text, mode=mode) as fake:
        assert "".join(say(served(fake))) == text


@pytest.mark.parametrize("mode", ["think", "reasoning"])
def test_only_what_is_said_is_part_of_the_answer(mode):
    """Thoughts are not checked against the docs."""
    with FakeOpenAI("Run it.", mode=mode) as fake:
        pieces = list(say(served(fake)))

    assert "".join(pieces) == "Run it."
    assert "" not in pieces


# Which model answers.


def test_another_model_than_asked_for_is_no_answer():
    """llama.cpp takes any name; the reader would not learn who has answered."""
    with FakeOpenAI(mode="renamed") as fake:
        seen, err = failure(served(fake, model="wanted"))

    assert seen == []
    assert isinstance(err, ModelUnavailable)
    assert str(err) == f"the model server at {fake.url} has no model 'wanted'"
    assert err.hint == "set RAG_LLM_MODEL to one of: other"


def test_an_alias_of_a_model_is_no_other_model():
    """ "gpt-4o" answers as "gpt-4o-2024-08-06", and both are listed, or neither is."""
    with FakeOpenAI("Here.", mode="unlisted") as fake:
        assert "".join(say(served(fake))) == "Here."
    with FakeOpenAI("Here.", mode="renamed", model="other") as fake:
        assert "".join(say(served(fake, model="other"))) == "Here."


# Nothing was said.


@pytest.mark.parametrize(
    ("mode", "what", "hint"),
    [
        ("slow", "did not begin to answer in time", "too large"),
        ("stall", "did not begin to answer in time", "too large"),
        ("abort", "broke off: the connection was lost", "ask again"),
        ("cut", "is no reply of an OpenAI-compatible server", "RAG_LLM_URL"),
        ("error", "failed: llama runner process has terminated", "ask again"),
        ("bad json", "is no reply of an OpenAI-compatible server", "RAG_LLM_URL"),
        ("html", "is no reply of an OpenAI-compatible server", "RAG_LLM_URL"),
        ("json", "is no reply of an OpenAI-compatible server", "RAG_LLM_URL"),
        ("redirect", "is no reply of an OpenAI-compatible server", "RAG_LLM_URL"),
        ("404", "is no reply of an OpenAI-compatible server", "RAG_LLM_URL"),
        ("502", "is no reply of an OpenAI-compatible server", "RAG_LLM_URL"),
        ("500", "failed: llama runner process has terminated", "ask again"),
        ("503", "is busy: Loading model", "ask again"),
        ("429", "is busy: Rate limit reached", "ask again"),
        ("401", "refuses us: Unauthorized", "RAG_LLM_API_KEY"),
        ("403", "refuses us: Forbidden", "RAG_LLM_API_KEY"),
        ("missing", "has no model 'meta/llama-3.1-8b-instruct'", "RAG_LLM_MODEL"),
        ("full", "does not fit into the window", "RAG_LLM_NUM_CTX to the window"),
        ("full cpp", "does not fit into the window", "of the model: 1024"),
    ],
)
def test_a_server_that_says_nothing_of_use_is_unavailable(mode, what, hint):
    """Nothing was said, so the passages can be shown instead."""
    late = mode in {"slow", "stall"}
    with FakeOpenAI(mode=mode, after=0) as fake:
        seen, err = failure(served(fake, limits=HASTIER if late else HASTY))

    assert seen == []
    assert isinstance(err, ModelUnavailable)
    assert what in str(err)
    assert hint in err.hint


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


@pytest.mark.parametrize("mode", ["500", "503", "429", "error", "abort"])
def test_a_fault_that_passes_is_not_noticed(mode):
    """A worker that died is started anew; a queue moves on."""
    with FakeOpenAI("Here.", mode=mode, times=1, after=0) as fake:
        assert "".join(say(served(fake))) == "Here."
        assert len(fake.chats) == 2


@pytest.mark.parametrize("mode", ["500", "503", "429", "error", "abort"])
def test_a_fault_that_stays_is_tried_twice(mode):
    """OpenAI's client and LlamaIndex would each try three times."""
    with FakeOpenAI("Here.", mode=mode, after=0) as fake:
        failure(served(fake))

        assert len(fake.chats) == 2


@pytest.mark.parametrize("mode", ["slow", "401", "missing", "full", "html"])
def test_a_fault_that_cannot_pass_is_not_tried_again(mode):
    """Who has to change something is told at once."""
    limits = HASTIER if mode == "slow" else HASTY
    with FakeOpenAI(mode=mode) as fake:
        failure(served(fake, limits=limits))

        assert len(fake.chats) == 1


def test_a_fault_after_a_long_time_is_not_tried_again():
    """Who has waited a minute is told, not asked for another."""
    minutes = itertools.count(step=60.0)
    with FakeOpenAI("Here.", mode="500", times=1) as fake:
        failure(served(fake, clock=lambda: next(minutes)))

        assert len(fake.chats) == 1


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


def test_a_long_silence_is_explained():
    """Half a minute of nothing looks like a program that hangs."""
    told = []
    limits = Limits(connect_s=2, first_s=0.4, idle_s=0.4, notice_s=0.01, retry_s=0)
    with FakeOpenAI(mode="slow") as fake:
        failure(served(fake, limits=limits, on_wait=told.append))

    assert told == [f"waiting for {fake.model} at {fake.url}..."]
