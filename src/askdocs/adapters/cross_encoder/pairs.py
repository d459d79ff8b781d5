"""Encode pairs of texts as tokens, within the window of a cross-encoder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from askdocs.adapters.cross_encoder.cross_model import CrossModel
from askdocs.adapters.embedding.tokenizer import load

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    Tokens: TypeAlias = NDArray[np.int64]


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
        self._tokenizer = load(model.folder, role=model.role)
        special_tokens = self._tokenizer.num_special_tokens_to_add(is_pair=True)
        self._room = model.window - special_tokens

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
        first, *rest = self._encode_each(question, *texts)
        first.truncate(self._room - self._model.window // 4)
        for text in rest:
            text.truncate(self._room - len(first))
        return [self._tokenizer.post_process(first, text) for text in rest]

    def _encode_each(self, *texts: str) -> list[Any]:
        """Return the tokens of each text, without special ones."""
        legal = [_without_surrogates(text) for text in texts]
        return self._tokenizer.encode_batch(legal, add_special_tokens=False)


class Claims(Pairs):
    """Pairs of a source and a sentence, in the order in which verifiers are trained.

    The sentence is read whole; a source that does not fit loses its end.
    """

    def readable(self, sentence: str) -> bool:
        """Return whether a sentence leaves at least a quarter of the window to a source."""
        (tokens,) = self._encode_each(sentence)
        return len(tokens) <= self._room - self._model.window // 4

    def _encode(self, question: str, texts: Sequence[str]) -> list[Any]:
        sentence, *sources = self._encode_each(question, *texts)
        for source in sources:
            source.truncate(self._room - len(sentence))
        return [self._tokenizer.post_process(source, sentence) for source in sources]


def _without_surrogates(text: str) -> str:
    """Return a text without halves of characters, which no tokenizer takes."""
    return re.sub(r"[\ud800-\udfff]", "\ufffd", text)
