"""Make a client that sends a server its key, and nothing else that tells of us.

OpenAI's own client looks for keys, addresses, organisations and headers in the
environment, tells each server what machine it runs on, and tries twice more.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import openai

from askdocs.adapters.llm.http_stream import http_client
from askdocs.adapters.llm.openai_errors import (
    CLIENT_ERRORS,
    Server,
    missing_model,
    small_window,
    unavailable,
)
from askdocs.adapters.llm.options import Limits

CHECK_TIMEOUT_S = 3.0
NO_KEY = "none"
"""What is handed to libraries that insist on a key; it is never sent."""

_ALLOWED_HEADERS = {
    "accept",
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "host",
    "transfer-encoding",
}


class Opened(threading.local):
    """The response that this thread has opened last.

    Who leaves OpenAI's stream before its end leaves it open: it refers to itself, so it
    is closed when Python next looks for such cycles, and the model speaks on until then.
    """

    response: Any = None

    def note(self, response: Any) -> None:
        """Remember a response."""
        self.response = response


def connect(
    server: Server,
    limits: Limits,
    clock: Callable[[], float] = time.monotonic,
    *,
    opened: Opened | None = None,
) -> openai.OpenAI:
    """Return a client that contacts nobody yet, and no proxy on this machine.

    A password in the URL is sent as one if there is no key. *opened* learns of replies.
    """
    http = http_client(server.url, limits, clock, socket=server.socket)
    http.event_hooks = {
        "request": [*http.event_hooks["request"], _header_filter(server.key)],
        "response": [*http.event_hooks["response"], *([opened.note] if opened else [])],
    }
    return openai.OpenAI(
        api_key=NO_KEY,
        base_url=server.url,
        max_retries=0,
        timeout=http.timeout,
        http_client=http,
    )


def check(
    url: str,
    model: str,
    key: str = "",
    *,
    num_ctx: int = 0,
    limit_s: float = CHECK_TIMEOUT_S,
) -> None:
    """Ask a server whether it is there and has the model, within *limit_s* seconds.

    With *num_ctx*, also whether its window is that large, if it tells: vLLM and
    llama.cpp do. It cannot be asked for another one.

    Raises:
        ModelUnavailable: if not.
    """
    server = Server(url, model, key)
    known = models(server, limit_s=limit_s)
    if model not in known:
        raise missing_model(server, list(known))
    if 0 < known[model] < num_ctx:
        raise small_window(server, known[model], num_ctx)


def models(server: Server, *, limit_s: float = CHECK_TIMEOUT_S) -> dict[str, int]:
    """Return the models that a server has, with their windows in tokens; 0 if unknown.

    Raises:
        ModelUnavailable: if it does not tell.
    """
    limits = Limits(*[limit_s] * 4)
    try:
        with closing(connect(server, limits)) as client:
            return {str(m.id): _window_tokens(m) for m in client.models.list().data}
    except CLIENT_ERRORS as err:
        raise unavailable(err, server) from err


def _window_tokens(model: Any) -> int:
    """Return the window of a model as vLLM or llama.cpp tell it; 0 if neither does."""
    meta = getattr(model, "meta", None)
    n_ctx = meta.get("n_ctx") if isinstance(meta, dict) else None
    n_ctx = getattr(model, "max_model_len", None) or n_ctx
    return n_ctx if isinstance(n_ctx, int) else 0


def _header_filter(key: str) -> Callable[[Any], None]:
    """Return what makes a request hold the key, and no header that we have not chosen."""

    def filter_headers(request: Any) -> None:
        for name in set(request.headers) - _ALLOWED_HEADERS:
            del request.headers[name]
        if key:
            request.headers["authorization"] = f"Bearer {key}"
        elif request.headers.get("authorization") == f"Bearer {NO_KEY}":
            del request.headers["authorization"]

    return filter_headers
