"""Build the reranker and the verifier that the settings name, if they name any."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from askdocs.assemble.config import app_folders
from askdocs.domain.errors import ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from askdocs.adapters.cross_encoder.reranker import Judge
    from askdocs.adapters.cross_encoder.verifier import Verifier
    from askdocs.domain.ports import Reranker
    from askdocs.settings import Loaded
    from askdocs.steps.answer.ground import Verify

Model = TypeVar("Model")


def reranker_for(loaded: Loaded) -> Reranker | None:
    """Return the reranker that `RAG_RERANKER` names; None if it names none.

    Nothing is loaded before it has something to score.
    """
    name = loaded.settings.reranker
    if not name:
        return None
    from askdocs.adapters.cross_encoder.reranker import CrossEncoder, open_export

    cache, device = app_folders(loaded)["cache"], loaded.settings.device

    def load() -> Judge:
        from askdocs.adapters.cross_encoder.cross_export import load_reranker

        return load_reranker(name, cache=cache, device=device)

    export = partial(open_export, name, cache=cache)
    return CrossEncoder(name, lambda: _open(device, export, load))


def verifier_for(loaded: Loaded) -> Verify | None:
    """Return the check that `RAG_VERIFIER` names, loaded; None if it names none.

    Raises:
        ModelUnavailable: if it is not to be had, or cannot be loaded.
        ConfigError: if it is another kind of model.
    """
    name = loaded.settings.verifier
    if not name:
        return None
    from askdocs.adapters.cross_encoder.verifier import open_export

    cache, device = app_folders(loaded)["cache"], loaded.settings.device

    def load() -> Verifier:
        from askdocs.adapters.cross_encoder.cross_export import load_verifier

        return load_verifier(name, cache=cache, device=device)

    return _open(device, partial(open_export, name, cache=cache), load).supports


def _open(
    device: str, open_export: Callable[[], Model | None], load: Callable[[], Model]
) -> Model:
    """Open the export of a model, or else load it: torch takes seconds to import."""
    if device != "cuda":
        try:
            if model := open_export():
                return model
        except ModelUnavailable:
            pass  # it is not here yet: what follows fetches it, or says why not
    return load()
