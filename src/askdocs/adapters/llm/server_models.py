"""List the models of a server with the standard library alone, and say why it cannot be.

This runs beside a search, before anybody knows whether a model will be asked: the clients
of Ollama and OpenAI take longer to import than the whole search.
"""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit
from urllib.request import (
    HTTPRedirectHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
    getproxies,
    proxy_bypass,
)

from askdocs.adapters.llm.llm_errors import without_credentials
from askdocs.adapters.local.loopback import is_loopback
from askdocs.domain.errors import ModelUnavailable

_MAX_BYTES = 4_000_000
"""A list of a thousand models is half of that."""


class _NoRedirect(HTTPRedirectHandler):
    """A key goes where it was sent, and nowhere else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow nothing."""


def pulled_models(url: str, *, limit_s: float) -> list[Any]:
    """Return what Ollama says of its models, within about *limit_s* seconds.

    Raises:
        ModelUnavailable: if it does not tell.
    """
    where, key = without_credentials(url), os.environ.get("OLLAMA_API_KEY", "")
    try:
        reply = _json(f"{url}/api/tags", key, limit_s)
    except (OSError, HTTPException, ValueError, RecursionError) as err:
        raise _failure(err, f"Ollama at {where}", _OLLAMA_HINTS) from err
    return _listed(reply, "models", f"Ollama at {where}", _OLLAMA_HINTS)


def served_models(url: str, key: str, *, limit_s: float) -> list[Any]:
    """Return what an OpenAI-compatible server says of its models, as above.

    Raises:
        ModelUnavailable: if it does not tell.
    """
    who = f"the model server at {without_credentials(url)}"
    try:
        reply = _json(f"{url}/models", key, limit_s)
    except (OSError, HTTPException, ValueError, RecursionError) as err:
        raise _failure(err, who, _OPENAI_HINTS) from err
    return _listed(reply, "data", who, _OPENAI_HINTS)


_OLLAMA_HINTS = {
    "down": "start Ollama there, or set RAG_OLLAMA_URL",
    "slow": "ask again   (ollama ps shows what Ollama is doing)",
    "key": "set OLLAMA_API_KEY to a key that it accepts",
    "failed": "ask again   (the log of Ollama may say more)",
    "strange": "set RAG_OLLAMA_URL; Ollama itself listens at http://127.0.0.1:11434",
}
_OPENAI_HINTS = {
    "down": "start the model server, or set RAG_LLM_URL   (it ends in /v1, as a rule)",
    "slow": "ask again   (is the model server too busy?)",
    "key": "set RAG_LLM_API_KEY to a key that it accepts",
    "failed": "ask again   (the log of the model server may say more)",
    "strange": "set RAG_LLM_URL to the address that its manual gives; it ends in /v1",
}


def _json(url: str, key: str, limit_s: float) -> Any:
    """Return the JSON at *url*; every wait, and the body as a whole, has the limit."""
    plain = without_credentials(url)
    headers = {"Accept": "application/json", **_authorization(url, key)}
    deadline = time.monotonic() + limit_s
    request = Request(plain, headers=headers)  # noqa: S310  # the settings take http alone
    with _opener(plain).open(request, timeout=limit_s) as response:
        body = bytearray()
        while data := response.read1(1 << 16):
            body += data
            if time.monotonic() > deadline:
                raise TimeoutError
            if len(body) > _MAX_BYTES:
                raise ValueError("too long for a list of models")
    return json.loads(body)


def _authorization(url: str, key: str) -> dict[str, str]:
    """Return the header that a key, or a name and password in the URL, make."""
    parts = urlsplit(url)
    if key:
        return {"Authorization": f"Bearer {key}"}
    if parts.username is None:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _opener(url: str) -> OpenerDirector:
    """Return what opens *url* as the question will: by the proxy of the environment."""
    parts = urlsplit(url)
    proxy = ""
    if not is_loopback(url) and not proxy_bypass(parts.hostname or ""):
        proxies = getproxies()
        proxy = proxies.get(parts.scheme) or proxies.get("all") or ""
    if proxy.lower().startswith("socks"):
        raise ModelUnavailable(
            "no model server can be reached through a SOCKS proxy",
            hint="name the server in NO_PROXY, or unset ALL_PROXY",
        )
    proxies = {parts.scheme: proxy} if proxy else {}
    return build_opener(ProxyHandler(proxies), _NoRedirect())


def _listed(reply: Any, key: str, who: str, hints: Mapping[str, str]) -> list[Any]:
    listed = reply.get(key) if isinstance(reply, Mapping) else None
    if listed is None and isinstance(reply, Mapping) and key in reply:
        return []  # Go's word for an empty list
    if not isinstance(listed, list):
        raise _strange(who, hints)
    return listed


def _failure(err: Exception, who: str, hints: Mapping[str, str]) -> ModelUnavailable:
    """Return what it means that a list did not come."""
    if isinstance(err, HTTPError):
        if err.code in {401, 403}:
            return ModelUnavailable(f"{who} refuses us", hint=hints["key"])
        if err.code == 429 or (err.code >= 500 and not _is_page(err)):
            what = f"{who} failed with status {err.code}"
            return ModelUnavailable(what, hint=hints["failed"])
        return _strange(who, hints)
    cause = err.reason if isinstance(err, URLError) else err
    if isinstance(cause, TimeoutError):
        return ModelUnavailable(f"{who} did not answer in time", hint=hints["slow"])
    if isinstance(err, URLError):
        return ModelUnavailable(f"{who} does not answer", hint=hints["down"])
    return _strange(who, hints)


def _is_page(err: HTTPError) -> bool:
    """Whether a failure is told in HTML: by a proxy, not by a model server."""
    return "html" in (err.headers.get("Content-Type") or "")


def _strange(who: str, hints: Mapping[str, str]) -> ModelUnavailable:
    return ModelUnavailable(
        f"{who} does not answer as one does: is it one?", hint=hints["strange"]
    )
