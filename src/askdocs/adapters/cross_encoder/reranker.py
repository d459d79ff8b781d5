"""Score passages for a question: a cross-encoder reads each pair as one text.

Here it is run by its ONNX export, made once by `adapters.cross_encoder.cross_export`: neither torch
nor transformers is loaded.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from askdocs.adapters.cross_encoder.cross_model import (
    CrossModel,
    Scorer,
    cached,
    in_folder,
    locate_classifier,
    with_download,
)
from askdocs.adapters.cross_encoder.pairs import Pairs
from askdocs.adapters.embedding.model_role import ModelRole
from askdocs.adapters.embedding.onnx_encoder import GRAPH, Graph
from askdocs.domain.errors import ConfigError, ModelUnavailable

RERANKER = ModelRole("reranker", "RAG_RERANKER", "rag search --no-rerank QUESTION")


class Judge:
    """Scores pairs: a tokenizer, and the model however it is run."""

    def __init__(self, model: CrossModel, scorer: Scorer, *, batch: int = 1) -> None:
        """Read the tokenizer.

        Args:
            model: What its files say.
            scorer: What runs it.
            batch: Pairs at once. On a CPU one is fastest, for nothing is padded: 50
                passages take a model like MiniLM 0.88 s, in batches of 8 1.19 s.

        Raises:
            ModelUnavailable: if the tokenizer cannot be read.
        """
        self.batch = batch
        self._name = model.name
        self._pairs = Pairs(model)
        self._scorer = scorer

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return the logit of each pair, in order.

        Raises:
            ModelUnavailable: if the model fails or makes no finite numbers.
        """
        logits = self._scorer.run(self._pairs.read(question, texts))
        if logits.shape != (len(texts), 1) or not np.isfinite(logits).all():
            raise ModelUnavailable(
                f"the reranker {self._name} does not make one finite number per pair",
                hint=RERANKER.fallback,
            )
        return [float(logit) for logit in logits[:, 0]]


class CrossEncoder:
    """Scores passages in batches until its time is up; fits the port `Reranker`."""

    def __init__(
        self,
        name: str,
        load: Callable[[], Judge],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Remember how to load the model; nothing is read yet.

        Args:
            name: A hub id or a folder.
            load: Called once, when there is something to score.
            clock: Returns seconds that only go forward.
        """
        self.name = name
        self._load = load
        self._judge: Judge | None = None
        self._clock = clock

    def scores(
        self, question: str, texts: Sequence[str], *, limit_s: float
    ) -> list[float] | None:
        """Return one score per text, higher is better; None if the time was up first.

        A score is the model's own logit: any number, comparable for one question only.
        The time is looked at before each batch; the first call loads the model, and
        that counts.

        Raises:
            ModelUnavailable: if the model cannot be loaded, or fails.
            ConfigError: if it is no cross-encoder with one score.
        """
        deadline = self._clock() + limit_s
        scores: list[float] = []
        while len(scores) < len(texts):
            if self._clock() >= deadline:
                return None
            if self._judge is None:
                self._judge = self._load()
                continue
            batch = texts[len(scores) : len(scores) + self._judge.batch]
            scores += self._judge.scores(question, batch)
        return scores


def open_export(name: str, *, cache: Path) -> Judge | None:
    """Open the export of a reranker; None if there is no whole one with parity.

    Raises:
        ModelUnavailable: if the model is not on this machine, or its export is damaged.
        ConfigError: if it is another kind of model.
    """
    model = describe(name, cache=cache)
    if (folder := cached(cache, model)) is None:
        return None
    return Judge(model, Graph(folder / GRAPH, role=model.role))


def describe(name: str, *, cache: Path) -> CrossModel:
    """Return what the files of a reranker on this machine say; loads nothing.

    Args:
        name: A hub id or a folder.
        cache: Of this program; hub models are below its "hub".

    Raises:
        ModelUnavailable: if it is not here, not whole, or cannot be read.
        ConfigError: if it is another kind of model.
    """
    role = with_download(RERANKER, name, cache=cache)
    folder, config = locate_classifier(name, cache=cache, role=role)
    if (scores := _score_count(config)) != 1:
        raise ConfigError(
            f"{role.setting}: {name} gives {scores} scores where one is wanted",
            hint=role.fallback,
        )
    return in_folder(name, folder, config, role=role)


def _score_count(config: Mapping[str, Any]) -> int:
    """Return how many numbers come out; transformers takes it for two if none is named."""
    labels = config.get("id2label")
    if isinstance(labels, dict):
        return len(labels)
    count = config.get("num_labels", 2)
    return count if isinstance(count, int) else 2
