"""The model in a GGUF file, which llama.cpp runs on this machine.

No server has to be installed or started. The file's own chat template is used; a file
without one is asked as ChatML, which is what llama.cpp falls back to.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from llama_index.core.base.llms.types import ChatResponse

from askdocs.adapters.llm.checked_stream import StreamEnd
from askdocs.adapters.llm.gguf.gguf_process import Process, process_for
from askdocs.adapters.llm.openai_compatible import OpenAICompatible, OpenAIStream
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
        process = process_for(path.expanduser().absolute(), sampling.num_ctx, threads)
        server = Server(_URL, path.name, process.key, process.socket)
        super().__init__(
            server,
            sampling=sampling,
            limits=limits,
            on_wait=on_wait,
            clock=clock,
            extra={"return_progress": True},
        )
        self._stream = _GgufStream(process, self._stream)


class _GgufStream(OpenAIStream):
    """How llama.cpp streams on this machine: it also tells how far reading is."""

    def __init__(self, process: Process, stream: OpenAIStream) -> None:
        super().__init__(stream.server, stream.opened, stream.options)
        self._process = process
        self._notified_at = 0.0

    def prepare(self) -> None:
        """Wait until the model is loaded."""
        limits = self.options.limits
        self._process.wait(
            self.options.on_wait, notice_s=limits.notice_s, limit_s=limits.first_s
        )
        self._notified_at = self.options.clock()

    def text(
        self, response: ChatResponse, reply_filter: ReplyFilter, end: StreamEnd
    ) -> str:
        """Return what is said with a piece; a piece may also tell how far reading is."""
        progress = getattr(response.raw, "prompt_progress", None)
        if not isinstance(progress, dict):
            return super().text(response, reply_filter, end)
        now = self.options.clock
        late = now() - self._notified_at > self.options.limits.notice_s
        if self.options.on_wait and late:
            self._notified_at = now()
            done, whole = progress.get("processed"), progress.get("total")
            model = self.server.model
            self.options.on_wait(f"{model} has read {done} of {whole} tokens...")
        return ""

    def waits_for(self, pause: Callable[[float], object]) -> str:  # noqa: ARG002  # there is nothing to look at
        """Return nothing: the pieces themselves tell what takes so long."""
        return ""

    def failure(self, err: Exception, *, answered: bool) -> AskDocsError:
        """Return what *err* means; the end of the process explains more."""
        refused = hasattr(err, "status_code")
        if why := "" if refused else self._process.exit_reason(_GRACE_S):
            what = f"llama.cpp ended while {self.server.model} ran: {why}"
            hint = "rag doctor   (it tells how much memory the model needs)"
            kind = AnswerIncomplete if answered else ModelUnavailable
            return kind(what, hint=hint)
        return super().failure(err, answered=answered)
