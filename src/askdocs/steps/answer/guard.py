"""Read the verdict of a guard model; what is none refuses.

Two forms are understood: that of Llama Guard ("safe", or "unsafe" and a line of
categories), and JSON such as that of NeMo Guard ({"User Safety": "unsafe", "Safety
Categories": "Violence, Hate"}).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from askdocs.domain.answer import Safety

_JSON = re.compile(r"\{.*\}", re.DOTALL)
_CATEGORY = re.compile(r"[^,;\n]+")
_MAX_CATEGORIES = 20
_MAX_CATEGORY_CHARS = 60
"""Characters of a category; what is longer is none, and may quote what is unsafe."""


def read_verdict(reply: str, stage: str) -> Safety:
    r"""Return what a guard said of a *stage* ("question" or "answer").

    >>> read_verdict("unsafe\nS1,S10", "question").categories
    ('S1', 'S10')
    >>> read_verdict("I think it is fine.", "answer").safe
    False
    """
    if json_match := _JSON.search(reply):
        return _read_json_verdict(json_match[0], stage)
    first, _, rest = reply.strip().partition("\n")
    word = first.strip(" .*`\"'").casefold()
    if word == "safe" and not rest.strip():
        return Safety(stage, safe=True)
    if word == "unsafe":
        return Safety(stage, safe=False, categories=_categories(rest))
    return no_verdict(stage)


def no_verdict(stage: str, why: str = "the guard wrote no verdict") -> Safety:
    """Return the verdict where there is none: nobody said that it is safe."""
    return Safety(stage, safe=False, categories=("no verdict",), why=why)


def _read_json_verdict(text: str, stage: str) -> Safety:
    try:
        reply = json.loads(text)
    except (ValueError, RecursionError):
        return no_verdict(stage)
    fields = _normalized_keys(reply) if isinstance(reply, Mapping) else {}
    question_keys = ("user safety", "prompt safety")
    keys = question_keys if stage == "question" else ("response safety",)
    for key in (*keys, "safety", "verdict"):
        word = str(fields.get(key)).strip().casefold()
        if word in {"safe", "unsafe"}:
            names = fields.get("safety categories", fields.get("categories", ""))
            listed = "\n".join(map(str, names)) if isinstance(names, list) else names
            return Safety(
                stage, safe=word == "safe", categories=_categories(str(listed or ""))
            )
    return no_verdict(stage)


def _normalized_keys(reply: Mapping[str, Any]) -> dict[str, Any]:
    return {str(k).strip().casefold().replace("_", " "): v for k, v in reply.items()}


def _categories(text: str) -> tuple[str, ...]:
    names = (name.strip() for name in _CATEGORY.findall(text))
    kept = [name for name in names if 0 < len(name) <= _MAX_CATEGORY_CHARS]
    return tuple(kept[:_MAX_CATEGORIES])
