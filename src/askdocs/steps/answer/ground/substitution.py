"""Find the name that was put for another in two sentences that differ in few words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher

from askdocs.steps.answer.ground.content_words import is_content_word, stem
from askdocs.steps.answer.words import WORD

_MIN_SIMILARITY = 0.6
"""Share of words in the same order from which two sentences are one, changed."""

IsName = Callable[[str], bool]


def substituted_name(sentence: str, source: str, is_name: IsName) -> str:
    """Return which name stands for another one, in words; "" if none does.

    Args:
        sentence: Without markup.
        source: Without markup.
        is_name: Whether a word, as it is spelt, is a name and not only a word.

    >>> substituted_name("Use a Job to run it.", "Use a Volume to run it.", str.istitle)
    'its source says "Volume" instead of "Job"'
    """
    claim_words, source_words = WORD.findall(sentence), WORD.findall(source)
    claim_stems = [stem(w.casefold()) for w in claim_words]
    source_stems = [stem(w.casefold()) for w in source_words]
    matcher = SequenceMatcher(None, claim_stems, source_stems, autojunk=False)
    if matcher.ratio() < _MIN_SIMILARITY:
        return ""
    for operation, a, b, c, d in matcher.get_opcodes():
        if operation == "replace":
            new = list(_new_words(claim_words[a:b], claim_stems[a:b], source_stems))
            old = list(_new_words(source_words[c:d], source_stems[c:d], claim_stems))
            if new and old and any(map(is_name, [*new, *old])):
                return f'its source says "{" ".join(old)}" instead of "{" ".join(new)}"'
    return ""


def similarity(one: str, other: str) -> float:
    """Return the share of words, from 0 to 1, that two texts have in the same order."""
    a, b = ([stem(w.casefold()) for w in WORD.findall(t)] for t in (one, other))
    return SequenceMatcher(None, a, b, autojunk=False).ratio()


def _new_words(
    words: Sequence[str], stems: Sequence[str], other: Sequence[str]
) -> Iterator[str]:
    """Yield words with content whose stems the other sentence has not."""
    for word, stemmed in zip(words, stems, strict=True):
        if stemmed not in other and is_content_word(word.casefold()):
            yield word
