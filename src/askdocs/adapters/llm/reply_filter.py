"""Take thoughts out of what a model streams, and notice when it repeats itself."""

from __future__ import annotations

import re

_OPEN_TAG, _CLOSE_TAG = "<think>", "</think>"

_MIN_REPEATS = 8
_MIN_SPAN_CHARS = 320
_MAX_PERIOD_CHARS = 240
"""8 to 80 tokens, 8 times over, are no list, no table and no ruler."""

_WORD = re.compile(r"(?:[A-Za-z]|[^\x00-\x7f])+(?:'[A-Za-z]+)?|[0-9]+")


class ReplyFilter:
    """Takes a reply, piece by piece as the model streams it.

    Attributes:
        has_text: Whether anything but blanks was said.
        too_long: Whether more than *max_pieces* pieces came.
        repetitive: Whether the text has begun to go in circles.
    """

    def __init__(self, max_pieces: int) -> None:
        self.has_text = False
        self.too_long = False
        self.repetitive = False
        self._pieces_left = max_pieces
        self._thoughts = Thoughts()
        self._repetition = Repetition()

    def feed(self, piece: str, *, last: bool) -> str:
        """Return what is said with *piece*; "" while the model thinks."""
        text = self._thoughts.feed(piece) + (self._thoughts.end() if last else "")
        self._pieces_left -= 1
        self.too_long = self._pieces_left < 0
        self.has_text = self.has_text or bool(text.strip())
        self.repetitive = self._repetition.feed(text)
        return text


class Thoughts:
    r"""Takes a reply in pieces and leaves out the thoughts that it begins with.

    Models that reason write them between tags in front of the answer. A tag further
    down is something that the answer is about.

    >>> thoughts = Thoughts()
    >>> "".join(map(thoughts.feed, ["<th", "ink>Hm.</thi", "nk>", "\n\nRun", " it."]))
    'Run it.'
    """

    def __init__(self) -> None:
        self._buffer = ""
        self._thinking = False
        self._over = False

    def feed(self, piece: str) -> str:
        """Return what is said so far and was not returned before."""
        if self._over:
            return piece
        self._buffer = (self._buffer + piece).lstrip()
        if self._buffer.startswith(_OPEN_TAG):
            self._thinking = True
            self._buffer = self._buffer[len(_OPEN_TAG) :]
        if self._thinking:
            return self._after_thought()
        if _OPEN_TAG.startswith(self._buffer):
            return ""
        self._over = True
        return self._buffer

    def end(self) -> str:
        """Return what was held back because it could have become a tag."""
        rest, self._buffer = self._buffer, ""
        return "" if self._thinking or self._over else rest

    def _after_thought(self) -> str:
        """Return what follows the thought, if it has ended; another may follow it."""
        thought, found, rest = self._buffer.partition(_CLOSE_TAG)
        if not found:
            self._buffer = thought[-len(_CLOSE_TAG) :]
            return ""
        self._thinking, self._buffer = False, ""
        return self.feed(rest)


class Repetition:
    """Takes a text in pieces and knows when it goes in circles.

    A circle is the same at most `_MAX_PERIOD_CHARS` characters `_MIN_REPEATS` times in
    a row, on at least `_MIN_SPAN_CHARS` characters. Small models fall into one at
    temperature 0 and stay.
    """

    def __init__(self) -> None:
        self._tail = ""

    def feed(self, piece: str) -> bool:
        """Return whether the text goes in circles, now that *piece* has come."""
        self._tail = (self._tail + piece)[-_MAX_PERIOD_CHARS * _MIN_REPEATS :]
        max_period = len(self._tail) // _MIN_REPEATS
        return any(self._repeats(period) for period in range(1, max_period + 1))

    def _repeats(self, period: int) -> bool:
        """Return whether the last *period* characters came `_MIN_REPEATS` times in a row."""
        span = max(_MIN_SPAN_CHARS, period * _MIN_REPEATS)
        end = self._tail[-span:]
        return len(end) == span and end.startswith(end[period:])


def least_tokens(text: str) -> int:
    """Return a number of tokens that no tokenizer falls short of.

    None joins two runs of letters, or letters and digits. On 849 pieces of 1,000
    characters of the Scaleway docs: .13 to .86 of what cl100k counts, .63 in the median.

    >>> least_tokens("Don't run --dry-run=2 on caf\u00e9s.")
    7
    """
    return len(_WORD.findall(text))
