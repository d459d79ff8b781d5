"""Put what a follow-up leans on into it by rule, where no model rewrites it.

The rules are of English and few: a pronoun stands for what the question before asked
about, and a turn that is no sentence goes on with it. Anything else stands by itself:
words of another topic would find the wrong page.
"""

from __future__ import annotations

import re

from askdocs.steps.answer.words import FUNCTION_WORDS

_LEAD = re.compile(
    r"(?:(?:and|but|so|then|also|or|ok|okay|now|well|please|what about|how about)\b[ ,]*)+",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"\b(?:what|how) about\b", re.IGNORECASE)
_NO_PRONOUN = re.compile(
    r"\b(?:is it|it is|it's) (?:possible|safe|ok|okay|true|necessary|required|better|worth"
    r"|allowed|a good idea)\b|\b(?:does|will|would|did) it (?:take|cost|make sense) to\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?:(?:it(?!['\u2019])|its|them|they|(?:this|that|the other|another) one)\b"
    r"|(?:those|these|this|that|one|ones)(?=\W*$|\W+(?:in|on|with|for|from|by)\b))(?!-)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:how (?:do|can|could|should|would|may) (?:i|we|you|one) \w+|how to \w+"
    r"|(?:can|could|may|should|do) (?:i|we|you) \w+|(?:is|are) there|(?:what|where|who)"
    r"(?:['\u2019]s| is| are)|why (?:is|are|does|do)|show me|tell me about"
    r"|\w+(?= (?:an?|the|my|our) )) "
    r"(?:(?:up|out|off|back) )?",
    re.IGNORECASE,
)
"""What a question begins with before it names its object."""

_PREPOSITIONS = frozenset(
    "in on with for from by via using without under at between through to".split()
)
_QUESTION_WORDS = frozenset(
    "how what where when why who which can could do does did is are may should will".split()
)
_MAX_OBJECT_WORDS = 12
_MAX_FRAGMENT_WORDS = 4


def resolved(question: str, before: str, *, max_chars: int) -> str:
    """Return a question with what it leans on; as it was asked if that is nothing.

    Args:
        question: As typed.
        before: The question before, which stands by itself.
        max_chars: The most characters of a question.

    >>> resolved("and how do I delete it?", "How do I create a job?", max_chars=99)
    'how do I delete a job?'
    >>> resolved("and in Paris?", "How do I create a job?", max_chars=99)
    'How do I create a job in Paris?'
    """
    lead = _LEAD.match(question)
    rest = question[lead.end() :] if lead else question
    words = re.findall(r"[^\W_]+", rest.casefold())
    topic = _object_of(before)
    whole = ""
    if topic and words:
        if _PRONOUN.search(_NO_PRONOUN.sub("", rest)):
            whole = _with_pronoun_replaced(rest, topic)
        elif _is_fragment(words, led=bool(lead)):
            about = words[0] in _PREPOSITIONS or _ABOUT.search(question)
            head = before.rstrip(" ?.!") if about else _bare(rest) + ":"
            whole = f"{head} {_bare(rest) if about else topic}?"
    return whole if whole and len(whole) <= max_chars else question


def _object_of(question: str) -> str:
    """Return what a question asks about; "" if that cannot be told."""
    lead = _LEAD.match(question)
    rest = question[lead.end() :] if lead else question
    if asks := _ASKS.match(rest):
        words = _bare(rest[asks.end() :]).split()
    else:
        words = [w for w in _bare(rest).split() if w.casefold() not in FUNCTION_WORDS]
    return " ".join(words[:_MAX_OBJECT_WORDS])


def _with_pronoun_replaced(text: str, topic: str) -> str:
    """Put the topic in the place of the first pronoun that stands for something."""
    kept = [span.span() for span in _NO_PRONOUN.finditer(text)]
    for found in _PRONOUN.finditer(text):
        if not any(begin <= found.start() < end for begin, end in kept):
            own = "'s" if found[0].casefold() == "its" else ""
            return f"{text[: found.start()]}{topic}{own}{text[found.end() :]}"
    return ""


def _is_fragment(words: list[str], *, led: bool) -> bool:
    """Return whether words are no question of their own."""
    if len(words) > _MAX_FRAGMENT_WORDS:
        return False
    content = [word for word in words if word not in FUNCTION_WORDS]
    if not content or words[0] in _PREPOSITIONS or words[0] == "the":
        return True
    return led and words[0] not in _QUESTION_WORDS


def _bare(text: str) -> str:
    return text.strip(" ?.!,;:")
