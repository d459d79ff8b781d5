"""A model that was loaded becomes a folder with its ONNX graph, or with why there is none.

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


def known_unequal(said: Mapping[str, Any]) -> bool:
    """Return whether these versions have tried before, in vain."""
    return said.get("equal") is False and said.get("made_by") == _made_by()


def _made_by() -> dict[str, str]:
    return {
        "onnx": str(onnx.__version__),
        "torch": str(torch.__version__),
        "transformers": str(transformers.__version__),
    }


def keep(final: Path, cache: Path, fill: Callable[[Path], None]) -> None:
    """Make a folder by filling a draft of it.

    Raises:
        NotWritable: if the cache cannot be written.
    """
    try:
        draft = new_draft(final)
        try:
            fill(draft)
            publish(draft, final)
        finally:
            rmtree(draft, ignore_errors=True)
    except OSError as err:
        raise NotWritable(
            f"{cache} cannot be written: {err.strerror}",
            hint="set RAG_HOME to a folder of yours with room for the model",
        ) from err


def new_draft(final: Path) -> Path:
    """Return a new folder beside the final one, and drop those of killed programs."""
    parent = final.parent
    for path in (parent.parent.parent, parent.parent, parent):
        path.mkdir(0o700, parents=True, exist_ok=True)
    for old in parent.glob(".draft-*"):
        with suppress(FileNotFoundError):
            if time.time() - old.stat().st_mtime > _ABANDONED_S:
                rmtree(old, ignore_errors=True)
    return Path(mkdtemp(prefix=".draft-", dir=parent))


def publish(draft: Path, final: Path) -> None:
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


def record(draft: Path, about: Mapping[str, Any], make: Callable[[], float]) -> None:
    """Put an export into a draft, or only the reason why there is none.

    Args:
        draft: The folder.
        about: What else is written down of it.
        make: Writes graph and weights; returns how far they are off.
    """
    said: dict[str, Any] = {"made_by": _made_by(), **about}
    try:
        error = make()
        said |= {"equal": error <= TOLERANCE, "error": error}
    except (*UNTRACEABLE, ModelUnavailable) as err:
        said |= {"equal": False, "reason": f"{type(err).__name__}: {err}"[:1000]}
    if said["equal"]:
        said["sizes"] = {path.name: path.stat().st_size for path in draft.iterdir()}
    else:
        for path in draft.iterdir():
            path.unlink()
    (draft / PARITY).write_text(json.dumps(said, indent=2), "utf-8")
    for path in draft.iterdir():
        path.chmod(0o600)


def trace(draft: Path, module: Any, tokens: Mapping[str, Any], output: str) -> None:
    """Write graph and weights of a module that takes tokens, of any rows and width."""
    axes = {name: {0: "rows", 1: "width"} for name in tokens}
    with (
        TemporaryDirectory(dir=draft) as folder,
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
            str(draft / GRAPH),
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
    given = {
        "input_ids": input_ids,
        "attention_mask": ignored * torch.finfo(torch.float32).min,
    }
    if token_type_ids is not None:
        given["token_type_ids"] = token_type_ids
    return given


def distance(ours: Vector, original: Vector) -> float:
    """Return the largest difference, in units of the largest number if that exceeds 1.

    Raises:
        ValueError: if they cannot be compared.
    """
    if ours.shape != original.shape or not np.isfinite(ours).all():
        raise ValueError(f"the export makes {ours.shape} and not {original.shape}")
    unit = max(1.0, float(np.abs(original).max()))
    return float(np.abs(ours - original).max()) / unit
