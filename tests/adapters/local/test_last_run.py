"""How the last ingest ended, kept and read back."""

from __future__ import annotations

import stat

import pytest

from askdocs.adapters.local.last_run import read_last_run, write_last_run
from askdocs.domain.errors import NotWritable


@pytest.fixture
def file(tmp_path):
    return tmp_path / "home/state/last-run.json"


def test_what_is_kept_is_read_back(file):
    """`rag status` tells it, and the next run takes the folders from it."""
    write_last_run(file, {"code": 1})
    write_last_run(file, {"code": 0, "docs": "/d\u00e9", "error": None})

    assert read_last_run(file) == {"code": 0, "docs": "/d\u00e9", "error": None}
    assert list(file.parent.iterdir()) == [file]


def test_its_folder_is_made_and_is_ours_alone(file):
    """The first run has no state yet."""
    write_last_run(file, {})

    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_it_is_on_the_disk_before_it_takes_its_place(file, monkeypatch):
    """After a power cut there is the old one or the new one, not an empty one."""
    synced, synced_before = [], []
    replace = type(file).replace

    def watched(self, target):
        synced_before.append(self in synced)
        return replace(self, target)

    monkeypatch.setattr(type(file), "replace", watched)
    monkeypatch.setattr("askdocs.adapters.local.files.sync", synced.append)
    write_last_run(file, {})

    assert synced_before == [True]


@pytest.mark.parametrize("data", [None, b"", b"{", b"[]", b"7", b"\xff"], ids=repr)
def test_what_is_no_record_is_an_empty_one(file, data):
    """The next run writes it anew."""
    file.parent.mkdir(parents=True)
    if data is not None:
        file.write_bytes(data)

    assert read_last_run(file) == {}


def test_a_record_that_cannot_be_written_is_named(tmp_path):
    """RAG_HOME below a file."""
    (tmp_path / "home").write_text("")

    with pytest.raises(
        NotWritable, match=r"last-run\.json cannot be written"
    ) as caught:
        write_last_run(tmp_path / "home/last-run.json", {})
    assert caught.value.hint == f"ls -ld {tmp_path / 'home'}"
