"""The model that an OpenAI-compatible server serves: chat messages become a stream.

vLLM, llama.cpp, NIM, Lepton and others speak this protocol. LlamaIndex's `OpenAILike`
takes a stream that just stops for a whole answer, and does not look why one ended; here
a reply counts only when the server says that the model came to its own end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from functools import partial
from typing import Any

from llama_index.core.base.llms.types import ChatMessage, ChatResponse
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.llms.openai_like import OpenAILike

from askdocs.adapters.llm.llm_errors import Ended, circling, cut_off
from askdocs.adapters.llm.openai_client import NO_KEY, Opened, check, connect, models
from askdocs.adapters.llm.openai_errors import (
    AGAIN,
    FOREIGN,
    Server,
    broken_off,
    missing,
    passing,
    unavailable,
)
from askdocs.adapters.llm.options import Limits, Sampling
from askdocs.adapters.llm.reply_filter import ReplyFilter, least_tokens
from askdocs.adapters.llm.retry import twice
from askdocs.adapters.llm.slow_notice import watch
from askdocs.domain.errors import AnswerIncomplete, AskDocsError, ModelUnavailable

__all__ = ["OpenAICompatible", "Sampling", "check"]

_SILENT = 8
"""Pieces of a stream that are no token: the role, the reason, the count, and spare."""


class OpenAICompatible(OpenAILike):  # type: ignore[misc]  # llama_index is skipped by mypy: Any
    """LlamaIndex's OpenAILike, with every option and every limit explicit."""

    _server: Server = PrivateAttr()
    _opened: Opened = PrivateAttr()
    _limits: Limits = PrivateAttr()
    _most: int = PrivateAttr()
    _on_wait: Callable[[str], None] | None = PrivateAttr()
    _clock: Callable[[], float] = PrivateAttr()
    _sure: bool = PrivateAttr(default=False)

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
        self._server = server
        self._opened = opened
        self._limits = limits
        self._most = sampling.num_predict
        self._on_wait = on_wait
        self._clock = clock

    def stream_chat(
        self, messages: Sequence[ChatMessage], **kwargs: Any
    ) -> Generator[ChatResponse, None, None]:
        """Yield what is said in pieces; closing the iterator closes the connection.

        No delta is empty or holds a thought. If the server fails before a word was
        said, in a way that may pass, it is asked once more.

        Raises:
            ModelUnavailable: before anything was said.
            AnswerIncomplete: if it ends other than by the model's own full stop.
        """
        attempt = partial(self._attempt, messages, **kwargs)
        yield from twice(
            attempt, passing=passing, limits=self._limits, clock=self._clock
        )

    def _attempt(
        self, messages: Sequence[ChatMessage], **kwargs: Any
    ) -> Generator[ChatResponse, None, None]:
        """Ask once."""
        ear, end = ReplyFilter(self._most + _SILENT), End()
        with ExitStack() as stack:
            replies = stack.enter_context(
                closing(super().stream_chat(messages, **kwargs))
            )
            with watch(self._doing, self._on_wait, after_s=self._limits.notice_s):
                reply = self._next(replies, ear, end)
            stack.callback(self._opened.closer())
            if reply:
                self._check_model(reply.raw)
            while reply is not None:
                reply.delta = self._heard(reply, ear, end)
                if reply.delta:
                    yield reply
                self._interrupt(ear)
                reply = self._next(replies, ear, end)
        self._judge(end, messages, ear)

    def _heard(self, reply: ChatResponse, ear: ReplyFilter, end: End) -> str:
        """Return what is said with a piece; note how it ends."""
        end.note(reply.raw)
        return ear.hear(reply.delta or "", last=bool(end.why))

    def _next(
        self, replies: Iterator[ChatResponse], ear: ReplyFilter, end: End
    ) -> ChatResponse | None:
        """Return the next piece, or None at the end of the stream.

        What goes wrong after the model was done is of no interest.
        """
        try:
            return next(replies, None)
        except FOREIGN as err:
            if end.why:
                return None
            raise self._failure(err, ear) from err

    def _interrupt(self, ear: ReplyFilter) -> None:
        """Raise AnswerIncomplete if there is no use in listening any longer."""
        if ear.full:
            raise cut_off(self._most)
        if ear.circling:
            raise circling()

    def _judge(
        self, end: End, messages: Sequence[ChatMessage], ear: ReplyFilter
    ) -> None:
        """Raise an error unless the stream said that all is well."""
        if not end.why:
            early: Exception = Ended("the stream ended before the model was done")
            if not end.begun:
                early = ValueError("no piece of a stream")
            raise self._failure(early, ear) from early
        if end.why == "length":
            raise self._cut_off(end)
        if end.why != "stop":
            what = f"the model stopped with reason {end.why!r}"
            raise AnswerIncomplete(what, hint=AGAIN)
        if not ear.heard:
            raise AnswerIncomplete("the model returned nothing", hint=AGAIN)
        self._check_whole(end.read, messages)

    def _cut_off(self, end: End) -> AnswerIncomplete:
        """Return what reason "length" means: the limit, or the end of the window."""
        if not end.written or end.written >= self._most:
            return cut_off(self._most)
        return AnswerIncomplete(
            f"the answer was cut off after {end.written} tokens: the window is full",
            hint="set RAG_LLM_NUM_CTX to the window of the model, or lower RAG_PASSAGES",
        )

    def _failure(self, err: Exception, ear: ReplyFilter) -> AskDocsError:
        """Return what it means that *err* came after what was heard."""
        if ear.heard:
            return broken_off(err, self._server, self._limits)
        return unavailable(err, self._server)

    def _check_model(self, first: Any) -> None:
        """Raise ModelUnavailable if another model answers than was asked for.

        llama.cpp takes any name and answers with what it has. A name may be an alias,
        so what the server lists decides; if it lists nothing it is believed.
        """
        named = getattr(first, "model", None) or self.model
        if self._sure or named == self.model:
            return
        try:
            known = models(self._server)
        except ModelUnavailable:
            known = {}
        if known and self.model not in known:
            raise missing(self._server, list(known))
        self._sure = True

    def _check_whole(self, read: int | None, messages: Sequence[ChatMessage]) -> None:
        """Raise AnswerIncomplete if the server has not read the whole prompt."""
        least = least_tokens("\n".join(m.content or "" for m in messages))
        if read and read < least:
            raise AnswerIncomplete(
                f"the server read only {read} tokens of a prompt of at least {least}",
                hint="set RAG_LLM_NUM_CTX to the window of the model",
            )

    def _doing(self, _: Callable[[float], object]) -> str:
        """Return what a long silence is for."""
        return f"waiting for {self.model} at {self._server.shown}..."


class End:
    """How a stream ended, as far as it has come.

    Attributes:
        begun: Whether there was any piece.
        why: The reason; "" before the end.
        read: Tokens of the prompt, None if nobody says.
        written: Tokens of the reply, None if nobody says.
    """

    def __init__(self) -> None:
        self.begun = False
        self.why = ""
        self.read: int | None = None
        self.written: int | None = None

    def note(self, chunk: Any) -> None:
        """Learn from a piece of the stream."""
        self.begun = True
        for choice in chunk.choices[:1]:
            self.why = getattr(choice, "finish_reason", None) or self.why
        if usage := getattr(chunk, "usage", None):
            self.read = getattr(usage, "prompt_tokens", None)
            self.written = getattr(usage, "completion_tokens", None)


def _options(sampling: Sampling, extra: dict[str, Any]) -> dict[str, Any]:
    """Return the options that LlamaIndex has no name for; None is left to the server."""
    known = {"top_p": sampling.top_p, "seed": sampling.seed}
    named = {name: value for name, value in known.items() if value is not None}
    if sampling.top_k:
        extra = {"top_k": sampling.top_k, **extra}
    return {
        **named,
        "stream_options": {"include_usage": True},
        **({"extra_body": extra} if extra else {}),
    }
