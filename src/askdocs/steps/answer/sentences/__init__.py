"""Split text into what can be judged by itself: pieces of a reply, units of a passage."""

from __future__ import annotations

from askdocs.steps.answer.sentences.parts import has_claim, pieces, units
from askdocs.steps.answer.sentences.splitter import Sentences

__all__ = ["Sentences", "has_claim", "pieces", "units"]
