"""What an error of Ollama, its client or the network means, without any server."""

from __future__ import annotations

import httpx
import ollama
import pytest

from askdocs.adapters.llm.http_stream import Overdue
from askdocs.adapters.llm.llm_errors import Ended
from askdocs.adapters.llm.ollama_errors import broken_off, is_transient, unavailable
from askdocs.adapters.llm.options import Limits

URL = "http://gpu-box:11434"
LARGE = "model requires more system memory (9.0 GiB) than is available (4.0 GiB)"


@pytest.mark.parametrize(
    ("err", "transient"),
    [
        (ollama.ResponseError("CUDA error", 500), True),
        (ollama.ResponseError("CUDA error"), True),
        (ollama.ResponseError(LARGE, 500), False),
        (ollama.ResponseError("busy", 503), True),
        (ollama.ResponseError("not found", 404), False),
        (Ended("early"), True),
        (httpx.ReadError("reset"), True),
        (httpx.ReadTimeout("late"), False),
        (httpx.ConnectError("refused"), False),
        (None, False),
    ],
    ids=repr,
)
def test_only_what_may_pass_is_transient(err, transient):
    """Memory that is not there does not come back in a second; nor does time."""
    assert is_transient(err) is transient


@pytest.mark.parametrize(
    ("err", "what", "hint"),
    [
        (ollama.ResponseError(LARGE, 500), "failed: model requires", "RAG_LLM_NUM_CTX"),
        (ollama.ResponseError("<html>", 500), "is this Ollama?", "RAG_OLLAMA_URL"),
        (ollama.ResponseError("no", 405), "is this Ollama?", "RAG_OLLAMA_URL"),
        (ollama.ResponseError("no", 403), "refuses us: no", "OLLAMA_API_KEY"),
        (ollama.ResponseError("model 'm' not found", 404), "no model 'm'", "pull m"),
        (ConnectionError("no"), f"does not answer at {URL}", "ollama serve"),
        (httpx.ReadTimeout("late"), "did not begin to answer", "ollama ps"),
        (KeyError("content"), "is this Ollama?", "RAG_OLLAMA_URL"),
    ],
    ids=str,
)
def test_before_the_first_word_it_says_what_to_do(err, what, hint):
    """Nothing was said, so the reader has to learn how to get an answer."""
    error = unavailable(err, URL, "m")

    assert what in str(error)
    assert hint in error.hint


@pytest.mark.parametrize(
    ("err", "reason"),
    [
        (Overdue("total"), "it took more than 600 s"),
        (httpx.ReadTimeout("late"), "nothing came for 60 s"),
        (ollama.ResponseError("CUDA\nerror"), "CUDA error"),
        (Ended("the stream ended"), "the stream ended"),
        (httpx.ReadError("reset"), "the connection was lost"),
        (ValueError("json"), "what came is not what Ollama sends"),
    ],
    ids=str,
)
def test_after_the_first_word_it_says_why_it_ended(err, reason):
    """Half an answer stands there already."""
    assert str(broken_off(err, Limits())) == f"the answer broke off: {reason}"
