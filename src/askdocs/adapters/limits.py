"""How long an HTTP server may take: to be reached, to begin, to go on, in all.

httpx has one limit for every read; a language model needs a long one for its first
word and a short one for each further word. Both hooks are httpx's own event hooks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long we wait, in seconds.

    Attributes:
        connect_s: For the connection.
        first_s: For the first piece; loading a model takes a minute or two, and giving
            up makes Ollama start the loading afresh next time.
        idle_s: For each further piece.
        total_s: From the question to the end; looked at whenever something comes.
    """

    connect_s: float = 3.0
    first_s: float = 300.0
    idle_s: float = 60.0
    total_s: float = 600.0


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


def client_options(
    url: str, limits: Limits, clock: Clock = time.monotonic
) -> dict[str, Any]:
    """Return keyword arguments for a synchronous httpx client that asks *url*.

    The limit for the first piece is the one for the headers, because Ollama sends them
    together. No redirect is followed: the docs in a prompt go where they were sent.
    """

    def asked(request: httpx.Request) -> None:
        request.extensions["started"] = clock()

    def answered(response: httpx.Response) -> None:
        given = response.request.extensions
        given["timeout"]["read"] = limits.idle_s
        deadline = given["started"] + limits.total_s
        response.stream = _Bounded(response.stream, deadline, clock)

    return {
        "timeout": httpx.Timeout(
            limits.first_s, connect=limits.connect_s, write=limits.idle_s
        ),
        "follow_redirects": False,
        "trust_env": not is_loopback(url),
        "event_hooks": {"request": [asked], "response": [answered]},
    }


def is_loopback(url: str) -> bool:
    """Return whether *url* is on this machine, where no proxy has any business."""
    host = urlsplit(url if "://" in url else f"//{url}").hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in {"", "localhost"}
