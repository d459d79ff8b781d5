"""A GGUF file that llama.cpp runs on this machine: chat messages become a stream.

No server has to be installed or started. The file's own chat template is used; a file
without one is asked as ChatML, which is what llama.cpp falls back to.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

from llama_index.core.base.llms.types import ChatMessage, ChatResponse
from llama_index.core.bridge.pydantic import PrivateAttr

from askdocs.adapters.llm.gguf.gguf_process import Process, running
from askdocs.adapters.llm.openai_compatible import End, OpenAICompatible
from askdocs.adapters.llm.openai_errors import Server
from askdocs.adapters.llm.options import Limits, Sampling
from askdocs.adapters.llm.reply_filter import ReplyFilter
from askdocs.domain.errors import AnswerIncomplete, AskDocsError, ModelUnavailable

_URL = "http://127.0.0.1/v1"
"""Nobody is asked there: the connection goes to a socket file."""

_GRACE_S = 0.2
"""A process that dies closes its connections first."""


class GgufModel(OpenAICompatible):
    """What a GGUF file says; named after the file, so that an answer tells no path."""

    _process: Process = PrivateAttr()
    _told: float = PrivateAttr(default=0.0)

    def __init__(
        self,
        path: Path,
        *,
        sampling: Sampling,
        limits: Limits | None = None,
        on_wait: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        threads: int = 0,
    ) -> None:
        """Load nothing; the first question does, or `Process.start` ahead of it.

        *on_wait* is told how far loading and reading are, every `Limits.notice_s`.
        *threads* is how many compute; 0 for as many as is best.
        """
        limits = limits or Limits()
        process = running(path.expanduser().absolute(), sampling.num_ctx, threads)
        server = Server(_URL, path.name, process.key, process.socket)
        super().__init__(
            server,
            sampling=sampling,
            limits=limits,
            on_wait=on_wait,
            clock=clock,
            extra={"return_progress": True},
        )
        self._process = process

    def _attempt(
        self, messages: Sequence[ChatMessage], **kwargs: Any
    ) -> Generator[ChatResponse, None, None]:
        """Ask once, when the model is loaded."""
        self._process.wait(
            self._on_wait, notice_s=self._limits.notice_s, limit_s=self._limits.first_s
        )
        self._told = self._clock()
        yield from super()._attempt(messages, **kwargs)

    def _heard(self, reply: ChatResponse, ear: ReplyFilter, end: End) -> str:
        """Return what is said with a piece; a piece may also tell how far reading is."""
        read = getattr(reply.raw, "prompt_progress", None)
        if not isinstance(read, dict):
            return super()._heard(reply, ear, end)
        late = self._clock() - self._told > self._limits.notice_s
        if self._on_wait and late:
            self._told = self._clock()
            done, whole = read.get("processed"), read.get("total")
            self._on_wait(f"{self.model} has read {done} of {whole} tokens...")
        return ""

    def _doing(self, _: Callable[[float], object]) -> str:
        """Return nothing: the pieces themselves tell what takes so long."""
        return ""

    def _failure(self, err: Exception, ear: ReplyFilter) -> AskDocsError:
        """Return what it means that *err* came after what was heard."""
        refused = hasattr(err, "status_code")
        if why := "" if refused else self._process.death(_GRACE_S):
            what = f"llama.cpp ended while {self.model} ran: {why}"
            hint = "rag doctor   (it tells how much memory the model needs)"
            kind = AnswerIncomplete if ear.heard else ModelUnavailable
            return kind(what, hint=hint)
        return super()._failure(err, ear)
