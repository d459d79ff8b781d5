"""What an error of an OpenAI-compatible server means, without any server."""

from __future__ import annotations

import httpx
import openai
import pytest

from askdocs.adapters.llm.http_stream import Overdue
from askdocs.adapters.llm.llm_errors import Ended
from askdocs.adapters.llm.openai_errors import (
    Server,
    broken_off,
    error_line,
    is_transient,
    small_window,
    unavailable,
)
from askdocs.adapters.llm.options import Limits

REQUEST = httpx.Request("POST", "http://gpu-box/v1")
SERVER = Server("http://me:s3cret@gpu-box/v1", "m", "k3y")


def status(code: int, message: str = "no") -> openai.APIStatusError:
    response = httpx.Response(code, request=REQUEST)
    return openai.APIStatusError(message, response=response, body={"message": message})


def wrapped(cause: Exception) -> openai.APIConnectionError:
    """Return an error of the network as OpenAI's client passes it on."""
    err = openai.APIConnectionError(request=REQUEST)
    err.__cause__ = cause
    return err


@pytest.mark.parametrize(
    ("err", "transient"),
    [
        (status(429), True),
        (status(502), True),
        (status(401), False),
        (openai.APIError("crashed", REQUEST, body=None), True),
        (wrapped(httpx.RemoteProtocolError("reset")), True),
        (wrapped(httpx.ConnectError("refused")), False),
        (httpx.ReadTimeout("late"), False),
        (Ended("early"), True),
        (ValueError("no piece"), False),
        (None, False),
    ],
    ids=repr,
)
def test_only_what_may_pass_is_transient(err, transient):
    """OpenAI's client hides what the network said behind an error of its own."""
    assert is_transient(err) is transient


@pytest.mark.parametrize(
    ("err", "what", "hint"),
    [
        (wrapped(httpx.ConnectError("no")), "no model server answers", "RAG_LLM_URL"),
        (wrapped(httpx.ReadTimeout("late")), "did not begin to answer", "too large"),
        (status(404, "model 'm' is not here"), "has no model 'm'", "RAG_LLM_MODEL"),
        (status(404), "is no reply of an OpenAI-compatible", "RAG_LLM_URL"),
        (status(400, "context length 4096"), "does not fit", "of the model: 4096"),
        (status(400, "unknown: top_k"), "failed: unknown: top_k", "RAG_LLM_TOP_K=0"),
    ],
    ids=["down", "late", "no model", "no API", "too long", "unknown option"],
)
def test_before_the_first_word_it_says_what_to_do(err, what, hint):
    """Nothing was said, so the reader has to learn how to get an answer."""
    error = unavailable(err, SERVER)

    assert what in str(error)
    assert hint in error.hint
    assert "s3cret" not in str(error)


@pytest.mark.parametrize(
    ("err", "reason"),
    [
        (wrapped(Overdue("total")), "it took more than 600 s"),
        (httpx.ReadTimeout("late"), "nothing came for 60 s"),
        (Ended("the stream ended"), "the stream ended"),
        (httpx.ReadError("reset"), "the connection was lost"),
        (openai.APIError("crashed", REQUEST, body=None), "crashed"),
        (ValueError("json"), "what came is not what such a server sends"),
    ],
    ids=repr,
)
def test_after_the_first_word_it_says_why_it_ended(err, reason):
    """Half an answer stands there already."""
    error = broken_off(err, SERVER, Limits())

    assert str(error) == f"the answer broke off: {reason}"


def test_a_key_is_not_repeated_by_what_the_server_says():
    """Some quote it; messages end up in logs."""
    assert error_line(status(401, "wrong key k3y"), SERVER) == "wrong key ********"


def test_a_small_window_says_what_to_set():
    """The window cannot be asked for, so the setting has to follow it."""
    assert small_window(SERVER, 4096, 8192).hint.startswith("set RAG_LLM_NUM_CTX=4096,")


def test_a_file_is_not_called_a_server():
    """Nobody started one."""
    assert Server("http://127.0.0.1/v1", "m", socket="/s").description == "llama.cpp"
