"""The Llama model that Ollama serves, with every error in plain words.

LlamaIndex's `Ollama` takes a stream that just stops for a whole answer, waits as long
for the first word as for the next, and lets httpx's and json's errors through; here a
reply counts only when Ollama says that it is done and why (see `checked_stream`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import Any

import ollama
from llama_index.core.base.llms.types import ChatMessage, ChatResponse
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.llms.ollama import Ollama

from askdocs.adapters.llm.checked_stream import (
    CheckedStream,
    StreamEnd,
    StreamOptions,
)
from askdocs.adapters.llm.http_stream import client_options
from askdocs.adapters.llm.llm_errors import cut_off, without_credentials
from askdocs.adapters.llm.ollama_errors import (
    AGAIN_HINT,
    CLIENT_ERRORS,
    broken_off,
    is_transient,
    unavailable,
)
from askdocs.adapters.llm.ollama_state import check, loaded_window, waits_for
from askdocs.adapters.llm.options import Limits, Sampling
from askdocs.domain.errors import AnswerIncomplete, AskDocsError
from askdocs.steps.answer.prompt import CHAT_TOKENS, count_tokens

__all__ = ["OllamaModel", "Sampling", "check"]


class OllamaModel(Ollama):  # type: ignore[misc]  # llama_index is skipped by mypy, so it is Any
    """LlamaIndex's Ollama, with every option and every limit explicit."""

    _stream: CheckedStream = PrivateAttr()

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
            keep_alive=sampling.keep_alive_value,
        )
        options = StreamOptions(sampling.num_predict, limits, on_wait, clock)
        self._stream = _OllamaStream(url, model, sampling.num_ctx, options)

    def stream_chat(
        self, messages: Sequence[ChatMessage], **kwargs: Any
    ) -> Generator[ChatResponse, None, None]:
        """Yield what is said in pieces; closing the iterator makes Ollama stop.

        See `CheckedStream.responses` for what may be raised.
        """
        open_stream = partial(super().stream_chat, messages, **kwargs)
        yield from self._stream.responses(open_stream, messages)


class _OllamaStream(CheckedStream):
    """How Ollama streams: the last piece says that it is done, why, and the counts."""

    SUBJECT = "Ollama"
    AGAIN_HINT = AGAIN_HINT
    CLIENT_ERRORS = CLIENT_ERRORS
    EXTRA_PIECES = 1
    READS_PAST_END = False

    def __init__(
        self, url: str, model: str, num_ctx: int, options: StreamOptions
    ) -> None:
        super().__init__(options)
        self._url = url
        self._model = model
        self._num_ctx = num_ctx

    def note_end(self, raw: Any, end: StreamEnd) -> None:
        """Learn from a piece of the stream whether and how it ends."""
        end.ended = bool(raw.get("done"))
        end.reason = raw.get("done_reason")
        end.prompt_tokens = raw.get("prompt_eval_count")
        end.reply_tokens = raw.get("eval_count")

    def waits_for(self, pause: Callable[[float], object]) -> str:
        """Return whether the model is loaded, or answers someone else."""
        return waits_for(self._url, self._model, pause)

    def failure(self, err: Exception, *, answered: bool) -> AskDocsError:
        """Return what *err* means, after a word of the answer or before."""
        if answered:
            return broken_off(err, self.options.limits)
        return unavailable(err, without_credentials(self._url), self._model)

    def is_transient(self, err: BaseException | None) -> bool:
        """Return whether *err* may be over when one asks once more."""
        return is_transient(err)

    def cut_off(self, end: StreamEnd) -> AnswerIncomplete:
        """Return what reason "length" means."""
        return cut_off(end.reply_tokens or self.options.num_predict)

    def prompt_cut(self, read: int, least: int, prompt: str) -> AnswerIncomplete | None:
        """Return the error that it is if Ollama has not read the whole prompt.

        It cuts what is too long to half the window, at the front, where the rules are,
        and answers all the same (ollama/ollama#17427). A count below what any tokenizer
        makes of the prompt tells; but Ollama 0.30.0 counted only what it had not read
        before (ollama/ollama#16414), so a window that holds the prompt is an alibi.
        """
        room = loaded_window(self._url, self._model)
        if room >= count_tokens(prompt) + CHAT_TOKENS:
            return None
        return AnswerIncomplete(
            f"Ollama read only {read} tokens of a prompt of at least {least}",
            hint=f"set RAG_LLM_NUM_CTX to the window of {self._model}: {room}"
            if 0 < room < self._num_ctx
            else "raise RAG_LLM_NUM_CTX, or lower RAG_PASSAGES",
        )
