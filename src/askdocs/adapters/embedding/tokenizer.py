"""A model's tokenizer.json counts the tokens of a text, or reads a question as tokens."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tokenizers
from tokenizers import normalizers

from askdocs.adapters.embedding.model_files import damaged, read_json
from askdocs.domain.index import Space

TOKENIZER = "tokenizer.json"

_AT_ONCE = 2048
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
        self._raw = load(folder)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, special tokens included."""
        counts: list[int] = []
        for start in range(0, len(texts), _AT_ONCE):
            batch = list(texts[start : start + _AT_ONCE])
            counts += [len(found) for found in self._raw.encode_batch_fast(batch)]
        return counts

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return (start, end) in characters of each token, special tokens left out."""
        return self._raw.encode(text, add_special_tokens=False).offsets


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
        self._raw = load(folder)
        self._prefix = space.question_prefix
        self._raw.enable_truncation(space.max_tokens)

    def read(self, question: str) -> Read:
        """Return the tokens of a question, and a note if some are left out."""
        found = self._raw.encode(self._prefix + question)
        note = ""
        if found.overflowing:
            taken = sum(found.special_tokens_mask) + self._prefix_tokens()
            note = f"question: first {len(found) - taken} tokens"
        return Read(found.ids, found.type_ids, note)

    def _prefix_tokens(self) -> int:
        return len(self._raw.encode(self._prefix, add_special_tokens=False))


def load(folder: Path) -> tokenizers.Tokenizer:
    """Return the tokenizer of a model, with the truncation and padding it came with off.

    The bundled one cuts every text at 128 tokens, half of what its model reads.

    Raises:
        ModelUnavailable: if it cannot be read.
    """
    path = folder / TOKENIZER
    try:
        raw = tokenizers.Tokenizer.from_buffer(path.read_bytes())
    except (OSError, ValueError) as err:
        raise damaged(path, str(err)) from err
    raw.no_truncation()
    raw.no_padding()
    said = read_json(folder / "sentence_bert_config.json", optional=True)
    if said.get("do_lower_case"):
        old = [raw.normalizer] if raw.normalizer else []
        raw.normalizer = normalizers.Sequence([normalizers.Lowercase(), *old])
    return raw
