"""Find the words that a text is about, and the signs that turn its meaning round.

Words are compared by a rough stem, which is enough to tell "creating" from "deleting"
and not to tell "create" from "creates". The lists are of English; text in another
language keeps all its words, and its turns are not seen.
"""

from __future__ import annotations

import re

from askdocs.steps.answer.words import FUNCTION_WORDS, PLAIN_NEGATIONS

WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W\d_]+)?")

_STOP_WORDS = FUNCTION_WORDS.union(
    "about above after again all also am because before being below between both but "
    "doing down during each few further having he her here hers him his into itself "
    "just more most need no nor not now off once one only other out over own same shall "
    "she such than then these those through too under until up upon very via while whom "
    "within yours must might please simply following follow follows possible able order "
    "let make sure want wish run running execute enter type terminal command commands "
    "example yes".split()
)

NEGATIONS = frozenset(PLAIN_NEGATIONS).union(
    "nor neither nobody nothing nowhere n't unable".split()
)

DENIALS = frozenset(
    "prevent restrict avoid refus reject forbid prohibit block deny disallow fail lack "
    "forbidden deni unless instead rather impossibl unavailabl".split()
)
"""Stems of words that deny without a "not"."""

_OPPOSITES = """
after/before above/below over/under enable/disable allow/deny,forbid,prevent,block
allow/prohibit,disallow required/optional mandatory/optional possible/impossible
available/unavailable supported/unsupported compatible/incompatible public/private
always/never,sometimes all/none,some every/some with/without start/stop attach/detach
mount/unmount lock/unlock encrypt/decrypt encrypted/unencrypted connect/disconnect
increase/decrease,reduce minimum/maximum least/most more/less,fewer higher/lower
larger/smaller first/last internal/external inbound/outbound incoming/outgoing
upload/download import/export true/false free/paid,billed,charged
automatic/manual automatically/manually temporary/permanent temporarily/permanently
reversible/irreversible same/different identical/different synchronous/asynchronous
visible/hidden active/inactive valid/invalid secure/insecure must/may read/write
add/remove,delete create/delete allowed/refused include/exclude up/down left/right
open/close success/failure succeed/fail primary/secondary before/after
"""


def words(text: str) -> list[str]:
    """Return the words of a text in order, in lower case, with straight apostrophes."""
    return [w.casefold().replace("\u2019", "'") for w in WORD.findall(text)]


def content_stems(text: str) -> list[str]:
    """Return the stems of the words that a text is about, in order.

    >>> content_stems("You can't create jobs without creating a Project.")
    ['creat', 'job', 'creat', 'project']
    """
    return [stem(w) for w in words(text) if is_content_word(w)]


def is_content_word(word: str) -> bool:
    """Whether a word, in lower case, is more than grammar."""
    bare = word.partition("'")[0]
    return bare not in _STOP_WORDS and not is_negation(word) and len(bare) > 1


def is_negation(word: str) -> bool:
    """Whether a word, in lower case, turns what follows into its opposite."""
    return word in NEGATIONS or word.endswith("n't")


def stem(word: str) -> str:
    """Return a word without the endings that only grammar asks for.

    >>> [stem(w) for w in ("creates", "creating", "created", "create", "policies", "bus")]
    ['creat', 'creat', 'creat', 'creat', 'policy', 'bus']
    """
    word = word.removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    for ending, min_chars in (("ing", 6), ("ed", 5), ("es", 5), ("s", 4)):
        if word.endswith(ending) and len(word) >= min_chars and word[-2:] != "ss":
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiousl":
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def opposites(stemmed: str) -> frozenset[str]:
    """Return the stems that say the contrary of a stem."""
    return _OPPOSITES_BY_STEM.get(stemmed, frozenset())


def _opposites_by_stem() -> dict[str, frozenset[str]]:
    opposites_of: dict[str, set[str]] = {}
    for entry in _OPPOSITES.split():
        one, others = entry.split("/")
        for other in others.split(","):
            for word, contrary in ((one, other), (other, one)):
                opposites_of.setdefault(stem(word), set()).add(stem(contrary))
    return {word: frozenset(stems - {word}) for word, stems in opposites_of.items()}


_OPPOSITES_BY_STEM = _opposites_by_stem()
