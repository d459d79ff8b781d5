"""Hold the pieces of Markdown that more than one step of an answer looks for.

What is nearly the same stands side by side: a reply may be half a block, a passage is
whole, and what is shown must not be mistaken by any renderer.
"""

from __future__ import annotations

import re

BULLET = r"(?:[-*+]|\d+[.)])"
"""The bullet or number of an item, for a pattern."""

FENCE_MARK = r"(?:`{3,}|~{3,})"
"""What a code fence begins and ends with, for a pattern."""

TABLE_RULE = r"[ \t:|-]*-[ \t:|-]*"
"""The rest of the line below the head of a table, for a pattern."""

LINK_TARGET = r"\]\([^()\s]*\)"
"""The end of a link with a target that has no brackets, for a pattern."""

ITEM = re.compile(rf"\s*{BULLET}\s")
"""The beginning of an item."""

ITEM_OR_ROW = re.compile(rf"\s*(?:\||{BULLET})")
"""The beginning of a table row or, with or without a blank behind it, of an item."""

LEAD_IN = re.compile(r"[:\uff1a][\s*_]*\Z")
"""The end of what announces something ("Do this:")."""

_IN_ITEM = rf"(?:{BULLET}[ \t]+)?"

FENCE_BEGIN = re.compile(rf"\s*{_IN_ITEM}(?:`{{3}}|~{{3}})")
"""Whatever begins like a code fence, in an item too."""

FENCE_LINE = re.compile(rf"[ \t]*{_IN_ITEM}{FENCE_MARK}[^`\n]*(?:\n|\Z)")
"""The whole first line of a code fence; no backtick stands in it."""

ANY_FENCE_LINE = re.compile(rf"\s*{_IN_ITEM}(?:`{{3,}}[^`\n]*|~{{3,}}.*)(?:\n|\Z)")
"""The same behind empty lines too, and behind tildes with backticks in it."""

CODE_SPAN = re.compile(
    r"(?<![\\`])(`+)(?!`)(?:(?!\n[ \t]*\n).)*?(?<!`)\1(?!`)", re.DOTALL
)
"""Code within one paragraph, as a renderer sees it."""

ANY_CODE_SPAN = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
"""Code and what is in it, wherever it ends: across paragraphs, behind a backslash."""


def is_row(text: str) -> bool:
    """Return whether a text begins as a table row does."""
    return text.lstrip().startswith("|")
