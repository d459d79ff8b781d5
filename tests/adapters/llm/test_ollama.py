"""What is particular to Ollama, against an honest fake, and a contract with a real one.

What holds of every model server is in `test_checked_stream.py`.

    RAG_TEST_OLLAMA_URL=http://127.0.0.1:11434 RAG_TEST_OLLAMA_MODEL=llama3.2:1b \
        pytest -m ollama tests/adapters/llm/test_ollama.py
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from queue import Queue

import pytest
from tests.support.fake_ollama import FakeOllama
from tests.support.model_replies import HASTY, PLENTY, failure, pieces_of

from askdocs.adapters.llm.ollama import OllamaModel
from askdocs.adapters.llm.ollama_state import check
from askdocs.adapters.llm.options import Limits, Sampling
from askdocs.domain.errors import AnswerIncomplete, AskDocsError, ModelUnavailable


def ollama_model(
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
    assert "OK" in "".join(pieces_of(contract_llm(server), "Say OK and nothing else."))


def test_contract_a_reply_cut_at_num_predict_is_incomplete(server):
    """Ollama says so only in done_reason, under HTTP 200."""
    with pytest.raises(AnswerIncomplete, match="cut off after 3 tokens"):
        list(
            pieces_of(
                contract_llm(server, num_predict=3), "Count from 1 to 100 in words."
            )
        )


def test_contract_a_prompt_longer_than_the_window_is_no_success(server):
    """Ollama cuts the beginning off, where the rules are, and answers the rest."""
    llm = contract_llm(server, num_ctx=256, num_predict=16)

    with pytest.raises(AskDocsError):
        list(pieces_of(llm, "Say OK. " + "one two three four five " * 200))


def test_contract_an_unknown_model_names_the_command_that_pulls_it(server):
    """It is the first thing that happens to a new user."""
    llm = OllamaModel(server.url, "no-such-model:1b", sampling=PLENTY)

    with pytest.raises(ModelUnavailable, match="no model 'no-such-model:1b'") as caught:
        list(pieces_of(llm))

    assert caught.value.hint == "ollama pull no-such-model:1b"


def test_contract_check_knows_which_models_are_there(server):
    """`rag doctor` must not load a model to find out."""
    check(server.url, server.model)

    with pytest.raises(ModelUnavailable, match="no model 'no-such-model'"):
        check(server.url, "no-such-model")


def test_contract_a_reply_can_be_left_and_another_asked_for(server):
    """Closing the iterator gives the connection up, not the adapter."""
    llm = contract_llm(server)
    pieces = pieces_of(llm, "Count from 1 to 100 in words.")
    next(pieces)
    pieces.close()

    assert list(pieces_of(llm, "Say OK."))


# What only a fake can be made to do.


def test_every_option_reaches_oollama_model():
    """What is not sent is the server's default, and differs between machines."""
    sampling = Sampling(8192, 512, 0.1, "30m", top_k=40, top_p=0.9, seed=7)
    with FakeOllama() as fake:
        llm = ollama_model(fake, sampling=sampling)
        list(pieces_of(llm))

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
        list(pieces_of(ollama_model(fake)))

        assert set(fake.chats[0]["options"]) == {
            "num_ctx",
            "num_predict",
            "temperature",
        }


def test_a_prompt_that_was_cut_is_told():
    """HTTP 200, a fluent answer, and the rules were never read (ollama#17427)."""
    sampling = Sampling(num_ctx=256, num_predict=16, temperature=0, keep_alive=0)
    with FakeOllama() as fake, pytest.raises(AnswerIncomplete) as caught:
        list(pieces_of(ollama_model(fake, sampling=sampling), "word " * 1000))

    what = "Ollama read only 130 tokens of a prompt of at least 1000"
    assert str(caught.value) == what
    assert "raise RAG_LLM_NUM_CTX" in caught.value.hint


def test_a_model_with_a_smaller_window_than_asked_for_is_told():
    """Ollama loads it with what it was trained for; our budget was for the other."""
    with (
        FakeOllama(mode="half") as fake,
        pytest.raises(AnswerIncomplete) as caught,
    ):
        list(pieces_of(ollama_model(fake), "word " * 2500))

    assert "read only 1026 tokens" in str(caught.value)
    assert caught.value.hint.endswith(f"the window of {fake.model}: 2048")


def test_a_prompt_that_was_known_already_is_no_prompt_that_was_cut():
    """Ollama 0.30.0 counted only what was new to it (ollama#16414); asking twice is fine."""
    with FakeOllama("OK.", mode="cached") as fake:
        assert "".join(pieces_of(ollama_model(fake), "word " * 1000)) == "OK."
        assert fake.looks == 1


def test_a_count_that_says_enough_asks_nobody():
    """The window is looked up only to make sure of a fault."""
    with FakeOllama("OK.") as fake:
        list(pieces_of(ollama_model(fake), "word " * 1000))

        assert fake.looks == 0


def test_nothing_is_waited_for_once_ollama_is_done():
    """A proxy may keep the connection open; the reader would wait for its time limit."""
    patient = Limits(idle_s=60)
    with FakeOllama("Run it.", mode="late stall") as fake:
        started = time.monotonic()
        assert "".join(pieces_of(ollama_model(fake, limits=patient))) == "Run it."

    assert time.monotonic() - started < 30


def test_bytes_that_are_no_text_are_replaced():
    """One broken letter is no reason to throw an answer away."""
    with FakeOllama("Run it.", mode="bad utf-8") as fake:
        reply = "".join(pieces_of(ollama_model(fake)))

    assert reply.replace("\ufffd", "") == "Run it."
    assert reply.count("\ufffd") == 4


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
        yield from pieces_of(ollama_model(fake))


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
    notices: Queue[str] = Queue()
    limits = Limits(notice_s=0.01)
    seen = []
    with FakeOllama(lambda _: seen.append(notices.get(timeout=9)) or "Here.") as fake:
        fake.mode = mode
        reply = pieces_of(ollama_model(fake, on_wait=notices.put, limits=limits))

        assert "".join(reply) == "Here."
        assert len(fake.chats) == 1
    assert seen == [notice]
    assert notices.empty()


def test_a_quick_answer_makes_no_further_request():
    """Nothing is asked that nobody waits for."""
    notices = []
    with FakeOllama("Here.") as fake:
        list(pieces_of(ollama_model(fake, on_wait=notices.append)))

        assert [path for _, path, _ in fake.requests] == ["/api/chat"]
    assert notices == []


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
