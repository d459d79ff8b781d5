"""Settings become what says whether passages support a sentence, if they name it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askdocs.assemble.config import app_folders
from askdocs.domain.errors import ModelUnavailable

if TYPE_CHECKING:
    from askdocs.adapters.cross_encoder.verifier import Verifier
    from askdocs.settings import Loaded
    from askdocs.steps.answer.ground import Verify


def verify_for(loaded: Loaded) -> Verify | None:
    """Return the check that `RAG_VERIFIER` names, loaded; None if it names none.

    Raises:
        ModelUnavailable: if it is not to be had, or cannot be loaded.
        ConfigError: if it is another kind of model.
    """
    name = loaded.settings.verifier
    return _verifier(loaded, name).supports if name else None


def _verifier(loaded: Loaded, name: str) -> Verifier:
    """Open the export of a verifier, made first if need be: torch takes seconds."""
    from askdocs.adapters.cross_encoder.verifier import exported

    cache, device = app_folders(loaded)["cache"], loaded.settings.device
    if device != "cuda":
        try:
            if found := exported(name, cache=cache):
                return found
        except ModelUnavailable:
            pass  # it is not here yet: what follows fetches it, or says why not
    from askdocs.adapters.cross_encoder.verifier_export import load

    return load(name, cache=cache, device=device)
