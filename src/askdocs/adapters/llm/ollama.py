"""The Llama model that Ollama serves: chat messages become a stream, or an error of ours.

LlamaIndex's `Ollama` takes a stream that just stops for a whole answer, waits as long
for the first word as for the next, and lets httpx's and json's errors through; here a
reply counts only when Ollama says that it is done and why.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Any

import ollama
from llama_index.core.base.llms.types import ChatMessage, ChatResponse
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.llms.ollama import Ollama

from askdocs.adapters.llm.http_stream import client_options
from askdocs.adapters.llm.llm_errors import Ended, circling, cut_off, without_user
from askdocs.adapters.llm.ollama_errors import (
    AGAIN,
    FOREIGN,
    broken_off,
    passing,
    unavailable,
)
from askdocs.adapters.llm.ollama_state import check, doing, window
from askdocs.adapters.llm.options import Limits, Sampling
from askdocs.adapters.llm.reply_filter import ReplyFilter, least_tokens
from askdocs.adapters.llm.retry import twice
from askdocs.adapters.llm.slow_notice import watch
from askdocs.domain.errors import AnswerIncomplete, AskDocsError
from askdocs.steps.answer.prompt import CHAT_TOKENS, tokens

__all__ = ["OllamaModel", "Sampling", "check"]


class OllamaModel(Ollama):  # type: ignore[misc]  # llama_index is skipped by mypy, so it is Any
    """LlamaIndex's Ollama, with every option and every limit explicit."""

    _url: str = PrivateAttr()
    _limits: Limits = PrivateAttr()
    _most: int = PrivateAttr()
    _on_wait: Callable[[str], None] | None = PrivateAttr()
    _clock: Callable[[], float] = PrivateAttr()

    def __init__(
        self,
        url: str,
        model: str,
        *,
        sampling: Sampling,
        limits: Limits | None = None,
        on_wait: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Contact nobody; the first question does.

        *on_wait* is told, from another thread, what a question waits for if that takes
        longer than `Limits.notice_s`: "loading model llama3.1:8b...".
        """
        limits = limits or Limits()
        super().__init__(
            model=model,
            base_url=url,
            temperature=sampling.temperature,
            context_window=sampling.num_ctx,
            request_timeout=limits.first_s,
            additional_kwargs=sampling.options,
            client=ollama.Client(host=url, **client_options(url, limits, clock)),
            is_function_calling_model=False,
            keep_alive=sampling.kept,
        )
        self._url = url
        self._limits = limits
        self._most = sampling.num_predict
        self._on_wait = on_wait
        self._clock = clock

    def stream_chat(
        self, messages: Sequence[ChatMessage], **kwargs: Any
    ) -> Generator[ChatResponse, None, None]:
        """Yield what is said in pieces; closing the iterator makes Ollama stop.

        No delta is empty or holds a thought. If Ollama fails before a word was said, in
        a way that may pass, it is asked once more.

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
        ear, last = ReplyFilter(self._most + 1), {}
        with closing(super().stream_chat(messages, **kwargs)) as replies:
            look = partial(doing, self._url, self.model)
            with watch(look, self._on_wait, after_s=self._limits.notice_s):
                reply = self._next(replies, ear)
            while reply is not None:
                last = reply.raw
                reply.delta = ear.hear(reply.delta or "", last=bool(last.get("done")))
                if reply.delta:
                    yield reply
                self._interrupt(ear)
                reply = None if last.get("done") else self._next(replies, ear)
        self._judge(last, messages, ear)

    def _next(
        self, replies: Iterator[ChatResponse], ear: ReplyFilter
    ) -> ChatResponse | None:
        """Return the next piece, or None at the end of the stream."""
        try:
            return next(replies, None)
        except FOREIGN as err:
            raise self._failure(err, ear) from err

    def _interrupt(self, ear: ReplyFilter) -> None:
        """Raise AnswerIncomplete if there is no use in listening any longer."""
        if ear.full:
            raise cut_off(self._most)
        if ear.circling:
            raise circling()

    def _judge(
        self, last: dict[str, Any], messages: Sequence[ChatMessage], ear: ReplyFilter
    ) -> None:
        """Raise an error unless the last piece says that all is well."""
        if not last.get("done"):
            early = Ended("the stream ended before Ollama was done")
            raise self._failure(early, ear) from early
        why = last.get("done_reason")
        if why == "length":
            raise cut_off(last.get("eval_count") or self._most)
        if why != "stop":
            raise AnswerIncomplete(f"Ollama stopped with reason {why!r}", hint=AGAIN)
        if not ear.heard:
            raise AnswerIncomplete("the model returned nothing", hint=AGAIN)
        self._check_whole(last.get("prompt_eval_count"), messages)

    def _failure(self, err: Exception, ear: ReplyFilter) -> AskDocsError:
        """Return what it means that *err* came after what was heard."""
        if ear.heard:
            return broken_off(err, self._limits)
        return unavailable(err, without_user(self._url), self.model)

    def _check_whole(self, read: int | None, messages: Sequence[ChatMessage]) -> None:
        """Raise AnswerIncomplete if Ollama has not read the whole prompt.

        It cuts what is too long to half the window, at the front, where the rules are,
        and answers all the same (ollama/ollama#17427). A count below what any tokenizer
        makes of the prompt tells; but Ollama 0.30.0 counted only what it had not read
        before (ollama/ollama#16414), so a window that holds the prompt is an alibi.
        """
        told = "\n".join(m.content or "" for m in messages)
        least = least_tokens(told)
        if not read or read >= least:
            return
        room = window(self._url, self.model)
        if room >= tokens(told) + CHAT_TOKENS:
            return
        raise AnswerIncomplete(
            f"Ollama read only {read} tokens of a prompt of at least {least}",
            hint=f"set RAG_LLM_NUM_CTX to the window of {self.model}: {room}"
            if 0 < room < self.context_window
            else "raise RAG_LLM_NUM_CTX, or lower RAG_PASSAGES",
        )
