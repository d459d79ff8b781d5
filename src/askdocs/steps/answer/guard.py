"""What a guard model wrote becomes a verdict; what is none refuses.

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
_MOST = 20
_LONGEST = 60
"""Characters of a category; what is longer is none, and may quote what is unsafe."""


def verdict(reply: str, stage: str) -> Safety:
    r"""Return what a guard said of a *stage* ("question" or "answer").

    >>> verdict("unsafe\nS1,S10", "question").categories
    ('S1', 'S10')
    >>> verdict("I think it is fine.", "answer").safe
    False
    """
    if found := _JSON.search(reply):
        return _of_json(found[0], stage)
    first, _, rest = reply.strip().partition("\n")
    word = first.strip(" .*`\"'").casefold()
    if word == "safe" and not rest.strip():
        return Safety(stage, safe=True)
    if word == "unsafe":
        return Safety(stage, safe=False, categories=_categories(rest))
    return garbage(stage)


def garbage(stage: str, why: str = "the guard wrote no verdict") -> Safety:
    """Return the verdict where there is none: nobody said that it is safe."""
    return Safety(stage, safe=False, categories=("no verdict",), why=why)


def _of_json(text: str, stage: str) -> Safety:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return garbage(stage)
    told = _lower(said) if isinstance(said, Mapping) else {}
    asked = ("user safety", "prompt safety")
    keys = asked if stage == "question" else ("response safety",)
    for key in (*keys, "safety", "verdict"):
        word = str(told.get(key)).strip().casefold()
        if word in {"safe", "unsafe"}:
            names = told.get("safety categories", told.get("categories", ""))
            listed = "\n".join(map(str, names)) if isinstance(names, list) else names
            return Safety(
                stage, safe=word == "safe", categories=_categories(str(listed or ""))
            )
    return garbage(stage)


def _lower(said: Mapping[str, Any]) -> dict[str, Any]:
    return {str(k).strip().casefold().replace("_", " "): v for k, v in said.items()}


def _categories(text: str) -> tuple[str, ...]:
    found = (name.strip() for name in _CATEGORY.findall(text))
    return tuple(name for name in found if 0 < len(name) <= _LONGEST)[:_MOST]
