"""Fixtures for the adapters of language models."""

from __future__ import annotations

import socket

import pytest


@pytest.fixture
def closed_port():
    """A port on which nothing listens, and nothing else can while the test runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]
