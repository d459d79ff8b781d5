"""Translate what an OpenAI-compatible server, its client or the network threw."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
import openai

from askdocs.adapters.llm.http_stream import Overdue
from askdocs.adapters.llm.llm_errors import Ended, one_line, without_credentials
from askdocs.adapters.llm.options import Limits
from askdocs.domain.errors import AnswerIncomplete, ModelUnavailable

AGAIN_HINT = "ask again   (the log of the model server may say more)"

CLIENT_ERRORS = (
    openai.OpenAIError,
    httpx.HTTPError,
    ConnectionError,
    ValueError,  # json's and pydantic's
    AttributeError,  # the client validates nothing: a list has no `choices`
    LookupError,
    TypeError,
)
"""All that the client lets through when something is wrong."""

_BUSY_STATUSES = {429, 500, 502, 503, 504}
_TOO_LONG = re.compile(
    r"context.{0,20}(?:size|length|window)|too (?:long|many tokens)", re.I
)
_WINDOW_SIZE = re.compile(r"(?:context (?:size|length|window)\D{0,20})(\d{3,})", re.I)


@dataclass(frozen=True, slots=True)
class Server:
    """A model server, and the model that it is asked for.

    Attributes:
        key: Sent with each request; "" sends none.
        socket: File that the connection goes to in the place of the URL's host, if any.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)
    socket: str = ""

    @property
    def safe_url(self) -> str:
        """The URL as it may be printed."""
        return without_credentials(self.url)

    @property
    def description(self) -> str:
        """What it is called in messages."""
        return "llama.cpp" if self.socket else f"the model server at {self.safe_url}"


def unavailable(err: Exception, server: Server) -> ModelUnavailable:
    """Return what it means when nothing was said but *err*."""
    if isinstance(err, openai.APIStatusError):
        return _from_status(err, server)
    cause = _network_cause(err)
    if isinstance(cause, (httpx.ConnectError, httpx.ConnectTimeout)):
        return ModelUnavailable(
            f"no model server answers at {server.safe_url}",
            hint="start it, or set RAG_LLM_URL   (it ends in /v1, as a rule)",
        )
    if isinstance(cause, httpx.TimeoutException):
        return ModelUnavailable(
            f"{server.description} did not begin to answer in time",
            hint="is the model too large for that machine, or the server too busy?",
        )
    if isinstance(cause, (httpx.HTTPError, ConnectionError)):
        why = _reason(cause, server, Limits())
        return ModelUnavailable(
            f"{server.description} broke off: {why}", hint=AGAIN_HINT
        )
    if isinstance(err, openai.APIError):
        return _failed(error_line(err, server), server)
    return _not_openai(server)


def is_transient(err: BaseException | None) -> bool:
    """Return whether *err* may be over when one asks once more; a limit in time is not."""
    if isinstance(err, openai.APIStatusError):
        return err.status_code in _BUSY_STATUSES
    reported = isinstance(err, openai.APIError) and not isinstance(
        err, openai.APIConnectionError
    )
    broken = (Ended, httpx.RemoteProtocolError, httpx.ReadError)
    return reported or isinstance(_network_cause(err), broken)


def broken_off(err: Exception, server: Server, limits: Limits) -> AnswerIncomplete:
    """Return what it means when *err* came after the first word."""
    why = _reason(err, server, limits)
    return AnswerIncomplete(f"the answer broke off: {why}", hint=AGAIN_HINT)


def missing_model(server: Server, known: list[str]) -> ModelUnavailable:
    """Return what it means that the server has other models, but not this one."""
    return ModelUnavailable(
        f"{server.description} has no model {server.model!r}",
        hint=f"set RAG_LLM_MODEL to one of: {one_line(', '.join(known))}"
        if known
        else "set RAG_LLM_MODEL to a model that it serves",
    )


def small_window(server: Server, window: int, num_ctx: int) -> ModelUnavailable:
    """Return what it means that the model's window is smaller than we think."""
    return ModelUnavailable(
        f"the window of {server.model!r} at {server.safe_url} has {window} tokens, "
        f"and RAG_LLM_NUM_CTX is {num_ctx}",
        hint=f"set RAG_LLM_NUM_CTX={window}, or start the server with a larger window",
    )


def error_line(err: openai.APIError, server: Server) -> str:
    """Return what a server says of its error, in a line, without the key it was sent."""
    body: object = err.body or err.message
    if isinstance(body, Mapping):
        body = body.get("message") or body.get("detail") or body
    line = one_line(body)
    return line.replace(server.key, "********") if server.key else line


def _network_cause(err: BaseException | None) -> BaseException | None:
    """Return what the network said; OpenAI's client wraps some of its errors."""
    wrapped = isinstance(err, openai.APIConnectionError)
    return err.__cause__ if err and wrapped else err


def _from_status(err: openai.APIStatusError, server: Server) -> ModelUnavailable:
    """Return what an HTTP status means."""
    line, status = error_line(err, server), err.status_code
    if status in {401, 403}:
        return ModelUnavailable(
            f"{server.description} refuses us: {line}",
            hint="set RAG_LLM_API_KEY to a key that it accepts",
        )
    if line.startswith("<") or status == 405 or 300 <= status < 400:
        return _not_openai(server)
    if status == 404:
        return missing_model(server, []) if "model" in line else _not_openai(server)
    if status in {429, 503}:
        return ModelUnavailable(
            f"{server.description} is busy: {line}", hint=AGAIN_HINT
        )
    return _failed(line, server)


def _failed(line: str, server: Server) -> ModelUnavailable:
    """Return what an error in words means."""
    if _TOO_LONG.search(line):
        window = _WINDOW_SIZE.search(line)
        window_hint = f": {window[1]}" if window else ""
        return ModelUnavailable(
            f"the prompt does not fit into the window of {server.model!r}: {line}",
            hint=f"set RAG_LLM_NUM_CTX to the window of the model{window_hint}; or lower RAG_PASSAGES",
        )
    hint = AGAIN_HINT
    if "top_k" in line:
        hint = "set RAG_LLM_TOP_K=0: this server does not know that option"
    return ModelUnavailable(f"{server.description} failed: {line}", hint=hint)


def _not_openai(server: Server) -> ModelUnavailable:
    return ModelUnavailable(
        f"what came from {server.safe_url} is no reply of an OpenAI-compatible server",
        hint="set RAG_LLM_URL to the address that its manual gives; it ends in /v1",
    )


def _reason(err: Exception, server: Server, limits: Limits) -> str:
    """Return in one line why a stream broke off."""
    cause = _network_cause(err)
    if isinstance(cause, Overdue):
        return f"it took more than {limits.total_s:g} s"
    if isinstance(cause, httpx.TimeoutException):
        return f"nothing came for {limits.idle_s:g} s"
    if isinstance(cause, Ended):
        return str(cause)
    if isinstance(cause, (httpx.HTTPError, ConnectionError)):
        return "the connection was lost"
    if isinstance(err, openai.APIError):
        return error_line(err, server)
    return "what came is not what such a server sends"
