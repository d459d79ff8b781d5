"""Reply to a turn that asks nothing: thanks, a greeting, a goodbye.

Only a turn that is nothing else counts: "thanks, and how do I delete it?" is a question.
"""

from __future__ import annotations

import re

_REPLIES = {
    "thanks": "You're welcome. Ask on, or leave with /quit.",
    "agreed": "Good. What else would you like to know about {product}?",
    "hello": "Hello. What would you like to know about {product}?",
    "bye": "Goodbye. /quit or Ctrl-D leaves.",
}
_PHRASES = {
    "thanks": "thanks|thanks a lot|thanks so much|thanks very much|many thanks|thank you"
    "|thank you so much|thank you very much|thx|ty|cheers|merci|danke|gracias",
    "agreed": "ok|okay|k|great|perfect|cool|nice|fine|good|very good|awesome|excellent"
    "|wonderful|got it|i see|understood|all right|alright|that helps|that helped",
    "hello": "hello|hello there|hi|hi there|hey|hey there|good morning|good afternoon"
    "|good evening|hallo|bonjour|hola",
    "bye": "bye|bye bye|goodbye|good bye|good night|see you|ciao|quit|exit",
}
_KINDS = {phrase: kind for kind, said in _PHRASES.items() for phrase in said.split("|")}
_LONGEST_FIRST = sorted(_KINDS, key=len, reverse=True)
_PHRASE = re.compile(rf"(?:{'|'.join(map(re.escape, _LONGEST_FIRST))})(?: |$)")
_MAX_CHARS = 60


def reply_to(line: str, product: str) -> str:
    """Return what is said to a line that asks nothing; "" if it is a question.

    >>> reply_to("OK, thanks!", "Acme")
    "You're welcome. Ask on, or leave with /quit."
    >>> reply_to("thanks, and how do I delete it?", "Acme")
    ''
    """
    if len(line) > _MAX_CHARS or "?" in line:
        return ""
    said = " ".join(re.findall(r"[^\W_]+", line.casefold()))
    kind, at = "", 0
    while at < len(said) and (phrase := _PHRASE.match(said, at)):
        kind, at = _KINDS[phrase[0].strip()], phrase.end()
    return _REPLIES[kind].format(product=product) if kind and at >= len(said) else ""
