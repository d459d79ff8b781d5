"""Encode a question by the exported model alone: fast from a cold start.

The export is made by `adapters.embedding.onnx_export`. Its folder holds model.onnx (the graph),
weights.bin (mapped into memory, not read), tokenizer.json, and parity.json, which says
how far its vectors are from the original's.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as ort

from askdocs.adapters.embedding.model_files import damaged
from askdocs.adapters.embedding.model_role import EMBEDDING_MODEL, ModelRole
from askdocs.adapters.embedding.tokenizer import Read, Window
from askdocs.domain.index import Space

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from askdocs.domain.ports import Vector

FORMAT = 1
"""Of the export; what a program of another format made is never read."""

GRAPH, PARITY = "model.onnx", "parity.json"

_THREADS = min(4, os.cpu_count() or 1)
"""A question is a dozen tokens: more threads cost more than they save."""

_BATCH_TEXTS = 3

_UNREADABLE = (
    ort.Fail,
    ort.InvalidArgument,
    ort.InvalidGraph,
    ort.InvalidProtobuf,
    ort.NoSuchFile,
    ort.NotImplemented,
    ort.RuntimeException,
)


def export_folder(cache: Path, space: Space) -> Path:
    """Return the folder for the export of a model: its weights' hash, then its pooling."""
    version = f"v{FORMAT}-{_folder_name(space.pooling)}"
    return cache / "onnx" / _folder_name(space.weights_sha) / version


def cached(cache: Path, space: Space) -> Path | None:
    """Return the folder of a whole export with parity; None if there is none."""
    folder = export_folder(cache, space)
    parity = read_parity(folder)
    sizes: Mapping[str, int] = parity.get("sizes", {})
    if not parity.get("equal") or any(
        _size_bytes(folder / n) != sizes[n] for n in sizes
    ):
        return None
    return folder


def read_parity(folder: Path) -> dict[str, Any]:
    """Return what the export in a folder says of itself; {} if it was never tried.

    "equal" says whether there is one, "error" how far its numbers are off.
    """
    try:
        parity = json.loads((folder / PARITY).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return parity if isinstance(parity, dict) else {}


class OnnxEncoder:
    """Encodes questions with onnxruntime and tokenizers; fits the port `QueryEmbedder`."""

    def __init__(self, folder: Path, space: Space) -> None:
        """Open the export in a folder that `cached` returned.

        Raises:
            ModelUnavailable: if it cannot be read.
        """
        self.space = space
        self.degraded: tuple[str, ...] = ()
        self._window = Window(folder, space)
        self._graph = Graph(folder / GRAPH)

    def embed_question(self, text: str) -> Vector:
        """Return shape (dim,), float32; `degraded` then says what was not read."""
        read = self._window.read(text)
        self.degraded = (read.note,) if read.note else ()
        vector: Vector = self._rows([read])[0]
        return vector

    def embed_texts(self, texts: Sequence[str]) -> Vector:
        """Return shape (len(texts), dim), float32.

        In small batches: a little faster than one by one, and the memory of one.
        """
        reads = [self._window.read(text) for text in texts]
        batches = range(0, len(reads), _BATCH_TEXTS)
        rows = [self._rows(reads[at : at + _BATCH_TEXTS]) for at in batches]
        return np.concatenate(rows)

    def _rows(self, reads: Sequence[Read]) -> Vector:
        width = max(len(read.ids) for read in reads)

        def padded(rows: Iterable[Sequence[int]]) -> list[list[int]]:
            return [[*row, *[0] * (width - len(row))] for row in rows]

        return self._graph.run(
            {
                "input_ids": padded(read.ids for read in reads),
                "attention_mask": padded([1] * len(read.ids) for read in reads),
                "token_type_ids": padded(read.types for read in reads),
            }
        )


class Graph:
    """An exported model, opened to be asked once or twice.

    Optimising the graph and repacking the weights take longer than they save on one
    question: without them the bundled model opens in 26 instead of 117 ms, and its
    weights stay on disk, mapped (117 instead of 195 MB).
    """

    def __init__(self, path: Path, *, role: ModelRole = EMBEDDING_MODEL) -> None:
        """Open a graph.

        Raises:
            ModelUnavailable: if it cannot be read.
        """
        options = onnxruntime.SessionOptions()
        level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.graph_optimization_level = level
        options.enable_cpu_mem_arena = False
        options.intra_op_num_threads = _THREADS
        options.log_severity_level = 4
        options.add_session_config_entry("session.disable_prepacking", "1")
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        cpu = ["CPUExecutionProvider"]
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=cpu)
        except _UNREADABLE as err:
            raise damaged(path, str(err), role=role) from err
        self._inputs = [node.name for node in self._session.get_inputs()]

    def run(self, tokens: Mapping[str, ArrayLike]) -> Vector:
        """Return shape (rows, dim), float32, for tokens of shape (rows, width) each."""
        inputs = {name: np.asarray(tokens[name], np.int64) for name in self._inputs}
        output: Vector = self._session.run(None, inputs)[0]
        return output


def _folder_name(text: str) -> str:
    """Return a text as the name of a folder; it may come from somebody's index."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()) or "plain"


def _size_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
