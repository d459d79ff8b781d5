"""A question and passages become scores: a cross-encoder reads each pair as one text.

Here it is run by its ONNX export, made once by `adapters.cross_encoder.cross_export`: neither torch
nor transformers is loaded.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from askdocs.adapters.cross_encoder.cross_model import (
    UNSORTED,
    CrossModel,
    cached,
    describe,
    said_of_the_reranker,
)
from askdocs.adapters.embedding.onnx_encoder import GRAPH, Graph
from askdocs.adapters.embedding.tokenizer import load as load_tokenizer
from askdocs.domain.errors import ModelUnavailable

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import ArrayLike, NDArray

    from askdocs.domain.ports import Vector

    Tokens: TypeAlias = NDArray[np.int64]


class Scorer(Protocol):
    """A cross-encoder, however it is run."""

    def run(self, tokens: Mapping[str, ArrayLike]) -> Vector:
        """Return shape (rows, 1), float32, for tokens of shape (rows, width) each."""


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
        found = self._scorer.run(self._pairs.read(question, texts))
        if found.shape != (len(texts), 1) or not np.isfinite(found).all():
            raise ModelUnavailable(
                f"the reranker {self._name} does not make one finite number per pair",
                hint=UNSORTED,
            )
        return [float(logit) for logit in found[:, 0]]


class Pairs:
    """Pairs of a question and a text, as tokens; what does not fit is cut off the text.

    A question is read whole unless it leaves less than a quarter of the window to the
    text; then it loses its end, or a stack trace would be compared with nothing.
    """

    def __init__(self, model: CrossModel) -> None:
        """Read the tokenizer.

        Raises:
            ModelUnavailable: if it cannot be read.
        """
        self._model = model
        self._raw = load_tokenizer(model.folder)
        self._room = model.window - self._raw.num_special_tokens_to_add(is_pair=True)

    def read(self, question: str, texts: Sequence[str]) -> dict[str, Tokens]:
        """Return shape (len(texts), width) each, as wide as the longest pair."""
        pairs = self._encode(question, texts)
        shape = (len(pairs), max(len(pair) for pair in pairs))
        ids = np.full(shape, self._model.pad_id, np.int64)
        mask, types = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        for row, pair in enumerate(pairs):
            ids[row, : len(pair)] = pair.ids
            mask[row, : len(pair)] = 1
            types[row, : len(pair)] = pair.type_ids
        types = np.minimum(types, self._model.segments - 1)
        return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}

    def _encode(self, question: str, texts: Sequence[str]) -> list[Any]:
        both = [_legal(text) for text in (question, *texts)]
        asked, *found = self._raw.encode_batch(both, add_special_tokens=False)
        asked.truncate(self._room - self._model.window // 4)
        for text in found:
            text.truncate(self._room - len(asked))
        return [self._raw.post_process(asked, text) for text in found]


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
        until = self._clock() + limit_s
        found: list[float] = []
        while len(found) < len(texts):
            if self._clock() >= until:
                return None
            if self._judge is None:
                self._judge = self._load()
                continue
            batch = texts[len(found) : len(found) + self._judge.batch]
            found += self._judge.scores(question, batch)
        return found


def exported(name: str, *, cache: Path) -> Judge | None:
    """Open the export of a cross-encoder; None if there is no whole one with parity.

    Raises:
        ModelUnavailable: if the model is not on this machine, or its export is damaged.
        ConfigError: if it is another kind of model.
    """
    model = describe(name, cache=cache)
    with said_of_the_reranker(name, cache):
        if (folder := cached(cache, model)) is None:
            return None
        return Judge(model, Graph(folder / GRAPH))


def _legal(text: str) -> str:
    """Return a text without halves of characters, which no tokenizer takes."""
    return re.sub(r"[\ud800-\udfff]", "\ufffd", text)
