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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Queue

import pytest
from llama_index.core.base.llms.types import ChatMessage
from tests.support.fake_ollama import FakeOllama

from askdocs.adapters.llm.ollama import OllamaModel
from askdocs.adapters.llm.ollama_state import check
from askdocs.adapters.llm.options import Limits, Sampling
from askdocs.domain.errors import AnswerIncomplete, AskDocsError, ModelUnavailable

HASTY = Limits(connect_s=2, first_s=10, idle_s=0.3, total_s=60, retry_s=0)
HASTIER = Limits(connect_s=2, first_s=0.2, idle_s=0.2, total_s=60, retry_s=0)
PLENTY = Sampling(num_ctx=4096, num_predict=64, temperature=0, keep_alive="5m")


def say(llm: OllamaModel, text: str = "Say OK.") -> Iterator[str]:
    """Yield the pieces of the reply to one message."""
    for piece in llm.stream_chat([ChatMessage(text)]):
        yield piece.delta or ""


def failure(llm: OllamaModel) -> tuple[list[str], AskDocsError]:
    """Return what came before the error, and the error."""
    seen: list[str] = []
    try:
        for piece in say(llm):
            seen.append(piece)  # noqa: PERF402  # the pieces before the error count
    except AskDocsError as err:
        return seen, err
    return pytest.fail(f"no error after {seen}")


def llama(
    fake: FakeOllama, *, sampling: Sampling = PLENTY, **more: object
) -> OllamaModel:
    """Return the adapter on a fake."""
    return OllamaModel(
        fake.url, fake.model, sampling=sampling, **{"limits": HASTY, **more}
    )


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


def contract_llm(server: Server, **changes: object) -> OllamaModel:
    options = {"num_ctx": 4096, "num_predict": 256, "temperature": 0.0}
    sampling = Sampling(**{**options, "keep_alive": "5m", **changes})
    return OllamaModel(server.url, server.model, sampling=sampling)


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
    llm = OllamaModel(server.url, "no-such-model:1b", sampling=PLENTY)

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
    with FakeOllama(mode="endless") as fake:
        seen, err = failure(llama(fake))

        assert fake.gone.wait(2)

    assert len(seen) == PLENTY.num_predict + 2
    assert "cut off after 64 tokens" in str(err)


def test_a_looping_reply_is_stopped_and_so_is_the_server():
    """At temperature 0 a small model never finds out; a GPU would go on for minutes."""
    plenty = Sampling(num_ctx=4096, num_predict=4096, temperature=0, keep_alive="5m")
    with FakeOllama(mode="loop") as fake:
        seen, err = failure(llama(fake, sampling=plenty))

        assert fake.gone.wait(2)

    assert isinstance(err, AnswerIncomplete)
    assert str(err) == "the answer was stopped: the model repeats itself"
    assert len(seen) < 50


def test_a_reply_has_a_total_time():
    """A trickle is never idle, and would go on for ever."""
    minutes = itertools.count(step=60.0)
    limits = Limits(connect_s=1, first_s=1, idle_s=1, total_s=600)
    with FakeOllama(mode="endless") as fake:
        seen, err = failure(llama(fake, limits=limits, clock=lambda: next(minutes)))

    assert seen
    assert str(err) == "the answer broke off: it took more than 600 s"


def test_a_trickle_ends_by_the_total_time():
    """Each token comes well within the time for one."""
    limits = Limits(connect_s=2, first_s=5, idle_s=5, total_s=0.5)
    with FakeOllama(mode="trickle", pace_s=0.05) as fake:
        seen, err = failure(llama(fake, limits=limits))

        assert fake.gone.wait(2)

    assert 0 < len(seen) < 15
    assert str(err) == "the answer broke off: it took more than 0.5 s"


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

    what = "Ollama read only 130 tokens of a prompt of at least 1000"
    assert str(caught.value) == what
    assert "raise RAG_LLM_NUM_CTX" in caught.value.hint


def test_a_model_with_a_smaller_window_than_asked_for_is_told():
    """Ollama loads it with what it was trained for; our budget was for the other."""
    with FakeOllama(mode="half") as fake, pytest.raises(AnswerIncomplete) as caught:
        list(say(llama(fake), "word " * 2500))

    assert "read only 1026 tokens" in str(caught.value)
    assert caught.value.hint.endswith(f"the window of {fake.model}: 2048")


def test_a_prompt_that_was_known_already_is_no_prompt_that_was_cut():
    """Ollama 0.30.0 counted only what was new to it (ollama#16414); asking twice is fine."""
    with FakeOllama("OK.", mode="cached") as fake:
        assert "".join(say(llama(fake), "word " * 1000)) == "OK."
        assert fake.looks == 1


def test_a_count_that_says_enough_asks_nobody():
    """The window is looked up only to make sure of a fault."""
    with FakeOllama("OK.") as fake:
        list(say(llama(fake), "word " * 1000))

        assert fake.looks == 0


# What a stream may look like, and still be one.


@pytest.mark.parametrize("mode", ["split", "joined", "blank lines", "late abort"])
def test_a_stream_is_read_however_it_is_cut(mode):
    """Proxies cut and join as they like, and keep connections alive with empty lines."""
    text = "Überall 文档 🧪, line\x85separators\u2028too."
    with FakeOllama(text, mode=mode) as fake:
        assert "".join(say(llama(fake))) == text


def test_bytes_that_are_no_text_are_replaced():
    """One broken letter is no reason to throw an answer away."""
    with FakeOllama("Run it.", mode="bad utf-8") as fake:
        said = "".join(say(llama(fake)))

    assert said.replace("\ufffd", "") == "Run it."
    assert said.count("\ufffd") == 4


@pytest.mark.parametrize("mode", ["think", "thinking", "tool"])
def test_only_what_is_said_is_part_of_the_answer(mode):
    """Thoughts are not checked against the docs, and tools were never offered."""
    with FakeOllama("Run it.", mode=mode) as fake:
        pieces = list(say(llama(fake)))

    assert "".join(pieces) == "Run it."
    assert "" not in pieces


@pytest.mark.parametrize("mode", ["think", "thinking", "tool"])
def test_thoughts_alone_are_no_answer(mode):
    """Some models think until they forget to speak."""
    with FakeOllama("", mode=mode) as fake:
        seen, err = failure(llama(fake))

    assert seen == []
    assert str(err) == "the model returned nothing"


def test_thoughts_without_an_end_are_cut_off():
    """The reader must learn that num_predict was too small, not that nothing came."""
    short = Sampling(num_ctx=4096, num_predict=5, temperature=0, keep_alive="5m")
    with FakeOllama("Run it.", mode="think") as fake:
        seen, err = failure(llama(fake, sampling=short))

    assert seen == []
    assert "cut off after 5 tokens" in str(err)


# Once more, if that may help.


@pytest.mark.parametrize("mode", ["500", "503", "error", "abort", "cut"])
def test_a_fault_that_passes_is_not_noticed(mode):
    """A runner that ran out of memory is started anew; a queue moves on."""
    with FakeOllama("Here.", mode=mode, times=1, after=0) as fake:
        assert "".join(say(llama(fake))) == "Here."
        assert len(fake.chats) == 2


@pytest.mark.parametrize("mode", ["500", "503", "error", "abort", "cut"])
def test_a_fault_that_stays_is_tried_twice(mode):
    """A third time only makes the reader wait."""
    with FakeOllama("Here.", mode=mode, after=0) as fake:
        seen, err = failure(llama(fake))

        assert len(fake.chats) == 2

    assert seen == []
    assert isinstance(err, ModelUnavailable)


@pytest.mark.parametrize("mode", ["cut", "abort", "error", "stall"])
def test_what_was_shown_is_never_said_again(mode):
    """A second answer behind half of a first one is worse than half an answer."""
    with FakeOllama("one two three", mode=mode, times=1) as fake:
        seen, _ = failure(llama(fake))

        assert len(fake.chats) == 1

    assert "".join(seen) == "one two"


def test_a_model_that_does_not_load_in_time_is_not_asked_again():
    """Giving up makes Ollama abort the loading; the next try would be as slow."""
    with FakeOllama(mode="slow") as fake:
        failure(llama(fake, limits=HASTIER))

        assert len(fake.chats) == 1


def test_a_fault_after_a_long_time_is_not_tried_again():
    """Who has waited a minute is told, not asked for another."""
    minutes = itertools.count(step=60.0)
    with FakeOllama("Here.", mode="500", times=1) as fake:
        failure(llama(fake, clock=lambda: next(minutes)))

        assert len(fake.chats) == 1


# What other versions of Ollama send.

FIRST = """\
{"model":"llama3.2","created_at":"2023-08-04T08:52:19.385406455-07:00","message":\
{"role":"assistant","content":"Run it","images":null},"done":false}
{"model":"llama3.2","created_at":"2023-08-04T08:52:19.985406455-07:00","message":\
{"role":"assistant","content":" now.","images":null},"done":false}"""
UNDATED = """\
{"model":"llama3.2","created_at":"2023-08-04T19:22:45.499127Z","done":true,\
"total_duration":4883583458,"load_duration":1334875,"prompt_eval_count":26,\
"prompt_eval_duration":342546000,"eval_count":282,"eval_duration":4535599000}"""
STOPPED = """\
{"model":"llama3.1:8b","created_at":"2025-07-22T20:33:28.123648Z","message":\
{"role":"assistant","content":""},"done_reason":"stop","done":true,"total_duration":\
885095291,"load_duration":3753500,"prompt_eval_count":122,"prompt_eval_duration":\
328493000,"eval_count":33,"eval_duration":552222000}"""
CACHED = """\
{"model":"llama3.1:8b","created_at":"2026-09-22T20:33:28.123648Z","message":\
{"role":"assistant","content":"","thinking":""},"done":true,"done_reason":"stop",\
"prompt_eval_count":122,"prompt_eval_cached_count":120,"eval_count":33,"logprobs":[],\
"remote_host":"","some_new_field":{"a":[1]}}"""


def recorded(*parts: str) -> Iterator[str]:
    """Yield what is said by a server that sends what others have sent."""
    with FakeOllama() as fake:
        fake.recorded = "\n".join(parts).splitlines()
        yield from say(llama(fake))


@pytest.mark.parametrize("end", [STOPPED, CACHED], ids=["2025", "2026"])
def test_what_ollama_documents_is_understood(end):
    """Lines as its API documentation and its changes show them, not as our fake does."""
    assert "".join(recorded(FIRST, end)) == "Run it now."


def test_an_end_without_a_reason_is_no_success():
    """So old a server cannot say whether the answer was cut."""
    with pytest.raises(AnswerIncomplete):
        list(recorded(FIRST, UNDATED))


@pytest.mark.parametrize("field", ["message", "content", "done", "done_reason"])
def test_a_field_of_another_name_is_never_taken_for_a_success(field):
    """An upgrade may break us; it must not make us say half of things."""
    changed = (part.replace(f'"{field}"', f'"{field}_v2"') for part in (FIRST, STOPPED))

    with pytest.raises(AskDocsError):
        list(recorded(*changed))


@pytest.mark.parametrize(
    "field", ["created_at", "model", "prompt_eval_count", "eval_count", "load_duration"]
)
def test_a_field_that_we_can_do_without_may_go(field):
    """Only what makes an answer whole is needed."""
    changed = (part.replace(f'"{field}"', f'"{field}_v2"') for part in (FIRST, STOPPED))

    assert "".join(recorded(*changed)) == "Run it now."


# While nothing comes.


@pytest.mark.parametrize(
    ("mode", "notice"),
    [
        ("load", "loading model llama3.1:8b..."),
        ("unlisted", "loading model llama3.1:8b..."),
        (
            "queue",
            "waiting for model llama3.1:8b: it reads, or answers someone else first",
        ),
    ],
)
def test_a_long_wait_says_what_it_is_for(mode, notice):
    """Half a minute of nothing looks like a program that hangs."""
    told: Queue[str] = Queue()
    limits = Limits(notice_s=0.01)
    seen = []
    with FakeOllama(lambda _: seen.append(told.get(timeout=9)) or "Here.") as fake:
        fake.mode = mode
        said = say(llama(fake, on_wait=told.put, limits=limits))

        assert "".join(said) == "Here."
        assert len(fake.chats) == 1
    assert seen == [notice]
    assert told.empty()


def test_a_quick_answer_makes_no_further_request():
    """Nothing is asked that nobody waits for."""
    told = []
    with FakeOllama("Here.") as fake:
        list(say(llama(fake, on_wait=told.append)))

        assert [path for _, path, _ in fake.requests] == ["/api/chat"]
    assert told == []


def test_two_questions_at_once_get_an_answer_each():
    """Each stream is read by whoever asked for it."""
    with FakeOllama(lambda asked: f"{asked['messages'][0]['content']} " * 50) as fake:
        llm = llama(fake, sampling=Sampling(4096, 512, 0, "5m"))
        with ThreadPoolExecutor(8) as pool:
            said = pool.map(lambda n: "".join(say(llm, f"q{n}")), range(8))

            assert list(said) == [f"q{n} " * 50 for n in range(8)]


@pytest.mark.parametrize(
    ("mode", "what", "hint"),
    [
        ("slow", "did not begin to answer in time", "ollama ps"),
        ("stall", "did not begin to answer in time", "ollama ps"),
        ("abort", "is this Ollama?", "RAG_OLLAMA_URL"),
        ("cut", "broke off: the stream ended", "ask again"),
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


@pytest.fixture
def closed_port():
    """A port on which nothing listens, and nothing else can while the test runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_a_server_that_is_down_names_the_command_that_starts_it(closed_port):
    """The second thing that happens to a new user."""
    url = f"http://127.0.0.1:{closed_port}"
    _, err = failure(OllamaModel(url, "llama3.1:8b", sampling=PLENTY, limits=HASTY))

    assert str(err) == f"Ollama does not answer at {url}"
    assert err.hint == "ollama serve   (or: docker compose up -d ollama)"


@pytest.mark.parametrize("password", ["s3cret", "pa@s3cret"])
def test_a_password_in_the_url_is_not_repeated(closed_port, password):
    """Messages end up in logs and in bug reports."""
    url = f"http://me:{password}@127.0.0.1:{closed_port}"

    _, asked = failure(OllamaModel(url, "llama3.1:8b", sampling=PLENTY, limits=HASTY))
    with pytest.raises(ModelUnavailable) as checked:
        check(url, "llama3.1:8b")

    assert "s3cret" not in f"{asked} {asked.hint} {checked.value} {checked.value.hint}"


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
