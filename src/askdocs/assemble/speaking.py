"""Settings become a language model that is made ready while passages are fetched."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

from askdocs.domain.errors import ModelUnavailable

if TYPE_CHECKING:
    from askdocs.adapters.engine import QueryEngine
    from askdocs.adapters.limits import Limits, Sampling
    from askdocs.adapters.ollama import Llama
    from askdocs.domain.answer import Passage
    from askdocs.settings import Loaded
    from askdocs.steps.prompt import Prompt


class LateEngine:
    """The query engine, imported when the model is to speak and not before.

    Args:
        loaded: The settings.
        prompt: How the model is asked.
        on_wait: Told in words what a long silence waits for, by another thread.
        model: Another one than that of the settings.
    """

    def __init__(
        self,
        loaded: Loaded,
        prompt: Prompt,
        on_wait: Callable[[str], None] | None,
        *,
        model: str = "",
    ) -> None:
        self.model = model or loaded.settings.llm_model
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
        return self._engine().stream(question, passages)

    def reply(self, messages: Sequence[tuple[str, str]]) -> Iterator[str]:
        """Yield the pieces of the reply (see `ports.Speaker`)."""
        return self._engine().reply(messages)

    def _engine(self) -> QueryEngine:
        from askdocs.adapters.engine import QueryEngine

        return QueryEngine(self._llama(), self._prompt)

    def _llama(self) -> Llama:
        """Return the model, of whom nothing was asked yet."""
        with without_socks():
            from askdocs.adapters.ollama import Llama
        try:
            return Llama(
                self._loaded.settings.ollama_url,
                self.model,
                sampling=_sampling(self._loaded),
                limits=_limits(self._loaded),
                on_wait=self._on_wait,
            )
        except (ImportError, ValueError) as err:
            raise ModelUnavailable(
                "no model server can be reached through a SOCKS proxy",
                hint="name the server in NO_PROXY, or unset ALL_PROXY",
            ) from err


@contextmanager
def without_socks() -> Iterator[None]:
    """Hide the SOCKS proxies of the environment while Ollama's package is imported.

    It makes a client of its own then, for which any such proxy is an error, also where
    the model server is on this machine.
    """
    proxies = {k: v for k, v in os.environ.items() if k.lower().endswith("_proxy")}
    hidden = {k: v for k, v in proxies.items() if v.lower().startswith("socks")}
    for name in hidden:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(hidden)


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
