"""`rag config show`: each value, and where it came from."""

from __future__ import annotations


def test_config_show_tells_each_value_and_its_source(rag):
    """Which of four places a value comes from is hard to guess."""
    shown = rag("config", "show", "--json", "--product", "X", env={"RAG_PASSAGES": "7"})

    rows = {row["name"]: row for row in shown.data["settings"]}
    assert (rows["RAG_PASSAGES"]["value"], rows["RAG_PASSAGES"]["source"]) == (
        7,
        "environment",
    )
    assert rows["RAG_PRODUCT"]["source"] == "flag"
    assert rows["RAG_COLLECTION"]["source"] == "default"
    assert "RAG_PASSAGES" in rag("config", "show").out
