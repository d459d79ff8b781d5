"""Every kind of model server keeps the same promises: one suite for all of them.

The Llama is real for llama.cpp (see `tests/support/tiny_llama.py`), over HTTP and as a file; only
Ollama is faked. Real servers are asked the same by

    RAG_TEST_OLLAMA_URL=http://127.0.0.1:11434 RAG_TEST_OLLAMA_MODEL=llama3.2:1b \
        pytest -m ollama tests/test_contracts_llm.py
    RAG_TEST_OPENAI_URL=http://127.0.0.1:8000/v1 RAG_TEST_OPENAI_MODEL=... \
        RAG_TEST_OPENAI_KEY=... pytest -m openai tests/test_contracts_llm.py
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.llms import LLM
from tests.support.fake_ollama import FakeOllama
from tests.support.fake_openai import FakeOpenAI
from tests.support.model_replies import failure
from tests.support.passages import passage
from tests.support.tiny_llama import REPLY, tiny_llama

from askdocs.adapters.llm import ollama
from askdocs.adapters.llm.gguf.gguf_model import GgufModel
from askdocs.adapters.llm.gguf.gguf_process import process_for
from askdocs.adapters.llm.ollama import OllamaModel
from askdocs.adapters.llm.openai_client import check
from askdocs.adapters.llm.openai_compatible import OpenAICompatible
from askdocs.adapters.llm.openai_errors import Server
from askdocs.adapters.llm.options import Limits, Sampling
from askdocs.adapters.llm.query_engine import QueryEngine
from askdocs.domain.errors import (
    AnswerIncomplete,
    AskDocsError,
    ConfigError,
    ModelUnavailable,
)
from askdocs.steps.answer.prompt import Prompt

KEY = "s3cret"
OPTIONS = {"num_ctx": 2048, "num_predict": 256, "temperature": 0.0, "keep_alive": "5m"}
LATE = Limits(connect_s=2, first_s=0.3, idle_s=0.3, total_s=60, retry_s=0)
BRIEF = Limits(total_s=0.001, retry_s=0)


@dataclass
class Kind:
    """A kind of server with a model that says `REPLY`, or one that never ends.

    Attributes:
        llm: Makes the adapter; takes options of `Sampling`, and limits, model, key.
        check: Looks whether the server has a model, with a key.
        model: The name of the model in an answer.
    """

    llm: Callable[..., LLM]
    check: Callable[[str, str], None] | None
    model: str
    key: str = ""


def sampling(**changes: object) -> Sampling:
    return Sampling(**{**OPTIONS, **changes})


@contextmanager
def _ollama(_: Path, *, endless: bool = False) -> Iterator[Kind]:
    mode = "trickle" if endless else "ok"
    with FakeOllama(REPLY, mode=mode, pace_s=0.001) as fake:
        yield _at_ollama(fake.url, fake.model)


def _at_ollama(url: str, name: str) -> Kind:
    def llm(
        *, limits: Limits | None = None, model: str = name, key: str = "", **more: Any
    ) -> LLM:
        return OllamaModel(url, model, sampling=sampling(**more), limits=limits)

    return Kind(llm, lambda model, _: ollama.check(url, model), name)


@contextmanager
def _llama_cpp(folder: Path, *, endless: bool = False) -> Iterator[Kind]:
    import xllamacpp

    path = tiny_llama(folder / "tiny.gguf", endless=endless)
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.model_alias = {"tiny"}
    params.api_keys = [KEY]
    params.n_ctx = 2048
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.verbosity = -1
    server = xllamacpp.Server(params)
    yield _at_openai(f"{server.listening_address}/v1", "tiny", KEY)
    del server


def _at_openai(url: str, name: str, secret: str) -> Kind:
    def llm(
        *,
        limits: Limits | None = None,
        model: str = name,
        key: str = secret,
        **more: Any,
    ) -> LLM:
        server = Server(url, model, key)
        return OpenAICompatible(server, sampling=sampling(**more), limits=limits)

    return Kind(llm, lambda model, key: check(url, model, key), name, secret)


@contextmanager
def _file(folder: Path, *, endless: bool = False) -> Iterator[Kind]:
    path = tiny_llama(folder / "tiny.gguf", endless=endless)

    def llm(
        *,
        limits: Limits | None = None,
        model: str = path.name,
        key: str = "",
        **more: Any,
    ) -> LLM:
        given = sampling(**more)
        return GgufModel(folder / model, sampling=given, limits=limits, threads=1)

    yield Kind(llm, None, path.name)


KINDS = {"ollama": _ollama, "llama.cpp": _llama_cpp, "file": _file}


def _real(name: str) -> Kind:
    url, model = (os.environ[f"RAG_TEST_{name}_{part}"] for part in ("URL", "MODEL"))
    if name == "OLLAMA":
        return _at_ollama(url, model)
    return _at_openai(url, model, os.environ.get("RAG_TEST_OPENAI_KEY", ""))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Each kind once, and each with a model that never ends."""
    with_all: dict[tuple[str, bool], Any] = {}

    def get(name: str, *, endless: bool = False) -> Kind:
        if (name, endless) not in with_all:
            folder = tmp_path_factory.mktemp("llm")
            context = KINDS[name](folder, endless=endless)
            with_all[name, endless] = context, context.__enter__()
        return with_all[name, endless][1]

    yield get
    for context, _ in with_all.values():
        context.__exit__(None, None, None)


@pytest.fixture(
    params=[
        *KINDS,
        pytest.param("OLLAMA", marks=pytest.mark.ollama),
        pytest.param("OPENAI", marks=pytest.mark.openai),
    ]
)
def kind(request, made):
    return _real(request.param) if request.param.isupper() else made(request.param)


@pytest.fixture(params=KINDS)
def endless(request, made):
    return made(request.param, endless=True)


@dataclass
class Broken:
    """A kind of server that fails.

    Attributes:
        llm: Makes the adapter, with limits.
        breaks: Makes it fail from now on, where it does not by itself.
    """

    llm: Callable[..., LLM]
    breaks: Callable[[], None] = lambda: None


@contextmanager
def _faked(kind: str, mode: str) -> Iterator[Broken]:
    if kind == "ollama":
        with FakeOllama("one two", mode=mode) as fake:
            yield Broken(_at_ollama(fake.url, fake.model).llm)
    else:
        with FakeOpenAI("one two", mode=mode) as fake:
            yield Broken(_at_openai(fake.url, fake.model, "").llm)


@contextmanager
def _real_process(folder: Path, number: signal.Signals) -> Iterator[Broken]:
    """A real llama.cpp whose process is stopped or killed."""
    with _file(folder, endless=number == signal.SIGKILL) as kind:
        process = process_for(folder / kind.model, OPTIONS["num_ctx"], 1)
        process.wait(None, notice_s=1, limit_s=60)
        yield Broken(kind.llm, lambda: os.kill(process.pid, number))
        if number == signal.SIGSTOP:
            os.kill(process.pid, signal.SIGCONT)


@pytest.fixture(params=["ollama", "openai", "file"])
def slow(request, tmp_path):
    """What takes too long to begin."""
    if request.param == "file":
        context = _real_process(tmp_path, signal.SIGSTOP)
    else:
        context = _faked(request.param, "slow")
    with context as broken:
        yield broken


@pytest.fixture(params=["ollama", "openai", "file"])
def cut(request, tmp_path):
    """What is gone in the middle of an answer."""
    if request.param == "file":
        context = _real_process(tmp_path, signal.SIGKILL)
    else:
        context = _faked(request.param, "cut")
    with context as broken:
        yield broken


def say(
    llm: LLM, text: str = "Say OK and count from 0 to 12 in words."
) -> Iterator[str]:
    """Yield the pieces of the reply to one message."""
    for piece in llm.stream_chat([ChatMessage(text)]):
        yield piece.delta or ""


def test_a_whole_reply_comes_in_pieces_and_ends_without_an_error(kind):
    """A reply that the model finished is no failure."""
    pieces = list(say(kind.llm()))

    assert "OK" in "".join(pieces)
    assert len(pieces) > 1
    assert "" not in pieces


def test_the_same_question_has_the_same_answer(kind):
    """Temperature 0 and a seed mean just that."""
    llm = kind.llm(seed=1, top_k=40, top_p=0.9)

    assert list(say(llm)) == list(say(llm))


def test_an_answer_names_its_model(kind):
    """And not where on this machine it is."""
    assert kind.llm().metadata.model_name == kind.model


def test_the_query_engine_speaks_by_it(kind):
    """The flows know this port only."""
    engine = QueryEngine(
        kind.llm(), Prompt("Scaleway", "https://docs.test/", 2048, 256)
    )

    assert "".join(engine.stream("What are jobs?", [passage()])).strip()


def test_a_reply_cut_at_num_predict_is_incomplete(kind):
    """A server says so in one word, under HTTP 200."""
    seen, err = failure(kind.llm(num_predict=3), "Count from 1 to 100 in words.")

    assert seen
    assert isinstance(err, AnswerIncomplete)
    assert str(err) == "the answer was cut off after 3 tokens"
    assert "RAG_LLM_NUM_PREDICT" in err.hint


def test_a_prompt_longer_than_the_window_is_no_success(kind):
    """The rules stand at its beginning, and that is what some servers cut."""
    _, err = failure(kind.llm(num_predict=16), "Say OK. " + "one two three " * 1500)

    assert "RAG_LLM_NUM_CTX" in err.hint


def test_an_unknown_model_is_named(kind):
    """It is the first thing that happens to a new user."""
    seen, err = failure(kind.llm(model="no-such-model"))

    assert seen == []
    assert isinstance(err, (ModelUnavailable, ConfigError))
    assert "no-such-model" in str(err)
    assert err.hint


def test_check_knows_which_models_are_there(kind):
    """`rag doctor` must not load a model to find out."""
    if not kind.check:
        pytest.skip("a file is there or not")
    kind.check(kind.model, kind.key)

    with pytest.raises(ModelUnavailable, match="no model 'no-such-model'"):
        kind.check("no-such-model", kind.key)


def test_a_wrong_token_is_refused_and_not_repeated(kind):
    """What was wrong is often a key for something else."""
    if not kind.key:
        pytest.skip("this kind wants no key")

    _, err = failure(kind.llm(key="an0ther"))

    assert isinstance(err, ModelUnavailable)
    assert "refuses us" in str(err)
    assert "an0ther" not in f"{err} {err.hint}"
    assert "RAG_LLM_API_KEY" in err.hint


def test_a_reply_can_be_left_and_another_asked_for(kind):
    """Closing the iterator gives the answer up, not the adapter."""
    llm = kind.llm()
    pieces = say(llm, "Count from 1 to 100 in words.")
    next(pieces)
    pieces.close()

    assert list(say(llm))


def test_leaving_stops_a_model_that_would_not_stop(endless):
    """There is one place to compute in: who comes next would wait for ever."""
    pieces = say(endless.llm(num_predict=4096, num_ctx=2048))
    next(pieces)
    pieces.close()
    began = time.monotonic()

    assert next(say(endless.llm()))
    assert time.monotonic() - began < 5


def test_a_reply_has_a_total_time(endless):
    """A trickle is never idle."""
    _, err = failure(endless.llm(num_predict=4096, limits=BRIEF))

    assert isinstance(err, AskDocsError)


def test_a_reply_without_an_end_is_stopped(endless):
    """By the number of tokens, or because it goes in circles."""
    seen, err = failure(endless.llm(num_predict=512))

    assert seen
    assert isinstance(err, AnswerIncomplete)


def test_a_server_that_does_not_begin_is_given_up(slow):
    """Nothing was said, so the passages can be shown instead."""
    llm = slow.llm(limits=LATE)
    slow.breaks()

    seen, err = failure(llm)

    assert seen == []
    assert isinstance(err, ModelUnavailable)
    assert "did not begin to answer in time" in str(err)


def test_a_reply_that_is_cut_is_incomplete(cut):
    """A stream that just stops looks like the end of an answer."""
    pieces = say(cut.llm(num_predict=4096))
    next(pieces)
    cut.breaks()

    with pytest.raises(AnswerIncomplete) as caught:
        list(pieces)

    assert caught.value.hint


def test_two_questions_at_once_get_an_answer_each(kind):
    """One waits for the other, or not; neither hears what the other is told."""
    llm = kind.llm()
    heard: list[str] = []

    def ask() -> None:
        heard.append("".join(say(llm)))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(heard) == 3
    assert len(set(heard)) == 1
