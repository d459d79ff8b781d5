"""What a model server is sent, and how a duration is written."""

from __future__ import annotations

import pytest

from askdocs.adapters.llm.options import Sampling


@pytest.mark.parametrize(
    ("given", "sent"),
    [("30m", "30m"), ("1h", "1h"), ("-1", -1), ("30", 30), (0, 0), (2.5, 2.5)],
)
def test_seconds_without_a_unit_are_a_number(given, sent):
    """Ollama takes "-1" for a duration without a unit, and answers 400."""
    assert Sampling(8192, 512, 0.0, given).keep_alive_value == sent
