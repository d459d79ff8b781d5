"""Tell whether a sentence contradicts a source that says nearly the same.

Vectors of a sentence and of its denial are nearer than those of true paraphrases, so
this is told by words alone: what is denied in one must be denied in the other, and an
opposite must not stand where the other has the word itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass

from askdocs.steps.answer.ground.content_words import (
    DENIALS,
    is_content_word,
    is_negation,
    opposites,
    stem,
    words,
)

_REACH_WORDS = 3
"""Words with content that a "not" is taken to deny: those that follow it next."""

_LOOK_BACK_CHARS = 80
"""Characters in which they are looked for in front of a sentence."""

_CLAUSE = re.compile(r"[,;:.!?()\u2013\u2014]\s")


@dataclass(frozen=True, slots=True)
class Denied:
    """What a sentence denies, by stem.

    Attributes:
        heads: The word that follows each negation next, as it stands.
        denied: How often a stem is in the reach of a negation.
        free: How often it is not.
    """

    heads: dict[str, str]
    denied: Counter[str]
    free: Counter[str]


def contradiction(sentence: str, source: str) -> str:
    """Return how a sentence turns what its source says, in words; "" if it does not.

    >>> contradiction("You cannot delete it.", "You can delete the job.")
    'its source does not deny "delete"'
    >>> contradiction("Do this after the upgrade.", "Do this before the upgrade.")
    'its source says "before" instead of "after"'
    """
    claim_denials, source_denials = _denied(sentence), _denied(source)
    turns = claim_denials.denied.keys() ^ source_denials.denied.keys()
    denial = _denial_difference(claim_denials, source_denials)
    return denial or _opposite_difference(sentence, source, turns)


def is_negated_before(before: str) -> bool:
    """Whether what stands before some words, in the same clause, turns or limits them.

    >>> is_negated_before("Wait. You should never"), is_negated_before("Do not wait: ")
    (True, False)
    """
    last = words(_CLAUSE.split(before[-_LOOK_BACK_CHARS:])[-1])[-_REACH_WORDS:]
    return any(is_negation(w) or stem(w) in DENIALS or w == "only" for w in last)


def _denial_difference(claim_denials: Denied, source_denials: Denied) -> str:
    for head, word in claim_denials.heads.items():
        if source_denials.free[head] and not source_denials.denied[head]:
            return f'its source does not deny "{word}"'
    for head, word in source_denials.heads.items():
        if claim_denials.free[head] and not source_denials.free[head]:
            return f'its source denies "{word}"'
    return ""


def _denied(text: str) -> Denied:
    denied = Denied({}, Counter(), Counter())
    for clause in _CLAUSE.split(text):
        reach_left, is_head = 0, False
        for word in words(clause):
            stemmed = stem(word)
            if is_negation(word) or stemmed in DENIALS:
                reach_left, is_head = _REACH_WORDS, is_negation(word)
            elif is_content_word(word):
                if is_head:
                    denied.heads.setdefault(stemmed, word)
                (denied.denied if reach_left else denied.free)[stemmed] += 1
                reach_left, is_head = max(0, reach_left - 1), False
    return denied


def _opposite_difference(sentence: str, source: str, turns: Set[str]) -> str:
    claim_words, source_words = words(sentence), words(source)
    claim_counts, source_counts = (
        Counter(map(stem, claim_words)),
        Counter(map(stem, source_words)),
    )
    spelt = {stem(word): word for word in (*source_words, *claim_words)}
    for word in claim_counts:
        for other in opposites(word):
            denied = len(turns & {word, other}) == 1 and _is_lack(spelt, word, other)
            takes_its_place = (
                claim_counts[word] > source_counts[word]
                and claim_counts[other] < source_counts[other]
            )
            if takes_its_place and not denied:
                return f'its source says "{spelt[other]}" instead of "{spelt[word]}"'
    return ""


def _is_lack(spelt: Mapping[str, str], *stems: str) -> bool:
    """Whether one of two words says that the other is not so ("unavailable")."""
    short, long = sorted((spelt.get(stem, stem) for stem in stems), key=len)
    return short.endswith(("ble", "ed")) and long[2:] == short
