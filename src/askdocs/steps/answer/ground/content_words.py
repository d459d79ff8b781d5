"""A text becomes the words it is about, and the signs that turn its meaning round.

Words are compared by a rough stem, which is enough to tell "creating" from "deleting"
and not to tell "create" from "creates". The lists are of English; text in another
language keeps all its words, and its turns are not seen.
"""

from __future__ import annotations

import re

from askdocs.steps.answer.words import FUNCTION_WORDS, PLAIN_NEGATIONS

WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W\d_]+)?")

_STOP = FUNCTION_WORDS.union(
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


def content(text: str) -> list[str]:
    """Return the stems of the words that a text is about, in order.

    >>> content("You can't create jobs without creating a Project.")
    ['creat', 'job', 'creat', 'project']
    """
    return [stem(w) for w in words(text) if says_something(w)]


def says_something(word: str) -> bool:
    """Whether a word, in lower case, is more than grammar."""
    bare = word.partition("'")[0]
    return bare not in _STOP and not is_negation(word) and len(bare) > 1


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
    for ending, least in (("ing", 6), ("ed", 5), ("es", 5), ("s", 4)):
        if word.endswith(ending) and len(word) >= least and word[-2:] != "ss":
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiousl":
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def opposites(stemmed: str) -> frozenset[str]:
    """Return the stems that say the contrary of a stem."""
    return _CONTRARY.get(stemmed, frozenset())


def _contraries() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for entry in _OPPOSITES.split():
        one, others = entry.split("/")
        for other in others.split(","):
            for word, contrary in ((one, other), (other, one)):
                found.setdefault(stem(word), set()).add(stem(contrary))
    return {word: frozenset(stems - {word}) for word, stems in found.items()}


_CONTRARY = _contraries()
