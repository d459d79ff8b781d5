"""A verifier is fetched, and exported once or run by torch: the first time takes long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askdocs.adapters.cross_encoder.cross_export import CUDA_BATCH, TorchScorer, on_cpu
from askdocs.adapters.cross_encoder.verifier import (
    Verifier,
    describe,
    said_of_the_verifier,
)
from askdocs.adapters.embedding.hub import fetch

if TYPE_CHECKING:
    from pathlib import Path


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
            scorer = TorchScorer(model, device)
            return Verifier(model, head, scorer, batch=CUDA_BATCH)
        return Verifier(model, head, on_cpu(model, cache))
