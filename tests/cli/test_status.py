"""`rag status`: what the index holds, how the last run ended, and what is next."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from tests.support.docs_of_ours import (
    PAGES,
)


def live(home) -> str:
    """Return the name of the generation that questions are asked of."""
    return (home / "rag/data/scw_docs/current").read_text().strip()


def told(done) -> dict[str, str]:
    """Return the lines of the text by their names."""
    lines = [line.split("  ", 1) for line in done.out.splitlines()]
    return {name.strip(): value.strip() for name, value in lines}


def test_status_tells_what_the_index_holds(rag, home):
    """And what built it, and how the last run ended."""
    text, data = rag("status"), rag("status", "--json").data

    assert data["index"]["generation"] == live(home)
    assert data["index"]["pages"] == PAGES
    assert data["model"]["name"] == "bundled"
    assert data["last_run"]["code"] == 0
    assert live(home) in text.out


def test_status_speaks_in_words_with_ages(rag):
    """Nobody subtracts timestamps."""
    lines, data = told(rag("status")), rag("status", "--json").data

    chunks = data["index"]["chunks"]
    assert list(lines) == ["index", "place", "model", "docs", "last run", "next"]
    assert lines["index"].startswith(f"{chunks} chunks of {PAGES} pages, indexed ")
    assert lines["index"].endswith(("ago", "just now"))
    assert lines["model"].startswith("bundled, 384 numbers per vector")
    assert lines["last run"].startswith("done ")
    assert f": {PAGES} pages new or changed" in lines["last run"]
    assert lines["next"] == 'rag ask "what is Scaleway?"   (all is well)'


@pytest.mark.parametrize(
    ("run", "said", "command"),
    [
        (None, "none on this machine", 'rag ask "what is Scaleway?"'),
        ({"code": 5, "docs": "/a b", "error": "Qdrant does not answer"},
         "ended with exit code 5: Qdrant does not answer", "rag ingest '/a b'"),
        ({"docs": "/docs"}, "it did not come to its end", "rag ingest /docs"),
        ({"code": 9, "docs": "/docs"},
         "ended with exit code 9: too much would disappear; nothing was deleted",
         "rag ingest /docs --dry-run"),
        ({"code": 4711, "docs": "/docs"}, "ended with exit code 4711:",
         "rag ingest /docs"),
    ],
    ids=["none", "failed", "killed", "guarded", "unknown"],
)  # fmt: skip
def test_a_run_that_did_not_end_well_has_a_next_command(rag, home, run, said, command):
    """The line can be copied."""
    file = home / "rag/state/last-run.json"
    file.unlink()
    if run:
        file.write_text(json.dumps(run))
    lines = told(rag("status"))

    assert lines["last run"] == said
    assert lines["next"].partition("   (")[0] == command


def test_an_old_index_is_to_be_made_anew(rag, home):
    """Its age is told, and the command with the folder that it came from."""
    file = home / "rag/state/last-run.json"
    docs = json.loads(file.read_text())["docs"]
    then = (datetime.now(UTC) - timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for manifest in (home / "rag/data").rglob("manifest.json"):
        data = json.loads(manifest.read_text())
        manifest.write_text(json.dumps({**data, "finished": then}))

    lines = told(rag("status"))

    assert "indexed 30 days ago" in lines["index"]
    assert lines["next"] == f"rag ingest {docs}   (the docs may have changed since)"
