"""Export an embedding model to an ONNX graph that makes the same vectors, or know it cannot.

The attention mask goes in ready made, with four dimensions, so that no architecture
decides how to build its own while it is traced, from what the samples look like. What
follows the transformer (pooling, dense, normalise) is traced as it is.
"""

from __future__ import annotations

from dataclasses import asdict
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import torch

from askdocs.adapters.embedding import onnx_trace
from askdocs.adapters.embedding.embedder import Model, load
from askdocs.adapters.embedding.onnx_encoder import (
    GRAPH,
    Graph,
    OnnxEncoder,
    cached,
    export_folder,
    read_parity,
)
from askdocs.adapters.embedding.tokenizer import TOKENIZER
from askdocs.domain.index import Space

_INPUTS = ("input_ids", "attention_mask", "token_type_ids")

_SAMPLES = (
    "How do I create a serverless job?",
    "job",
    "Kubernetes nodes, 24 GB of memory (at €0.12 per hour): naïve set-up. " * 60,
    "A load balancer passes requests on to the servers behind it. " * 6,
)
"""A sentence, a word, more than most windows, a paragraph: all but one are padded."""


def export(folder: Path, space: Space, cache: Path) -> Path | None:
    """Return the folder of a model's export, made now if need be; None without parity.

    Two programs may make it at once, and either may be killed: it appears in one step.

    Args:
        folder: Where `model_files.locate` found the model.
        space: What built the index.
        cache: Of this program; exports are below its "onnx".

    Raises:
        IndexMismatch: if the folder holds other weights than *space* names.
        ModelUnavailable: if the model cannot be loaded.
        NotWritable: if the cache cannot be written.
    """
    if (made := cached(cache, space)) is not None:
        return made
    final = export_folder(cache, space)
    if not onnx_trace.known_unequal(read_parity(final)):
        model = load(folder, space, device="cpu")
        onnx_trace.make_folder(final, cache, lambda path: _fill(path, model, space))
    return cached(cache, space)


def _fill(staging: Path, model: Model, space: Space) -> None:
    """Put the export into a folder, or only the reason why there is none."""

    def make() -> float:
        original = model.original
        onnx_trace.trace(staging, _Traced(original), _tokens(original), "vector")
        original.tokenizer.backend_tokenizer.save(str(staging / TOKENIZER))
        return _error(staging, model, space)

    onnx_trace.write_export(staging, {"space": asdict(space)}, make)


class _Traced(torch.nn.Module):  # type: ignore[misc]  # torch is not followed
    """A sentence-transformers model that is given tensors and returns one."""

    def __init__(self, original: Any) -> None:
        super().__init__()
        first, *rest = original
        self.transformer = first.auto_model
        self.rest = torch.nn.ModuleList(rest)

    def forward(
        self, input_ids: Any, attention_mask: Any, token_type_ids: Any = None
    ) -> Any:
        """Return shape (rows, dim) for tokens of shape (rows, width)."""
        tokens = onnx_trace.masked(input_ids, attention_mask, token_type_ids)
        state = self.transformer(**tokens).last_hidden_state
        features = {"token_embeddings": state, "attention_mask": attention_mask}
        for module in self.rest:
            features = module(features)
        return features["sentence_embedding"]


def _tokens(original: Any) -> dict[str, Any]:
    """Return the samples as the padded tensors that the model is given."""
    tokens = original.tokenizer(
        list(_SAMPLES),
        padding=True,
        truncation=True,
        max_length=original.max_seq_length,
        return_tensors="pt",
    )
    accepted = signature(original[0].auto_model.forward).parameters
    names = [name for name in _INPUTS if name in tokens and name in accepted]
    return {name: tokens[name] for name in names}


def _error(staging: Path, model: Model, space: Space) -> float:
    """Return how far the export is off: padded tokens in a batch, then whole questions."""
    original = model.original
    tokens = {name: tensor.numpy() for name, tensor in _tokens(original).items()}
    batch = original.encode(
        list(_SAMPLES), batch_size=len(_SAMPLES), prompt="", show_progress_bar=False
    )
    encoder = OnnxEncoder(staging, space)
    original_vectors = [model.get_query_embedding(text) for text in _SAMPLES]
    vectors = [encoder.embed_question(text) for text in _SAMPLES]
    return max(
        onnx_trace.distance(Graph(staging / GRAPH).run(tokens), batch),
        onnx_trace.distance(
            np.stack(vectors), np.asarray(original_vectors, np.float32)
        ),
    )
