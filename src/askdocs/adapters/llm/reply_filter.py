"""What a model streams becomes what it says: no thoughts, and no end of repetition."""

from __future__ import annotations

import re

_OPEN, _CLOSE = "<think>", "</think>"

_TIMES = 8
_SPAN = 320
_PERIOD = 240
"""In characters: 8 to 80 tokens, 8 times over, is no list, no table and no ruler."""

_RUN = re.compile(r"(?:[A-Za-z]|[^\x00-\x7f])+(?:'[A-Za-z]+)?|[0-9]+")


class ReplyFilter:
    """Hears a reply, piece by piece as the model streams it.

    Attributes:
        heard: Whether anything but blanks was said.
        full: Whether more than *most* pieces came.
        circling: Whether the text has begun to go in circles.
    """

    def __init__(self, most: int) -> None:
        self.heard = False
        self.full = False
        self.circling = False
        self._left = most
        self._thoughts = Thoughts()
        self._repetition = Repetition()

    def hear(self, piece: str, *, last: bool) -> str:
        """Return what is said with *piece*; "" while the model thinks."""
        said = self._thoughts.feed(piece) + (self._thoughts.end() if last else "")
        self._left -= 1
        self.full = self._left < 0
        self.heard = self.heard or bool(said.strip())
        self.circling = self._repetition.feed(said)
        return said


class Thoughts:
    r"""Takes a reply in pieces and leaves out the thoughts that it begins with.

    Models that reason write them between tags in front of the answer. A tag further
    down is something that the answer is about.

    >>> thoughts = Thoughts()
    >>> "".join(map(thoughts.feed, ["<th", "ink>Hm.</thi", "nk>", "\n\nRun", " it."]))
    'Run it.'
    """

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False
        self._over = False

    def feed(self, piece: str) -> str:
        """Return what is said so far and was not returned before."""
        if self._over:
            return piece
        self._held = (self._held + piece).lstrip()
        if self._held.startswith(_OPEN):
            self._thinking = True
            self._held = self._held[len(_OPEN) :]
        if self._thinking:
            return self._after_thought()
        if _OPEN.startswith(self._held):
            return ""
        self._over = True
        return self._held

    def end(self) -> str:
        """Return what was held back because it could have become a tag."""
        held, self._held = self._held, ""
        return "" if self._thinking or self._over else held

    def _after_thought(self) -> str:
        """Return what follows the thought, if it has ended; another may follow it."""
        thought, ended, rest = self._held.partition(_CLOSE)
        if not ended:
            self._held = thought[-len(_CLOSE) :]
            return ""
        self._thinking, self._held = False, ""
        return self.feed(rest)


class Repetition:
    """Hears a text in pieces and knows when it goes in circles.

    A circle is the same at most `_PERIOD` characters `_TIMES` times in a row, on at
    least `_SPAN` characters. Small models fall into one at temperature 0 and stay.
    """

    def __init__(self) -> None:
        self._tail = ""

    def feed(self, piece: str) -> bool:
        """Return whether the text goes in circles, now that *piece* has come."""
        self._tail = (self._tail + piece)[-_PERIOD * _TIMES :]
        longest = len(self._tail) // _TIMES
        return any(self._repeats(period) for period in range(1, longest + 1))

    def _repeats(self, period: int) -> bool:
        """Return whether the text ends with `_TIMES` times the same *period* characters."""
        span = max(_SPAN, period * _TIMES)
        end = self._tail[-span:]
        return len(end) == span and end.startswith(end[period:])


def least_tokens(text: str) -> int:
    """Return a number of tokens that no tokenizer falls short of.

    None joins two runs of letters, or letters and digits. On 849 pieces of 1,000
    characters of the Scaleway docs: .13 to .86 of what cl100k counts, .63 in the median.

    >>> least_tokens("Don't run --dry-run=2 on caf\u00e9s.")
    7
    """
    return len(_RUN.findall(text))
