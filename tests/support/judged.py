"""A sentence and the texts of some passages, judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from tests.support.passages import passage

from askdocs.domain.answer import Sentence, Verdict
from askdocs.steps.answer.ground import Ground


def judged(sentence: str, *texts: str, **rules: Any) -> Sentence:
    """Return the sentence with its verdict; each text is a passage of its own."""
    named = {"title": "Guide"}
    passages = [passage(n, text=t, **named) for n, t in enumerate(texts, start=1)]
    return Ground(passages, **{"known": ["Scaleway"], **rules}).judge(sentence)


def why(sentence: str, *texts: str, **rules: Any) -> str:
    """Return why a sentence is not supported; "" if it is."""
    found = judged(sentence, *texts, **rules)
    assert (found.verdict is Verdict.UNSUPPORTED) == bool(found.why)
    return found.why


def embedding(cosine: float) -> Any:
    """Return what makes vectors of which the first is that like all others."""
    asked: list[list[str]] = []

    def embed(texts: Sequence[str]) -> np.ndarray:
        asked.append(list(texts))
        rows = np.zeros((len(texts), 2), np.float32)
        rows[0] = cosine, (1 - cosine**2) ** 0.5
        rows[1:, 0] = 1
        return rows

    embed.asked = asked
    return embed
