"""The Llama model that Ollama serves: chat messages become a stream, or an error of ours.

LlamaIndex's `Ollama` takes a stream that just stops for a whole answer, waits as long
for the first word as for the next, and lets httpx's and json's errors through; here a
reply counts only when Ollama says that it is done and why.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import httpx
import ollama
from llama_index.core.base.llms.types import ChatMessage, ChatResponse
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.llms.ollama import Ollama

from askdocs.adapters.limits import Limits, Overdue, client_options
from askdocs.domain.errors import AnswerIncomplete, AskDocsError, ModelUnavailable

START = "ollama serve   (or: docker compose up -d ollama)"
AGAIN = "ask again   (ollama ps shows what Ollama is doing)"
CHECK_S = 3.0

_FOREIGN = (
    ollama.ResponseError,
    httpx.HTTPError,
    ConnectionError,
    ValueError,  # json's and pydantic's
    AttributeError,  # the client calls .get on whatever JSON it was sent
    TypeError,
)


@dataclass(frozen=True, slots=True)
class Sampling:
    """What Ollama is asked to do with a prompt; None leaves it to the model's own file.

    Attributes:
        num_ctx: Tokens of the window, prompt and reply together.
        num_predict: The most tokens of the reply.
        keep_alive: How long the model stays loaded afterwards ("30m", or seconds).
    """

    num_ctx: int
    num_predict: int
    temperature: float
    keep_alive: str | float
    top_k: int | None = None
    top_p: float | None = None
    seed: int | None = None


class Llama(Ollama):  # type: ignore[misc]  # llama_index is skipped by mypy, so it is Any
    """LlamaIndex's Ollama, with every option and every limit explicit."""

    _where: str = PrivateAttr()
    _limits: Limits = PrivateAttr()
    _most: int = PrivateAttr()

    def __init__(
        self,
        url: str,
        model: str,
        *,
        sampling: Sampling,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Contact nobody; the first question does."""
        limits = limits or Limits()
        options = {
            "num_predict": sampling.num_predict,
            "top_k": sampling.top_k,
            "top_p": sampling.top_p,
            "seed": sampling.seed,
        }
        super().__init__(
            model=model,
            base_url=url,
            temperature=sampling.temperature,
            context_window=sampling.num_ctx,
            request_timeout=limits.first_s,
            additional_kwargs={k: v for k, v in options.items() if v is not None},
            client=ollama.Client(host=url, **client_options(url, limits, clock)),
            is_function_calling_model=False,
            keep_alive=sampling.keep_alive,
        )
        self._where = _without_user(url)
        self._limits = limits
        self._most = sampling.num_predict

    def stream_chat(
        self, messages: Sequence[ChatMessage], **kwargs: Any
    ) -> Iterator[ChatResponse]:
        """Yield the reply in pieces; closing the iterator makes Ollama stop.

        Raises:
            ModelUnavailable: before anything was said.
            AnswerIncomplete: if it ends other than by the model's own full stop.
        """
        replies = super().stream_chat(messages, **kwargs)
        spoke, pieces, last = False, 0, {}
        while (reply := self._next(replies, spoke=spoke)) is not None:
            spoke = spoke or bool((reply.delta or "").strip())
            pieces, last = pieces + 1, reply.raw
            if pieces > self._most + 1:
                raise _cut(self._most)
            yield reply
        self._judge(last, messages, spoke=spoke)

    def _next(
        self, replies: Iterator[ChatResponse], *, spoke: bool
    ) -> ChatResponse | None:
        """Return the next piece, or None at the end of the stream."""
        try:
            return next(replies, None)
        except _FOREIGN as err:
            if spoke:
                raise AnswerIncomplete(
                    f"the answer broke off: {_reason(err, self._limits)}", hint=AGAIN
                ) from err
            raise _unavailable(err, self._where, self.model) from err

    def _judge(
        self, last: dict[str, Any], messages: Sequence[ChatMessage], *, spoke: bool
    ) -> None:
        """Raise AnswerIncomplete unless the last piece says that all is well."""
        if not last.get("done"):
            raise AnswerIncomplete(
                "the answer broke off: the stream ended before Ollama was done",
                hint=AGAIN,
            )
        why = last.get("done_reason")
        if why == "length":
            raise _cut(last.get("eval_count") or self._most)
        if why != "stop":
            raise AnswerIncomplete(f"Ollama stopped with reason {why!r}", hint=AGAIN)
        if not spoke:
            raise AnswerIncomplete("the model returned nothing", hint=AGAIN)
        _check_whole(last.get("prompt_eval_count"), messages)


def check(url: str, model: str, *, limit_s: float = CHECK_S) -> None:
    """Ask Ollama whether it is there and has the model, within *limit_s* seconds.

    Raises:
        ModelUnavailable: if not.
    """
    where = _without_user(url)
    limits = Limits(*[limit_s] * 4)
    try:
        with closing(ollama.Client(host=url, **client_options(url, limits))) as client:
            names = {(m.model or "").casefold() for m in client.list().models}
    except _FOREIGN as err:
        raise _unavailable(err, where, model) from err
    tagged = model if ":" in model.rpartition("/")[2] else f"{model}:latest"
    if tagged.casefold() not in names:
        raise _missing(model)


def _unavailable(err: Exception, where: str, model: str) -> AskDocsError:
    """Return what it means when nothing was said but *err*."""
    if isinstance(err, ollama.ResponseError):
        return _refused(err, where, model)
    if isinstance(err, (ConnectionError, httpx.ConnectError, httpx.ConnectTimeout)):
        return ModelUnavailable(f"Ollama does not answer at {where}", hint=START)
    if isinstance(err, httpx.TimeoutException):
        return ModelUnavailable(
            f"Ollama at {where} did not begin to answer in time",
            hint="ollama ps   (is the model too large for this machine?)",
        )
    return _stranger(where)


def _refused(err: ollama.ResponseError, where: str, model: str) -> AskDocsError:
    """Return what an HTTP status or an error line of Ollama means."""
    said, status = _line(err.error), err.status_code
    if status == 404 and "model" in said:
        return _missing(model)
    if said.startswith("<") or status in {404, 405} or 300 <= status < 400:
        return _stranger(where)
    if status in {401, 403}:
        hint = "set OLLAMA_API_KEY to a key that it accepts"
        return ModelUnavailable(f"Ollama at {where} refuses us: {said}", hint=hint)
    if status == 503:
        return ModelUnavailable(f"Ollama at {where} is busy: {said}", hint=AGAIN)
    hint = "ollama ps   (a smaller RAG_LLM_MODEL or RAG_LLM_NUM_CTX needs less memory)"
    return ModelUnavailable(f"Ollama at {where} failed: {said}", hint=hint)


def _missing(model: str) -> AskDocsError:
    return ModelUnavailable(
        f"Ollama has no model {model!r}", hint=f"ollama pull {model}"
    )


def _stranger(where: str) -> AskDocsError:
    return ModelUnavailable(
        f"what came from {where} is no reply of Ollama's: is this Ollama?",
        hint="set RAG_OLLAMA_URL; Ollama itself listens at http://127.0.0.1:11434",
    )


def _cut(tokens: int) -> AskDocsError:
    return AnswerIncomplete(
        f"the answer was cut off after {tokens} tokens",
        hint="raise RAG_LLM_NUM_PREDICT, or ask a narrower question",
    )


def _check_whole(read: int | None, messages: Sequence[ChatMessage]) -> None:
    """Raise AnswerIncomplete if Ollama read fewer tokens than the prompt has words.

    No tokenizer puts two words into one token, so then the prompt was cut (to half the
    window, at the front, with HTTP 200: ollama/ollama#17427), whatever was answered.
    """
    words = sum(len((m.content or "").split()) for m in messages)
    if read and read < words:
        raise AnswerIncomplete(
            f"Ollama read only {read} tokens of a prompt of {words} words",
            hint="raise RAG_LLM_NUM_CTX, or lower RAG_PASSAGES",
        )


def _reason(err: Exception, limits: Limits) -> str:
    """Return in one line why a stream broke off."""
    if isinstance(err, Overdue):
        return f"it took more than {limits.total_s:g} s"
    if isinstance(err, httpx.TimeoutException):
        return f"nothing came for {limits.idle_s:g} s"
    if isinstance(err, ollama.ResponseError):
        return _line(err.error)
    if isinstance(err, (httpx.HTTPError, ConnectionError)):
        return "the connection was lost"
    return "what came is not what Ollama sends"


def _line(text: object) -> str:
    """Return a stranger's words in one line of at most 200 characters."""
    return re.sub(r"\s+", " ", str(text)).strip()[:200]


def _without_user(url: str) -> str:
    return re.sub(r"//[^/?#]*@", "//", url)
