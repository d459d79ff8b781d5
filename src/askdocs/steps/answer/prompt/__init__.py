"""Tell the model what to do with passages and a question, within its window.

The rules ask for a mark `[^n]` after each claim and for a sentinel where the passages do
not answer; the closing link is the program's, so the model is to print none. Passages
and question are data: they stand inside a fence that no author of one can foresee.
"""

from __future__ import annotations

from askdocs.steps.answer.prompt.passage_block import clean, fence, format_passage
from askdocs.steps.answer.prompt.prompts import (
    MERGE,
    NO_DRAFT,
    REFINE,
    SYSTEM,
    USER,
    format_draft,
)
from askdocs.steps.answer.prompt.template import (
    BRACES,
    MAX_TEMPLATE_BYTES,
    Template,
    fill_in,
    read_template,
)
from askdocs.steps.answer.prompt.window import (
    CHAT_TOKENS,
    Fitted,
    Mode,
    Prompt,
    count_tokens,
)

__all__ = [
    "BRACES",
    "CHAT_TOKENS",
    "MAX_TEMPLATE_BYTES",
    "MERGE",
    "NO_DRAFT",
    "REFINE",
    "SYSTEM",
    "USER",
    "Fitted",
    "Mode",
    "Prompt",
    "Template",
    "clean",
    "count_tokens",
    "fence",
    "fill_in",
    "format_draft",
    "format_passage",
    "read_template",
]
