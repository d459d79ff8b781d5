"""List the words of English that more than one step of an answer leaves out or looks for."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W_]+")
"""A run of letters and digits."""

FUNCTION_WORDS = frozenset(
    "a an and any are as at be been by can could did do does for from had has have how i "
    "if in is it its may me my of on or our should so some that the their them there "
    "they this to us was we were what when where which who why will with would you "
    "your".split()
)
"""Words that grammar asks for; they tell nothing of what a question is about."""

PLAIN_NEGATIONS = ("no", "not", "none", "never", "cannot", "without")
"""Words that deny wherever they stand."""
