"""An embedding model that cannot be loaded says so with each question."""

from __future__ import annotations

import pytest
from tests.support.fakes import a_space

from askdocs.adapters.embedding.unavailable import UnavailableEncoder
from askdocs.domain.errors import ModelUnavailable


def test_each_question_is_told_why_there_is_no_vector():
    """Who asks must decide what to do instead, and can name the reason."""
    reason = ModelUnavailable("there is no model", hint="rag doctor")
    encoder = UnavailableEncoder(a_space(), reason)

    for question in ("one?", "two?"):
        with pytest.raises(ModelUnavailable, match="there is no model"):
            encoder.embed_question(question)
    assert encoder.degraded == ()
