"""Split a Markdown reply into sentences while it comes, in pieces of any size.

Blanks and line ends after a piece belong to it, the indentation of a line to what
stands on that line; so a piece can be left out and the rest keeps its shape.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress

from askdocs.domain.citation_mark import MARK_LIST_CHARS
from askdocs.steps.answer.sentences.stops import (
    LOOK_BACK_CHARS,
    SHORT_SENTENCE_CHARS,
    STOPS,
    WIDE_STOPS,
    ends_sentence,
)

_CLOSING_CHARS = STOPS + "*_\"')]}\u201d\u2019\u00bb"
_BLANKS = " \t\u00a0"
_Scan = Generator[None, str, None]
_ScanTest = Generator[None, str, bool]


class Sentences:
    r"""Takes a reply in pieces of any size and returns those that are whole.

    A piece is a sentence, with the bullet or number before and the marks `[^n]` behind
    it, a heading, a table row (the first one with the rule below it), a whole code
    fence, or a thematic break. All pieces, joined, are all that was fed; where that was
    cut makes no difference. Every character is looked at once.

    A full stop ends nothing inside of brackets, code, a word, an abbreviation; nor
    before a small letter; nor after a single word ("Yes.", "Step 1."), which claims
    nothing without what follows.

    >>> Sentences().feed("- Run `a. b`, e.g. now. [^1] Wait here.\nThen ")
    ['- Run `a. b`, e.g. now. [^1] ', 'Wait here.\n']
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._buffer: list[str] = []
        self._char = ""  # the next one, not held yet; "" at the end
        self._started = False
        self._ended = True  # what is held is whole, whatever follows
        self._stop_at = -1  # where a stop at the end of the line before is
        self._marked = False
        self._line_start = 0  # where the line's own text begins
        self._first_char = ""
        self._open_brackets = 0
        self._depth = 0
        self._rows = 0
        self._scan = self._reply()
        next(self._scan)

    def feed(self, text: str) -> list[str]:
        """Return the pieces that are whole now."""
        for char in text:
            self._scan.send(char)
        return self._take_pieces()

    def end(self) -> list[str]:
        """Return the rest, now that nothing more comes."""
        with suppress(StopIteration):
            self._scan.send("")
        if self._buffer:
            self._pieces.append("".join(self._buffer))
            self._buffer.clear()
        return self._take_pieces()

    def _take_pieces(self) -> list[str]:
        pieces, self._pieces = self._pieces, []
        return pieces

    def _reply(self) -> _Scan:
        """Read lines until the end; this and all below wait in `yield` for a character."""
        self._char = yield
        reads = {"#": self._heading, "|": self._row, "`": self._fence, "~": self._fence}
        reads |= dict.fromkeys("-*+_=", self._bullet) | dict.fromkeys(
            "0123456789", self._number
        )
        while self._char:
            yield from self._gap()
            read = None if self._open_brackets else reads.get(self._first_char)
            whole = (yield from read()) if read else self._begin()
            if not whole:
                yield from self._inline()
            self._ended = whole
            if self._char:
                yield from self._step()

    def _step(self) -> _Scan:
        self._buffer.append(self._char)
        self._char = yield

    def _run(self, chars: str) -> Generator[None, str, int]:
        """Read as many of *chars* as there are; return how many."""
        start = len(self._buffer)
        while self._char and self._char in chars:
            yield from self._step()
        return len(self._buffer) - start

    def _to_line_end(self) -> _Scan:
        while self._char and self._char != "\n":
            yield from self._step()

    def _cut(self, at: int) -> None:
        """Pass on what is held before *at*; blanks alone go with what follows."""
        text = "".join(self._buffer[:at])
        if text.strip():
            self._pieces.append(text)
            del self._buffer[:at]

    def _gap(self) -> _Scan:
        """Read the blanks before a line, and marks of what stands before them."""
        while True:
            yield from self._blank_lines()
            self._first_char = self._char
            if self._char != "[" or not self._started:
                return
            if not (yield from self._mark()):
                self._open_brackets = 1
                return
            if self._char == ":":  # the definition of a footnote
                self._ended = True
                return
            self._marked = True
            yield from self._run(_BLANKS)

    def _blank_lines(self) -> _Scan:
        self._line_start = len(self._buffer)
        while self._char.isspace():
            line_end = self._char == "\n"
            yield from self._step()
            if line_end:
                self._line_start = len(self._buffer)
                self._ended, self._rows = True, 0

    def _begin(self, *, block: bool = False) -> bool:
        """Let a line begin, as a piece of its own if it is one; return False."""
        stopped = self._stop_at >= 0 and self._is_end(
            self._stop_at, self._first_char, marked=self._marked
        )
        if block or self._ended or stopped:
            self._cut(self._line_start)
            self._depth = 0
        self._depth += self._open_brackets
        self._started, self._ended, self._marked = True, False, False
        self._stop_at, self._open_brackets, self._rows = -1, 0, 0
        return False

    def _heading(self) -> _ScanTest:
        level = yield from self._run("#")
        heading = level <= 6 and (self._char.isspace() or not self._char)
        self._begin(block=heading)
        if heading:
            yield from self._to_line_end()
        return heading

    def _row(self) -> _ScanTest:
        yield from self._run("|-: \t")
        rows = self._rows
        rule = rows == 1 and self._char in "\n"
        if not rule:
            self._begin(block=True)
        self._rows = rows + 1
        yield from self._to_line_end()
        return True

    def _bullet(self) -> _ScanTest:
        mark = self._char
        run = yield from self._run(mark)
        if run == 1 and mark in "-*+" and self._char.isspace():
            return (yield from self._item())
        rule = self._char in "\n" and (run >= 3 or mark in "-=")
        self._begin(block=rule)
        return rule

    def _number(self) -> _ScanTest:
        yield from self._run("0123456789")
        if self._char and self._char in ".)":
            yield from self._step()
            if self._char.isspace():
                return (yield from self._item())
        return self._begin()

    def _item(self) -> _ScanTest:
        """Read what follows a bullet; it may be a fence."""
        self._begin(block=True)
        yield from self._run(" \t")
        if self._char and self._char in "`~":
            self._line_start = 0
            return (yield from self._fence())
        return False

    def _fence(self) -> _ScanTest:
        mark = self._char
        size = yield from self._run(mark)
        while size >= 3 and self._char and self._char != "\n":
            if self._char == mark == "`":
                yield from self._run(mark)
                return self._begin()
            yield from self._step()
        if size < 3:
            self._begin()
            if mark == "`":
                yield from self._code(size)
            return False
        self._begin(block=True)
        yield from self._fenced(mark, size)
        return True

    def _fenced(self, mark: str, size: int) -> _Scan:
        """Read the lines of a fence, its last and the marks behind it included."""
        while self._char:
            yield from self._step()
            yield from self._run(" \t")
            run = yield from self._run(mark)
            yield from self._run(" \t\r")
            while run >= size and self._char == "[" and (yield from self._mark()):
                yield from self._run(" \t\r")
            if run >= size and self._char in "\n":
                return
            yield from self._to_line_end()

    def _inline(self) -> _Scan:
        """Read the text of a line, and pass on each sentence that ends in it."""
        while self._char and self._char != "\n":
            char = self._char
            if char == "`":
                yield from self._code((yield from self._run("`")))
            elif char in STOPS and not self._depth:
                yield from self._stop()
            else:
                self._depth += (char in "([") - (char in ")]" and self._depth > 0)
                yield from self._step()

    def _code(self, size: int) -> _Scan:
        """Read inline code up to the run of *size* backticks that ends it, or the line."""
        while self._char and self._char != "\n":
            if self._char != "`":
                yield from self._step()
            elif (yield from self._run("`")) == size:
                return

    def _mark(self) -> _ScanTest:
        """Read a mark; what only begins like one is read as far as it does."""
        yield from self._step()
        if self._char != "^":
            return False
        yield from self._run(MARK_LIST_CHARS)
        if self._char != "]":
            return False
        yield from self._step()
        return True

    def _stop(self) -> _Scan:
        """Read a stop with what belongs to it, and cut there if it ends a sentence."""
        stop_at, wide, marked = len(self._buffer), self._char in WIDE_STOPS, False
        yield from self._run(_CLOSING_CHARS)
        at = len(self._buffer)
        apart = wide or self._char.isspace()
        while True:
            yield from self._run(_BLANKS)
            if self._char != "[":
                at = len(self._buffer)
                break
            at = len(self._buffer)
            if not (yield from self._mark()):
                break
            yield from self._run(_CLOSING_CHARS)
            marked = True
        opened = len(self._buffer) > at
        if self._char in "\n" and not opened:
            self._stop_at, self._marked = stop_at, marked
        elif apart or marked:
            following = self._buffer[at] if opened else self._char
            if self._is_end(stop_at, following, marked=marked):
                self._cut(at)
        self._depth += opened

    def _is_end(self, stop_at: int, following: str, *, marked: bool) -> bool:
        """Return whether a stop ends a sentence; looks at some characters around it."""
        first = "".join(self._buffer[:SHORT_SENTENCE_CHARS])
        before = "".join(self._buffer[max(0, stop_at - LOOK_BACK_CHARS) : stop_at])
        stop = self._buffer[stop_at]
        return ends_sentence(first, before + stop, following, marked=marked)
