"""Settings become what reads the best passages again, if they name it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askdocs.assemble.config import app_folders

if TYPE_CHECKING:
    from askdocs.adapters.cross_encoder.reranker import Judge
    from askdocs.domain.ports import Reranker
    from askdocs.settings import Loaded


def reranker_for(loaded: Loaded) -> Reranker | None:
    """Return the reranker that `RAG_RERANKER` names; None if it names none.

    Nothing is loaded before it is asked. The export is tried first, because torch takes
    seconds to import; without one the model is fetched, exported, or run in torch.
    """
    conf, cache = loaded.settings, app_folders(loaded)["cache"]
    if not conf.reranker:
        return None
    from askdocs.adapters.cross_encoder.reranker import CrossEncoder

    name = conf.reranker

    def judge() -> Judge:
        from askdocs.adapters.cross_encoder.reranker import exported
        from askdocs.domain.errors import ModelUnavailable

        if conf.device != "cuda":
            try:
                if found := exported(name, cache=cache):
                    return found
            except ModelUnavailable:
                pass  # it is not here yet: what follows fetches it, or says why not
        from askdocs.adapters.cross_encoder.cross_export import load

        return load(name, cache=cache, device=conf.device)

    return CrossEncoder(name, judge)
