"""Translate what Ollama, its client or the network threw, in plain words."""

from __future__ import annotations

import httpx
import ollama

from askdocs.adapters.llm.http_stream import Overdue
from askdocs.adapters.llm.llm_errors import Ended, one_line
from askdocs.adapters.llm.options import Limits
from askdocs.domain.errors import AnswerIncomplete, AskDocsError, ModelUnavailable

START_HINT = "ollama serve   (or: docker compose up -d ollama)"
AGAIN_HINT = "ask again   (ollama ps shows what Ollama is doing)"
SMALLER_HINT = (
    "ollama ps   (a smaller RAG_LLM_MODEL or RAG_LLM_NUM_CTX needs less memory)"
)

CLIENT_ERRORS = (
    ollama.ResponseError,
    httpx.HTTPError,
    ConnectionError,
    ValueError,  # json's and pydantic's
    AttributeError,  # the client calls .get on whatever JSON it was sent
    KeyError,  # LlamaIndex takes it for granted that a message has content
    TypeError,
)
"""All that the client of Ollama lets through when something is wrong."""


def unavailable(err: Exception, url: str, model: str) -> AskDocsError:
    """Return what it means when nothing was said but *err*."""
    if isinstance(err, ollama.ResponseError):
        return _from_response(err, url, model)
    if isinstance(err, Ended):
        return ModelUnavailable(f"Ollama at {url} broke off: {err}", hint=AGAIN_HINT)
    if isinstance(err, (ConnectionError, httpx.ConnectError, httpx.ConnectTimeout)):
        return ModelUnavailable(f"Ollama does not answer at {url}", hint=START_HINT)
    if isinstance(err, httpx.TimeoutException):
        return ModelUnavailable(
            f"Ollama at {url} did not begin to answer in time",
            hint="ollama ps   (is the model too large for this machine?)",
        )
    return _not_ollama(url)


def is_transient(err: BaseException | None) -> bool:
    """Return whether *err* may be over when one asks once more.

    A runner that died is started anew, a queue moves on. Never for a limit in time:
    giving up makes Ollama abort the loading, so a second try would be as slow.
    """
    if isinstance(err, ollama.ResponseError):
        return err.status_code in {-1, 500, 503} and not _too_large(err.error)
    return isinstance(err, (Ended, httpx.RemoteProtocolError, httpx.ReadError))


def broken_off(err: Exception, limits: Limits) -> AnswerIncomplete:
    """Return what it means when *err* came after the first word."""
    why = _reason(err, limits)
    return AnswerIncomplete(f"the answer broke off: {why}", hint=AGAIN_HINT)


def missing_model(model: str) -> AskDocsError:
    """Return what it means that Ollama has other models, but not this one."""
    return ModelUnavailable(
        f"Ollama has no model {model!r}", hint=f"ollama pull {model}"
    )


def _from_response(err: ollama.ResponseError, url: str, model: str) -> AskDocsError:
    """Return what an HTTP status or an error line of Ollama means."""
    message, status = one_line(err.error), err.status_code
    if status == 404 and "model" in message:
        return missing_model(model)
    if message.startswith("<") or status in {404, 405} or 300 <= status < 400:
        return _not_ollama(url)
    if status in {401, 403}:
        hint = "set OLLAMA_API_KEY to a key that it accepts"
        return ModelUnavailable(f"Ollama at {url} refuses us: {message}", hint=hint)
    if status == 503:
        return ModelUnavailable(f"Ollama at {url} is busy: {message}", hint=AGAIN_HINT)
    return ModelUnavailable(f"Ollama at {url} failed: {message}", hint=SMALLER_HINT)


def _not_ollama(url: str) -> AskDocsError:
    return ModelUnavailable(
        f"what came from {url} is no reply of Ollama's: is this Ollama?",
        hint="set RAG_OLLAMA_URL; Ollama itself listens at http://127.0.0.1:11434",
    )


def _too_large(message: object) -> bool:
    return "requires more system memory" in str(message)


def _reason(err: Exception, limits: Limits) -> str:
    """Return in one line why a stream broke off."""
    if isinstance(err, Overdue):
        return f"it took more than {limits.total_s:g} s"
    if isinstance(err, httpx.TimeoutException):
        return f"nothing came for {limits.idle_s:g} s"
    if isinstance(err, ollama.ResponseError):
        return one_line(err.error)
    if isinstance(err, Ended):
        return str(err)
    if isinstance(err, (httpx.HTTPError, ConnectionError)):
        return "the connection was lost"
    return "what came is not what Ollama sends"
