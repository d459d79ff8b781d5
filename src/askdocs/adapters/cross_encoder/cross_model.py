"""The files of a cross-encoder say what it is, and where its ONNX export belongs.

Nothing here loads a model; the export's folder holds model.onnx, weights.bin and
parity.json, which says how far its scores are from the original's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from askdocs.adapters.embedding.model_files import (
    WEIGHTS,
    damaged,
    full_name,
    is_hub_id,
    locate,
    read_json,
)
from askdocs.adapters.embedding.onnx_encoder import FORMAT, PARITY
from askdocs.adapters.embedding.space import _max_tokens as max_tokens
from askdocs.adapters.embedding.tokenizer import TOKENIZER
from askdocs.domain.errors import ConfigError, ModelUnavailable

UNSORTED = "rag search --no-rerank QUESTION"
"""What works without a reranker."""

_WIDEST = 8192
"""Tokens of a pair; more would be a mistake in the model's files."""

_NARROWEST = 16
"""Tokens of a pair; less leaves no room for a question and a passage."""

_TELLING = ("config.json", "tokenizer_config.json", TOKENIZER, WEIGHTS)
"""The files that decide what a score is."""


@dataclass(frozen=True, slots=True)
class CrossModel:
    """A cross-encoder, as its files tell it.

    Attributes:
        name: As the user knows it: a hub id or an absolute folder.
        folder: Where its files are.
        window: The most tokens that it reads of a pair, special tokens included.
        pad_id: The token that fills a row up.
        segments: How many segments it tells apart; 1 if it has no use for them.
    """

    name: str
    folder: Path
    window: int
    pad_id: int
    segments: int

    def identity(self) -> str:
        """Return a hash (hex) of which files these are, and of when they were written.

        Reading the weights would cost a second per gigabyte at every cold start.
        """
        found = []
        for path in (self.folder / name for name in _TELLING):
            real = path.resolve()
            seen = real.stat() if real.is_file() else None
            found.append((str(real), seen and (seen.st_size, seen.st_mtime_ns)))
        return blake2b(json.dumps(found).encode(), digest_size=16).hexdigest()


def describe(name: str, *, cache: Path) -> CrossModel:
    """Return what the files of a cross-encoder on this machine say; loads nothing.

    Args:
        name: A hub id or a folder.
        cache: Of this program; hub models are below its "hub".

    Raises:
        ModelUnavailable: if it is not here, not whole, or cannot be read.
        ConfigError: if it is another kind of model.
    """
    with said_of_the_reranker(name, cache):
        folder = locate(name, cache=cache)
        config = read_json(folder / "config.json")
        _require_one_score(name, folder, config)
        return in_folder(name, folder, config)


def in_folder(name: str, folder: Path, config: Mapping[str, Any]) -> CrossModel:
    """Return what a folder says of its classifier, whatever that scores.

    Raises:
        ModelUnavailable: if it cannot be read.
    """
    try:
        return CrossModel(
            name=full_name(name),
            folder=folder,
            window=_window(folder, config),
            pad_id=int(config.get("pad_token_id") or 0),
            segments=_segments(folder, config),
        )
    except (TypeError, ValueError, OverflowError) as err:
        raise damaged(folder / "config.json", str(err)) from err


@contextmanager
def said_of_the_reranker(name: str, cache: Path) -> Iterator[None]:
    """Say of the reranker what is known of models that embed: they are kept alike.

    Raises:
        ModelUnavailable: for one, in other words and with another hint.
    """
    try:
        yield
    except ModelUnavailable as err:
        what = str(err).replace("embedding model", "reranker")
        hint = UNSORTED
        if is_hub_id(name) and not Path(full_name(name)).is_absolute():
            hint += f"   (or: hf download {name} --cache-dir {cache / 'hub'})"
        raise ModelUnavailable(what, hint=hint) from err


def place(cache: Path, model: CrossModel) -> Path:
    """Return the folder for the export of a cross-encoder."""
    return cache / "onnx" / model.identity() / f"v{FORMAT}-pairs"


def cached(cache: Path, model: CrossModel) -> Path | None:
    """Return the folder of a whole export with parity; None if there is none."""
    folder, said = place(cache, model), parity(cache, model)
    sizes: Mapping[str, int] = said.get("sizes", {})
    there = {p.name: p.stat().st_size for p in folder.glob("*") if p.name != PARITY}
    return folder if said.get("equal") and there == sizes else None


def parity(cache: Path, model: CrossModel) -> dict[str, Any]:
    """Return what an export says of itself; {} if it was never tried."""
    try:
        said = json.loads((place(cache, model) / PARITY).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _require_one_score(name: str, folder: Path, config: Mapping[str, Any]) -> None:
    kinds = config.get("architectures")
    kind = str(kinds[0]) if isinstance(kinds, list) and kinds else "no architecture"
    steps = read_json(folder / "modules.json", optional=True, kind=list)
    if not kind.endswith("ForSequenceClassification") or len(steps) > 1:
        why = f"is no cross-encoder ({kind})"
    elif (labels := _labels(config)) != 1:
        why = f"gives {labels} scores where one is wanted"
    else:
        return
    raise ConfigError(f"RAG_RERANKER: {name} {why}", hint=UNSORTED)


def _labels(config: Mapping[str, Any]) -> int:
    """Return how many numbers come out; transformers takes it for two if none is named."""
    named = config.get("id2label")
    if isinstance(named, dict):
        return len(named)
    count = config.get("num_labels", 2)
    return count if isinstance(count, int) else 2


def _window(folder: Path, config: Mapping[str, Any]) -> int:
    window = min(max_tokens(folder, config), _WIDEST)
    if window < _NARROWEST:
        raise ValueError(f"it reads no more than {window} tokens")
    return window


def _segments(folder: Path, config: Mapping[str, Any]) -> int:
    """Return how many segments the model was trained to tell apart, or 1.

    Where its tokenizer does not say, it was trained with what was then the default:
    segments, until transformers 5 began to write "TokenizersBackend".
    """
    said = read_json(folder / "tokenizer_config.json", optional=True)
    named = said.get("model_input_names")
    if isinstance(named, list):
        typed = "token_type_ids" in named
    else:
        typed = said.get("tokenizer_class") != "TokenizersBackend"
    size = config.get("type_vocab_size")
    return max(1, 2 if size is None else int(size)) if typed else 1
