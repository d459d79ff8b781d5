"""Where a proxy has no business. The limits themselves are tested with Ollama's."""

from __future__ import annotations

import pytest

from askdocs.adapters.limits import Limits, client_options, is_loopback


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
