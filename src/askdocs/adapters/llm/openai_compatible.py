"""The model that an OpenAI-compatible server serves, with every error in plain words.

vLLM, llama.cpp, NIM, Lepton and others speak this protocol. LlamaIndex's `OpenAILike`
takes a stream that just stops for a whole answer, and does not look why one ended; here
a reply counts only when the server says that the model came to its own end (see
`checked_stream`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, closing
from functools import partial
from typing import Any

from llama_index.core.base.llms.types import ChatMessage, ChatResponse
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.llms.openai_like import OpenAILike

from askdocs.adapters.llm.checked_stream import (
    CheckedStream,
    StreamEnd,
    StreamOptions,
)
from askdocs.adapters.llm.llm_errors import cut_off
from askdocs.adapters.llm.openai_client import NO_KEY, Opened, check, connect, models
from askdocs.adapters.llm.openai_errors import (
    AGAIN_HINT,
    CLIENT_ERRORS,
    Server,
    broken_off,
    is_transient,
    missing_model,
    unavailable,
)
from askdocs.adapters.llm.options import Limits, Sampling
from askdocs.domain.errors import AnswerIncomplete, AskDocsError, ModelUnavailable

__all__ = ["OpenAICompatible", "OpenAIStream", "Sampling", "check"]


class OpenAICompatible(OpenAILike):  # type: ignore[misc]  # llama_index is skipped by mypy: Any
    """LlamaIndex's OpenAILike, with every option and every limit explicit."""

    _stream: OpenAIStream = PrivateAttr()

    def __init__(
        self,
        server: Server,
        *,
        sampling: Sampling,
        limits: Limits | None = None,
        on_wait: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        extra: dict[str, Any] | None = None,
    ) -> None:
        """Contact nobody; the first question does.

        *on_wait* is told, from another thread, when the first piece takes longer than
        `Limits.notice_s`. The window is the server's: `Sampling.num_ctx` is not sent,
        and must not be larger. *extra* is sent with each question.
        """
        limits = limits or Limits()
        opened = Opened()
        client = connect(server, limits, clock, opened=opened)
        super().__init__(
            model=server.model,
            api_base=server.url,
            api_key=NO_KEY,
            openai_client=client,
            max_retries=0,
            temperature=sampling.temperature,
            max_tokens=sampling.num_predict,
            context_window=sampling.num_ctx,
            additional_kwargs=_options(sampling, extra or {}),
            is_chat_model=True,
            is_function_calling_model=False,
        )
        options = StreamOptions(sampling.num_predict, limits, on_wait, clock)
        self._stream = OpenAIStream(server, opened, options)

    def stream_chat(
        self, messages: Sequence[ChatMessage], **kwargs: Any
    ) -> Generator[ChatResponse, None, None]:
        """Yield what is said in pieces; closing the iterator closes the connection.

        See `CheckedStream.responses` for what may be raised.
        """
        open_stream = partial(super().stream_chat, messages, **kwargs)
        yield from self._stream.responses(open_stream, messages)


class OpenAIStream(CheckedStream):
    """How such a server streams: the reason comes first, then the counts, if any."""

    SUBJECT = "the model"
    AGAIN_HINT = AGAIN_HINT
    CLIENT_ERRORS = CLIENT_ERRORS
    EXTRA_PIECES = 8  # the role, the reason, the count, and spare
    READS_PAST_END = True

    def __init__(self, server: Server, opened: Opened, options: StreamOptions) -> None:
        super().__init__(options)
        self.server = server
        self.opened = opened
        self._sure = False

    def connection(self) -> AbstractContextManager[object]:
        """Return what closes the connection of the stream that was just opened."""
        return closing(self.opened.response)

    def check_first(self, raw: Any) -> None:
        """Raise ModelUnavailable if another model answers than was asked for.

        llama.cpp takes any name and answers with what it has. A name may be an alias,
        so what the server lists decides; if it lists nothing it is believed.
        """
        requested = self.server.model
        answering = getattr(raw, "model", None) or requested
        if self._sure or answering == requested:
            return
        try:
            known = models(self.server)
        except ModelUnavailable:
            known = {}
        if known and requested not in known:
            raise missing_model(self.server, list(known))
        self._sure = True

    def note_end(self, raw: Any, end: StreamEnd) -> None:
        """Learn from a piece of the stream whether and how it ends."""
        for choice in raw.choices[:1]:
            end.reason = getattr(choice, "finish_reason", None) or end.reason
        end.ended = bool(end.reason)
        if usage := getattr(raw, "usage", None):
            end.prompt_tokens = getattr(usage, "prompt_tokens", None)
            end.reply_tokens = getattr(usage, "completion_tokens", None)

    def waits_for(self, pause: Callable[[float], object]) -> str:  # noqa: ARG002  # there is nothing to look at
        """Return who is waited for."""
        return f"waiting for {self.server.model} at {self.server.safe_url}..."

    def failure(self, err: Exception, *, answered: bool) -> AskDocsError:
        """Return what *err* means, after a word of the answer or before."""
        if answered:
            return broken_off(err, self.server, self.options.limits)
        return unavailable(err, self.server)

    def is_transient(self, err: BaseException | None) -> bool:
        """Return whether *err* may be over when one asks once more."""
        return is_transient(err)

    def early_end(self, end: StreamEnd) -> Exception:
        """Return the error that a stream is which ended before the model did."""
        return (
            super().early_end(end) if end.begun else ValueError("no piece of a stream")
        )

    def cut_off(self, end: StreamEnd) -> AnswerIncomplete:
        """Return what reason "length" means: the limit, or the end of the window."""
        num_predict, written = self.options.num_predict, end.reply_tokens
        if not written or written >= num_predict:
            return cut_off(num_predict)
        return AnswerIncomplete(
            f"the answer was cut off after {written} tokens: the window is full",
            hint="set RAG_LLM_NUM_CTX to the window of the model, or lower RAG_PASSAGES",
        )

    def prompt_cut(self, read: int, least: int, prompt: str) -> AnswerIncomplete:  # noqa: ARG002  # its length says enough
        """Return the error that it is if the server has not read the whole prompt."""
        return AnswerIncomplete(
            f"the server read only {read} tokens of a prompt of at least {least}",
            hint="set RAG_LLM_NUM_CTX to the window of the model",
        )


def _options(sampling: Sampling, extra: dict[str, Any]) -> dict[str, Any]:
    """Return the options that LlamaIndex has no name for; None is left to the server."""
    known = {"top_p": sampling.top_p, "seed": sampling.seed}
    given = {name: value for name, value in known.items() if value is not None}
    if sampling.top_k:
        extra = {"top_k": sampling.top_k, **extra}
    return {
        **given,
        "stream_options": {"include_usage": True},
        **({"extra_body": extra} if extra else {}),
    }
