"""The memory that a model needs, by the shape that its file or Ollama tells."""

from __future__ import annotations

import os
from typing import Any

import pytest
from tests.support.fake_ollama import FakeOllama, _Handler
from tests.support.tiny_llama import TRAINED_TOKENS, tiny_llama

from askdocs.adapters.llm.memory import (
    Memory,
    available_bytes,
    memory_of_file,
    memory_of_shape,
)
from askdocs.adapters.llm.ollama_state import needed_memory

LLAMA_8B = {
    "general.architecture": "llama",
    "general.parameter_count": 8_030_261_312,
    "llama.block_count": 32,
    "llama.context_length": 131072,
    "llama.embedding_length": 4096,
    "llama.attention.head_count": 32,
    "llama.attention.head_count_kv": 8,
}


def test_a_known_model_needs_what_is_known_of_it():
    """llama.cpp prints for Llama 3.1 8B: KV self size = 1024.00 MiB at 8,192 tokens."""
    memory = memory_of_shape(LLAMA_8B, 4_920_753_328, 8192)

    assert memory.weights == 4_920_753_328
    assert memory.cache == 1024 * 2**20
    assert 6.1e9 < memory.total < 6.4e9


def test_a_window_is_never_larger_than_the_model_was_trained_for():
    """Servers cut it to that."""
    small = {**LLAMA_8B, "llama.context_length": 2048}

    assert (
        memory_of_shape(small, 1, 8192).cache == memory_of_shape(small, 1, 2048).cache
    )


@pytest.mark.parametrize(
    ("changes", "cache"),
    [
        ({"llama.attention.head_count_kv": [8] * 16 + [0] * 16}, 512 * 2**20),
        ({"llama.attention.key_length": 64}, 768 * 2**20),
        ({"llama.attention.head_count_kv": None}, 4096 * 2**20),
    ],
    ids=["layers of their own", "narrow keys", "as many as heads"],
)
def test_heads_are_counted_as_the_model_has_them(changes, cache):
    """Newer models differ from layer to layer."""
    assert memory_of_shape({**LLAMA_8B, **changes}, 1, 8192).cache == cache


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [("Q4_K_M", 4.8e9, 5.0e9), ("Q8_0", 8.4e9, 8.6e9), ("F16", 16e9, 16.1e9)],
)
def test_parameters_times_their_quantisation_stand_for_a_size(kind, low, high):
    """4.92, 8.54 and 16.07 GB are the sizes of the files of Llama 3.1 8B."""
    memory = memory_of_shape({**LLAMA_8B, "quantization_level": kind}, 0, 8192)

    assert low < memory.weights < high


def test_what_says_nothing_needs_its_size():
    """An odd architecture must not end `rag doctor`."""
    assert memory_of_shape({}, 1000, 8192) == Memory(1000, 0, 50)


def test_a_file_is_weighed_by_its_header(tmp_path):
    """Layers, heads and widths of the tiny model."""
    tiny = tiny_llama(tmp_path / "tiny.gguf")

    memory = memory_of_file(tiny, 8192)

    assert memory.weights == tiny.stat().st_size
    assert memory.cache == 1 * 2 * (80 + 80) * TRAINED_TOKENS * 2


def test_what_is_there_is_less_than_all_there_is():
    """In a container, other programs' and other containers' is not ours."""
    assert (
        0
        < available_bytes()
        <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    )


class _Telling(_Handler):
    """Ollama as its API documentation shows it: sizes, and what a model is made of."""

    sized = True

    def _answer(self, status: int, body: Any) -> None:
        if self.path == "/api/show" and status == 200:
            details = {"quantization_level": "Q4_K_M", "parameter_size": "8.0B"}
            body = {"details": details, "model_info": LLAMA_8B}
        if self.path == "/api/tags" and self.sized:
            body = {"models": [{**m, "size": 4_920_753_328} for m in body["models"]]}
        super()._answer(status, body)


def telling(fake: FakeOllama, **more: Any) -> FakeOllama:
    fake._server.RequestHandlerClass = type(
        "Bound", (_Telling,), {"fake": fake, **more}
    )
    return fake


def test_ollama_tells_what_a_model_needs():
    """By the size of the file; nothing is loaded to find out."""
    with telling(FakeOllama()) as fake:
        memory = needed_memory(fake.url, fake.model, 8192)

        assert fake.loads == 0
    assert memory == memory_of_shape(LLAMA_8B, 4_920_753_328, 8192)


def test_without_a_size_the_parameters_must_do():
    """Older versions of Ollama and those that imitate it leave the size out."""
    with telling(FakeOllama(), sized=False) as fake:
        memory = needed_memory(fake.url, fake.model, 8192)

    assert memory
    assert 4.8e9 < memory.weights < 5.0e9


@pytest.mark.parametrize("mode", ["missing", "html", "json", "500"])
def test_an_ollama_that_does_not_tell_is_no_error(mode):
    """The check before says what is wrong."""
    with telling(FakeOllama(mode=mode)) as fake:
        assert needed_memory(fake.url, fake.model, 8192) is None
