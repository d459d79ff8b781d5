"""The Ollama adapter against an honest fake, and the same contract against a real one.

    RAG_TEST_OLLAMA_URL=http://127.0.0.1:11434 RAG_TEST_OLLAMA_MODEL=llama3.2:1b \
        pytest -m ollama tests/adapters/test_ollama.py
"""

from __future__ import annotations

import itertools
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from llama_index.core.base.llms.types import ChatMessage
from tests.fake_ollama import FakeOllama

from askdocs.adapters.limits import Limits
from askdocs.adapters.ollama import Llama, Sampling, check
from askdocs.domain.errors import AnswerIncomplete, AskDocsError, ModelUnavailable

HASTY = Limits(connect_s=2, first_s=10, idle_s=0.3, total_s=60)
HASTIER = Limits(connect_s=2, first_s=0.2, idle_s=0.2, total_s=60)
PLENTY = Sampling(num_ctx=4096, num_predict=64, temperature=0, keep_alive="5m")


def say(llm: Llama, text: str = "Say OK.") -> Iterator[str]:
    """Yield the pieces of the reply to one message."""
    for piece in llm.stream_chat([ChatMessage(text)]):
        yield piece.delta or ""


def failure(llm: Llama) -> tuple[list[str], AskDocsError]:
    """Return what came before the error, and the error."""
    seen: list[str] = []
    try:
        for piece in say(llm):
            seen.append(piece)  # noqa: PERF402  # the pieces before the error count
    except AskDocsError as err:
        return seen, err
    return pytest.fail(f"no error after {seen}")


def llama(fake: FakeOllama, *, sampling: Sampling = PLENTY, **more: object) -> Llama:
    """Return the adapter on a fake."""
    return Llama(fake.url, fake.model, sampling=sampling, **{"limits": HASTY, **more})


# The contract: the same for the fake and for a real Ollama.


@dataclass
class Server:
    url: str
    model: str


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.ollama)])
def server(request):
    if request.param == "real":
        model = os.environ.get("RAG_TEST_OLLAMA_MODEL", "llama3.1:8b")
        yield Server(os.environ["RAG_TEST_OLLAMA_URL"], model)
        return
    with FakeOllama("OK, " * 20) as fake:
        yield Server(fake.url, fake.model)


def contract_llm(server: Server, **changes: object) -> Llama:
    options = {"num_ctx": 4096, "num_predict": 256, "temperature": 0.0}
    sampling = Sampling(**{**options, "keep_alive": "5m", **changes})
    return Llama(server.url, server.model, sampling=sampling)


def test_contract_a_whole_reply_ends_without_an_error(server):
    """A reply that the model finished is no failure."""
    assert "OK" in "".join(say(contract_llm(server), "Say OK and nothing else."))


def test_contract_a_reply_cut_at_num_predict_is_incomplete(server):
    """Ollama says so only in done_reason, under HTTP 200."""
    with pytest.raises(AnswerIncomplete, match="cut off after 3 tokens"):
        list(say(contract_llm(server, num_predict=3), "Count from 1 to 100 in words."))


def test_contract_a_prompt_longer_than_the_window_is_no_success(server):
    """Ollama cuts the beginning off, where the rules are, and answers the rest."""
    llm = contract_llm(server, num_ctx=256, num_predict=16)

    with pytest.raises(AskDocsError):
        list(say(llm, "Say OK. " + "one two three four five " * 200))


def test_contract_an_unknown_model_names_the_command_that_pulls_it(server):
    """It is the first thing that happens to a new user."""
    llm = Llama(server.url, "no-such-model:1b", sampling=PLENTY)

    with pytest.raises(ModelUnavailable, match="no model 'no-such-model:1b'") as caught:
        list(say(llm))

    assert caught.value.hint == "ollama pull no-such-model:1b"


def test_contract_check_knows_which_models_are_there(server):
    """`rag doctor` must not load a model to find out."""
    check(server.url, server.model)

    with pytest.raises(ModelUnavailable, match="no model 'no-such-model'"):
        check(server.url, "no-such-model")


def test_contract_a_reply_can_be_left_and_another_asked_for(server):
    """Closing the iterator gives the connection up, not the adapter."""
    llm = contract_llm(server)
    pieces = say(llm, "Count from 1 to 100 in words.")
    next(pieces)
    pieces.close()

    assert list(say(llm, "Say OK."))


# What only a fake can be made to do.


def test_every_option_reaches_ollama():
    """What is not sent is the server's default, and differs between machines."""
    sampling = Sampling(8192, 512, 0.1, "30m", top_k=40, top_p=0.9, seed=7)
    with FakeOllama() as fake:
        llm = llama(fake, sampling=sampling)
        list(say(llm))

        (sent,) = fake.chats

    assert sent["options"] == {
        "num_ctx": 8192,
        "num_predict": 512,
        "temperature": 0.1,
        "top_k": 40,
        "top_p": 0.9,
        "seed": 7,
    }
    assert sent["keep_alive"] == "30m"
    assert sent["stream"] is True
    assert not sent.get("tools")
    assert not llm.metadata.is_function_calling_model


def test_options_left_out_are_not_sent():
    """The model's own file may set them."""
    with FakeOllama() as fake:
        list(say(llama(fake)))

        assert set(fake.chats[0]["options"]) == {
            "num_ctx",
            "num_predict",
            "temperature",
        }


def test_nothing_but_the_chat_is_asked_for():
    """Metadata from /api/show would set num_ctx to the model's 131,072 tokens."""
    with FakeOllama() as fake:
        list(say(llama(fake)))

        assert [path for _, path, _ in fake.requests] == ["/api/chat"]


def test_pieces_are_the_new_text_only():
    """LlamaIndex puts the whole text so far into every chunk."""
    with FakeOllama("Überall 文档 🧪, and once.") as fake:
        assert "".join(say(llama(fake))) == "Überall 文档 🧪, and once."


@pytest.mark.parametrize(
    ("mode", "why"),
    [
        ("stall", "nothing came for 0.3 s"),
        ("cut", "the stream ended before Ollama was done"),
        ("abort", "the connection was lost"),
        ("error", "CUDA error: out of memory"),
        ("bad json", "what came is not what Ollama sends"),
        ("unload", "Ollama stopped with reason 'unload'"),
    ],
)
def test_a_reply_that_breaks_off_is_incomplete(mode, why):
    """What came has been yielded, and the reader learns that it is not all."""
    with FakeOllama("one two three", mode=mode) as fake:
        seen, err = failure(llama(fake))

    assert "".join(seen) == "one two"
    assert isinstance(err, AnswerIncomplete)
    assert why in str(err)


@pytest.mark.parametrize("mode", ["empty", "blank"])
def test_a_model_that_says_nothing_has_not_answered(mode):
    """Ollama calls it done, with reason "stop"."""
    with FakeOllama(mode=mode) as fake:
        _, err = failure(llama(fake))

    assert isinstance(err, AnswerIncomplete)
    assert str(err) == "the model returned nothing"


def test_an_endless_reply_ends_at_num_predict():
    """A server that ignores the limit must not keep us for ten minutes."""
    with FakeOllama(mode="loop") as fake:
        seen, err = failure(llama(fake))

    assert len(seen) == PLENTY.num_predict + 1
    assert "cut off after 64 tokens" in str(err)


def test_a_reply_has_a_total_time():
    """A trickle is never idle, and would go on for ever."""
    minutes = itertools.count(step=60.0)
    limits = Limits(connect_s=1, first_s=1, idle_s=1, total_s=600)
    with FakeOllama(mode="loop") as fake:
        seen, err = failure(llama(fake, limits=limits, clock=lambda: next(minutes)))

    assert seen
    assert str(err) == "the answer broke off: it took more than 600 s"


def test_the_next_piece_is_not_waited_for_as_long_as_the_first():
    """A model may take minutes to load; a minute of silence afterwards is a fault."""
    limits = Limits(connect_s=2, first_s=300, idle_s=0.3, total_s=600)
    with FakeOllama("one two three", mode="stall") as fake:
        started = time.monotonic()
        failure(llama(fake, limits=limits))

        assert time.monotonic() - started < 30


def test_a_prompt_that_was_cut_is_told():
    """HTTP 200, a fluent answer, and the rules were never read (ollama#17427)."""
    sampling = Sampling(num_ctx=256, num_predict=16, temperature=0, keep_alive=0)
    with FakeOllama() as fake, pytest.raises(AnswerIncomplete) as caught:
        list(say(llama(fake, sampling=sampling), "word " * 1000))

    assert str(caught.value) == "Ollama read only 130 tokens of a prompt of 1000 words"


@pytest.mark.parametrize(
    ("mode", "what", "hint"),
    [
        ("slow", "did not begin to answer in time", "ollama ps"),
        ("stall", "did not begin to answer in time", "ollama ps"),
        ("abort", "is this Ollama?", "RAG_OLLAMA_URL"),
        ("error", "CUDA error: out of memory", "RAG_LLM_NUM_CTX"),
        ("bad json", "is this Ollama?", "RAG_OLLAMA_URL"),
        ("html", "is this Ollama?", "RAG_OLLAMA_URL"),
        ("json", "is this Ollama?", "RAG_OLLAMA_URL"),
        ("redirect", "is this Ollama?", "RAG_OLLAMA_URL"),
        ("500", "CUDA error: out of memory", "RAG_LLM_NUM_CTX"),
        ("503", "is busy: server busy", "ask again"),
        ("401", "refuses us: unauthorized", "OLLAMA_API_KEY"),
        ("502", "is this Ollama?", "RAG_OLLAMA_URL"),
        ("missing", "no model 'llama3.1:8b'", "ollama pull llama3.1:8b"),
    ],
)
def test_a_server_that_says_nothing_of_use_is_unavailable(mode, what, hint):
    """Nothing was said, so the passages can be shown instead."""
    late = mode in {"slow", "stall"}
    with FakeOllama(mode=mode, after=0) as fake:
        seen, err = failure(llama(fake, limits=HASTIER if late else HASTY))

    assert seen == []
    assert isinstance(err, ModelUnavailable)
    assert what in str(err)
    assert hint in err.hint


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


@pytest.fixture
def closed_port():
    """A port on which nothing listens, and nothing else can while the test runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_a_server_that_is_down_names_the_command_that_starts_it(closed_port):
    """The second thing that happens to a new user."""
    url = f"http://127.0.0.1:{closed_port}"
    _, err = failure(Llama(url, "llama3.1:8b", sampling=PLENTY, limits=HASTY))

    assert str(err) == f"Ollama does not answer at {url}"
    assert err.hint == "ollama serve   (or: docker compose up -d ollama)"


@pytest.mark.parametrize("password", ["s3cret", "pa@s3cret"])
def test_a_password_in_the_url_is_not_repeated(closed_port, password):
    """Messages end up in logs and in bug reports."""
    url = f"http://me:{password}@127.0.0.1:{closed_port}"

    _, asked = failure(Llama(url, "llama3.1:8b", sampling=PLENTY, limits=HASTY))
    with pytest.raises(ModelUnavailable) as checked:
        check(url, "llama3.1:8b")

    assert "s3cret" not in f"{asked} {asked.hint} {checked.value} {checked.value.hint}"


def test_a_host_that_does_not_exist_does_not_answer(monkeypatch):
    """A name that cannot be resolved is the same to the user as a closed port."""

    def nowhere(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)

    with pytest.raises(ModelUnavailable, match="does not answer at http://gpu-box"):
        check("http://gpu-box:11434", "llama3.1:8b")


def test_leaving_makes_ollama_stop():
    """Ctrl-C must not leave a GPU busy with an answer that nobody reads."""
    with FakeOllama("one two three", mode="stall") as fake:
        pieces = say(llama(fake, limits=Limits()))
        assert next(pieces) == "one"
        pieces.close()

        assert fake.gone.wait(2)


def test_a_proxy_is_not_used_on_this_machine(monkeypatch, closed_port):
    """HTTP_PROXY is set in many offices, and NO_PROXY is not."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with FakeOllama("Here.") as fake:
        check(fake.url, fake.model)

        assert "".join(say(llama(fake))) == "Here."
