"""Ground each sentence of a reply in its passages, and give a verdict."""

from __future__ import annotations

from askdocs.steps.answer.ground.evidence import plain
from askdocs.steps.answer.ground.judge import Ground, Verify

__all__ = ["Ground", "Verify", "plain"]
