"""Passages for tests: short, distinct, and in the order of their scores."""

from __future__ import annotations

from typing import Any

from askdocs.domain.answer import Passage


def passage(n: int = 1, **changes: Any) -> Passage:
    """Return the nth passage; its text is "Fact n." and its score falls with n."""
    fields: dict[str, Any] = {
        "id": f"00000000-0000-4000-8000-{n:012d}",
        "path": f"jobs/page-{n}.mdx",
        "file_path": f"jobs/page-{n}",
        "url": f"https://docs.example/jobs/page-{n}/",
        "anchor": "",
        "title": f"Page {n}",
        "heading": ("Start",),
        "text": f"Fact {n}.",
        "lines": (1, 2),
        "score": 1 / n,
    }
    return Passage(**{**fields, **changes})


def passages(count: int) -> tuple[Passage, ...]:
    """Return the passages 1 to *count*, best first."""
    return tuple(passage(n) for n in range(1, count + 1))
