"""Where a proxy has no business. The limits themselves are tested with Ollama's."""

from __future__ import annotations

import pytest

from askdocs.adapters.llm.http_stream import client_options
from askdocs.adapters.llm.options import Limits, Sampling, is_loopback


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:11434", True),
        ("http://localhost:11434/", True),
        ("http://LOCALHOST", True),
        ("127.0.0.1:11434", True),
        ("localhost", True),
        ("http://[::1]:11434", True),
        ("http://me:pass@127.8.9.10:80", True),
        ("http://10.0.0.7:11434", False),
        ("https://localhost.example", False),
        ("gpu-box:11434", False),
    ],
)
def test_loopback_is_told_from_elsewhere(url, here):
    """On this machine a proxy can only lose or leak the request."""
    assert is_loopback(url) is here
    assert client_options(url, Limits())["trust_env"] is not here


def test_a_cold_model_has_time_to_load():
    """A large one takes two minutes; LlamaIndex's own 30 s would abort it each time."""
    options = client_options("http://127.0.0.1:11434", Limits())

    assert options["timeout"].read == Limits().first_s >= 240
    assert options["timeout"].connect == Limits().connect_s <= 5


@pytest.mark.parametrize(
    ("given", "sent"),
    [("30m", "30m"), ("1h", "1h"), ("-1", -1), ("30", 30), (0, 0), (2.5, 2.5)],
)
def test_seconds_without_a_unit_are_a_number(given, sent):
    """Ollama takes "-1" for a duration without a unit, and answers 400."""
    assert Sampling(8192, 512, 0.0, given).kept == sent
