"""A verifier is fetched, and exported once or run by torch: the first time takes long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askdocs.adapters.cross_export import (
    _CUDA_BATCH,
    TorchScorer,
    _known_unequal,
    _make,
)
from askdocs.adapters.cross_model import CrossModel, cached, parity
from askdocs.adapters.encoder import GRAPH, Graph
from askdocs.adapters.hub import fetch
from askdocs.adapters.verifier import Verifier, describe, said_of_the_verifier

if TYPE_CHECKING:
    from pathlib import Path

    from askdocs.adapters.reranker import Scorer


def load(name: str, *, cache: Path, device: str = "auto") -> Verifier:
    """Load a verifier, downloading and exporting it once if need be.

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
    with said_of_the_verifier(name, cache):
        fetch(name, cache=cache)
    model, head = describe(name, cache=cache)
    with said_of_the_verifier(name, cache):
        if device.startswith("cuda"):
            scorer: Scorer = TorchScorer(model, device)
            return Verifier(model, head, scorer, batch=_CUDA_BATCH)
        return Verifier(model, head, _on_cpu(model, cache))


def _on_cpu(model: CrossModel, cache: Path) -> Scorer:
    """Return the export of a model, made if need be, or else the model in torch."""
    if made := cached(cache, model):
        return Graph(made / GRAPH)
    scorer = TorchScorer(model, "cpu")
    if not _known_unequal(parity(cache, model)):
        _make(scorer, model, cache)
    made = cached(cache, model)
    return Graph(made / GRAPH) if made else scorer
