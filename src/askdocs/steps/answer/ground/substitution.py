"""Two sentences that differ in few words become the name that was put for another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher

from askdocs.steps.answer.ground.content_words import says_something, stem
from askdocs.steps.answer.words import WORD

_ALIKE = 0.6
"""Share of words in the same order from which two sentences are one, changed."""

IsName = Callable[[str], bool]


def swapped(sentence: str, source: str, is_name: IsName) -> str:
    """Return which name stands for another one, in words; "" if none does.

    Args:
        sentence: Without markup.
        source: Without markup.
        is_name: Whether a word, as it is spelt, is a name and not only a word.

    >>> swapped("Use a Job to run it.", "Use a Volume to run it.", str.istitle)
    'its source says "Volume" instead of "Job"'
    """
    said, meant = WORD.findall(sentence), WORD.findall(source)
    ours, theirs = (
        [stem(w.casefold()) for w in said],
        [stem(w.casefold()) for w in meant],
    )
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return ""
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "replace":
            new = list(_new(said[a:b], ours[a:b], theirs))
            old = list(_new(meant[c:d], theirs[c:d], ours))
            if new and old and any(map(is_name, [*new, *old])):
                return f'its source says "{" ".join(old)}" instead of "{" ".join(new)}"'
    return ""


def alike(one: str, other: str) -> float:
    """Return the share of words, from 0 to 1, that two texts have in the same order."""
    a, b = ([stem(w.casefold()) for w in WORD.findall(t)] for t in (one, other))
    return SequenceMatcher(None, a, b, autojunk=False).ratio()


def _new(
    words: Sequence[str], stems: Sequence[str], other: Sequence[str]
) -> Iterator[str]:
    """Yield words with content whose stems the other sentence has not."""
    for word, stemmed in zip(words, stems, strict=True):
        if stemmed not in other and says_something(word.casefold()):
            yield word
