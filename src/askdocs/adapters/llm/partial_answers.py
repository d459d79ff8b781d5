"""The replies of calls that make no answer yet become what the next call reads.

A draft is written by the model from passages, so it is data like them, and one that
refuses is none: other passages may have the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing

from askdocs.steps.answer.prompt import NO_DRAFT, clean, format_draft
from askdocs.steps.answer.reply import is_refusal, may_be_refusal, without_unknown_marks


class Drafts:
    """Takes the replies before the last one.

    Each loses what its fence is made of, and the marks of passages that there are not.
    """

    def __init__(
        self, mark_of_fence: str, count: int, on_call: Callable[[str], None] | None
    ) -> None:
        """Take the fence, and the number of the passages; tell *on_call* of each call."""
        self.best = ""
        self._fence = mark_of_fence
        self._count = count
        self._on_call = on_call
        self._calls = 0

    def tell(self, what: str) -> None:
        """Say in words which call begins."""
        if self._on_call:
            self._on_call(f"{what}...")

    def read(self) -> None:
        """Say that the call for the next passage begins."""
        self._calls += 1
        if self._count > 1:
            self.tell(f"reading passage {self._calls} of {self._count}")

    def hear(self, reply: str) -> str:
        """Return a reply as a draft; "" if it says nothing or refuses.

        `best` is the last that is one.
        """
        if is_refusal(reply):
            return ""
        said = clean(reply).replace(self._fence, "")
        draft = without_unknown_marks(said, self._count).strip()
        self.best = draft or self.best
        return draft

    def refined(self, reply: str, *, real: bool) -> str:
        """Return what the next call is to refine; not *real* where only room is measured."""
        if real:
            self.read()
        return self.hear(reply) or self.best or NO_DRAFT

    def shown(self, replies: Iterable[str]) -> list[str]:
        """Return what the next call is to merge; `best` becomes the first of it."""
        found = [draft for reply in replies if (draft := self.hear(reply))]
        self.best = found[0] if found else ""
        return [format_draft(draft, self._fence) for draft in found]


def unless_refused(pieces: Generator[str, None, None], drafts: Drafts) -> Iterator[str]:
    """Yield the pieces of the last reply; where it refuses, the draft before it.

    The last passage is the one least like the question: that it does not answer says
    nothing of those before.
    """
    with closing(pieces):
        held = ""
        for piece in pieces:
            held += piece
            if drafts.best and (may_be_refusal(held) or is_refusal(held)):
                continue
            yield held
            held = ""
            break
        if held:
            yield drafts.best if is_refusal(held) else held
        yield from pieces
