"""Keep a streamed reply over HTTP within its limits, one whole JSON object per line.

httpx has one limit for every read; a language model needs a long one for its first
word and a short one for each further word. Both hooks are httpx's own event hooks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from askdocs.adapters.llm.ndjson import Lines
from askdocs.adapters.llm.options import Limits
from askdocs.adapters.local.loopback import is_loopback

Clock = Callable[[], float]


class Overdue(httpx.ReadTimeout):
    """The reply as a whole takes too long."""


class _Bounded(httpx.SyncByteStream):
    """The body of a reply, up to a deadline."""

    def __init__(self, body: Any, deadline: float, clock: Clock) -> None:
        self._body = body
        self._deadline = deadline
        self._clock = clock

    def __iter__(self) -> Iterator[bytes]:
        for data in self._body:
            if self._clock() > self._deadline:
                raise Overdue("the total time is over")
            yield data

    def close(self) -> None:
        self._body.close()


class _Lined(_Bounded):
    """The same, for a body that is JSON in lines."""

    def __iter__(self) -> Iterator[bytes]:
        lines = Lines()
        for data in super().__iter__():
            yield lines.feed(data)
        yield lines.end()


def http_client(
    url: str, limits: Limits, clock: Clock, *, socket: str = ""
) -> httpx.Client:
    """Return a client for *url* that keeps the limits; by a *socket* file if one is named."""
    transport = httpx.HTTPTransport(uds=socket) if socket else None
    return httpx.Client(**client_options(url, limits, clock), transport=transport)


def client_options(
    url: str, limits: Limits, clock: Clock = time.monotonic
) -> dict[str, Any]:
    """Return keyword arguments for a synchronous httpx client that asks *url*.

    The limit for the first piece is the one for the headers, because Ollama sends them
    together. No redirect is followed: the docs in a prompt go where they were sent.
    """

    def on_request(request: httpx.Request) -> None:
        request.extensions["started"] = clock()

    def on_response(response: httpx.Response) -> None:
        extensions = response.request.extensions
        extensions["timeout"]["read"] = limits.idle_s
        deadline = extensions["started"] + limits.total_s
        content_type = response.headers.get("content-type", "")
        body_class = (
            _Lined if content_type.startswith("application/x-ndjson") else _Bounded
        )
        response.stream = body_class(response.stream, deadline, clock)

    return {
        "timeout": httpx.Timeout(
            limits.first_s, connect=limits.connect_s, write=limits.idle_s
        ),
        "follow_redirects": False,
        "trust_env": not is_loopback(url),
        "headers": {"accept-encoding": "identity"},
        "event_hooks": {"request": [on_request], "response": [on_response]},
    }
