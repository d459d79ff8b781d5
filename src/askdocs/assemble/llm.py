"""Build the language model of the settings, and make it ready while passages are fetched."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from askdocs.domain.errors import AskDocsError, ModelUnavailable

if TYPE_CHECKING:
    from askdocs.adapters.llm.openai_errors import Server
    from askdocs.adapters.llm.options import Limits, Sampling
    from askdocs.adapters.llm.query_engine import QueryEngine
    from askdocs.domain.answer import Passage
    from askdocs.settings import Loaded
    from askdocs.steps.answer.prompt import Prompt


class LazyEngine:
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
        self._name = model or loaded.settings.llm_model
        self.model = Path(self._name).name if is_gguf_file(self._name) else self._name
        self._loaded = loaded
        self._prompt = prompt
        self._on_wait = on_wait
        self._query_engine: QueryEngine | None = None

    def prepare(self) -> None:
        """Have the model loaded meanwhile; nobody waits for that."""
        settings = self._loaded.settings
        if is_gguf_file(self._name):
            from askdocs.adapters.llm.gguf.gguf_process import process_for

            with suppress(AskDocsError):
                path = _gguf_path(self._name)
                process_for(path, settings.llm_num_ctx, settings.llm_threads).start()
        elif not settings.llm_url:
            from askdocs.adapters.llm.ollama_preload import preload

            options = (_sampling(self._loaded), _limits(self._loaded))
            args = (settings.ollama_url, self._name, *options)
            Thread(target=preload, args=args, daemon=True).start()

    def stream(self, question: str, passages: Sequence[Passage]) -> Iterator[str]:
        """Yield the pieces of the reply (see `ports.Engine`)."""
        return self._engine().stream(question, passages)

    def reply(self, messages: Sequence[tuple[str, str]]) -> Iterator[str]:
        """Yield the pieces of the reply (see `ports.ChatModel`)."""
        return self._engine().reply(messages)

    def _engine(self) -> QueryEngine:
        """Return the engine: one for all questions, and its connection with it."""
        from askdocs.adapters.llm.query_engine import QueryEngine

        if self._query_engine is None:
            self._query_engine = QueryEngine(
                self._language_model(), self._prompt, self._on_wait
            )
        return self._query_engine

    def _language_model(self) -> Any:
        """Return the model, of whom nothing was asked yet."""
        try:
            return _language_model(self._loaded, self._name, self._on_wait)
        except (ImportError, ValueError) as err:
            raise ModelUnavailable(
                "no model server can be reached through a SOCKS proxy",
                hint="name the server in NO_PROXY, or unset ALL_PROXY",
            ) from err


def _language_model(
    loaded: Loaded, model: str, on_wait: Callable[[str], None] | None
) -> Any:
    """Return the language model of LlamaIndex for a file, a URL, or Ollama."""
    settings = loaded.settings
    common: dict[str, Any] = {
        "sampling": _sampling(loaded),
        "limits": _limits(loaded),
        "on_wait": on_wait,
    }
    if is_gguf_file(model):
        from askdocs.adapters.llm.gguf.gguf_model import GgufModel

        return GgufModel(_gguf_path(model), threads=settings.llm_threads, **common)
    if settings.llm_url:
        from askdocs.adapters.llm.openai_compatible import OpenAICompatible

        return OpenAICompatible(openai_server(loaded, model), **common)
    with without_socks():
        from askdocs.adapters.llm.ollama import OllamaModel
    return OllamaModel(settings.ollama_url, model, **common)


def openai_server(loaded: Loaded, model: str) -> Server:
    """Return the OpenAI-compatible server of the settings."""
    from askdocs.adapters.llm.openai_errors import Server

    settings = loaded.settings
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else ""
    return Server(settings.llm_url or "", model, key)


def is_gguf_file(model: str) -> bool:
    """Whether a model is named by the path of a GGUF file."""
    return model.casefold().endswith(".gguf")


def _gguf_path(model: str) -> Path:
    return Path(model).expanduser().absolute()


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
    from askdocs.adapters.llm.options import Sampling

    settings = loaded.settings
    return Sampling(
        num_ctx=settings.llm_num_ctx,
        num_predict=settings.llm_num_predict,
        temperature=settings.llm_temperature,
        keep_alive=settings.llm_keep_alive,
        top_k=settings.llm_top_k or None,
        top_p=settings.llm_top_p,
        seed=settings.llm_seed,
    )


def _limits(loaded: Loaded) -> Limits:
    from askdocs.adapters.llm.options import Limits

    defaults, total = Limits(), loaded.settings.llm_timeout_s
    first, idle = min(defaults.first_s, total), min(defaults.idle_s, total)
    return Limits(first_s=first, idle_s=idle, total_s=total)
