"""`rag status`: what the index holds, and how the last run ended."""

from __future__ import annotations

from tests.support.docs_of_ours import (
    PAGES,
)


def live(home) -> str:
    """Return the name of the generation that questions are asked of."""
    return (home / "rag/data/scw_docs/current").read_text().strip()


def test_status_tells_what_the_index_holds(rag, home):
    """And what built it, and how the last run ended."""
    text, data = rag("status"), rag("status", "--json").data

    assert data["index"]["generation"] == live(home)
    assert data["index"]["pages"] == PAGES
    assert data["model"]["name"] == "bundled"
    assert data["last_run"]["code"] == 0
    assert live(home) in text.out
