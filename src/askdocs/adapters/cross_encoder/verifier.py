"""Judge how sure a model is that sources say what a sentence says.

The model is a cross-encoder with one score, or one trained for natural language
inference: what a source entails is supported by it. It is run by its ONNX export, made
once by `adapters.cross_encoder.cross_export`: neither torch nor transformers is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from askdocs.adapters.cross_encoder.cross_model import (
    CrossModel,
    Scorer,
    cached,
    in_folder,
    locate_classifier,
    with_download,
)
from askdocs.adapters.cross_encoder.pairs import Claims
from askdocs.adapters.embedding.model_role import ModelRole
from askdocs.adapters.embedding.onnx_encoder import GRAPH, Graph
from askdocs.domain.errors import ConfigError, ModelUnavailable

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

VERIFIER = ModelRole(
    "verifier",
    "RAG_VERIFIER",
    "unset RAG_VERIFIER: sentences are weighed without a model then",
)

_INFERENCE_LABELS = (
    {"entailment", "neutral", "contradiction"},
    {"entailment", "not_entailment"},
)


@dataclass(frozen=True, slots=True)
class Head:
    """What the numbers of a model mean.

    Attributes:
        size: How many there are.
        entails: Which of them is for what follows; None for a score of its own.
    """

    size: int
    entails: int | None = None

    def sure(self, logits: Vector) -> Vector:
        """Return shape (rows,), each from 0 to 1, for shape (rows, size)."""
        if self.entails is None:
            # The same as 1 / (1 + exp(-x)), without its overflow.
            sigmoid: Vector = np.float32(0.5) * (1 + np.tanh(logits[:, 0] / 2))
            return sigmoid
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        softmax = powers[:, self.entails] / powers.sum(axis=1)
        shares: Vector = softmax.astype(np.float32)
        return shares


class Verifier:
    """Says whether sources support a sentence: a tokenizer, and the model however run."""

    def __init__(
        self, model: CrossModel, head: Head, scorer: Scorer, *, batch: int = 1
    ) -> None:
        """Read the tokenizer.

        Args:
            model: What its files say.
            head: What its numbers mean.
            scorer: What runs it.
            batch: Pairs at once; on a CPU one is fastest (see `reranker.Judge`).

        Raises:
            ModelUnavailable: if the tokenizer cannot be read.
        """
        self.name = model.name
        self._head = head
        self._claims = Claims(model)
        self._scorer = scorer
        self._batch = batch

    def supports(self, sentence: str, sources: Sequence[str]) -> float:
        """Return how sure it is, from 0 to 1, that the best of the sources says so.

        A source too long loses its end. A sentence too long to be read beside one is
        not supported: half of it would be judged as if it were all. 0 without sources.

        Raises:
            ModelUnavailable: if the model fails or makes no finite numbers.
        """
        if not self._claims.readable(sentence):
            return 0.0
        support = 0.0
        for start in range(0, len(sources), self._batch):
            batch = sources[start : start + self._batch]
            logits = self._scorer.run(self._claims.read(sentence, batch))
            self._check(logits, len(batch))
            support = max(support, float(self._head.sure(logits).max()))
        return support

    def _check(self, logits: Vector, rows: int) -> None:
        shape = (rows, self._head.size)
        if logits.shape != shape or not np.isfinite(logits).all():
            raise ModelUnavailable(
                f"the verifier {self.name} does not make {self._head.size} finite "
                "numbers per pair",
                hint=VERIFIER.fallback,
            )


def open_export(name: str, *, cache: Path) -> Verifier | None:
    """Open the export of a verifier; None if there is no whole one with parity.

    Args:
        name: A hub id or a folder.
        cache: Of this program; hub models are below its "hub", exports below "onnx".

    Raises:
        ModelUnavailable: if the model is not on this machine, or its export is damaged.
        ConfigError: if it is another kind of model.
    """
    model, head = describe(name, cache=cache)
    if (folder := cached(cache, model)) is None:
        return None
    return Verifier(model, head, Graph(folder / GRAPH, role=model.role))


def describe(name: str, *, cache: Path) -> tuple[CrossModel, Head]:
    """Return what the files of a verifier on this machine say; loads nothing.

    Raises:
        ModelUnavailable: if it is not here, not whole, or cannot be read.
        ConfigError: if it is another kind of model.
    """
    role = with_download(VERIFIER, name, cache=cache)
    folder, config = locate_classifier(name, cache=cache, role=role)
    head = _head(name, config)
    return in_folder(name, folder, config, role=role), head


def _head(name: str, config: Mapping[str, Any]) -> Head:
    """Return what the numbers of a model mean, by the names of its labels."""
    labels = _labels(config)
    if len(labels) == 1:
        return Head(1)
    if set(labels) in _INFERENCE_LABELS and len(set(labels)) == len(labels):
        return Head(len(labels), labels.index("entailment"))
    names = ", ".join(labels) or "labels without names"
    raise ConfigError(
        f"{VERIFIER.setting}: {name} gives {names} where one score is wanted, or entailment, "
        "neutral and contradiction",
        hint=VERIFIER.fallback,
    )


def _labels(config: Mapping[str, Any]) -> list[str]:
    """Return the labels in the order of their numbers; [] if that is not said.

    Transformers takes a model for one of two labels if its config names none.
    """
    names = config.get("id2label")
    if not isinstance(names, dict):
        return ["score"] if config.get("num_labels") == 1 else []
    by_number = {str(number): str(label) for number, label in names.items()}
    labels = [by_number.get(str(n), "") for n in range(len(by_number))]
    return ["_".join(label.casefold().replace("-", " ").split()) for label in labels]
