"""Settings become a language model that is made ready while passages are fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from askdocs.adapters.limits import Limits, Sampling
    from askdocs.domain.answer import Passage
    from askdocs.settings import Loaded
    from askdocs.steps.prompt import Prompt


class LateEngine:
    """The query engine, imported when the model is to speak and not before.

    Args:
        loaded: The settings.
        prompt: How the model is asked.
        on_wait: Told in words what a long silence waits for, by another thread.
    """

    def __init__(
        self, loaded: Loaded, prompt: Prompt, on_wait: Callable[[str], None] | None
    ) -> None:
        self.model = loaded.settings.llm_model
        self._loaded = loaded
        self._prompt = prompt
        self._on_wait = on_wait

    def prepare(self) -> None:
        """Have the server load the model meanwhile; nobody waits for that."""
        from askdocs.adapters.warm import warm

        url = self._loaded.settings.ollama_url
        wanted = (url, self.model, _sampling(self._loaded), _limits(self._loaded))
        Thread(target=warm, args=wanted, daemon=True).start()

    def stream(self, question: str, passages: Sequence[Passage]) -> Iterator[str]:
        """Yield the pieces of the reply (see `ports.Engine`)."""
        from askdocs.adapters.engine import QueryEngine
        from askdocs.adapters.ollama import Llama

        llm = Llama(
            self._loaded.settings.ollama_url,
            self.model,
            sampling=_sampling(self._loaded),
            limits=_limits(self._loaded),
            on_wait=self._on_wait,
        )
        return QueryEngine(llm, self._prompt).stream(question, passages)


def _sampling(loaded: Loaded) -> Sampling:
    from askdocs.adapters.limits import Sampling

    conf = loaded.settings
    return Sampling(
        num_ctx=conf.llm_num_ctx,
        num_predict=conf.llm_num_predict,
        temperature=conf.llm_temperature,
        keep_alive=conf.llm_keep_alive,
        top_k=conf.llm_top_k,
        top_p=conf.llm_top_p,
        seed=conf.llm_seed,
    )


def _limits(loaded: Loaded) -> Limits:
    from askdocs.adapters.limits import Limits

    usual, total = Limits(), loaded.settings.llm_timeout_s
    first, idle = min(usual.first_s, total), min(usual.idle_s, total)
    return Limits(first_s=first, idle_s=idle, total_s=total)
