"""Spell the mark `[^n]`, by which an answer cites its nth passage.

`[^1]` does not occur in prose or commands and renders as a footnote in Markdown. What is
only looked for in a reply has at most four digits; what may be forged has any number.
"""

from __future__ import annotations

import re

OPENING = "[^"
"""How every mark begins."""

MARK = re.compile(r"\[\^(\d{1,4})\]")
"""A mark, with its number."""

MARK_WITH_BLANK = re.compile(r"[ \t]?\[\^(\d{1,4})\]")
"""A mark, with its number, and the blank that goes with it where it is left out."""

MARKS_WITH_BLANKS = re.compile(r"(?:[ \t]?\[\^\d{1,4}\])+")
"""Marks in a row, with their blanks; no group, so that it can split a text."""

LONG_MARK = re.compile(r"\[\^(\d+)\]")
"""A mark of any length, with its number."""

MARK_LIST = re.compile(r"\[\^[\d, ^]+\]")
"""A mark, or several numbers in one ("[^1, ^2]"), as small models write them."""

MARK_LIST_CHARS = "0123456789, ^"
"""What a reader that goes letter by letter takes between `OPENING` and the "]"."""

HALF_MARK = re.compile(r"\[(?:\^\d{0,4})?\Z")
"""The beginning of a mark at the end of what has come so far of a reply."""

HALF_LONG_MARK = re.compile(r"\[(?:\^\d*)?")
"""The beginning of a mark of any length."""

_OPENED = re.compile(r"\[\^(?=\d+\])")


def write_mark(number: int | str) -> str:
    """Return the mark of a passage, counted from 1.

    >>> write_mark(2)
    '[^2]'
    """
    return f"{OPENING}{number}]"


def read_numbers(text: str) -> set[int]:
    """Return the numbers of all marks in a text, in code too.

    >>> sorted(read_numbers("Run it [^2], then wait.[^1][^2]"))
    [1, 2]
    """
    return {int(number) for number in MARK.findall(text)}


def without_marks(text: str) -> str:
    """Return a text in which what looks like a mark is `[n]`: only ours count.

    >>> without_marks("As said [^2]. Match [^0-9].")
    'As said [2]. Match [^0-9].'
    """
    return _OPENED.sub("[", text)
