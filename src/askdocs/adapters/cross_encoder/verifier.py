"""A sentence and its sources become how sure a model is that they say so.

The model is a cross-encoder with one score, or one trained for natural language
inference: what a source entails is supported by it. It is run by its ONNX export, made
once by `adapters.cross_encoder.verifier_export`: neither torch nor transformers is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from askdocs.adapters.cross_encoder.cross_model import CrossModel, cached, in_folder
from askdocs.adapters.cross_encoder.reranker import Pairs, Scorer
from askdocs.adapters.cross_encoder.reranker import _legal as legal
from askdocs.adapters.embedding.model_files import (
    full_name,
    is_hub_id,
    locate,
    read_json,
)
from askdocs.adapters.embedding.onnx_encoder import GRAPH, Graph
from askdocs.domain.errors import ConfigError, ModelUnavailable

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

WITHOUT = "unset RAG_VERIFIER: sentences are compared by their vectors then"
"""What works without a verifier."""

_SETS = (
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
            found: Vector = np.float32(0.5) * (1 + np.tanh(logits[:, 0] / 2))
            return found
        grown = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: Vector = (grown[:, self.entails] / grown.sum(axis=1)).astype(np.float32)
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
        self._pairs = _Claims(model)
        self._scorer = scorer
        self._batch = batch

    def supports(self, sentence: str, sources: Sequence[str]) -> float:
        """Return how sure it is, from 0 to 1, that the best of the sources says so.

        A source too long loses its end. A sentence too long to be read beside one is
        not supported: half of it would be judged as if it were all. 0 without sources.

        Raises:
            ModelUnavailable: if the model fails or makes no finite numbers.
        """
        if not self._pairs.readable(sentence):
            return 0.0
        found = [0.0]
        for start in range(0, len(sources), self._batch):
            batch = sources[start : start + self._batch]
            with said_of_the_verifier(self.name):
                logits = self._scorer.run(self._pairs.read(sentence, batch))
            self._check(logits, len(batch))
            found.append(float(self._head.sure(logits).max()))
        return max(found)

    def _check(self, logits: Vector, rows: int) -> None:
        wanted = (rows, self._head.size)
        if logits.shape != wanted or not np.isfinite(logits).all():
            raise ModelUnavailable(
                f"the verifier {self.name} does not make {self._head.size} finite "
                "numbers per pair",
                hint=WITHOUT,
            )


class _Claims(Pairs):
    """Pairs of a source and a sentence, in the order in which such models are trained.

    The sentence is read whole; a source that does not fit loses its end.
    """

    def readable(self, sentence: str) -> bool:
        """Whether a sentence leaves at least a quarter of the window to a source."""
        read = self._raw.encode(legal(sentence), add_special_tokens=False)
        return len(read) <= self._room - self._model.window // 4

    def _encode(self, question: str, texts: Sequence[str]) -> list[Any]:
        both = [legal(text) for text in (question, *texts)]
        said, *found = self._raw.encode_batch(both, add_special_tokens=False)
        for text in found:
            text.truncate(self._room - len(said))
        return [self._raw.post_process(text, said) for text in found]


def exported(name: str, *, cache: Path) -> Verifier | None:
    """Open the export of a verifier; None if there is no whole one with parity.

    Args:
        name: A hub id or a folder.
        cache: Of this program; hub models are below its "hub", exports below "onnx".

    Raises:
        ModelUnavailable: if the model is not on this machine, or its export is damaged.
        ConfigError: if it is another kind of model.
    """
    model, head = describe(name, cache=cache)
    with said_of_the_verifier(name, cache):
        if (folder := cached(cache, model)) is None:
            return None
        return Verifier(model, head, Graph(folder / GRAPH))


def describe(name: str, *, cache: Path) -> tuple[CrossModel, Head]:
    """Return what the files of a verifier on this machine say; loads nothing.

    Raises:
        ModelUnavailable: if it is not here, not whole, or cannot be read.
        ConfigError: if it is another kind of model.
    """
    with said_of_the_verifier(name, cache):
        folder = locate(name, cache=cache)
        config = read_json(folder / "config.json")
        head = _head(name, folder, config)
        return in_folder(name, folder, config), head


@contextmanager
def said_of_the_verifier(name: str, cache: Path | None = None) -> Iterator[None]:
    """Say of the verifier what is known of other models: they are kept alike.

    Raises:
        ModelUnavailable: for one, in other words and with another hint.
    """
    try:
        yield
    except ModelUnavailable as err:
        what = str(err).replace("embedding model", "verifier")
        hint = WITHOUT
        if cache and is_hub_id(name) and not Path(full_name(name)).is_absolute():
            hint += f"   (or: hf download {name} --cache-dir {cache / 'hub'})"
        raise ModelUnavailable(what.replace("reranker", "verifier"), hint=hint) from err


def _head(name: str, folder: Path, config: Mapping[str, Any]) -> Head:
    """Return what the numbers of a model mean, by the names of its labels."""
    kinds = config.get("architectures")
    kind = str(kinds[0]) if isinstance(kinds, list) and kinds else "no architecture"
    steps = read_json(folder / "modules.json", optional=True, kind=list)
    if not kind.endswith("ForSequenceClassification") or len(steps) > 1:
        raise ConfigError(
            f"RAG_VERIFIER: {name} is no cross-encoder ({kind})", hint=WITHOUT
        )
    labels = _labels(config)
    if len(labels) == 1:
        return Head(1)
    if set(labels) in _SETS and len(set(labels)) == len(labels):
        return Head(len(labels), labels.index("entailment"))
    told = ", ".join(labels) or "labels without names"
    raise ConfigError(
        f"RAG_VERIFIER: {name} gives {told} where one score is wanted, or entailment, "
        "neutral and contradiction",
        hint=WITHOUT,
    )


def _labels(config: Mapping[str, Any]) -> list[str]:
    """Return the labels in the order of their numbers; [] if that is not said.

    Transformers takes a model for one of two labels if its config names none.
    """
    named = config.get("id2label")
    if not isinstance(named, dict):
        return ["score"] if config.get("num_labels") == 1 else []
    by_place = {str(place): str(label) for place, label in named.items()}
    labels = [by_place.get(str(n), "") for n in range(len(by_place))]
    return ["_".join(label.casefold().replace("-", " ").split()) for label in labels]
