"""A GGUF file that is asked a question, and files that are none.

`tests/test_contracts_llm.py` asks it the same as the other kinds of server.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from llama_index.core.base.llms.types import ChatMessage
from tests.support.tiny_llama import REPLY, tiny_llama

from askdocs.adapters.llm.gguf.gguf_model import GgufModel
from askdocs.adapters.llm.options import Limits, Sampling
from askdocs.domain.errors import AskDocsError, ConfigError, ModelUnavailable

PLENTY = Sampling(num_ctx=1024, num_predict=64, temperature=0, keep_alive="5m")
HASTY = Limits(retry_s=0)


def reply_of(path: Path, text: str = "Say OK.", **more: object) -> str:
    """Return the reply to one message."""
    llm = GgufModel(path, **{"sampling": PLENTY, "limits": HASTY, "threads": 1, **more})
    return "".join(p.delta or "" for p in llm.stream_chat([ChatMessage(text)]))


def refusal(path: Path) -> AskDocsError:
    """Return the error that a file leads to."""
    with pytest.raises(AskDocsError) as caught:
        reply_of(path)
    return caught.value


def test_a_file_says_what_its_model_says(tiny):
    """Words, template and end come from the file."""
    assert reply_of(tiny) == REPLY


def test_a_file_without_a_template_is_asked_all_the_same(tmp_path):
    """Some conversions lose it; llama.cpp asks as ChatML then."""
    assert reply_of(tiny_llama(tmp_path / "bare.gguf", template=None)) == REPLY


def test_loading_and_reading_are_told(tmp_path):
    """Minutes on a slow machine look like a program that hangs."""
    notices: list[str] = []
    path = tiny_llama(tmp_path / "told.gguf")
    reply_of(path, "word " * 100, limits=Limits(notice_s=0.005), on_wait=notices.append)

    assert notices[0].startswith("loading model told.gguf (0.0 GB)")
    assert all(
        text.startswith(("loading model", "told.gguf has read")) for text in notices
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"<!doctype html>", "it begins with b'<!doctype html>'"),
        (b"version https://git-lfs.github.com/spec/v1\n", "b'version https://git-lfs"),
        (b"", "is no whole GGUF file"),
        (b"GGUF", "is no whole GGUF file"),
        (b"GGUF\x01\0\0\0" + b"\0" * 16, "its version is 1"),
        (b"GGUF\x03\0\0\0" + b"\xff" * 64, "is no whole GGUF file"),
    ],
    ids=["a page", "a pointer", "empty", "its name only", "too old", "garbage"],
)
def test_what_is_no_gguf_file_is_named(tmp_path, content, what):
    """A page or a pointer is often what was downloaded."""
    path = tmp_path / "odd.gguf"
    path.write_bytes(content)

    err = refusal(path)

    assert isinstance(err, ModelUnavailable)
    assert what in str(err)
    assert "download it again" in err.hint


@pytest.mark.parametrize("share", [0.01, 0.1, 0.9])
def test_a_file_that_was_cut_is_named(tiny, tmp_path, share):
    """A download that broke off."""
    path, whole = tmp_path / "part.gguf", tiny.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])

    err = refusal(path)

    assert isinstance(err, ModelUnavailable)
    assert str(path) in str(err)
    assert err.hint


def test_a_file_that_is_not_there_is_a_mistake_in_the_settings(tmp_path):
    """It was typed wrong, more often than not."""
    err = refusal(tmp_path / "no.gguf")

    assert isinstance(err, ConfigError)
    assert str(err).startswith("RAG_LLM_MODEL: ")
    assert "No such file" in str(err)


def test_what_llama_cpp_complains_of_is_passed_on(tmp_path):
    """Only it knows what it wants of a file."""
    err = refusal(tiny_llama(tmp_path / "odd.gguf", template="{% for %}"))

    assert isinstance(err, ModelUnavailable)
    assert "Unexpected token" in str(err)
