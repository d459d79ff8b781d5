"""A cross-encoder is loaded by transformers: to be exported once, or to be run as it is.

As in `adapters.export`, the attention mask goes in ready made, with four dimensions,
and an export that does not give the original's scores is none.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from inspect import signature
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import torch
import transformers
from safetensors import SafetensorError
from transformers.utils import logging as transformers_logging

from askdocs.adapters.cross_model import (
    UNSORTED,
    CrossModel,
    cached,
    describe,
    parity,
    place,
    said_of_the_reranker,
)
from askdocs.adapters.encoder import GRAPH, PARITY, Graph
from askdocs.adapters.files import sync_tree
from askdocs.adapters.hub import fetch
from askdocs.adapters.model import damaged
from askdocs.adapters.reranker import Judge, Pairs
from askdocs.domain.errors import ConfigError, ModelUnavailable, NotWritable

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from askdocs.domain.ports import Vector

TOLERANCE = 1e-5
"""The most by which a score may differ from the original's, where the largest is 1."""

WEIGHTS = "weights.bin"
"""Beside the graph and not in it, so that it is mapped into memory and not read."""

_CUDA_BATCH = 32
_OPSET = 17
_UNTRACEABLE = (
    AttributeError,
    IndexError,
    KeyError,
    RuntimeError,
    TypeError,
    ValueError,
)

_UNREADABLE = (*_UNTRACEABLE, OSError, ImportError, SafetensorError)
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
            return Judge(model, TorchScorer(model, device), batch=_CUDA_BATCH)
        if (made := cached(cache, model)) is None:
            scorer = TorchScorer(model, "cpu")
            if not _known_unequal(parity(cache, model)):
                _make(scorer, model, cache)
            if (made := cached(cache, model)) is None:
                return Judge(model, scorer)
        return Judge(model, Graph(made / GRAPH))


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


def _known_unequal(said: Mapping[str, Any]) -> bool:
    """Return whether these versions have tried before, in vain."""
    return said.get("equal") is False and said.get("made_by") == _made_by()


def _made_by() -> dict[str, str]:
    return {
        "onnx": str(onnx.__version__),
        "torch": str(torch.__version__),
        "transformers": str(transformers.__version__),
    }


def _make(scorer: TorchScorer, model: CrossModel, cache: Path) -> None:
    final = place(cache, model)
    try:
        for path in (final.parent.parent.parent, final.parent.parent, final.parent):
            path.mkdir(0o700, parents=True, exist_ok=True)
        with TemporaryDirectory(dir=final.parent, prefix=".draft-") as scratch:
            draft = Path(scratch) / "export"
            draft.mkdir(0o700)
            _fill(draft, scorer, model)
            sync_tree(draft)
            if cached(cache, model) is None:
                _replace(final, draft)
    except OSError as err:
        raise NotWritable(
            f"{cache} cannot be written: {err.strerror}",
            hint="set RAG_HOME to a folder of yours with room for the model",
        ) from err


def _fill(draft: Path, scorer: TorchScorer, model: CrossModel) -> None:
    """Put the export into a folder, or only the reason why there is none."""
    said: dict[str, Any] = {"made_by": _made_by(), "model": model.name}
    try:
        _trace(draft, scorer, Pairs(model).read(_ASKED, _SAMPLES))
        error = _error(draft, scorer, model)
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


def _trace(draft: Path, scorer: TorchScorer, tokens: Mapping[str, ArrayLike]) -> None:
    """Write graph and weights of a classifier."""
    fed = {n: torch.as_tensor(rows) for n, rows in tokens.items() if n in scorer.inputs}
    axes = {name: {0: "rows", 1: "width"} for name in fed}
    with (
        TemporaryDirectory(dir=draft.parent) as folder,
        warnings.catch_warnings(action="ignore"),
        torch.no_grad(),
    ):
        path = str(Path(folder) / GRAPH)
        torch.onnx.export(
            _Traced(scorer.original).eval(),
            tuple(fed.values()),
            path,
            input_names=list(fed),
            output_names=["score"],
            dynamic_axes={**axes, "score": {0: "rows"}},
            opset_version=_OPSET,
            dynamo=False,
        )
        onnx.save_model(
            onnx.load(path),
            str(draft / GRAPH),
            save_as_external_data=True,
            location=WEIGHTS,
        )


class _Traced(torch.nn.Module):  # type: ignore[misc]  # torch is not followed
    """A classifier that is given tensors and returns one."""

    def __init__(self, original: Any) -> None:
        super().__init__()
        self.original = original

    def forward(
        self, input_ids: Any, attention_mask: Any, token_type_ids: Any = None
    ) -> Any:
        """Return shape (rows, 1) for tokens of shape (rows, width)."""
        ignored = 1.0 - attention_mask[:, None, None, :].to(torch.float32)
        tokens = {
            "input_ids": input_ids,
            "attention_mask": ignored * torch.finfo(torch.float32).min,
        }
        if token_type_ids is not None:
            tokens["token_type_ids"] = token_type_ids
        return self.original(**tokens).logits


def _error(draft: Path, scorer: TorchScorer, model: CrossModel) -> float:
    """Return how far the export is off: padded pairs in a batch, then each alone."""
    pairs, graph = Pairs(model), Graph(draft / GRAPH)
    batches = [_SAMPLES, *((text,) for text in _SAMPLES)]
    tokens = [pairs.read(_ASKED, texts) for texts in batches]
    return max(_distance(graph.run(fed), scorer.run(fed)) for fed in tokens)


def _distance(ours: Vector, original: Vector) -> float:
    """Return the largest difference, in units of the largest number if that exceeds 1."""
    if ours.shape != original.shape or not np.isfinite(ours).all():
        raise ValueError("the export does not make one finite number per pair")
    unit = max(1.0, float(np.abs(original).max()))
    return float(np.abs(ours - original).max()) / unit


def _replace(final: Path, draft: Path) -> None:
    """Move the draft to its place, unless another program was faster."""
    rmtree(final, ignore_errors=True)
    try:
        draft.rename(final)
    except OSError:
        if not final.is_dir():
            raise
