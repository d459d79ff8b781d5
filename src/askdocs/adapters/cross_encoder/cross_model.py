"""Describe a cross-encoder by its files, and say where its ONNX export belongs.

Nothing here loads a model; the export's folder holds model.onnx, weights.bin and
parity.json, which says how far its scores are from the original's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from askdocs.adapters.embedding.model_files import (
    WEIGHTS,
    damaged,
    download_command,
    full_name,
    is_hub_id,
    locate,
    read_json,
)
from askdocs.adapters.embedding.model_role import ModelRole
from askdocs.adapters.embedding.onnx_encoder import FORMAT, PARITY, read_parity
from askdocs.adapters.embedding.space import max_tokens
from askdocs.adapters.embedding.tokenizer import TOKENIZER
from askdocs.domain.errors import ConfigError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from askdocs.domain.ports import Vector

_MAX_WINDOW = 8192
"""Tokens of a pair; more would be a mistake in the model's files."""

_MIN_WINDOW = 16
"""Tokens of a pair; less leaves no room for a question and a passage."""

_IDENTIFYING_FILES = ("config.json", "tokenizer_config.json", TOKENIZER, WEIGHTS)
"""The files that decide what a score is."""


class Scorer(Protocol):
    """A cross-encoder, however it is run."""

    def run(self, tokens: Mapping[str, ArrayLike]) -> Vector:
        """Return shape (rows, labels), float32, for tokens of shape (rows, width) each."""


@dataclass(frozen=True, slots=True)
class CrossModel:
    """A cross-encoder, as its files tell it.

    Attributes:
        name: As the user knows it: a hub id or an absolute folder.
        folder: Where its files are.
        window: The most tokens that it reads of a pair, special tokens included.
        pad_id: The token that fills a row up.
        segments: How many segments it tells apart; 1 if it has no use for them.
        role: What it is for, and so what messages call it.
    """

    name: str
    folder: Path
    window: int
    pad_id: int
    segments: int
    role: ModelRole

    def identity(self) -> str:
        """Return a hash (hex) of which files these are, and of when they were written.

        Reading the weights would cost a second per gigabyte at every cold start.
        """
        files = []
        for path in (self.folder / name for name in _IDENTIFYING_FILES):
            real = path.resolve()
            stat = real.stat() if real.is_file() else None
            files.append((str(real), stat and (stat.st_size, stat.st_mtime_ns)))
        return blake2b(json.dumps(files).encode(), digest_size=16).hexdigest()


def with_download(role: ModelRole, name: str, *, cache: Path) -> ModelRole:
    """Return a role whose hints say how to fetch this model, if a hub may have it."""
    if not is_hub_id(name) or Path(full_name(name)).is_absolute():
        return role
    return replace(role, download=download_command(name, cache=cache))


def locate_classifier(
    name: str, *, cache: Path, role: ModelRole
) -> tuple[Path, Mapping[str, Any]]:
    """Return the folder of a classifier on this machine, with its config.json.

    Raises:
        ModelUnavailable: if it is not here, not whole, or cannot be read.
        ConfigError: if it is another kind of model.
    """
    folder = locate(name, cache=cache, role=role)
    config: Mapping[str, Any] = read_json(folder / "config.json", role=role)
    kinds = config.get("architectures")
    kind = str(kinds[0]) if isinstance(kinds, list) and kinds else "no architecture"
    steps = read_json(folder / "modules.json", optional=True, kind=list, role=role)
    if not kind.endswith("ForSequenceClassification") or len(steps) > 1:
        raise ConfigError(
            f"{role.setting}: {name} is no cross-encoder ({kind})", hint=role.fallback
        )
    return folder, config


def in_folder(
    name: str, folder: Path, config: Mapping[str, Any], *, role: ModelRole
) -> CrossModel:
    """Return what a folder says of its classifier, whatever that scores.

    Raises:
        ModelUnavailable: if it cannot be read.
    """
    try:
        return CrossModel(
            name=full_name(name),
            folder=folder,
            window=_window(folder, config, role),
            pad_id=int(config.get("pad_token_id") or 0),
            segments=_segments(folder, config, role),
            role=role,
        )
    except (TypeError, ValueError, OverflowError) as err:
        raise damaged(folder / "config.json", str(err), role=role) from err


def export_folder(cache: Path, model: CrossModel) -> Path:
    """Return the folder for the export of a cross-encoder."""
    return cache / "onnx" / model.identity() / f"v{FORMAT}-pairs"


def cached(cache: Path, model: CrossModel) -> Path | None:
    """Return the folder of a whole export with parity; None if there is none."""
    folder = export_folder(cache, model)
    parity = read_parity(folder)
    expected: Mapping[str, int] = parity.get("sizes", {})
    sizes = {p.name: p.stat().st_size for p in folder.glob("*") if p.name != PARITY}
    return folder if parity.get("equal") and sizes == expected else None


def _window(folder: Path, config: Mapping[str, Any], role: ModelRole) -> int:
    window = min(max_tokens(folder, config, role=role), _MAX_WINDOW)
    if window < _MIN_WINDOW:
        raise ValueError(f"it reads no more than {window} tokens")
    return window


def _segments(folder: Path, config: Mapping[str, Any], role: ModelRole) -> int:
    """Return how many segments the model was trained to tell apart, or 1.

    Where its tokenizer does not say, it was trained with what was then the default:
    segments, until transformers 5 began to write "TokenizersBackend".
    """
    tokenizer = read_json(folder / "tokenizer_config.json", optional=True, role=role)
    inputs = tokenizer.get("model_input_names")
    if isinstance(inputs, list):
        typed = "token_type_ids" in inputs
    else:
        typed = tokenizer.get("tokenizer_class") != "TokenizersBackend"
    size = config.get("type_vocab_size")
    return max(1, 2 if size is None else int(size)) if typed else 1
