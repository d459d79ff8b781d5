"""The settings as they are told, and where things are kept."""

from __future__ import annotations

import json

import pytest

from askdocs import assemble
from askdocs.assemble import config
from askdocs.settings import PREFIX, Settings


@pytest.fixture
def user(tmp_path, monkeypatch):
    """A user with a home of his own, in a folder without settings."""
    for name in ("RAG_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_setting_is_told_with_its_source(user):
    """`rag config show` has a row for each, in the order of the source."""
    rows = assemble.configuration(assemble.settings({"passages": "7"}))

    assert [row["name"] for row in rows] == [
        PREFIX + name.upper() for name in Settings.model_fields
    ]
    row = next(row for row in rows if row["name"] == "RAG_PASSAGES")
    assert (row["value"], row["source"]) == (7, "flag")
    assert row["meaning"] == "Passages that are retrieved"


def test_a_flag_moves_the_log_of_a_crash_before_any_setting_is_checked(user):
    """A setting that makes no sense must not keep a bug from its log."""
    moved = assemble.log_file({"home": str(user / "there"), "passages": "many"})

    assert moved == user / "there/state/bug.log"
    assert assemble.log_file({}) == user / ".local/state/askdocs/bug.log"


def test_settings_in_docs_that_were_ever_ingested_are_not_read(user, monkeypatch):
    """A pull request to the docs must not send the questions elsewhere."""
    docs = user / "docs"
    docs.mkdir()
    (docs / ".env").write_text("RAG_PASSAGES=3\n")
    monkeypatch.chdir(docs)
    before = assemble.settings({}).settings.passages
    state = config.state_folder({})
    state.mkdir(parents=True)
    (state / "last-run.json").write_text(json.dumps({"all_docs": [str(docs)]}))

    after = assemble.settings({}).settings.passages

    assert (before, after) == (3, Settings().passages)
