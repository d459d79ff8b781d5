"""Listen to a model's stream, cut it where there is no use in more, and judge its end.

A client of a model server takes a stream that just stops for a whole answer; here a reply
counts only when the server says that the model came to its own end and read the whole
prompt. What servers have in common is here; how one of them speaks, its subclass says.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from llama_index.core.base.llms.types import ChatMessage, ChatResponse

from askdocs.adapters.llm.llm_errors import Ended, cut_off, repetitive
from askdocs.adapters.llm.options import Limits
from askdocs.adapters.llm.reply_filter import ReplyFilter, least_tokens
from askdocs.adapters.llm.retry import retry_once
from askdocs.adapters.llm.slow_notice import notice_if_slow
from askdocs.domain.errors import AnswerIncomplete, AskDocsError

OpenStream = Callable[[], Generator[ChatResponse, None, None]]


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """How a stream is listened to.

    Attributes:
        num_predict: The most tokens of the reply.
        on_wait: Told, from another thread, what the first piece waits for.
        clock: Seconds, as of `time.monotonic`.
    """

    num_predict: int
    limits: Limits
    on_wait: Callable[[str], None] | None
    clock: Callable[[], float]


@dataclass(slots=True)
class StreamEnd:
    """How a stream ended, as far as it has come.

    Attributes:
        begun: Whether there was any piece of the reply.
        ended: Whether the server has said that the model is done.
        reason: Why it is done; None if that is not said.
        prompt_tokens: Tokens that were read, None if nobody says.
        reply_tokens: Tokens that were written, None if nobody says.
    """

    begun: bool = False
    ended: bool = False
    reason: str | None = None
    prompt_tokens: int | None = None
    reply_tokens: int | None = None


class CheckedStream(ABC):
    """The streams of one model on one server; several may be open at once.

    Attributes:
        SUBJECT: Who is done, or stops, in messages.
        AGAIN_HINT: The hint where nothing helps but to ask again.
        CLIENT_ERRORS: All that the client lets through when something is wrong.
        EXTRA_PIECES: Pieces of a stream that are no token.
        READS_PAST_END: Whether anything of use, as a count, comes after the reason.
    """

    SUBJECT: ClassVar[str]
    AGAIN_HINT: ClassVar[str]
    CLIENT_ERRORS: ClassVar[tuple[type[Exception], ...]]
    EXTRA_PIECES: ClassVar[int]
    READS_PAST_END: ClassVar[bool]

    def __init__(self, options: StreamOptions) -> None:
        self.options = options

    def responses(
        self, open_stream: OpenStream, messages: Sequence[ChatMessage]
    ) -> Generator[ChatResponse, None, None]:
        """Yield what is said in pieces; closing the iterator closes the stream.

        No delta is empty or holds a thought. If the server fails before a word was
        said, in a way that may pass, it is asked once more.

        Args:
            open_stream: Asks the server; called again for another try.
            messages: What it asks.

        Raises:
            ModelUnavailable: before anything was said.
            AnswerIncomplete: if it ends other than by the model's own full stop.
        """
        prompt = "\n".join(m.content or "" for m in messages)
        yield from retry_once(
            partial(self._attempt, open_stream, prompt),
            is_transient=self.is_transient,
            limits=self.options.limits,
            clock=self.options.clock,
        )

    def _attempt(
        self, open_stream: OpenStream, prompt: str
    ) -> Generator[ChatResponse, None, None]:
        """Ask once."""
        self.prepare()
        options, end = self.options, StreamEnd()
        reply_filter = ReplyFilter(options.num_predict + self.EXTRA_PIECES)
        with ExitStack() as stack:
            stream = stack.enter_context(closing(open_stream()))
            notice_s = options.limits.notice_s
            with notice_if_slow(self.waits_for, options.on_wait, after_s=notice_s):
                response = self._next(stream, reply_filter, end)
            stack.enter_context(self.connection())
            if response:
                self.check_first(response.raw)
            while response is not None:
                response.delta = self.text(response, reply_filter, end)
                if response.delta:
                    yield response
                self._interrupt(reply_filter)
                response = self._next(stream, reply_filter, end)
        self._judge(end, reply_filter, prompt)

    def _next(
        self, stream: Iterator[ChatResponse], reply_filter: ReplyFilter, end: StreamEnd
    ) -> ChatResponse | None:
        """Return the next piece, or None at the end of the stream.

        What goes wrong after the model was done is of no interest.
        """
        if end.ended and not self.READS_PAST_END:
            return None
        try:
            return next(stream, None)
        except self.CLIENT_ERRORS as err:
            if end.ended:
                return None
            raise self.failure(err, answered=reply_filter.has_text) from err

    def _interrupt(self, reply_filter: ReplyFilter) -> None:
        """Raise AnswerIncomplete if there is no use in listening any longer."""
        if reply_filter.too_long:
            raise cut_off(self.options.num_predict)
        if reply_filter.repetitive:
            raise repetitive()

    def _judge(self, end: StreamEnd, reply_filter: ReplyFilter, prompt: str) -> None:
        """Raise an error unless the stream said that all is well."""
        if not end.ended:
            early = self.early_end(end)
            raise self.failure(early, answered=reply_filter.has_text) from early
        if end.reason == "length":
            raise self.cut_off(end)
        if end.reason != "stop":
            what = f"{self.SUBJECT} stopped with reason {end.reason!r}"
            raise AnswerIncomplete(what, hint=self.AGAIN_HINT)
        if not reply_filter.has_text:
            raise AnswerIncomplete("the model returned nothing", hint=self.AGAIN_HINT)
        read, least = end.prompt_tokens, least_tokens(prompt)
        if read and read < least and (err := self.prompt_cut(read, least, prompt)):
            raise err

    @abstractmethod
    def note_end(self, raw: Any, end: StreamEnd) -> None:
        """Learn from a piece of the stream whether and how it ends."""

    @abstractmethod
    def waits_for(self, pause: Callable[[float], object]) -> str:
        """Return what a long silence is for, in words; "" for no notice."""

    @abstractmethod
    def failure(self, err: Exception, *, answered: bool) -> AskDocsError:
        """Return what *err* means, after a word of the answer or before."""

    @abstractmethod
    def is_transient(self, err: BaseException | None) -> bool:
        """Return whether *err* may be over when one asks once more."""

    @abstractmethod
    def cut_off(self, end: StreamEnd) -> AnswerIncomplete:
        """Return what reason "length" means: the limit, or the end of the window."""

    @abstractmethod
    def prompt_cut(self, read: int, least: int, prompt: str) -> AnswerIncomplete | None:
        """Return what it means that the server has not read the whole prompt, if so.

        Args:
            read: How many tokens it says that it has read.
            least: A larger number, of which no tokenizer falls short.
            prompt: All that it was sent.
        """

    def prepare(self) -> None:  # noqa: B027  # most have nothing to do
        """Do what has to be done before each try."""

    def connection(self) -> AbstractContextManager[object]:
        """Return what closes the connection of the stream that was just opened."""
        return nullcontext()

    def check_first(self, raw: Any) -> None:  # noqa: B027  # nor anything to check
        """Look at the first piece; raise ModelUnavailable if it is not what was asked for."""

    def text(
        self, response: ChatResponse, reply_filter: ReplyFilter, end: StreamEnd
    ) -> str:
        """Return what is said with a piece; note how it ends."""
        end.begun = True
        self.note_end(response.raw, end)
        text: str = reply_filter.feed(response.delta or "", last=end.ended)
        return text

    def early_end(self, end: StreamEnd) -> Exception:  # noqa: ARG002  # subclasses look at it
        """Return the error that a stream is which ended before the model did."""
        return Ended(f"the stream ended before {self.SUBJECT} was done")
