"""Which URLs lead to this machine."""

from __future__ import annotations

import socket

import pytest

from askdocs.adapters.local.loopback import is_listening, is_loopback


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
        ("http://", True),
        ("http://10.0.0.7:11434", False),
        ("https://localhost.example", False),
        ("https://localhost.", False),
        ("http://127.0.0.1.example", False),
        ("http://127.0.0.1@gpu-box", False),
        ("http://[2001:db8::1]:6333", False),
        ("http://0.0.0.0", False),
        ("gpu-box:11434", False),
    ],
)
def test_loopback_is_told_from_elsewhere(url, here):
    """On this machine a proxy can only lose or leak the request."""
    assert is_loopback(url) is here


def test_what_is_no_url_is_an_error():
    """Half of an IPv6 address must not pass for a name that is elsewhere."""
    with pytest.raises(ValueError, match="Invalid IPv6"):
        is_loopback("http://[")


def test_a_port_is_asked_whether_anybody_listens():
    """A refusal is the common case, and costs nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://localhost:{server.getsockname()[1]}/v1"
        assert is_listening(url, limit_s=3)

    assert not is_listening(url, limit_s=3)
