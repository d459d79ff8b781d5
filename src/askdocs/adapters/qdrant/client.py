"""Connect to a Qdrant server by a URL and a key, and translate its failures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from typing import Any, TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

from qdrant_client import QdrantClient
from qdrant_client.common.client_exceptions import (
    QdrantException,
    ResourceExhaustedResponse,
)
from qdrant_client.http.exceptions import (
    ApiException,
    ResponseHandlingException,
    UnexpectedResponse,
)

from askdocs.adapters.local.loopback import is_loopback
from askdocs.domain.errors import ConfigError, StoreUnavailable

T = TypeVar("T")

CONNECT_TIMEOUT_S = 3.0
"""A server that has not taken the connection by then is not there."""

RETRY_PAUSES_S = (0.5, 2.0, 8.0)
"""Before a write is tried again; together they outlast a restart of Qdrant."""

MAX_PAUSE_S = 30
"""The most that a server's own Retry-After can make us wait."""

BUSY_STATUSES = frozenset({408, 429, 502, 503, 504})

# The client parses JSON outside its own error handling, and asserts that there is a result.
QDRANT_ERRORS = (ApiException, QdrantException, JSONDecodeError, AssertionError)


def connect(url: str, api_key: str = "", *, timeout_s: float) -> QdrantClient:
    """Return a client; no request is made yet.

    Without a port, 6333 is meant, for https too. The client's own version check is off:
    it warns on stderr from a thread (see `ServerStore.problems`).

    Args:
        url: http or https; a user and password in it become basic authentication.
        api_key: Of the server; "" for none.
        timeout_s: For each read and write of a socket; connecting ends after
            `CONNECT_TIMEOUT_S`.

    Raises:
        ConfigError: for a URL or key that makes no sense, and for one that would send a
            secret unencrypted to another machine.
    """
    parts = _parts(url)
    local = is_loopback(parts.geturl())
    key = _key(api_key)
    login = (unquote(parts.username or ""), unquote(parts.password or ""))
    if parts.scheme == "http" and not local and (key or any(login)):
        raise ConfigError(
            f"RAG_QDRANT_URL: the key would go unencrypted to {parts.hostname}",
            hint="set RAG_QDRANT_URL to https://... or reach Qdrant by an ssh tunnel",
        )
    timeouts_s = dict.fromkeys(("read", "write", "pool"), timeout_s)
    timeouts_s["connect"] = min(CONNECT_TIMEOUT_S, timeout_s)

    def set_timeouts(request: Any) -> None:
        request.extensions["timeout"] = timeouts_s

    return QdrantClient(
        url=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}",
        # As `api_key` the client would warn on stderr about http, to loopback as well.
        headers={"api-key": key} if key else None,
        check_compatibility=False,
        trust_env=not local,
        auth=login if any(login) else None,
        # The client takes whole seconds only, and one number for everything.
        event_hooks={"request": [set_timeouts]},
    )


@contextmanager
def translate_errors(client: QdrantClient) -> Iterator[None]:
    """Raise our error for Qdrant's, and keep theirs as the cause."""
    try:
        yield
    except QDRANT_ERRORS as err:
        raise _translate(err, client) from err


def retry(call: Callable[[], T], sleep: Callable[[float], None]) -> T:
    """Return what an idempotent call returns, trying again while Qdrant is away or busy."""
    for pause in RETRY_PAUSES_S:
        try:
            return call()
        except QDRANT_ERRORS as err:
            pause_s = _retry_pause(err, pause)
            if pause_s is None:
                raise
            sleep(pause_s)
    return call()


def address(client: QdrantClient) -> str:
    """Return where a client's server is, without a secret."""
    return str(client.init_options["url"] or "memory")


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        valid = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise ConfigError(
            "RAG_QDRANT_URL: must be a URL such as http://127.0.0.1:6333",
            hint="set RAG_QDRANT_URL in .env, or unset it for the embedded index",
        )
    return parts


def _key(text: str) -> str:
    key = text.strip()
    if not (key.isascii() and (key.isprintable() or not key)):
        raise ConfigError(
            "RAG_QDRANT_API_KEY: holds a character that no HTTP header can carry",
            hint="set RAG_QDRANT_API_KEY in .env, on one line",
        )
    return key


def _retry_pause(err: Exception, pause: float) -> float | None:
    """Return the seconds to wait before the next try; None if it would fail again."""
    if isinstance(err, ResourceExhaustedResponse):
        return float(min(max(err.retry_after_s, 0), MAX_PAUSE_S))
    if isinstance(err, UnexpectedResponse):
        return pause if err.status_code in BUSY_STATUSES else None
    if isinstance(err, ResponseHandlingException):
        return None if isinstance(err.source, ValueError) else pause
    return None


def _translate(err: Exception, client: QdrantClient) -> StoreUnavailable:
    url = address(client)
    if isinstance(err, UnexpectedResponse):
        return _http_error(err, client)
    if isinstance(err, QdrantException):
        return StoreUnavailable(
            f"Qdrant is busy at {url}: {_one_line(str(err), client)}", hint=_RETRY_HINT
        )
    source = getattr(err, "source", None)
    if source is None or isinstance(source, ValueError):
        return _not_qdrant(url)
    local = is_loopback(url)
    return StoreUnavailable(
        f"Qdrant does not answer at {url} ({_one_line(str(source), client)})",
        hint="docker compose up -d qdrant" if local else "check RAG_QDRANT_URL",
    )


def _http_error(err: UnexpectedResponse, client: QdrantClient) -> StoreUnavailable:
    url, reason = address(client), _reason(err, client)
    if err.status_code in {401, 403}:
        problem = f"Qdrant refuses the key at {url}: {reason or err.status_code}"
        return StoreUnavailable(problem, hint="set RAG_QDRANT_API_KEY in .env")
    if err.status_code in BUSY_STATUSES:
        problem = f"Qdrant is busy at {url}: {reason or err.status_code}"
        return StoreUnavailable(problem, hint=_RETRY_HINT)
    if err.status_code == 507 or "no space left" in reason.lower():
        return StoreUnavailable(
            f"Qdrant has no disk space left at {url}: {reason or err.status_code}",
            hint="free space where Qdrant keeps its data, then run the same command again",
        )
    if not reason:
        return _not_qdrant(url, f": HTTP {err.status_code}")
    return StoreUnavailable(
        f"Qdrant refuses at {url}: {reason}",
        hint="run the same command again; if it stays: docker compose logs qdrant",
    )


_RETRY_HINT = "run the same command again in a minute"


def _not_qdrant(url: str, detail: str = "") -> StoreUnavailable:
    return StoreUnavailable(
        f"what answers at {url} is no Qdrant{detail}",
        hint="check RAG_QDRANT_URL: host, port, http or https",
    )


def _reason(err: UnexpectedResponse, client: QdrantClient) -> str:
    """Return what Qdrant said of an error; "" if this is not how Qdrant speaks."""
    try:
        return _one_line(str(err.structured()["status"]["error"]), client)
    except (ValueError, KeyError, TypeError):
        return ""


def _one_line(text: str, client: QdrantClient) -> str:
    """Return one short line; a server that echoes our key does not get it printed."""
    key = (client.init_options["headers"] or {}).get("api-key")
    line = " ".join(text.split())
    return (line.replace(key, "********") if key else line)[:200]
