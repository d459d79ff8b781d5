"""What can go wrong with a language model, whoever serves it, in plain words."""

from __future__ import annotations

import re

from askdocs.domain.errors import AnswerIncomplete


class Ended(ConnectionError):
    """A stream came to a clean end, but before the model was done."""


def cut_off(tokens: int) -> AnswerIncomplete:
    """Return what it means when the model had more to say than it may."""
    return AnswerIncomplete(
        f"the answer was cut off after {tokens} tokens",
        hint="raise RAG_LLM_NUM_PREDICT, or ask a narrower question",
    )


def repetitive() -> AnswerIncomplete:
    """Return what it means when the model says the same again and again."""
    return AnswerIncomplete(
        "the answer was stopped: the model repeats itself",
        hint="ask in other words, or try another RAG_LLM_MODEL",
    )


def without_credentials(url: str) -> str:
    """Return *url* without a name and password: messages end up in logs."""
    return re.sub(r"//[^/?#]*@", "//", url)


def one_line(text: object) -> str:
    """Return a stranger's words in one line of at most 200 characters."""
    return re.sub(r"\s+", " ", str(text)).strip()[:200]
