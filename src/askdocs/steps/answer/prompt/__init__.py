"""Passages and a question become what the model is told, within its window.

The rules ask for a mark `[^n]` after each claim and for a sentinel where the passages do
not answer; the closing link is the program's, so the model is to print none. Passages
and question are data: they stand inside a fence that no author of one can foresee.
"""

from __future__ import annotations

from askdocs.steps.answer.prompt.passage_block import clean, fence, shown
from askdocs.steps.answer.prompt.prompts import (
    MERGE,
    NO_DRAFT,
    REFINE,
    SYSTEM,
    USER,
    draft_shown,
)
from askdocs.steps.answer.prompt.template import (
    BRACES,
    TEMPLATE_BYTES,
    Template,
    filled,
    read_template,
)
from askdocs.steps.answer.prompt.window import CHAT_TOKENS, Fitted, Mode, Prompt, tokens

__all__ = [
    "BRACES",
    "CHAT_TOKENS",
    "MERGE",
    "NO_DRAFT",
    "REFINE",
    "SYSTEM",
    "TEMPLATE_BYTES",
    "USER",
    "Fitted",
    "Mode",
    "Prompt",
    "Template",
    "clean",
    "draft_shown",
    "fence",
    "filled",
    "read_template",
    "shown",
    "tokens",
]
