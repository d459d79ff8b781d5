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
    head = {"title": "Guide"}
    passages = [passage(n, text=t, **head) for n, t in enumerate(texts, start=1)]
    return Ground(passages, **{"known": ["Scaleway"], **rules}).judge(sentence)


def why(sentence: str, *texts: str, **rules: Any) -> str:
    """Return why a sentence is not supported; "" if it is."""
    result = judged(sentence, *texts, **rules)
    assert (result.verdict is Verdict.UNSUPPORTED) == bool(result.why)
    return result.why


def embedding(cosine: float) -> Any:
    """Return what makes vectors of which the first is that like all others."""
    calls: list[list[str]] = []

    def embed(texts: Sequence[str]) -> np.ndarray:
        calls.append(list(texts))
        rows = np.zeros((len(texts), 2), np.float32)
        rows[0] = cosine, (1 - cosine**2) ** 0.5
        rows[1:, 0] = 1
        return rows

    embed.calls = calls
    return embed
