"""An embedding model becomes an ONNX graph that makes the same vectors, or is known not to.

The attention mask goes in ready made, with four dimensions, so that no architecture
decides how to build its own while it is traced, from what the samples look like. What
follows the transformer (pooling, dense, normalise) is traced as it is.
"""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from inspect import signature
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import torch
import transformers

from askdocs.adapters.embedder import Model, load
from askdocs.adapters.encoder import (
    GRAPH,
    PARITY,
    Graph,
    OnnxEncoder,
    cached,
    parity,
    place,
)
from askdocs.adapters.files import sync_tree
from askdocs.adapters.tokenizer import TOKENIZER
from askdocs.domain.errors import ModelUnavailable, NotWritable
from askdocs.domain.index import Space

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

TOLERANCE = 1e-5
"""The most by which a number may differ from the original's, where the largest is 1."""

WEIGHTS = "weights.bin"
"""Beside the graph and not in it, so that it is mapped into memory and not read."""

_OPSET = 17
_ABANDONED_S = 3600.0
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_UNTRACEABLE = (AttributeError, KeyError, RuntimeError, TypeError, ValueError)

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
        folder: Where `model.locate` found the model.
        space: What built the index.
        cache: Of this program; exports are below its "onnx".

    Raises:
        IndexMismatch: if the folder holds other weights than *space* names.
        ModelUnavailable: if the model cannot be loaded.
        NotWritable: if the cache cannot be written.
    """
    if (made := cached(cache, space)) is not None:
        return made
    if not _known_unequal(parity(cache, space)):
        _make(load(folder, space, device="cpu"), space, cache)
    return cached(cache, space)


def _known_unequal(said: Mapping[str, Any]) -> bool:
    """Return whether these versions have tried before, in vain."""
    return said.get("equal") is False and said.get("made_by") == _made_by()


def _made_by() -> dict[str, str]:
    return {
        "onnx": str(onnx.__version__),
        "torch": str(torch.__version__),
        "transformers": str(transformers.__version__),
    }


def _make(model: Model, space: Space, cache: Path) -> None:
    final = place(cache, space)
    try:
        draft = _draft(final)
        try:
            _fill(draft, model, space)
            _publish(draft, final)
        finally:
            rmtree(draft, ignore_errors=True)
    except OSError as err:
        raise NotWritable(
            f"{cache} cannot be written: {err.strerror}",
            hint="set RAG_HOME to a folder of yours with room for the model",
        ) from err


def _draft(final: Path) -> Path:
    """Return a new folder beside the final one, and drop those of killed programs."""
    parent = final.parent
    for path in (parent.parent.parent, parent.parent, parent):
        path.mkdir(0o700, parents=True, exist_ok=True)
    for old in parent.glob(".draft-*"):
        with suppress(FileNotFoundError):
            if time.time() - old.stat().st_mtime > _ABANDONED_S:
                rmtree(old, ignore_errors=True)
    return Path(mkdtemp(prefix=".draft-", dir=parent))


def _fill(draft: Path, model: Model, space: Space) -> None:
    """Put the export into a folder, or only the reason why there is none."""
    said: dict[str, Any] = {"made_by": _made_by(), "space": asdict(space)}
    try:
        _trace(draft, model.original)
        error = _error(draft, model, space)
        said |= {"equal": error <= TOLERANCE, "error": error}
    except (*_UNTRACEABLE, ModelUnavailable) as err:
        said |= {"equal": False, "reason": f"{type(err).__name__}: {err}"[:1000]}
    if said["equal"]:
        said["sizes"] = {path.name: path.stat().st_size for path in draft.iterdir()}
    else:
        for path in draft.iterdir():
            path.unlink()
    (draft / PARITY).write_text(json.dumps(said, indent=2), "utf-8")
    for path in draft.iterdir():
        path.chmod(0o600)


def _trace(draft: Path, original: Any) -> None:
    """Write graph, weights and tokenizer of a sentence-transformers model."""
    tokens = _tokens(original)
    axes = {name: {0: "rows", 1: "width"} for name in tokens}
    with (
        TemporaryDirectory(dir=draft) as folder,
        warnings.catch_warnings(action="ignore"),
        torch.no_grad(),
    ):
        path = str(Path(folder) / GRAPH)
        torch.onnx.export(
            _Traced(original).eval(),
            tuple(tokens.values()),
            path,
            input_names=list(tokens),
            output_names=["vector"],
            dynamic_axes={**axes, "vector": {0: "rows"}},
            opset_version=_OPSET,
            dynamo=False,
        )
        onnx.save_model(
            onnx.load(path),
            str(draft / GRAPH),
            save_as_external_data=True,
            location=WEIGHTS,
        )
    original.tokenizer.backend_tokenizer.save(str(draft / TOKENIZER))


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
        ignored = 1.0 - attention_mask[:, None, None, :].to(torch.float32)
        tokens = {
            "input_ids": input_ids,
            "attention_mask": ignored * torch.finfo(torch.float32).min,
        }
        if token_type_ids is not None:
            tokens["token_type_ids"] = token_type_ids
        state = self.transformer(**tokens).last_hidden_state
        features = {"token_embeddings": state, "attention_mask": attention_mask}
        for module in self.rest:
            features = module(features)
        return features["sentence_embedding"]


def _tokens(original: Any) -> dict[str, Any]:
    """Return the samples as the padded tensors that the model is given."""
    found = original.tokenizer(
        list(_SAMPLES),
        padding=True,
        truncation=True,
        max_length=original.max_seq_length,
        return_tensors="pt",
    )
    taken = signature(original[0].auto_model.forward).parameters
    return {name: found[name] for name in _INPUTS if name in found and name in taken}


def _error(draft: Path, model: Model, space: Space) -> float:
    """Return how far the export is off: padded tokens in a batch, then whole questions."""
    original = model.original
    tokens = {name: tensor.numpy() for name, tensor in _tokens(original).items()}
    batch = original.encode(
        list(_SAMPLES), batch_size=len(_SAMPLES), prompt="", show_progress_bar=False
    )
    encoder = OnnxEncoder(draft, space)
    asked = [model.get_query_embedding(text) for text in _SAMPLES]
    got = [encoder.embed_question(text) for text in _SAMPLES]
    return max(
        _distance(Graph(draft / GRAPH).run(tokens), batch),
        _distance(np.stack(got), np.asarray(asked, np.float32)),
    )


def _distance(ours: Vector, original: Vector) -> float:
    """Return the largest difference, in units of the largest number if that exceeds 1."""
    if ours.shape != original.shape:
        return float("inf")
    unit = max(1.0, float(np.abs(original).max()))
    return float(np.abs(ours - original).max()) / unit


def _publish(draft: Path, final: Path) -> None:
    """Move the draft to its place, unless another program was faster."""
    sync_tree(draft)
    old = draft.with_name(f"{draft.name}-old")
    with suppress(FileNotFoundError):
        final.rename(old)
    try:
        draft.rename(final)
    except OSError:
        if not final.is_dir():
            raise
    rmtree(old, ignore_errors=True)
