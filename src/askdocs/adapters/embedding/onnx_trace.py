"""Trace a loaded model into a folder with its ONNX graph, or with why there is none.

The folder appears whole, in one step: two programs may make it at once, and either may
be killed. What does not give the original's numbers is no export.
"""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import torch
import transformers

from askdocs.adapters.embedding.onnx_encoder import GRAPH, PARITY
from askdocs.adapters.local.files import sync_tree
from askdocs.domain.errors import ModelUnavailable, NotWritable

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

TOLERANCE = 1e-5
"""The most by which a number may differ from the original's, where the largest is 1."""

WEIGHTS = "weights.bin"
"""Beside the graph and not in it, so that it is mapped into memory and not read."""

UNTRACEABLE = (
    AttributeError,
    IndexError,
    KeyError,
    RuntimeError,
    TypeError,
    ValueError,
)

_OPSET = 17
_ABANDONED_S = 3600.0


def known_unequal(parity: Mapping[str, Any]) -> bool:
    """Return whether these versions have tried before, in vain."""
    return parity.get("equal") is False and parity.get("made_by") == _versions()


def _versions() -> dict[str, str]:
    return {
        "onnx": str(onnx.__version__),
        "torch": str(torch.__version__),
        "transformers": str(transformers.__version__),
    }


def make_folder(final: Path, cache: Path, fill: Callable[[Path], None]) -> None:
    """Make a folder by filling a staging one beside it.

    Raises:
        NotWritable: if the cache cannot be written.
    """
    try:
        staging = new_staging(final)
        try:
            fill(staging)
            move_into_place(staging, final)
        finally:
            rmtree(staging, ignore_errors=True)
    except OSError as err:
        raise NotWritable(
            f"{cache} cannot be written: {err.strerror}",
            hint="set RAG_HOME to a folder of yours with room for the model",
        ) from err


def new_staging(final: Path) -> Path:
    """Return a new folder beside the final one, and drop those of killed programs."""
    parent = final.parent
    for path in (parent.parent.parent, parent.parent, parent):
        path.mkdir(0o700, parents=True, exist_ok=True)
    for other in parent.glob(".draft-*"):
        with suppress(FileNotFoundError):
            if time.time() - other.stat().st_mtime > _ABANDONED_S:
                rmtree(other, ignore_errors=True)
    return Path(mkdtemp(prefix=".draft-", dir=parent))


def move_into_place(staging: Path, final: Path) -> None:
    """Move a staging folder to its place, unless another program was faster."""
    sync_tree(staging)
    old = staging.with_name(f"{staging.name}-old")
    with suppress(FileNotFoundError):
        final.rename(old)
    try:
        staging.rename(final)
    except OSError:
        if not final.is_dir():
            raise
    rmtree(old, ignore_errors=True)


def write_export(
    staging: Path, about: Mapping[str, Any], make: Callable[[], float]
) -> None:
    """Put an export into a staging folder, or only the reason why there is none.

    Args:
        staging: The folder.
        about: What else is written down of it.
        make: Writes graph and weights; returns how far they are off.
    """
    parity: dict[str, Any] = {"made_by": _versions(), **about}
    try:
        error = make()
        parity |= {"equal": error <= TOLERANCE, "error": error}
    except (*UNTRACEABLE, ModelUnavailable) as err:
        parity |= {"equal": False, "reason": f"{type(err).__name__}: {err}"[:1000]}
    if parity["equal"]:
        parity["sizes"] = {path.name: path.stat().st_size for path in staging.iterdir()}
    else:
        for path in staging.iterdir():
            path.unlink()
    (staging / PARITY).write_text(json.dumps(parity, indent=2), "utf-8")
    for path in staging.iterdir():
        path.chmod(0o600)


def trace(staging: Path, module: Any, tokens: Mapping[str, Any], output: str) -> None:
    """Write graph and weights of a module that takes tokens, of any rows and width."""
    axes = {name: {0: "rows", 1: "width"} for name in tokens}
    with (
        TemporaryDirectory(dir=staging) as folder,
        warnings.catch_warnings(action="ignore"),
        torch.no_grad(),
    ):
        path = str(Path(folder) / GRAPH)
        torch.onnx.export(
            module.eval(),
            tuple(tokens.values()),
            path,
            input_names=list(tokens),
            output_names=[output],
            dynamic_axes={**axes, output: {0: "rows"}},
            opset_version=_OPSET,
            dynamo=False,
        )
        onnx.save_model(
            onnx.load(path),
            str(staging / GRAPH),
            save_as_external_data=True,
            location=WEIGHTS,
        )


def masked(
    input_ids: Any, attention_mask: Any, token_type_ids: Any = None
) -> dict[str, Any]:
    """Return what a transformer is given: its mask ready made, with four dimensions.

    So no architecture decides how to build its own while it is traced, from what the
    samples look like.
    """
    ignored = 1.0 - attention_mask[:, None, None, :].to(torch.float32)
    inputs = {
        "input_ids": input_ids,
        "attention_mask": ignored * torch.finfo(torch.float32).min,
    }
    if token_type_ids is not None:
        inputs["token_type_ids"] = token_type_ids
    return inputs


def distance(ours: Vector, original: Vector) -> float:
    """Return the largest difference, in units of the largest number if that exceeds 1.

    Raises:
        ValueError: if they cannot be compared.
    """
    if ours.shape != original.shape or not np.isfinite(ours).all():
        raise ValueError(f"the export makes {ours.shape} and not {original.shape}")
    unit = max(1.0, float(np.abs(original).max()))
    return float(np.abs(ours - original).max()) / unit
