"""Tell whether a sentence says more, or less, than a source that is nearly the same.

"May" is not "must" and "some" are not "all". Which words are of one strength is written
down here; in a sentence that is its source but for a few words, another strength is
another claim.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from askdocs.steps.answer.ground.content_words import words

_LEVELS = {
    "obligation": (
        "must shall required mandatory obligatory necessary need needs",
        "should recommended advised advisable",
        "may can might could optional optionally possible allowed",
    ),
    "quantity": (
        "all every each any both always entire whole",
        "most mostly usually generally often typically",
        "some few several certain sometimes occasionally partly",
        "none never",
    ),
    "limit": ("only exclusively solely",),
    "bound": (
        "least minimum",
        "most maximum",
        "exactly precisely",
        "about approximately",
    ),
}
_LEVEL = {
    (kind, word): level
    for kind, levels in _LEVELS.items()
    for level, spelt in enumerate(levels)
    for word in spelt.split()
}


def changed_strength(sentence: str, source: str) -> str:
    """Return which word makes a sentence say more or less than its source; "" if none.

    >>> changed_strength("You must stop it.", "You may stop it.")
    'its source says "may" instead of "must"'
    >>> changed_strength("Instances stop.", "Only Instances stop.")
    'its source says "only"'
    """
    claim_words, source_words = words(sentence), words(source)
    for kind in _LEVELS:
        claim_levels, source_levels = (
            _levels(claim_words, kind),
            _levels(source_words, kind),
        )
        added, dropped = claim_levels - source_levels, source_levels - claim_levels
        if added and dropped:
            one = _word(source_words, kind, dropped)
            other = _word(claim_words, kind, added)
            return f'its source says "{one}" instead of "{other}"'
        if dropped and kind == "limit":
            return f'its source says "{_word(source_words, kind, dropped)}"'
    return ""


def _levels(words_in_order: Sequence[str], kind: str) -> Counter[int]:
    return Counter(_LEVEL[kind, w] for w in words_in_order if (kind, w) in _LEVEL)


def _word(words_in_order: Sequence[str], kind: str, levels: Counter[int]) -> str:
    return next(w for w in words_in_order if _LEVEL.get((kind, w), -1) in levels)
