"""Tell from the characters around a full stop whether a sentence ends there."""

from __future__ import annotations

import re

WIDE_STOPS = "\u3002\uff01\uff1f"
STOPS = ".!?\u2026" + WIDE_STOPS
LOOK_BACK_CHARS = 24  # characters in which an abbreviation is looked for
SHORT_SENTENCE_CHARS = 40  # what is longer has two words
_WORD = re.compile(r"[^\W\d_]{2,}|`")
_ABBREVIATION = re.compile(
    r"(?:\A|[^\w.])(?:(?:[^\W\d_]\.)+[^\W\d_]"
    r"|vs|approx|cf|figs?|resp|incl|excl|mrs?|ms|dr|prof|st)\Z",
    re.IGNORECASE,
)
_BEFORE_NUMBER = re.compile(
    r"(?:\A|[^\w.])(?:nos?|nr|art|ch|max|min|pp?|sec|vol|ver)\Z", re.IGNORECASE
)


def ends_sentence(first: str, before: str, following: str, *, marked: bool) -> bool:
    """Return whether a stop ends a sentence.

    Args:
        first: The first `SHORT_SENTENCE_CHARS` characters of what may be a sentence, or all.
        before: The last `LOOK_BACK_CHARS` characters of it, and the stop.
        following: The character after the stop, its marks and the blanks; "" at the end.
        marked: Whether a mark stands between.

    >>> ends_sentence("It is approx", "It is approx.", "T", marked=False)
    False
    """
    stop, before = before[-1:], before[:-1]
    if stop in WIDE_STOPS:
        return True
    if len(first) < SHORT_SENTENCE_CHARS and len(_WORD.findall(first)) < 2:
        return False
    if stop == "." and _ABBREVIATION.search(before):
        return False
    if following.isdigit() and _BEFORE_NUMBER.search(before):
        return False
    return marked or not following.islower()
