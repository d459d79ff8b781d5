"""A reply and its passages become a verdict for each sentence."""

from __future__ import annotations

from askdocs.steps.ground.evidence import plain
from askdocs.steps.ground.judge import Embed, Ground, Verify

__all__ = ["Embed", "Ground", "Verify", "plain"]
