"""A sentence and the texts of some passages, judged."""

from __future__ import annotations

from typing import Any

from tests.support.passages import passage

from askdocs.domain.answer import Sentence, Verdict
from askdocs.steps.answer.ground import Ground

UNSAID = "no passage says so"


def judged(sentence: str, *texts: str, **rules: Any) -> Sentence:
    """Return the sentence with its verdict; each text is a passage of its own."""
    head = {"title": "Guide"}
    passages = [passage(n, text=t, **head) for n, t in enumerate(texts, start=1)]
    return Ground(passages, **{"known": ["Scaleway"], **rules}).judge(sentence)


def why(sentence: str, *texts: str, **rules: Any) -> str:
    """Return what speaks against a sentence; "" if it is proven, or only unproven."""
    result = judged(sentence, *texts, **rules)
    lacking = result.verdict in (Verdict.UNSURE, Verdict.UNSUPPORTED)
    assert lacking == bool(result.why)
    unproven = result.verdict is Verdict.UNSURE and result.why == UNSAID
    return "" if unproven else result.why
