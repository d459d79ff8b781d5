"""Have Ollama load a model ahead of the question that needs it.

Plain `http.client`, because this runs while passages are fetched and LlamaIndex is still
to be imported: no package, no proxy, no redirect.
"""

from __future__ import annotations

import json
import os
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from askdocs.adapters.llm.options import Limits, Sampling
from askdocs.adapters.local.loopback import is_loopback

_DEFAULT_PORTS = {"http": 80, "https": 443}


def preload(url: str, model: str, sampling: Sampling, limits: Limits) -> None:
    """Have Ollama load *model* as the question will want it; return when it has.

    Meant for a daemon thread. It never raises: the question finds out by itself, and
    says better, what is wrong. The window has to be the question's, or Ollama loads the
    model twice; and the patience too, because leaving makes Ollama abort the loading. A
    server behind a proxy is left alone, nor one that is to keep no model.
    """
    unloads_at_once = not str(sampling.keep_alive).strip("0.smh")
    request = {"model": model, "keep_alive": sampling.keep_alive_value, "stream": False}
    body = json.dumps({**request, "options": sampling.options})
    with suppress(OSError, HTTPException, ValueError):
        if not unloads_at_once and not _behind_proxy(url):
            _post(url, body, limits)


def _post(url: str, body: str, limits: Limits) -> None:
    """Send *body* to /api/generate: without a prompt that is a request to load."""
    parts = urlsplit(url if "://" in url else f"//{url}", scheme="http")
    connection_class = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    port = parts.port or (_DEFAULT_PORTS.get(parts.scheme) if "://" in url else 11434)
    headers = {"Content-Type": "application/json"}
    if key := os.environ.get("OLLAMA_API_KEY"):
        headers["Authorization"] = f"Bearer {key}"
    server = connection_class(
        parts.hostname or "127.0.0.1", port, timeout=limits.connect_s
    )
    with closing(server):
        server.connect()
        server.sock.settimeout(min(limits.first_s, limits.total_s))
        server.request("POST", f"{parts.path.rstrip('/')}/api/generate", body, headers)
        server.getresponse().read(1 << 16)


def _behind_proxy(url: str) -> bool:
    """Return whether the question would go through a proxy."""
    if is_loopback(url):
        return False
    parts = urlsplit(url if "://" in url else f"http://{url}")
    return parts.scheme in getproxies() and not proxy_bypass(parts.hostname or "")
