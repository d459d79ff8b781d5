"""Check what a person typed as a question, or say why it is none."""

from __future__ import annotations

from askdocs.domain.errors import ConfigError
from askdocs.domain.text import visible

MAX_QUESTION_CHARS = 4_000
"""Characters; the longest of 218 questions about the Scaleway docs has 150."""

_EXAMPLE = 'rag ask "how do I create a serverless job?"'


def checked_question(text: str) -> str:
    """Return the question in one line, without control characters.

    Raises:
        ConfigError: if it has no letter or digit, or is longer than `MAX_QUESTION_CHARS`.
    """
    if len(text) > MAX_QUESTION_CHARS:
        raise ConfigError(
            f"the question has {len(text):,} characters, the most is {MAX_QUESTION_CHARS:,}",
            hint="ask for one thing, in a sentence",
        )
    question = " ".join(visible(text.replace("\r", " ")).split())
    if not any(c.isalnum() for c in question):
        raise ConfigError("the question is empty", hint=_EXAMPLE)
    return question
