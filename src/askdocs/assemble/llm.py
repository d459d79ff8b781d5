"""Settings become a language model that is made ready while passages are fetched."""

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
        self._name = model or loaded.settings.llm_model
        self.model = Path(self._name).name if is_file(self._name) else self._name
        self._loaded = loaded
        self._prompt = prompt
        self._on_wait = on_wait
        self._made: QueryEngine | None = None

    def prepare(self) -> None:
        """Have the model loaded meanwhile; nobody waits for that."""
        conf = self._loaded.settings
        if is_file(self._name):
            from askdocs.adapters.llm.gguf.gguf_process import running

            with suppress(AskDocsError):
                running(_path(self._name), conf.llm_num_ctx, conf.llm_threads).start()
        elif not conf.llm_url:
            from askdocs.adapters.llm.ollama_preload import warm

            wanted = (_sampling(self._loaded), _limits(self._loaded))
            told = (conf.ollama_url, self._name, *wanted)
            Thread(target=warm, args=told, daemon=True).start()

    def stream(self, question: str, passages: Sequence[Passage]) -> Iterator[str]:
        """Yield the pieces of the reply (see `ports.Engine`)."""
        return self._engine().stream(question, passages)

    def reply(self, messages: Sequence[tuple[str, str]]) -> Iterator[str]:
        """Yield the pieces of the reply (see `ports.Speaker`)."""
        return self._engine().reply(messages)

    def _engine(self) -> QueryEngine:
        """Return the engine: one for all questions, and its connection with it."""
        from askdocs.adapters.llm.query_engine import QueryEngine

        if self._made is None:
            self._made = QueryEngine(self._llm(), self._prompt, self._on_wait)
        return self._made

    def _llm(self) -> Any:
        """Return the model, of whom nothing was asked yet."""
        try:
            return _llm(self._loaded, self._name, self._on_wait)
        except (ImportError, ValueError) as err:
            raise ModelUnavailable(
                "no model server can be reached through a SOCKS proxy",
                hint="name the server in NO_PROXY, or unset ALL_PROXY",
            ) from err


def _llm(loaded: Loaded, model: str, on_wait: Callable[[str], None] | None) -> Any:
    """Return the language model of LlamaIndex for a file, a URL, or Ollama."""
    conf = loaded.settings
    wanted: dict[str, Any] = {
        "sampling": _sampling(loaded),
        "limits": _limits(loaded),
        "on_wait": on_wait,
    }
    if is_file(model):
        from askdocs.adapters.llm.gguf.gguf_model import GgufModel

        return GgufModel(_path(model), threads=conf.llm_threads, **wanted)
    if conf.llm_url:
        from askdocs.adapters.llm.openai_compatible import OpenAICompatible

        return OpenAICompatible(server(loaded, model), **wanted)
    with without_socks():
        from askdocs.adapters.llm.ollama import OllamaModel
    return OllamaModel(conf.ollama_url, model, **wanted)


def server(loaded: Loaded, model: str) -> Server:
    """Return the OpenAI-compatible server of the settings."""
    from askdocs.adapters.llm.openai_errors import Server

    conf = loaded.settings
    key = conf.llm_api_key.get_secret_value() if conf.llm_api_key else ""
    return Server(conf.llm_url or "", model, key)


def is_file(model: str) -> bool:
    """Whether a model is named by the path of a GGUF file."""
    return model.casefold().endswith(".gguf")


def _path(model: str) -> Path:
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

    conf = loaded.settings
    return Sampling(
        num_ctx=conf.llm_num_ctx,
        num_predict=conf.llm_num_predict,
        temperature=conf.llm_temperature,
        keep_alive=conf.llm_keep_alive,
        top_k=conf.llm_top_k or None,
        top_p=conf.llm_top_p,
        seed=conf.llm_seed,
    )


def _limits(loaded: Loaded) -> Limits:
    from askdocs.adapters.llm.options import Limits

    usual, total = Limits(), loaded.settings.llm_timeout_s
    first, idle = min(usual.first_s, total), min(usual.idle_s, total)
    return Limits(first_s=first, idle_s=idle, total_s=total)
