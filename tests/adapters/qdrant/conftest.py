"""A Qdrant server that is none, and stores on it that never really sleep."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.support.fake_qdrant import FakeQdrant
from tests.support.server_index import KEY

from askdocs.adapters.qdrant.client import connect
from askdocs.adapters.qdrant.nodes import NodeWriter
from askdocs.adapters.qdrant.server_store import ServerStore


@pytest.fixture
def qdrant() -> Iterator[FakeQdrant]:
    with FakeQdrant() as server:
        yield server


@pytest.fixture
def pauses() -> list[float]:
    """The seconds that a store has waited between two tries."""
    return []


@pytest.fixture
def store(qdrant: FakeQdrant, pauses: list[float]) -> Iterator[ServerStore]:
    """A store that never really sleeps between two tries."""
    client = connect(qdrant.url, KEY, timeout_s=30)
    yield ServerStore(client, "docs", writer=NodeWriter, sleep=pauses.append)
    client.close()


@pytest.fixture
def impatient_store(qdrant: FakeQdrant, pauses: list[float]) -> Iterator[ServerStore]:
    """A store that takes silence for an answer after 1 s."""
    client = connect(qdrant.url, KEY, timeout_s=1)
    yield ServerStore(client, "docs", writer=NodeWriter, sleep=pauses.append)
    client.close()
