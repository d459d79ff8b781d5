"""Passages in bulk: right rows, in order, with less memory each time there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.support.tiny_model import tiny_model

from askdocs.adapters.embedding import embedder as embedding
from askdocs.adapters.embedding.embedder import (
    CPU_BATCH,
    MODEL_FOR_CUDA,
    HuggingFaceEmbedder,
    Model,
    TorchEncoder,
    pick_model,
)
from askdocs.adapters.embedding.space import describe
from askdocs.domain.errors import ConfigError, IndexMismatch, ModelUnavailable
from askdocs.domain.index import Space

TEXTS = ["job", "a server in the cluster", "", "create a function", "volume " * 20, "a"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> tuple[Path, Space]:
    folder = tiny_model(tmp_path_factory.mktemp("tiny"), "bert")
    return folder, describe(str(folder), folder)


@pytest.fixture
def asked(monkeypatch) -> list[list[str]]:
    """The batches that the model was given, in order."""
    batches: list[list[str]] = []
    real = Model._embed_with_retry

    def spy(self: Model, inputs: list[str], prompt_name: str | None = None):
        batches.append(list(inputs))
        return real(self, inputs, prompt_name)

    monkeypatch.setattr(Model, "_embed_with_retry", spy)
    return batches


def failing(above: int, error: Callable[[], Exception]) -> Callable[..., object]:
    """Return a model call that fails for batches larger than *above*."""
    real = Model._embed_with_retry

    def embed(self: Model, inputs: list[str], prompt_name: str | None = None):
        if len(inputs) > above:
            raise error()
        return real(self, inputs, prompt_name)

    return embed


def test_sorted_batches_come_back_in_the_order_of_the_texts(tiny, asked):
    """Sorting saves padding; the caller must not notice."""
    folder, space = tiny
    model = HuggingFaceEmbedder(folder, space, device="cpu", batch=2)
    rows = model.embed_passages(TEXTS)
    lengths = [len(t.split()) for batch in asked for t in batch]
    alone = [model.embed_passages([text])[0] for text in TEXTS]

    assert lengths == sorted(lengths, reverse=True)
    assert (rows.shape, rows.dtype) == ((6, 32), np.float32)
    assert rows == pytest.approx(np.stack(alone), abs=1e-5)


def test_equal_texts_have_equal_rows_and_different_ones_do_not(tiny):
    """A row that stayed empty would look like a vector."""
    folder, space = tiny
    model = HuggingFaceEmbedder(folder, space, device="cpu", batch=2)
    rows = model.embed_passages(["job", "a server", "job"])

    assert rows[0] == pytest.approx(rows[2], abs=1e-6)
    assert abs(rows[0] - rows[1]).max() > 0.01


def test_the_passage_prefix_is_put_before_each_text(tmp_path):
    """And the question's is not: the two are how the model tells them apart."""
    own = {"prompts": {"query": "create ", "passage": "server "}}
    folder = tiny_model(tmp_path, own=own)
    plain = tiny_model(tmp_path / "plain")
    space = describe(str(folder), folder)
    bare = HuggingFaceEmbedder(plain, describe(str(plain), plain), device="cpu")
    wanted = bare.embed_passages(["server job", "create job"])
    rows = HuggingFaceEmbedder(folder, space, device="cpu").embed_passages(["job"])
    question = TorchEncoder(folder, space).embed_question("job")

    assert rows[0] == pytest.approx(wanted[0], abs=1e-5)
    assert question == pytest.approx(wanted[1], abs=1e-5)


@pytest.mark.parametrize("normalize", [True, False], ids=["cosine", "dot"])
def test_vectors_are_normalised_only_by_the_model(tmp_path, normalize):
    """HuggingFaceEmbedding would normalise a dot-product model too."""
    folder = tiny_model(tmp_path, "distilbert", normalize=normalize)
    space = describe(str(folder), folder)
    rows = HuggingFaceEmbedder(folder, space, device="cpu").embed_passages(TEXTS)
    lengths = np.linalg.norm(rows, axis=1)

    assert (abs(lengths - 1) < 1e-5).all() == normalize
    assert (space.distance == "cosine") == normalize


@pytest.mark.parametrize(
    "error",
    [
        lambda: torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
        lambda: torch.cuda.OutOfMemoryError("CUDA out of memory."),
        lambda: RuntimeError("CUDA error: out of memory"),
        lambda: RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling"),
        lambda: RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"),
        MemoryError,
    ],
    ids=["torch", "cuda", "plain", "cublas", "cpu", "python"],
)
def test_out_of_memory_halves_the_batch(tiny, monkeypatch, error):
    """Theirs retries the same batch three times, with seconds in between."""
    folder, space = tiny
    model = HuggingFaceEmbedder(folder, space, device="cpu", batch=8)
    wanted = model.embed_passages(TEXTS * 3)
    monkeypatch.setattr(Model, "_embed_with_retry", failing(3, error))
    seen: list[tuple[int, int]] = []
    rows = model.embed_passages(TEXTS * 3, lambda *at: seen.append(at))

    assert rows == pytest.approx(wanted, abs=1e-5)
    assert seen == [(n, 18) for n in range(2, 19, 2)]
    assert model.notices[-1] == "cpu: out of memory; batches of 2"


def test_one_text_too_many_for_the_gpu_goes_to_the_cpu(tiny, monkeypatch):
    """Slower, said so, and right."""
    folder, space = tiny
    model = HuggingFaceEmbedder(folder, space, device="cpu", batch=2)
    wanted = model.embed_passages(TEXTS)
    model._device = "cuda"
    full = [True] * 2
    real = Model._embed_with_retry

    def embed(self: Model, inputs: list[str], prompt_name: str | None = None):
        if full:
            full.pop()
            raise torch.cuda.OutOfMemoryError("CUDA out of memory.")
        return real(self, inputs, prompt_name)

    monkeypatch.setattr(Model, "_embed_with_retry", embed)

    assert model.embed_passages(TEXTS) == pytest.approx(wanted, abs=1e-5)
    assert model.notices == [
        "cuda: out of memory; batches of 1",
        "out of memory with one text; the model runs on the CPU",
    ]
    assert (model._device, model._batch) == ("cpu", CPU_BATCH)


def test_a_text_that_never_fits_is_an_error_at_once(tiny, monkeypatch):
    """There is no smaller batch than one, and no smaller device than the CPU."""
    folder, space = tiny
    model = HuggingFaceEmbedder(folder, space, device="cpu", batch=4)
    monkeypatch.setattr(Model, "_embed_with_retry", failing(0, MemoryError))
    with pytest.raises(ModelUnavailable, match="does not fit into memory"):
        model.embed_passages(TEXTS)


def test_any_other_failure_is_translated_and_not_repeated(tiny, monkeypatch):
    """A GPU that fell off the bus does not come back by asking again."""
    folder, space = tiny
    model = HuggingFaceEmbedder(folder, space, device="cpu", batch=4)
    calls: list[int] = []

    def fail(_: Model, inputs: list[str], __: str | None = None):
        calls.append(len(inputs))
        raise RuntimeError("CUDA error: device-side assert triggered\nmore")

    monkeypatch.setattr(Model, "_embed_with_retry", fail)
    with pytest.raises(
        ModelUnavailable, match="failed on cpu: CUDA error: device-side"
    ):
        model.embed_passages(TEXTS)

    assert calls == [4]


def test_a_model_without_room_on_the_gpu_is_loaded_on_the_cpu(tiny, monkeypatch):
    """Another program may hold the GPU's memory while cron runs."""
    folder, space = tiny
    real = embedding.load

    def load(folder: Path, space: Space, *, device: str) -> Model:
        if device != "cpu":
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return real(folder, space, device=device)

    monkeypatch.setattr(embedding, "load", load)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: None)
    model = HuggingFaceEmbedder(folder, space, device="auto")

    assert model.notices == ["auto: no room for the model; it runs on the CPU"]
    assert model.embed_passages(["job"]).shape == (1, 32)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf")], ids=["not a number", "infinite"]
)
def test_numbers_that_are_not_finite_are_refused(tiny, monkeypatch, value):
    """One NaN in a store answers every search with nothing."""
    folder, space = tiny
    model = HuggingFaceEmbedder(folder, space, device="cpu")
    monkeypatch.setattr(Model, "_embed_with_retry", lambda *_: [[value] * 32])

    with pytest.raises(ModelUnavailable, match="32 finite numbers"):
        model.embed_passages(["job"])


def test_progress_counts_every_text_once(tiny):
    """The bar ends at its end."""
    folder, space = tiny
    seen: list[tuple[int, int]] = []
    model = HuggingFaceEmbedder(folder, space, device="cpu", batch=4)
    model.embed_passages(TEXTS, lambda *at: seen.append(at))

    assert seen == [(4, 6), (6, 6)]


def test_nothing_to_embed_is_no_rows(tiny):
    """The second run embeds nothing."""
    folder, space = tiny
    rows = HuggingFaceEmbedder(folder, space, device="cpu").embed_passages([])

    assert (rows.shape, rows.dtype) == ((0, 32), np.float32)


def test_half_precision_stays_near(tiny):
    """Opt-in: twice as fast on a CPU that knows bf16, and still the same neighbours."""
    folder, space = tiny
    exact = HuggingFaceEmbedder(folder, space, device="cpu").embed_passages(TEXTS)
    half = HuggingFaceEmbedder(folder, space, device="cpu", bf16=True)
    rows = half.embed_passages(TEXTS)
    cosines = (rows * exact).sum(axis=1) / np.linalg.norm(rows, axis=1)

    assert rows.dtype == np.float32
    assert cosines.min() > 0.999
    assert cosines.min() < 1 - 1e-7


def test_a_device_that_is_not_there_is_a_setting_that_makes_no_sense(tiny):
    """The user asked for it by name; the CPU instead would be slow in silence."""
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device here")
    folder, space = tiny
    for device in ("cuda", "cuda:1", "mps", "tpu"):
        with pytest.raises(ConfigError, match=f"RAG_DEVICE: torch sees no {device}"):
            HuggingFaceEmbedder(folder, space, device=device)


@pytest.mark.parametrize(
    ("device", "cuda", "model"),
    [
        ("auto", True, MODEL_FOR_CUDA),
        ("cuda", True, MODEL_FOR_CUDA),
        ("auto", False, "bundled"),
        ("cpu", True, "bundled"),
    ],
)
def test_a_new_index_gets_the_model_that_its_device_can_bear(
    monkeypatch, device, cuda, model
):
    """The larger one takes ten times as long per passage on a CPU."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)

    assert pick_model(device) == model


def test_the_model_reads_as_much_as_the_space_says(tiny):
    """The chunker cuts by that number; if the two differed, text would be lost."""
    folder, space = tiny
    short = HuggingFaceEmbedder(folder, replace(space, max_tokens=8), device="cpu")
    rows = short.embed_passages(["job " * 40, "job " * 6, "job " * 5])

    assert rows[0] == pytest.approx(rows[1], abs=1e-6)
    assert abs(rows[1] - rows[2]).max() > 1e-4


def test_other_weights_than_described_are_refused(tiny, tmp_path):
    """Vectors of two models in one index find nothing."""
    _, space = tiny
    other = tiny_model(tmp_path, "bert", seed=7)
    with pytest.raises(IndexMismatch):
        HuggingFaceEmbedder(other, space, device="cpu")


def test_a_model_that_cannot_be_loaded_is_named(tmp_path):
    """A file cut off by a full disk is not a bug of ours."""
    folder = tiny_model(tmp_path)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:500])
    with pytest.raises(ModelUnavailable, match=str(folder)):
        HuggingFaceEmbedder(folder, describe(str(folder), folder), device="cpu")


PROBE = """
import socket, sys
def refuse(*_): raise AssertionError("network")
socket.getaddrinfo = socket.socket.connect = refuse
from pathlib import Path
from askdocs.adapters.embedding.embedder import HuggingFaceEmbedder
from askdocs.adapters.embedding.space import describe
folder = Path(sys.argv[1])
model = HuggingFaceEmbedder(folder, describe(sys.argv[1], folder), device="cpu")
model.embed_passages(["a job", "a server " * 100])
"""


def test_loading_asks_no_network_and_prints_nothing(tmp_path):
    """stdout is the answer; the libraries report on weights that are left over."""
    folder = tiny_model(tmp_path, "bert")
    weights = load_file(folder / "model.safetensors")
    weights["cls.predictions.decoder.bias"] = torch.zeros(8)
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(folder)],
        check=False,
        capture_output=True,
        text=True,
        env={k: v for k, v in os.environ.items() if not k.startswith("HF_")},
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
