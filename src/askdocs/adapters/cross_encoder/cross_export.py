"""A cross-encoder is loaded by transformers: to be exported once, or to be run as it is.

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

from askdocs.adapters.cross_encoder.cross_model import (
    UNSORTED,
    CrossModel,
    cached,
    describe,
    parity,
    place,
    said_of_the_reranker,
)
from askdocs.adapters.cross_encoder.reranker import Judge, Pairs, Scorer
from askdocs.adapters.embedding import onnx_trace
from askdocs.adapters.embedding.hub import fetch
from askdocs.adapters.embedding.model_files import damaged
from askdocs.adapters.embedding.onnx_encoder import GRAPH, Graph
from askdocs.domain.errors import ConfigError, ModelUnavailable

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from askdocs.domain.ports import Vector

CUDA_BATCH = 32
_UNREADABLE = (*onnx_trace.UNTRACEABLE, OSError, ImportError, SafetensorError)
"""What is damaged decides what transformers raises."""

_ASKED = "How do I create a serverless job?"
_SAMPLES = (
    "A job runs once; create it in the console.",
    "job",
    "Kubernetes nodes, 24 GB of memory (at €0.12 per hour): naïve set-up. " * 60,
    "A load balancer passes requests on to the servers behind it. " * 6,
)
"""A sentence, a word, more than most windows, a paragraph: all but one are padded."""


def load(name: str, *, cache: Path, device: str = "auto") -> Judge:
    """Load a cross-encoder, downloading and exporting it once if need be.

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
    with said_of_the_reranker(name, cache):
        fetch(name, cache=cache)
    model = describe(name, cache=cache)
    with said_of_the_reranker(name, cache):
        if device.startswith("cuda"):
            return Judge(model, TorchScorer(model, device), batch=CUDA_BATCH)
        return Judge(model, on_cpu(model, cache))


def on_cpu(model: CrossModel, cache: Path) -> Scorer:
    """Return the export of a model, made if need be, or else the model in torch.

    Raises:
        ModelUnavailable: if it cannot be loaded.
        NotWritable: if the cache cannot be written.
    """
    if made := cached(cache, model):
        return Graph(made / GRAPH)
    scorer = TorchScorer(model, "cpu")
    if not onnx_trace.known_unequal(parity(cache, model)):
        final = place(cache, model)
        onnx_trace.keep(final, cache, lambda draft: _fill(draft, scorer, model))
    made = cached(cache, model)
    return Graph(made / GRAPH) if made else scorer


class TorchScorer:
    """The original, run by torch; fits `reranker.Scorer`."""

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
        self._name, self._device = model.name, device
        self.original = _original(model.folder).to(device)
        self.inputs = signature(self.original.forward).parameters

    def run(self, tokens: Mapping[str, ArrayLike]) -> Vector:
        """Return shape (rows, 1), float32, for tokens of shape (rows, width) each."""
        fed = {
            name: torch.as_tensor(rows, device=self._device)
            for name, rows in tokens.items()
            if name in self.inputs
        }
        try:
            with torch.inference_mode():
                found: Vector = self.original(**fed).logits.float().cpu().numpy()
        except (RuntimeError, ValueError, IndexError) as err:
            raise ModelUnavailable(
                f"the reranker {self._name} failed on {self._device}: "
                + str(err).partition("\n")[0],
                hint=UNSORTED,
            ) from err
        return found


def _original(folder: Path) -> Any:
    """Load the classifier of a folder, in silence and without asking the network."""
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        original, said = (
            transformers.AutoModelForSequenceClassification.from_pretrained(
                str(folder),
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                dtype=torch.float32,
                output_loading_info=True,
            )
        )
    except _UNREADABLE as err:
        raise damaged(folder, str(err).partition("\n")[0]) from err
    if lacks := sorted(said["missing_keys"]):
        raise damaged(folder, f"it has no weights for {lacks[0]}")
    return original.eval()


def _fill(draft: Path, scorer: TorchScorer, model: CrossModel) -> None:
    """Put the export into a folder, or only the reason why there is none."""

    def make() -> float:
        read = Pairs(model).read(_ASKED, _SAMPLES)
        tokens = {n: torch.as_tensor(r) for n, r in read.items() if n in scorer.inputs}
        onnx_trace.trace(draft, _Traced(scorer.original), tokens, "score")
        return _error(draft, scorer, model)

    onnx_trace.record(draft, {"model": model.name}, make)


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


def _error(draft: Path, scorer: TorchScorer, model: CrossModel) -> float:
    """Return how far the export is off: padded pairs in a batch, then each alone."""
    pairs, graph = Pairs(model), Graph(draft / GRAPH)
    batches = [_SAMPLES, *((text,) for text in _SAMPLES)]
    tokens = [pairs.read(_ASKED, texts) for texts in batches]
    return max(onnx_trace.distance(graph.run(fed), scorer.run(fed)) for fed in tokens)
