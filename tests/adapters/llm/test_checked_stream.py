"""What holds of the stream of every model server: one table over both honest fakes.

What is particular to one of them is in `test_ollama.py` and `test_openai_compatible.py`;
`tests/test_contracts_llm.py` asks real servers.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import pytest
from llama_index.core.llms import LLM
from tests.support.fake_ollama import FakeOllama
from tests.support.fake_openai import FakeOpenAI
from tests.support.model_replies import HASTIER, HASTY, PLENTY, failure, pieces_of

from askdocs.adapters.llm import ollama_state, openai_client
from askdocs.adapters.llm.ollama import OllamaModel
from askdocs.adapters.llm.openai_compatible import OpenAICompatible
from askdocs.adapters.llm.openai_errors import Server
from askdocs.adapters.llm.options import Limits
from askdocs.domain.errors import AnswerIncomplete, ModelUnavailable


@dataclass(frozen=True)
class Kind:
    """A kind of server.

    Attributes:
        name: As the ids of the tests have it.
        fake: The class of its fake.
        chat_path: Where a question is sent.
        endless_pieces: How many pieces of an endless reply may come of 64 tokens.
    """

    name: str
    fake: type[FakeOllama]
    chat_path: str
    endless_pieces: range

    def model(self, fake: FakeOllama, **changes: Any) -> LLM:
        """Return the adapter on a fake."""
        options = {"limits": HASTY, "sampling": PLENTY, **changes}
        if self is OLLAMA:
            return OllamaModel(fake.url, fake.model, **options)
        return OpenAICompatible(Server(fake.url, fake.model), **options)

    def check(self, fake: FakeOllama) -> None:
        """Ask the fake whether it has the model."""
        check = ollama_state.check if self is OLLAMA else openai_client.check
        check(fake.url, fake.model)


OLLAMA = Kind("ollama", FakeOllama, "/api/chat", range(66, 67))
OPENAI = Kind("openai", FakeOpenAI, "/v1/chat/completions", range(64, 80))

each_kind = pytest.mark.parametrize("kind", [OLLAMA, OPENAI], ids=lambda k: k.name)


def table(
    *names: str, ollama: list[Any] | None = None, openai: list[Any] | None = None
) -> pytest.MarkDecorator:
    """Return the cases of each kind; the first column, the mode, is in the id."""
    cases: Iterator[tuple[Kind, Any]] = itertools.chain(
        ((OLLAMA, row) for row in ollama or []),
        ((OPENAI, row) for row in openai or []),
    )
    rows = ((k, row if isinstance(row, tuple) else (row,)) for k, row in cases)
    return pytest.mark.parametrize(
        ("kind", *names),
        [pytest.param(k, *row, id=f"{k.name}, {row[0]}") for k, row in rows],
    )


def by_modes(*shared: str, ollama: str = "", openai: str = "") -> pytest.MarkDecorator:
    """Return a table of modes only: the shared ones, and others split at commas."""
    return table(
        "mode",
        ollama=[*shared, *filter(None, ollama.split(", "))],
        openai=[*shared, *filter(None, openai.split(", "))],
    )


@each_kind
def test_nothing_but_the_chat_is_asked_for(kind):
    """Each further request would be waited for; /api/show would change num_ctx."""
    with kind.fake() as fake:
        list(pieces_of(kind.model(fake)))

        assert [path for _, path, _ in fake.requests] == [kind.chat_path]


@each_kind
def test_pieces_are_the_new_text_only(kind):
    """LlamaIndex puts the whole text so far into every chunk."""
    with kind.fake("Überall 文档 🧪, and once.") as fake:
        assert "".join(pieces_of(kind.model(fake))) == "Überall 文档 🧪, and once."


@each_kind
def test_a_proxy_is_not_used_on_this_machine(kind, monkeypatch, closed_port):
    """HTTP_PROXY is set in many offices, and NO_PROXY is not."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with kind.fake("Here.") as fake:
        kind.check(fake)

        assert "".join(pieces_of(kind.model(fake))) == "Here."


@each_kind
def test_two_questions_at_once_get_an_answer_each(kind):
    """Each stream is read by whoever asked for it."""
    with kind.fake(lambda body: f"{body['messages'][0]['content']} " * 50) as fake:
        sampling = replace(PLENTY, num_predict=512)
        llm = kind.model(fake, sampling=sampling, limits=Limits())
        with ThreadPoolExecutor(8) as pool:
            replies = pool.map(lambda text: "".join(pieces_of(llm, text)), "abcdefgh")

            assert list(replies) == [f"{letter} " * 50 for letter in "abcdefgh"]


# How a reply may end.


@table(
    "mode",
    "reason",
    ollama=[
        ("stall", "nothing came for 0.3 s"),
        ("cut", "the stream ended before Ollama was done"),
        ("abort", "the connection was lost"),
        ("error", "CUDA error: out of memory"),
        ("bad json", "what came is not what Ollama sends"),
        ("unload", "Ollama stopped with reason 'unload'"),
    ],
    openai=[
        ("stall", "nothing came for 0.3 s"),
        ("cut", "the stream ended before the model was done"),
        ("abort", "the connection was lost"),
        ("error", "CUDA error: out of memory"),
        ("bad json", "what came is not what such a server sends"),
        ("filtered", "the model stopped with reason 'content_filter'"),
    ],
)
def test_a_reply_that_breaks_off_is_incomplete(kind, mode, reason):
    """What came has been yielded, and the reader learns that it is not all."""
    with kind.fake("one two three", mode=mode) as fake:
        seen, err = failure(kind.model(fake))

        assert len(fake.chats) == 1

    assert "".join(seen) == "one two"
    assert isinstance(err, AnswerIncomplete)
    assert reason in str(err)


@by_modes("empty", "blank")
def test_a_model_that_says_nothing_has_not_answered(kind, mode):
    """Its server calls that a full stop."""
    with kind.fake(mode=mode) as fake:
        _, err = failure(kind.model(fake))

    assert isinstance(err, AnswerIncomplete)
    assert str(err) == "the model returned nothing"


@each_kind
def test_an_endless_reply_ends_at_num_predict(kind):
    """A server that ignores the limit must not keep us for ten minutes."""
    with kind.fake(mode="endless") as fake:
        seen, err = failure(kind.model(fake))

        assert fake.gone.wait(2)

    assert len(seen) in kind.endless_pieces
    assert "cut off after 64 tokens" in str(err)


@each_kind
def test_a_looping_reply_is_stopped_and_so_is_the_server(kind):
    """At temperature 0 a small model never finds out; a GPU would go on for minutes."""
    with kind.fake(mode="loop") as fake:
        llm = kind.model(fake, sampling=replace(PLENTY, num_predict=4096))
        seen, err = failure(llm)

        assert fake.gone.wait(2)

    assert isinstance(err, AnswerIncomplete)
    assert str(err) == "the answer was stopped: the model repeats itself"
    assert len(seen) < 50


@each_kind
def test_a_reply_has_a_total_time(kind):
    """A trickle is never idle, and would go on for ever."""
    minutes = itertools.count(step=60.0)
    limits = Limits(connect_s=1, first_s=1, idle_s=1, total_s=600)
    with kind.fake(mode="endless") as fake:
        llm = kind.model(fake, limits=limits, clock=lambda: next(minutes))
        seen, err = failure(llm)

    assert seen
    assert str(err) == "the answer broke off: it took more than 600 s"


@each_kind
def test_a_trickle_ends_by_the_total_time(kind):
    """Each token comes well within the time for one."""
    limits = Limits(connect_s=2, first_s=5, idle_s=5, total_s=0.5)
    with kind.fake(mode="trickle", pace_s=0.05) as fake:
        seen, err = failure(kind.model(fake, limits=limits))

        assert fake.gone.wait(2)

    assert 0 < len(seen) < 15
    assert str(err) == "the answer broke off: it took more than 0.5 s"


@each_kind
def test_the_next_piece_is_not_waited_for_as_long_as_the_first(kind):
    """A model may take minutes to load; a minute of silence afterwards is a fault."""
    limits = Limits(connect_s=2, first_s=300, idle_s=0.3, total_s=600)
    with kind.fake("one two three", mode="stall") as fake:
        started = time.monotonic()
        failure(kind.model(fake, limits=limits))

        assert time.monotonic() - started < 30


@each_kind
def test_leaving_makes_the_server_stop(kind):
    """Ctrl-C must not leave a GPU busy with an answer that nobody reads."""
    with kind.fake("one two three", mode="stall") as fake:
        pieces = pieces_of(kind.model(fake, limits=Limits()))
        assert next(pieces) == "one"
        pieces.close()

        assert fake.gone.wait(2)


# What a stream may look like, and still be one.


@by_modes("split", "late abort", ollama="joined, blank lines", openai="pings")
def test_a_stream_is_read_however_it_is_cut(kind, mode):
    """Proxies cut and join as they like, and keep connections alive."""
    text = "Überall 文档 🧪, line\x85separators\u2028too."
    with kind.fake(text, mode=mode) as fake:
        assert "".join(pieces_of(kind.model(fake))) == text


@each_kind
def test_what_could_have_become_a_tag_is_said_at_the_end(kind):
    """It is held back until more comes, and nothing more may come."""
    with kind.fake("<") as fake:
        assert list(pieces_of(kind.model(fake))) == ["<"]


@by_modes("think", ollama="thinking, tool", openai="reasoning")
def test_only_what_is_said_is_part_of_the_answer(kind, mode):
    """Thoughts are not checked against the docs, and tools were never offered."""
    with kind.fake("Run it.", mode=mode) as fake:
        pieces = list(pieces_of(kind.model(fake)))

    assert "".join(pieces) == "Run it."
    assert "" not in pieces


@by_modes("think", ollama="thinking, tool", openai="reasoning")
def test_thoughts_alone_are_no_answer(kind, mode):
    """Some models think until they forget to speak."""
    with kind.fake("", mode=mode) as fake:
        seen, err = failure(kind.model(fake))

    assert seen == []
    assert str(err) == "the model returned nothing"


@each_kind
def test_thoughts_without_an_end_are_cut_off(kind):
    """The reader must learn that num_predict was too small, not that nothing came."""
    with kind.fake("Run it.", mode="think") as fake:
        llm = kind.model(fake, sampling=replace(PLENTY, num_predict=5))
        seen, err = failure(llm)

    assert seen == []
    assert "cut off after 5 tokens" in str(err)


# Once more, if that may help.


@by_modes("500", "503", "error", "abort", ollama="cut", openai="429")
def test_a_fault_that_passes_is_not_noticed(kind, mode):
    """A runner that ran out of memory is started anew; a queue moves on."""
    with kind.fake("Here.", mode=mode, times=1, after=0) as fake:
        assert "".join(pieces_of(kind.model(fake))) == "Here."
        assert len(fake.chats) == 2


@by_modes("500", "503", "error", "abort", ollama="cut", openai="429")
def test_a_fault_that_stays_is_tried_twice(kind, mode):
    """A third time only makes the reader wait; OpenAI's client would make six of it."""
    with kind.fake("Here.", mode=mode, after=0) as fake:
        seen, err = failure(kind.model(fake))

        assert len(fake.chats) == 2

    assert seen == []
    assert isinstance(err, ModelUnavailable)


@by_modes("slow", "401", "missing", "html", openai="full")
def test_a_fault_that_cannot_pass_is_not_tried_again(kind, mode):
    """Who has to change something is told at once.

    Giving up on a model that does not load in time makes Ollama abort the loading; the
    next try would be as slow.
    """
    limits = HASTIER if mode == "slow" else HASTY
    with kind.fake(mode=mode) as fake:
        failure(kind.model(fake, limits=limits))

        assert len(fake.chats) == 1


@by_modes("cut", "abort", "error", "stall")
def test_what_was_shown_is_never_said_again(kind, mode):
    """A second answer behind half of a first one is worse than half an answer."""
    with kind.fake("one two three", mode=mode, times=1) as fake:
        seen, _ = failure(kind.model(fake))

        assert len(fake.chats) == 1

    assert "".join(seen) == "one two"


@each_kind
def test_a_fault_after_a_long_time_is_not_tried_again(kind):
    """Who has waited a minute is told, not asked for another."""
    minutes = itertools.count(step=60.0)
    with kind.fake("Here.", mode="500", times=1) as fake:
        failure(kind.model(fake, clock=lambda: next(minutes)))

        assert len(fake.chats) == 1


# Nothing was said.

NO_OLLAMA = ("is this Ollama?", "RAG_OLLAMA_URL")
NO_OPENAI = ("is no reply of an OpenAI-compatible server", "RAG_LLM_URL")
OUT_OF_MEMORY = ("CUDA error: out of memory", "RAG_LLM_NUM_CTX")
CRASHED = ("failed: llama runner process has terminated", "ask again")


@table(
    "mode",
    "what",
    "hint",
    ollama=[
        ("slow", "did not begin to answer in time", "ollama ps"),
        ("stall", "did not begin to answer in time", "ollama ps"),
        ("abort", *NO_OLLAMA),
        ("cut", "broke off: the stream ended", "ask again"),
        ("error", *OUT_OF_MEMORY),
        ("bad json", *NO_OLLAMA),
        ("html", *NO_OLLAMA),
        ("json", *NO_OLLAMA),
        ("redirect", *NO_OLLAMA),
        ("500", *OUT_OF_MEMORY),
        ("503", "is busy: server busy", "ask again"),
        ("401", "refuses us: unauthorized", "OLLAMA_API_KEY"),
        ("502", *NO_OLLAMA),
        ("missing", "no model 'llama3.1:8b'", "ollama pull llama3.1:8b"),
    ],
    openai=[
        ("slow", "did not begin to answer in time", "too large"),
        ("stall", "did not begin to answer in time", "too large"),
        ("abort", "broke off: the connection was lost", "ask again"),
        ("cut", *NO_OPENAI),
        ("error", *CRASHED),
        ("bad json", *NO_OPENAI),
        ("html", *NO_OPENAI),
        ("json", *NO_OPENAI),
        ("redirect", *NO_OPENAI),
        ("404", *NO_OPENAI),
        ("502", *NO_OPENAI),
        ("500", *CRASHED),
        ("503", "is busy: Loading model", "ask again"),
        ("429", "is busy: Rate limit reached", "ask again"),
        ("401", "refuses us: Unauthorized", "RAG_LLM_API_KEY"),
        ("403", "refuses us: Forbidden", "RAG_LLM_API_KEY"),
        ("missing", "has no model 'meta/llama-3.1-8b-instruct'", "RAG_LLM_MODEL"),
        ("full", "does not fit into the window", "RAG_LLM_NUM_CTX to the window"),
        ("full cpp", "does not fit into the window", "of the model: 1024"),
    ],
)
def test_a_server_that_says_nothing_of_use_is_unavailable(kind, mode, what, hint):
    """Nothing was said, so the passages can be shown instead."""
    late = mode in {"slow", "stall"}
    with kind.fake(mode=mode, after=0) as fake:
        seen, err = failure(kind.model(fake, limits=HASTIER if late else HASTY))

    assert seen == []
    assert isinstance(err, ModelUnavailable)
    assert what in str(err)
    assert hint in err.hint
