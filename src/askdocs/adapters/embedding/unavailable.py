"""Stand in for an embedding model that cannot be loaded: each question is told why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from askdocs.domain.errors import ModelUnavailable
from askdocs.domain.index import Space

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector


class UnavailableEncoder:
    """The port `QueryEmbedder` where the embedding model cannot be loaded.

    Args:
        space: That the model would have.
        reason: Is raised for each question.
    """

    degraded: tuple[str, ...] = ()

    def __init__(self, space: Space, reason: ModelUnavailable) -> None:
        self.space = space
        self._reason = reason

    def embed_question(self, text: str) -> Vector:  # noqa: ARG002 (it cannot be read)
        """Raise ModelUnavailable."""
        raise self._reason

    def embed_texts(self, texts: Sequence[str]) -> Vector:  # noqa: ARG002
        """Raise ModelUnavailable."""
        raise self._reason
