"""Turn the replies of calls that make no answer yet into what the next call reads.

A draft is written by the model from passages, so it is data like them, and one that
refuses is none: other passages may have the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing

from askdocs.steps.answer.prompt import NO_DRAFT, clean, format_draft
from askdocs.steps.answer.reply import is_refusal, may_be_refusal, without_unknown_marks


class PartialAnswers:
    """Takes the replies before the last one.

    Each loses what its fence is made of, and the marks of passages that there are not.
    """

    def __init__(
        self, fence_mark: str, count: int, on_call: Callable[[str], None] | None
    ) -> None:
        """Take the fence, and the number of the passages; tell *on_call* of each call."""
        self.best = ""
        self._fence = fence_mark
        self._count = count
        self._on_call = on_call
        self._calls = 0

    def notify(self, what: str) -> None:
        """Say in words which call begins."""
        if self._on_call:
            self._on_call(f"{what}...")

    def begin_passage(self) -> None:
        """Say that the call for the next passage begins."""
        self._calls += 1
        if self._count > 1:
            self.notify(f"reading passage {self._calls} of {self._count}")

    def add(self, reply: str) -> str:
        """Return a reply as a draft; "" if it says nothing or refuses.

        `best` is the last that is one.
        """
        if is_refusal(reply):
            return ""
        text = clean(reply).replace(self._fence, "")
        draft = without_unknown_marks(text, self._count).strip()
        self.best = draft or self.best
        return draft

    def for_refining(self, reply: str, *, real: bool) -> str:
        """Return what the next call is to refine; not *real* where only room is measured."""
        if real:
            self.begin_passage()
        return self.add(reply) or self.best or NO_DRAFT

    def for_merging(self, replies: Iterable[str]) -> list[str]:
        """Return what the next call is to merge; `best` becomes the first of it."""
        partials = [draft for reply in replies if (draft := self.add(reply))]
        self.best = partials[0] if partials else ""
        return [format_draft(draft, self._fence) for draft in partials]


def with_fallback(
    pieces: Generator[str, None, None], partials: PartialAnswers
) -> Iterator[str]:
    """Yield the pieces of the last reply; where it refuses, the draft before it.

    The last passage is the one least like the question: that it does not answer says
    nothing of those before.
    """
    with closing(pieces):
        buffer = ""
        for piece in pieces:
            buffer += piece
            if partials.best and (may_be_refusal(buffer) or is_refusal(buffer)):
                continue
            yield buffer
            buffer = ""
            break
        if buffer:
            yield partials.best if is_refusal(buffer) else buffer
        yield from pieces
