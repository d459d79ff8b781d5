"""Build the language model of the settings, and make it ready while passages are fetched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from askdocs.domain.errors import AskDocsError, ModelUnavailable

if TYPE_CHECKING:
    from askdocs.adapters.llm.model_choice import Choice
    from askdocs.adapters.llm.model_lookup import ModelLookup
    from askdocs.adapters.llm.openai_errors import Server
    from askdocs.adapters.llm.options import Limits, Sampling
    from askdocs.adapters.llm.query_engine import QueryEngine
    from askdocs.domain.answer import Passage
    from askdocs.settings import Loaded
    from askdocs.steps.answer.prompt import Prompt


AUTO = "auto"
"""As RAG_LLM_MODEL: the model that is there, if there is one."""

NONE = "none"
"""As RAG_LLM_MODEL: no model, and no look for one."""

_LIST_LIMIT_S = 3.0
"""For a server's list of models; who waits for it has patience of its own."""


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
        self._loaded = loaded
        self._prompt = prompt
        self._on_wait = on_wait
        self._query_engine: QueryEngine | None = None
        self._lookup = model_lookup(loaded) if self._name == AUTO else None
        self._chosen: Choice | None = None

    @property
    def model(self) -> str:
        """The name of the model; "" if none was named and none is there.

        Where none was named it may have to be waited for, but not for long.
        """
        name = self._full_name()
        return Path(name).name if is_gguf_file(name) else name

    @property
    def chosen(self) -> Choice | None:
        """What was chosen where no model was named; None if nobody has asked for it."""
        return self._chosen

    def look(self) -> None:
        """Begin to look for a model, if none was named."""
        if self._lookup:
            self._lookup.begin()

    def prepare(self) -> None:
        """Have the model loaded meanwhile; nobody waits for that."""
        settings = self._loaded.settings
        if is_gguf_file(self._name):
            from askdocs.adapters.llm.gguf.gguf_process import process_for

            with suppress(AskDocsError):
                path = _gguf_path(self._name)
                process_for(path, settings.llm_num_ctx, settings.llm_threads).start()
        elif not settings.llm_url:
            Thread(target=self._preload, daemon=True).start()

    def _full_name(self) -> str:
        if self._lookup is None:
            return self._name
        self._chosen = self._lookup.choice()
        return self._chosen.model

    def _preload(self) -> None:
        """Have Ollama load the model, once it is known which."""
        name = self._lookup.result().model if self._lookup else self._name
        if name:
            from askdocs.adapters.llm.ollama_preload import preload

            url = self._loaded.settings.ollama_url
            preload(url, name, _sampling(self._loaded), _limits(self._loaded))

    def stream(self, question: str, passages: Sequence[Passage]) -> Iterator[str]:
        """Yield the pieces of the reply (see `ports.Engine`)."""
        return self._engine().stream(question, passages)

    def reply(self, messages: Sequence[tuple[str, str]]) -> Iterator[str]:
        """Yield the pieces of the reply (see `ports.ChatModel`)."""
        return self._engine().reply(messages)

    def _engine(self) -> QueryEngine:
        """Return the engine: one for all questions, and its connection with it.

        Raises:
            ModelUnavailable: if none was named and none is there.
        """
        if self._query_engine is None:
            name = self._full_name()
            if self._chosen and not name:
                raise ModelUnavailable(self._chosen.what, hint=self._chosen.hint)
            from askdocs.adapters.llm.query_engine import QueryEngine

            model = self._language_model(name)
            self._query_engine = QueryEngine(model, self._prompt, self._on_wait)
        return self._query_engine

    def _language_model(self, name: str) -> Any:
        """Return the model, of whom nothing was asked yet."""
        try:
            if self._lookup is None and is_gguf_file(name):
                return _file_model(self._loaded, name, self._on_wait)
            return _language_model(self._loaded, name, self._on_wait)
        except (ImportError, ValueError) as err:
            raise ModelUnavailable(
                "no model server can be reached through a SOCKS proxy",
                hint="name the server in NO_PROXY, or unset ALL_PROXY",
            ) from err


def model_lookup(loaded: Loaded) -> ModelLookup:
    """Return what looks for a model on the server of the settings."""
    from askdocs.adapters.llm.model_choice import too_slow
    from askdocs.adapters.llm.model_lookup import (
        LOOPBACK_PATIENCE_S,
        REMOTE_PATIENCE_S,
        ModelLookup,
    )
    from askdocs.adapters.local.loopback import is_loopback

    url = loaded.settings.llm_url or loaded.settings.ollama_url
    patience_s = LOOPBACK_PATIENCE_S if is_loopback(url) else REMOTE_PATIENCE_S
    return ModelLookup(lambda: find_model(loaded), patience_s, too_slow(url))


def find_model(loaded: Loaded) -> Choice:
    """Return the model to ask where none was named, or why there is none."""
    from askdocs.adapters.llm.model_choice import no_server
    from askdocs.adapters.local.loopback import is_listening, is_loopback

    conf = loaded.settings
    url = conf.llm_url or conf.ollama_url
    if is_loopback(url) and not is_listening(url, limit_s=_LIST_LIMIT_S):
        ollama = not conf.llm_url
        return no_server(url, ollama=ollama, installed=bool(shutil.which("ollama")))
    from askdocs.adapters.llm.memory import available_bytes
    from askdocs.adapters.llm.model_choice import Choice, choose_pulled, choose_served
    from askdocs.adapters.llm.server_models import pulled_models, served_models

    try:
        if conf.llm_url:
            key = _server_key(loaded)
            return choose_served(served_models(url, key, limit_s=_LIST_LIMIT_S), url)
        room_bytes = available_bytes() if is_loopback(url) else None
        return choose_pulled(pulled_models(url, limit_s=_LIST_LIMIT_S), room_bytes)
    except ModelUnavailable as err:
        return Choice("", what=str(err), hint=err.hint)


def _language_model(
    loaded: Loaded, model: str, on_wait: Callable[[str], None] | None
) -> Any:
    """Return the language model of LlamaIndex for a URL, or Ollama."""
    settings, common = loaded.settings, _common(loaded, on_wait)
    if settings.llm_url:
        from askdocs.adapters.llm.openai_compatible import OpenAICompatible

        return OpenAICompatible(openai_server(loaded, model), **common)
    with without_socks():
        from askdocs.adapters.llm.ollama import OllamaModel
    return OllamaModel(settings.ollama_url, model, **common)


def _file_model(
    loaded: Loaded, name: str, on_wait: Callable[[str], None] | None
) -> Any:
    """Return the language model of LlamaIndex for a file.

    What a server lists may end like one, too: llama.cpp names models by their files.
    """
    from askdocs.adapters.llm.gguf.gguf_model import GgufModel

    threads = loaded.settings.llm_threads
    return GgufModel(_gguf_path(name), threads=threads, **_common(loaded, on_wait))


def _common(loaded: Loaded, on_wait: Callable[[str], None] | None) -> dict[str, Any]:
    """Return what every language model of LlamaIndex is made with."""
    return {
        "sampling": _sampling(loaded),
        "limits": _limits(loaded),
        "on_wait": on_wait,
    }


def openai_server(loaded: Loaded, model: str) -> Server:
    """Return the OpenAI-compatible server of the settings."""
    from askdocs.adapters.llm.openai_errors import Server

    return Server(loaded.settings.llm_url or "", model, _server_key(loaded))


def _server_key(loaded: Loaded) -> str:
    key = loaded.settings.llm_api_key
    return key.get_secret_value() if key else ""


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
