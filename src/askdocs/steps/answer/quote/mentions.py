"""Find the names in a question that no passage mentions: then the docs do not answer it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from askdocs.steps.answer.ground.content_words import stem
from askdocs.steps.answer.words import FUNCTION_WORDS, WORD

_TERM = re.compile(r"[^\W_]+(?:[-./][^\W_]+)*")
_SENTENCE_BEGIN = re.compile(r"(?:\A|[.?!:;(\"'])\s*\Z")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DOTTED = re.compile(r"[^\W\d_]\.[^\W\d_]")
_PLURAL = re.compile(r"\A([A-Z]{2,})s\Z")
_VERSION = re.compile(r"v?\d+(?:\.\d+)*", re.IGNORECASE)
_CALENDAR = frozenset(
    "january february march april may june july august september october november "
    "december monday tuesday wednesday thursday friday saturday sunday".split()
)
_MIN_NAME_CHARS = 3
_MAX_WORDS = 30
"""Of a question whose names must be mentioned; a stack trace has many that nobody asks for."""


def unmentioned_names(
    question: str, texts: Iterable[str], *, product: str
) -> tuple[str, ...]:
    """Return the names in a question that no text has, as they were typed.

    A name is what has a capital letter though no sentence begins with it ("Tokyo"),
    several capitals ("HIPAA", "OpenSearch"), or letters and digits ("B200"); or words
    that hyphens make one term with a function word in it ("point-in-time"). Nouns of
    German have capitals, too: ask for names in English only. Files, hosts and
    dotted names of a program are none, and a long text (a stack trace) has none.

    Args:
        question: As asked, in English.
        texts: What was found, with titles and headings.
        product: Its name needs no mention.
    """
    if len(question.split()) > _MAX_WORDS:
        return ()
    text = _CAMEL.sub(" ", "\n".join(texts)).casefold()
    stems = {stem(word) for word in WORD.findall(text)}
    known = WORD.findall(product.casefold())
    titled = _is_title(question)
    names = []
    for match in _TERM.finditer(question):
        term = match[0]
        begins = bool(_SENTENCE_BEGIN.search(question[: match.start()]))
        plain = begins or titled
        if not _is_name(term, plain=plain) or term.casefold() in known:
            continue
        singular = _PLURAL.sub(r"\1", term)  # "IDs" is "ID"
        *parts, last = WORD.findall(singular.casefold())
        whole = not parts and stem(last) in stems
        if not whole and not _begins_a_word("".join([*parts, stem(last)]), text):
            names.append(term)
    return tuple(dict.fromkeys(names))


def _is_title(question: str) -> bool:
    """Whether a question is written as titles are, with capitals that say nothing."""
    words = [w for w in WORD.findall(question) if w.casefold() not in FUNCTION_WORDS]
    asks = question.rstrip().endswith("?") or question[:1].islower()
    return not asks and len(words) > 3 and sum(map(str.istitle, words)) > len(words) / 2


def _is_name(term: str, *, plain: bool) -> bool:
    """Whether a term is a name; in *plain* a first capital is no sign of one."""
    if len(term) < _MIN_NAME_CHARS or _DOTTED.search(term) or _VERSION.fullmatch(term):
        return False
    if term.casefold() in _CALENDAR:
        return False
    capitals = sum(char.isupper() for char in term)
    digits = any(char.isdigit() for char in term)
    letters = any(char.isalpha() for char in term)
    inner = term.split("-")[1:-1]
    compound = any(part.casefold() in FUNCTION_WORDS for part in inner)
    return (
        compound
        or capitals > 1
        or (bool(capitals) and not plain)
        or (digits and letters)
    )


def _begins_a_word(name: str, text: str) -> bool:
    """Whether a word, or several, begin with a name: "K8s" is "k-8s", "Open Search" too.

    "SOC" stands in "associated", and is not mentioned by it.
    """
    return bool(re.search(r"(?<![^\W_])" + r"[\W_]*".join(name), text))
