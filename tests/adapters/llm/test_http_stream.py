"""How a client waits, and what it never does: redirects, proxies on this machine."""

from __future__ import annotations

import pytest

from askdocs.adapters.llm.http_stream import client_options
from askdocs.adapters.llm.options import Limits


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
def test_no_proxy_is_asked_for_what_is_on_this_machine(url, here):
    """On this machine a proxy can only lose or leak the request."""
    assert client_options(url, Limits())["trust_env"] is not here


def test_a_cold_model_has_time_to_load():
    """A large one takes two minutes; LlamaIndex's own 30 s would abort it each time."""
    options = client_options("http://127.0.0.1:11434", Limits())

    assert options["timeout"].read == Limits().first_s >= 240
    assert options["timeout"].connect == Limits().connect_s <= 5
