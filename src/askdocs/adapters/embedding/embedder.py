"""Embed passages in bulk, by the original model on whatever device there is.

`HuggingFaceEmbedding` of LlamaIndex does it, told not to normalise (a model that wants
that has a module for it), not to guess a prompt and not to retry: out of memory is
answered with smaller batches, then with the CPU.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from huggingface_hub.utils import disable_progress_bars
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from safetensors import SafetensorError
from transformers.utils import logging as transformers_logging

from askdocs.adapters.embedding.model_files import BUNDLED, damaged, verify
from askdocs.adapters.embedding.tokenizer import FastTokenizer, Window
from askdocs.domain.errors import ConfigError, ModelUnavailable
from askdocs.domain.index import Space
from askdocs.domain.ports import Progress

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

MODEL_FOR_CUDA = "sentence-transformers/multi-qa-distilbert-dot-v1"

CUDA_BATCH = 768
CPU_BATCH = 8
"""Measured on two cores, sorted by length: 8 is 7 % faster than 16 and 20 % than 32."""

_EmbedTexts = Callable[[list[str]], Any]

_OUT_OF_MEMORY_SIGNS = ("out of memory", "alloc_failed", "can't allocate memory")


def pick_model(device: str) -> str:
    """Return the model for a new index when the user named none.

    Args:
        device: "auto", "cpu", "cuda" or "cuda:n".
    """
    return MODEL_FOR_CUDA if _resolve(device).startswith("cuda") else BUNDLED


class Model(HuggingFaceEmbedding):  # type: ignore[misc]  # theirs is untyped
    """HuggingFaceEmbedding that fails at once, where theirs waits and tries thrice."""

    @property
    def original(self) -> Any:
        """The sentence-transformers model inside."""
        return self._model

    def embed_queries(self, texts: list[str]) -> list[list[float]]:
        """Return one row per question, with the prompt of questions."""
        return self._embed_with_retry(list(texts), prompt_name="query")

    def _embed_with_retry(
        self, inputs: list[Any], prompt_name: str | None = None
    ) -> list[list[float]]:
        vectors: list[list[float]] = self._model.encode(
            inputs,
            batch_size=self.embed_batch_size,
            prompt_name=prompt_name,
            normalize_embeddings=False,
            show_progress_bar=False,
        ).tolist()
        return vectors


def load(folder: Path, space: Space, *, device: str) -> Model:
    """Load a model from its folder, in silence and without asking the network.

    Raises:
        IndexMismatch: if the folder holds other weights than *space* names.
        ModelUnavailable: if it cannot be loaded.
    """
    verify(folder, space)
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    disable_progress_bars()
    try:
        return Model(
            model_name=str(folder),
            max_length=space.max_tokens,
            query_instruction=space.question_prefix,
            text_instruction=space.passage_prefix,
            normalize=False,
            cache_folder=str(folder),
            trust_remote_code=False,
            device=device,
            local_files_only=True,
            model_kwargs={"use_safetensors": True, "dtype": "float32"},
        )
    except torch.OutOfMemoryError:
        raise
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as err:
        raise damaged(folder, str(err).partition("\n")[0]) from err


class HuggingFaceEmbedder:
    """Embeds passages with the original model; fits the port `Embedder`."""

    def __init__(
        self,
        folder: Path,
        space: Space,
        *,
        device: str = "auto",
        batch: int | None = None,
        bf16: bool = False,
    ) -> None:
        """Load the model.

        Args:
            folder: Where `model_files.locate` found it.
            space: What `space.describe` says of it.
            device: "auto" (CUDA if it is there, else the CPU), or a name that torch knows.
            batch: Texts at once; None for what suits the device.
            bf16: Halve the precision inside the model. On a CPU with bf16 instructions
                twice as fast, each vector within cosine 0.9999 of the exact one.

        Raises:
            ConfigError: if there is no such device.
            ModelUnavailable: if the model cannot be loaded.
        """
        self.space = space
        self.notices: list[str] = []
        self._device = _resolve(device)
        self._batch = batch or _batch_for(self._device)
        self._tokenizer = FastTokenizer(folder)
        try:
            self._model = load(folder, space, device=self._device)
        except torch.OutOfMemoryError:
            self._device, self._batch = "cpu", batch or CPU_BATCH
            self.notices.append(f"{device}: no room for the model; it runs on the CPU")
            self._model = load(folder, space, device="cpu")
        if bf16:
            self._model.original.bfloat16()

    def embed_passages(
        self, texts: Sequence[str], progress: Progress | None = None
    ) -> Vector:
        """Return shape (len(texts), dim), float32, one row per text, in order.

        Raises:
            ModelUnavailable: if the model fails, or one text does not fit into memory.
        """
        return self._in_bulk(texts, self._model.get_text_embedding_batch, progress)

    def embed_questions(self, texts: Sequence[str]) -> Vector:
        """Return shape (len(texts), dim), float32, one row per question, in order.

        Raises:
            ModelUnavailable: if the model fails.
        """
        return self._in_bulk(texts, self._model.embed_queries)

    def _in_bulk(
        self, texts: Sequence[str], embed: _EmbedTexts, progress: Progress | None = None
    ) -> Vector:
        """Return one row per text, in order, the longest first and alike lengths together."""
        vectors = np.empty((len(texts), self.space.dim), np.float32)
        order = np.argsort([-n for n in self._tokenizer.count(texts)], kind="stable")
        done = 0
        while done < len(texts):
            rows = order[done : done + self._batch]
            batch = self._embed([texts[i] for i in rows], embed)
            if batch is None:
                self._use_less_memory()
                continue
            vectors[rows] = _checked(batch, self.space)
            done += len(rows)
            if progress is not None:
                progress(done, len(texts))
        return vectors

    def _embed(self, texts: list[str], embed: _EmbedTexts) -> Vector | None:
        """Return one row per text, or None if they do not fit into memory together."""
        self._model.embed_batch_size = self._batch
        try:
            vectors = embed(texts)
        except MemoryError:
            return None
        except RuntimeError as err:
            if any(sign in str(err).lower() for sign in _OUT_OF_MEMORY_SIGNS):
                return None
            raise ModelUnavailable(
                f"the embedding model failed on {self._device}: "
                + str(err).partition("\n")[0],
                hint="set RAG_DEVICE=cpu",
            ) from err
        return np.asarray(vectors, np.float32)

    def _use_less_memory(self) -> None:
        """Ask for less memory the next time: half the batch, in the end the CPU."""
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        if self._batch > 1:
            self._batch //= 2
            notice = f"{self._device}: out of memory; batches of {self._batch}"
        elif self._device != "cpu":
            self._model.original.to("cpu")
            self._device, self._batch = "cpu", CPU_BATCH
            notice = "out of memory with one text; the model runs on the CPU"
        else:
            raise ModelUnavailable(
                "one passage does not fit into memory",
                hint="close other programs, or set RAG_EMBEDDING_MODEL=bundled",
            )
        self.notices.append(notice)


class TorchEncoder:
    """Encodes questions with the original model, where no export does it the same.

    Fits the port `QueryEmbedder`; loads torch, so the first question takes seconds.
    """

    def __init__(self, folder: Path, space: Space) -> None:
        """Load the model on the CPU.

        Raises:
            IndexMismatch: if the folder holds other weights than *space* names.
            ModelUnavailable: if it cannot be loaded.
        """
        self.space = space
        self.degraded: tuple[str, ...] = ("encoder: torch",)
        self._window = Window(folder, space)
        self._model = load(folder, space, device="cpu")

    def embed_question(self, text: str) -> Vector:
        """Return shape (dim,), float32; `degraded` then says what was not read."""
        note = self._window.read(text).note
        self.degraded = ("encoder: torch", note) if note else ("encoder: torch",)
        vector = np.asarray(self._model.get_query_embedding(text), np.float32)
        return _checked(vector, self.space)

    def embed_texts(self, texts: Sequence[str]) -> Vector:
        """Return shape (len(texts), dim), float32."""
        vectors = np.asarray(self._model.embed_queries(list(texts)), np.float32)
        return _checked(vectors, self.space)


def _resolve(device: str) -> str:
    """Return a device that is there; "auto" is never mps, which leaks and errs."""
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    is_available = {
        "cuda": torch.cuda.is_available,
        "mps": torch.backends.mps.is_available,
    }
    kind = device.partition(":")[0]
    if kind != "cpu" and not (kind in is_available and is_available[kind]()):
        raise ConfigError(
            f"RAG_DEVICE: torch sees no {device} device here",
            hint="set RAG_DEVICE=auto",
        )
    return device


def _batch_for(device: str) -> int:
    return CUDA_BATCH if device.startswith("cuda") else CPU_BATCH


def _checked(vectors: Vector, space: Space) -> Vector:
    if vectors.shape[-1] != space.dim or not np.isfinite(vectors).all():
        raise ModelUnavailable(
            f"the embedding model {space.model} does not make {space.dim} finite numbers",
            hint="set RAG_DEVICE=cpu, or RAG_EMBEDDING_MODEL=bundled",
        )
    return vectors
