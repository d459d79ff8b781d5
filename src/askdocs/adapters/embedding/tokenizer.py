"""Count the tokens of a text, or encode a question, by the tokenizer.json of a model."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tokenizers
from tokenizers import normalizers

from askdocs.adapters.embedding.model_files import damaged, read_json
from askdocs.adapters.embedding.model_role import EMBEDDING_MODEL, ModelRole
from askdocs.domain.index import Space

TOKENIZER = "tokenizer.json"

_BATCH_TEXTS = 2048
"""Texts per call: all cores busy, while the tokens of 60,000 texts never lie in memory."""

# Unset, it counts on all cores but warns on stderr after every fork.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")


class FastTokenizer:
    """The tokenizer of an embedding model; fits the port `Tokenizer`."""

    def __init__(self, folder: Path) -> None:
        """Read it from the folder of a model.

        Raises:
            ModelUnavailable: if it cannot be read.
        """
        self._tokenizer = load(folder)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, special tokens included."""
        counts: list[int] = []
        for start in range(0, len(texts), _BATCH_TEXTS):
            batch = list(texts[start : start + _BATCH_TEXTS])
            counts += [
                len(encoding) for encoding in self._tokenizer.encode_batch_fast(batch)
            ]
        return counts

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return (start, end) in characters of each token, special tokens left out."""
        return self._tokenizer.encode(text, add_special_tokens=False).offsets


@dataclass(frozen=True, slots=True)
class Read:
    """A question as tokens.

    Attributes:
        ids: Of the tokens, special ones included.
        types: Segment of each token.
        note: What to tell the user if its end does not fit; "" if all of it does.
    """

    ids: list[int]
    types: list[int]
    note: str


class Window:
    """As much of a question as a model can read, after the prefix that it wants."""

    def __init__(self, folder: Path, space: Space) -> None:
        """Read the tokenizer from the folder of a model or of its export.

        Raises:
            ModelUnavailable: if it cannot be read.
        """
        self._tokenizer = load(folder)
        self._prefix = space.question_prefix
        self._tokenizer.enable_truncation(space.max_tokens)

    def read(self, question: str) -> Read:
        """Return the tokens of a question, and a note if some are left out."""
        encoding = self._tokenizer.encode(self._prefix + question)
        note = ""
        if encoding.overflowing:
            taken = sum(encoding.special_tokens_mask) + self._prefix_tokens()
            note = f"question: first {len(encoding) - taken} tokens"
        return Read(encoding.ids, encoding.type_ids, note)

    def _prefix_tokens(self) -> int:
        return len(self._tokenizer.encode(self._prefix, add_special_tokens=False))


def load(folder: Path, *, role: ModelRole = EMBEDDING_MODEL) -> tokenizers.Tokenizer:
    """Return the tokenizer of a model, with the truncation and padding it came with off.

    The bundled one cuts every text at 128 tokens, half of what its model reads.

    Raises:
        ModelUnavailable: if it cannot be read.
    """
    path = folder / TOKENIZER
    try:
        raw = tokenizers.Tokenizer.from_buffer(path.read_bytes())
    except (OSError, ValueError) as err:
        raise damaged(path, str(err), role=role) from err
    raw.no_truncation()
    raw.no_padding()
    path = folder / "sentence_bert_config.json"
    if read_json(path, optional=True, role=role).get("do_lower_case"):
        own = [raw.normalizer] if raw.normalizer else []
        raw.normalizer = normalizers.Sequence([normalizers.Lowercase(), *own])
    return raw
