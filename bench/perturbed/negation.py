"""Turn a true sentence into its opposite: add or remove a negation, or swap opposites."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bench.perturbed.case import Change, draw
from bench.perturbed.literals import replace_span
from bench.perturbed.sentences import SourceSentence

REMOVED_NEGATIONS = {
    r"cannot": "can",
    r"can not": "can",
    r"can't": "can",
    r"(must|should|will|may|does|do|is|are|was) not": r"\1",
    r"(is|are|does|do)n't": r"\1",
    r"no longer": "still",
    r"will never": "will always",
    r"impossible": "possible",
    r"without(?! \w+ing)": "with",
    r"unable to": "able to",
}
"""What takes a negation out."""

ADDED_NEGATIONS = {
    r"can(?! (?:not|only|either|also|then|now)\b)": "cannot",
    r"must(?! not| either)": "must not",
    r"should(?! not)": "should not",
    r"will(?! not| never)": "will not",
    r"may(?! not)": "may not",
    r"(is|are)(?= (?:required|supported|available|included|enabled|created|stored|deleted|used"
    r"|compatible|recommended|necessary|possible|allowed|encrypted|billed|limited|attached"
    r"|accessible|applied|displayed|installed|shared|visible)\b)": r"\1 not",
    r"allows": "does not allow",
    r"supports": "does not support",
    r"requires": "does not require",
    r"provides": "does not provide",
    r"includes": "does not include",
    r"prevents": "does not prevent",
}
"""What puts one in."""

OPPOSITES = """enabled disabled|enable disable|enables disables|required optional
|optional mandatory|before after|after before|public private|private public
|inbound outbound|outbound inbound|automatically manually|manually automatically
|always never|never always|increase decrease|reduce increase|increases decreases
|start stop|stop start|allow deny|deny allow|asynchronous synchronous|read-only writable
|permanent temporary|temporary permanent|same different
|different identical|first last|internal external|external internal
|reversible irreversible|irreversible reversible|free paid|active inactive|attach detach
|detach attach|activate deactivate|deactivate activate|stateless stateful|secure insecure
|allowed forbidden|ascending descending|lower higher|higher lower|minimum maximum
|maximum minimum|disabled enabled|disable enable|disables enables|encrypted unencrypted"""
"""What turns a claim round: each word and what stands for it."""

_HIDDEN = re.compile(r"`[^`]*`|\]\([^)]*\)|\*\*[^*]*\*\*|\"[^\"]*\"")
_PHRASE = re.compile(
    r"\b(?:same time|first name|last name|first time|more information)\b"
)


def _rules() -> list[tuple[re.Pattern[str], str]]:
    pairs = [pair.split() for pair in OPPOSITES.replace("\n", "").split("|")]
    opposites = [
        (re.compile(rf"\b(?<![Tt]o (?=secure)){re.escape(a)}\b(?!-)"), b)
        for a, b in pairs
    ]
    out = [(re.compile(rf"\b{a}\b"), b) for a, b in REMOVED_NEGATIONS.items()]
    into = [(re.compile(rf"\b(?:{a})(?!\w)"), b) for a, b in ADDED_NEGATIONS.items()]
    return [*out, *into, *opposites]


_RULES = _rules()


def negation(source: SourceSentence) -> Iterator[Change]:
    """Yield the sentence with its claim turned round, once by one rule of those that fit."""
    if source.form == "command":
        return
    hidden = [m.span() for p in (_HIDDEN, _PHRASE) for m in p.finditer(source.text)]
    changes = []
    for pattern, other in _RULES:
        match = pattern.search(source.text)
        if match and not any(a <= match.start() < b for a, b in hidden):
            became = match.expand(other)
            if became.lower() not in source.text.lower() or became in match[0]:
                changes.append(replace_span(source.text, match, became))
    if changes:
        yield changes[draw("negation", source.text) % len(changes)]
