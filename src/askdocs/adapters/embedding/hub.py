"""Download a model from the hub, once; nothing else of ours does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.utils import disable_progress_bars

from askdocs.adapters.embedding.model_files import (
    BUNDLED,
    download_command,
    is_hub_id,
    locate,
)
from askdocs.adapters.embedding.model_role import EMBEDDING_MODEL, ModelRole
from askdocs.domain.errors import ModelUnavailable

_PATTERNS = (["*.json", "*.txt"], ["*.safetensors"])
"""Never a pickle, never code: a model is data. The weights come last, so that where they
are everything is: a download that was cut off is no model."""

_OTHER_FORMATS = ["onnx/*", "openvino/*"]
_ANSWER_WITHIN_S = 5.0

# Its bases are OSError and the error of the HTTP library that this version is built on.
_FAILURES = (*HfHubHTTPError.__bases__, ValueError)


def fetch(name: str, *, cache: Path, role: ModelRole = EMBEDDING_MODEL) -> Path:
    """Return the folder of a model, downloading it once if the hub has it and we do not.

    Args:
        name: "bundled", a folder or a hub id.
        cache: Of this program; hub models go below its "hub".
        role: What the model is for.

    Raises:
        ModelUnavailable: if it is not here and the hub does not give it.
    """
    try:
        return locate(name, cache=cache, role=role)
    except ModelUnavailable:
        if not is_hub_id(name) or Path(name).is_dir():
            raise
    _download(name, cache, role)
    return locate(name, cache=cache, role=role)


def _download(name: str, cache: Path, role: ModelRole) -> None:
    disable_progress_bars()
    try:
        with _private():
            for patterns in _PATTERNS:
                snapshot_download(
                    name,
                    cache_dir=cache / "hub",
                    allow_patterns=patterns,
                    ignore_patterns=_OTHER_FORMATS,
                    etag_timeout=_ANSWER_WITHIN_S,
                )
    except _FAILURES as err:
        why = str(err).splitlines()[0].rstrip(". ")
        raise ModelUnavailable(
            f"the {role.noun} {name} cannot be fetched: {why}",
            hint=role.hint(
                f"set {role.setting}={BUNDLED}, or on a machine with network: "
                + download_command(name, cache=cache)
            ),
        ) from err


@contextmanager
def _private() -> Iterator[None]:
    """Let every file that is made meanwhile be ours alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
