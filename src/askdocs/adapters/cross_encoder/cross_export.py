"""Load a cross-encoder: fetch it, and export it once or run it in torch as it is.

As in `adapters.embedding.onnx_export`, the attention mask goes in ready made, with four dimensions,
and an export that does not give the original's scores is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
import transformers
from safetensors import SafetensorError
from transformers.utils import logging as transformers_logging

from askdocs.adapters.cross_encoder import reranker, verifier
from askdocs.adapters.cross_encoder.cross_model import (
    CrossModel,
    Scorer,
    cached,
    export_folder,
    with_download,
)
from askdocs.adapters.cross_encoder.pairs import Pairs
from askdocs.adapters.cross_encoder.reranker import RERANKER, Judge
from askdocs.adapters.cross_encoder.verifier import VERIFIER, Verifier
from askdocs.adapters.embedding import onnx_trace
from askdocs.adapters.embedding.hub import fetch
from askdocs.adapters.embedding.model_files import damaged
from askdocs.adapters.embedding.onnx_encoder import GRAPH, Graph, read_parity
from askdocs.domain.errors import ConfigError, ModelUnavailable

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from askdocs.domain.ports import Vector

CUDA_BATCH = 32
_UNREADABLE = (*onnx_trace.UNTRACEABLE, OSError, ImportError, SafetensorError)
"""What is damaged decides what transformers raises."""

_QUESTION = "How do I create a serverless job?"
_SAMPLES = (
    "A job runs once; create it in the console.",
    "job",
    "Kubernetes nodes, 24 GB of memory (at €0.12 per hour): naïve set-up. " * 60,
    "A load balancer passes requests on to the servers behind it. " * 6,
)
"""A sentence, a word, more than most windows, a paragraph: all but one are padded."""


def load_reranker(name: str, *, cache: Path, device: str = "auto") -> Judge:
    """Load a reranker, downloading and exporting it once if need be.

    What cannot be exported with parity runs in torch, as does everything on CUDA.

    Args:
        name: A hub id or a folder.
        cache: Of this program; hub models are below its "hub", exports below "onnx".
        device: "auto" and "cpu" are the CPU, "cuda" is CUDA.

    Raises:
        ModelUnavailable: if it is not to be had, or cannot be loaded.
        ConfigError: if it is another kind of model, or there is no such device.
        NotWritable: if the cache cannot be written.
    """
    fetch(name, cache=cache, role=with_download(RERANKER, name, cache=cache))
    model = reranker.describe(name, cache=cache)
    scorer = _scorer(model, cache, device)
    return Judge(model, scorer, batch=_batch_pairs(device))


def load_verifier(name: str, *, cache: Path, device: str = "auto") -> Verifier:
    """Load a verifier as `load_reranker` loads a reranker.

    Raises:
        ModelUnavailable: if it is not to be had, or cannot be loaded.
        ConfigError: if it is another kind of model, or there is no such device.
        NotWritable: if the cache cannot be written.
    """
    fetch(name, cache=cache, role=with_download(VERIFIER, name, cache=cache))
    model, head = verifier.describe(name, cache=cache)
    scorer = _scorer(model, cache, device)
    return Verifier(model, head, scorer, batch=_batch_pairs(device))


def _scorer(model: CrossModel, cache: Path, device: str) -> Scorer:
    """Return what runs a model: its export, made if need be, or else torch."""
    if device.startswith("cuda"):
        return TorchScorer(model, device)
    if made := cached(cache, model):
        return Graph(made / GRAPH, role=model.role)
    scorer = TorchScorer(model, "cpu")
    final = export_folder(cache, model)
    if not onnx_trace.known_unequal(read_parity(final)):
        onnx_trace.make_folder(final, cache, lambda path: _fill(path, scorer, model))
    made = cached(cache, model)
    return Graph(made / GRAPH, role=model.role) if made else scorer


def _batch_pairs(device: str) -> int:
    return CUDA_BATCH if device.startswith("cuda") else 1


class TorchScorer:
    """The original, run by torch; fits `cross_model.Scorer`."""

    def __init__(self, model: CrossModel, device: str) -> None:
        """Load the model.

        Raises:
            ConfigError: if there is no such device.
            ModelUnavailable: if it cannot be loaded.
        """
        if device.startswith("cuda") and not torch.cuda.is_available():
            raise ConfigError(
                f"RAG_DEVICE: torch sees no {device} device here",
                hint="set RAG_DEVICE=auto",
            )
        self._model, self._device = model, device
        self.original = _load_original(model).to(device)
        self.inputs = signature(self.original.forward).parameters

    def run(self, tokens: Mapping[str, ArrayLike]) -> Vector:
        """Return shape (rows, labels), float32, for tokens of shape (rows, width) each."""
        inputs = {
            name: torch.as_tensor(rows, device=self._device)
            for name, rows in tokens.items()
            if name in self.inputs
        }
        try:
            with torch.inference_mode():
                logits: Vector = self.original(**inputs).logits.float().cpu().numpy()
        except (RuntimeError, ValueError, IndexError) as err:
            role, reason = self._model.role, str(err).partition("\n")[0]
            raise ModelUnavailable(
                f"the {role.noun} {self._model.name} failed on {self._device}: {reason}",
                hint=role.fallback,
            ) from err
        return logits


def _load_original(model: CrossModel) -> Any:
    """Load a classifier from its folder, in silence and without asking the network."""
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        original, report = (
            transformers.AutoModelForSequenceClassification.from_pretrained(
                str(model.folder),
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                dtype=torch.float32,
                output_loading_info=True,
            )
        )
    except _UNREADABLE as err:
        reason = str(err).partition("\n")[0]
        raise damaged(model.folder, reason, role=model.role) from err
    if missing := sorted(report["missing_keys"]):
        reason = f"it has no weights for {missing[0]}"
        raise damaged(model.folder, reason, role=model.role)
    return original.eval()


def _fill(staging: Path, scorer: TorchScorer, model: CrossModel) -> None:
    """Put the export into a folder, or only the reason why there is none."""

    def make() -> float:
        pairs = Pairs(model).read(_QUESTION, _SAMPLES)
        tokens = {n: torch.as_tensor(r) for n, r in pairs.items() if n in scorer.inputs}
        onnx_trace.trace(staging, _Traced(scorer.original), tokens, "score")
        return _error(staging, scorer, model)

    onnx_trace.write_export(staging, {"model": model.name}, make)


class _Traced(torch.nn.Module):  # type: ignore[misc]  # torch is not followed
    """A classifier that is given tensors and returns one."""

    def __init__(self, original: Any) -> None:
        super().__init__()
        self.original = original

    def forward(
        self, input_ids: Any, attention_mask: Any, token_type_ids: Any = None
    ) -> Any:
        """Return shape (rows, 1) for tokens of shape (rows, width)."""
        tokens = onnx_trace.masked(input_ids, attention_mask, token_type_ids)
        return self.original(**tokens).logits


def _error(staging: Path, scorer: TorchScorer, model: CrossModel) -> float:
    """Return how far the export is off: padded pairs in a batch, then each alone."""
    pairs, graph = Pairs(model), Graph(staging / GRAPH)
    batches = [_SAMPLES, *((text,) for text in _SAMPLES)]
    inputs = [pairs.read(_QUESTION, texts) for texts in batches]
    return max(onnx_trace.distance(graph.run(t), scorer.run(t)) for t in inputs)
