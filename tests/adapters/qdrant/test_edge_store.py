"""What the embedded store does beyond the contract: generations on disk."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from tests.support.fakes import a_chunk, a_manifest, a_space, a_table, chunk_rankings

from askdocs.adapters.qdrant.edge_store import EdgeStore
from askdocs.domain.errors import IndexDamaged, IndexMismatch, NotWritable

SPACE = a_space(dim=4)


def publish(store, generation, *texts, fresh=False):
    chunks = [a_chunk(text, path=f"{n}.mdx") for n, text in enumerate(texts)]
    stored = set() if fresh else set(store.scan())
    manifest = a_manifest(
        generation, chunks=len(stored | {c.id for c in chunks}), space=SPACE
    )
    with store.draft(manifest, fresh=fresh or not stored) as draft:
        draft.add(chunks, np.eye(4, dtype=np.float32)[: len(chunks)])
        draft.publish(manifest, a_table())
    return chunks


@pytest.fixture
def store(tmp_path):
    store = EdgeStore(tmp_path / "index")
    yield store
    store.close()


def names(store):
    return sorted(p.name for p in store._folder.iterdir())


def test_a_crash_leaves_a_draft_that_the_next_run_throws_away(store):
    """Fifty killed runs must not fill the disk."""
    publish(store, "g1", "One.")
    (store._folder / "draft-g2/shard").mkdir(parents=True)

    publish(store, "g3", "Two.")

    assert names(store) == ["current", "g1", "g3"]


def test_an_interrupted_copy_leaves_nothing(store, monkeypatch):
    """Ctrl-C while the shard is being copied is an interruption like any other."""
    publish(store, "g1", "One.")

    def interrupted(_source, target):
        target.mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr("askdocs.adapters.qdrant.edge_store.copy_sparsely", interrupted)
    with pytest.raises(KeyboardInterrupt):
        publish(store, "g2", "Two.")

    assert names(store) == ["current", "g1"]


def test_a_rebuild_mends_a_pointer_that_cannot_be_read(store):
    """The hint says --rebuild, so --rebuild must do."""
    publish(store, "g1", "One.")
    store.close()
    (store._folder / "current").write_bytes(b"\xff")

    publish(store, "g2", "Two.", fresh=True)

    assert len(store.scan()) == 1


def test_the_live_generation_and_one_before_it_stay(store):
    """One to serve, one to go back to; no more."""
    for n in range(5):
        publish(store, f"g{n}", f"Text {n}.")

    assert names(store) == ["current", "g3", "g4"]


def test_readers_go_on_while_a_generation_is_published(store, tmp_path):
    """A question in the middle of the nightly run gets its answer."""
    publish(store, "g0", "Zero.")
    reader = EdgeStore(tmp_path / "index")
    reader.scan()

    for n in range(1, 4):
        publish(store, f"g{n}", f"Text {n}.")
        passages, _ = chunk_rankings(reader, np.ones(4, np.float32), "text", 9)
        assert len(passages) == len(store.scan())
    reader.close()


def test_what_was_found_in_one_generation_is_read_from_it(store, tmp_path):
    """A rebuild between a search and its passages must not empty the screen."""
    (old,) = publish(store, "g1", "Old.")
    reader = EdgeStore(tmp_path / "index")
    reader.search(np.ones(4, np.float32), "old", 9)
    publish(store, "g2", "New.", fresh=True)

    assert [p.text for p in reader.passages([old.id]).values()] == ["Old."]
    assert reader.scan().keys() == store.scan().keys() != {old.id}
    reader.close()


def test_many_cold_readers_open_one_generation_at_once(store, tmp_path):
    """Without a write-ahead log nothing is locked."""
    publish(store, "g1", "One.")

    def cold(_):
        reader = EdgeStore(tmp_path / "index")
        chunks = len(reader.scan())
        reader.close()
        return chunks

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(cold, range(24))) == {1}


def test_nobody_else_can_read_the_index(store):
    """The docs may be private; the umask may not know it."""
    before = os.umask(0o022)
    try:
        publish(store, "g1", "One.")
    finally:
        os.umask(before)

    for folder in (store._folder, store._folder / "g1"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_an_index_on_a_read_only_file_system_is_read(store, monkeypatch, tmp_path):
    """The engine opens its files for writing; a container may forbid that.

    Root may write anywhere, so what the system says of the folder is made up.
    """
    publish(store, "g1", "One.")
    reader = EdgeStore(tmp_path / "index")
    before = {p: p.stat().st_mtime_ns for p in store._folder.rglob("*")}
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)

    assert len(reader.scan()) == 1

    reader.close()
    assert {p: p.stat().st_mtime_ns for p in store._folder.rglob("*")} == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda f: (f / "g1/manifest.json").write_text("{"),
        lambda f: (f / "g1/manifest.json").unlink(),
        lambda f: (f / "g1/manifest.json").write_text("[]"),
        lambda f: (f / "current").write_text("g9\n"),
    ],
    ids=["half a manifest", "no manifest", "not a manifest", "a pointer to nothing"],
)
def test_a_damaged_index_is_said_and_never_opened_as_an_empty_one(store, damage):
    """An empty answer would be a lie."""
    publish(store, "g1", "One.")
    store.close()
    damage(store._folder)

    with pytest.raises(IndexDamaged, match="cannot be read") as caught:
        store.manifest()

    assert "--rebuild" in caught.value.hint


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"rule": "x", "places": 1}'])
def test_a_table_that_cannot_be_read_is_none(store, text):
    """Links are made without it, and the next run writes it anew."""
    publish(store, "g1", "One.")
    file = store._folder / "g1/urls.json"
    file.unlink()
    if text is not None:
        file.write_text(text)

    assert store.table() is None
    assert store.manifest().generation == "g1"


def test_the_pointer_is_moved_after_all_that_it_points_to(store, monkeypatch):
    """After a power cut it names the old generation or a whole new one."""
    publish(store, "g1", "One.")
    synced, live = [], []

    def noted(folder):
        synced.append(folder.name)
        live.append((store._folder / "current").read_text())

    monkeypatch.setattr("askdocs.adapters.qdrant.edge_store.sync_tree", noted)
    publish(store, "g2", "Two.")

    assert (synced, live) == (["draft-g2"], ["g1\n"])
    assert (store._folder / "current").read_text() == "g2\n"


def test_a_shard_that_is_gone_is_said(store):
    """The pointer and the manifest alone are no index."""
    publish(store, "g1", "One.")
    store.close()
    (store._folder / "g1/shard").rename(store._folder / "g1/elsewhere")

    with pytest.raises(IndexDamaged):
        store.scan()


def test_an_index_of_a_newer_program_is_refused(store):
    """It may mean something that we do not know."""
    publish(store, "g1", "One.")
    manifest = replace(store.manifest(), schema_version=99, generation="g2")
    with store.draft(manifest, fresh=False) as draft:
        draft.publish(manifest, a_table())

    with pytest.raises(IndexMismatch, match="format 99"):
        store.manifest()


def test_a_disk_that_refuses_is_our_error(tmp_path):
    """RAG_HOME below a file; a full disk ends here as well."""
    (tmp_path / "file").write_text("")

    with (
        pytest.raises(NotWritable),
        EdgeStore(tmp_path / "file/x").draft(a_manifest(), fresh=True),
    ):
        pass
