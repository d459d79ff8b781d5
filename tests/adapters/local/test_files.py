"""Folders that are ours alone, files that are replaced whole, copies without holes."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from askdocs.adapters.local.files import (
    as_not_writable,
    copy_sparsely,
    private_folder,
    replace_text,
    sync_tree,
)
from askdocs.domain.errors import NotWritable


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def umask():
    """What most systems have: others may read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def synced(monkeypatch):
    """What was written through to the disk, by inode."""
    inodes = []
    fsync = os.fsync

    def noted(handle):
        inodes.append(os.fstat(handle).st_ino)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    return inodes


def test_a_private_folder_is_made_with_its_parents(tmp_path, umask):
    """What was asked is nobody's business, and the umask may not know it."""
    folder = private_folder(tmp_path / "a/b")

    assert (folder, mode(folder)) == (tmp_path / "a/b", 0o700)
    assert private_folder(folder) == folder


def test_a_folder_that_cannot_be_made_names_the_setting(tmp_path):
    """RAG_HOME below a file is a mistake that happens."""
    (tmp_path / "file").write_text("")

    with pytest.raises(NotWritable, match="file/x cannot be written") as caught:
        private_folder(tmp_path / "file/x")
    assert "RAG_HOME" in caught.value.hint


def test_a_folder_that_may_not_be_written_is_no_private_folder(tmp_path, monkeypatch):
    """Root may write anywhere, so what the system says of the folder is made up."""
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)

    with pytest.raises(NotWritable, match="cannot be written"):
        private_folder(tmp_path)


@pytest.mark.parametrize("old", [None, "old, and longer"], ids=["new", "replaced"])
def test_a_file_holds_the_text_and_nothing_stands_beside_it(tmp_path, old):
    """Nothing of the old text, no line end turned, no file to clean up."""
    file = tmp_path / "file.json"
    if old:
        file.write_text(old)

    replace_text(file, "né\r\n")

    assert file.read_bytes() == b"n\xc3\xa9\r\n"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(("private", "bits"), [(True, 0o600), (False, 0o644)])
def test_a_private_file_is_private_and_another_is_as_the_umask_says(
    tmp_path, umask, private, bits
):
    """The mode of the file before it counts for nothing: it may have been wrong."""
    file = tmp_path / "file"
    file.write_text("old")
    file.chmod(0o666)

    replace_text(file, "new", private=private)

    assert mode(file) == bits


def test_a_file_that_others_read_is_never_half_written(tmp_path):
    """Who has it open goes on reading the old one."""
    file = tmp_path / "file"
    file.write_text("old")

    with file.open() as reader:
        replace_text(file, "new")
        assert reader.read() == "old"
    assert file.read_text() == "new"


def test_writers_at_the_same_time_do_not_mix(tmp_path):
    """Whoever is last is kept, whole."""
    file, texts = tmp_path / "file", [str(n) * 100_000 for n in range(10)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda text: replace_text(file, text), texts))

    assert file.read_text() in texts
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_is_replaced_and_what_it_names_stays(tmp_path):
    """A link that somebody planted must not have us write elsewhere."""
    (tmp_path / "theirs").write_text("theirs")
    file = tmp_path / "file"
    file.symlink_to("theirs")

    replace_text(file, "ours")

    assert not file.is_symlink()
    assert (tmp_path / "theirs").read_text() == "theirs"


@pytest.mark.parametrize("durable", [True, False])
def test_only_what_must_outlast_a_power_cut_waits_for_the_disk(
    tmp_path, synced, durable
):
    """It takes seconds on a busy disk, and an answer should not."""
    file = tmp_path / "file"

    replace_text(file, "text", durable=durable)

    assert synced == ([file.stat().st_ino] if durable else [])


def test_what_cannot_be_replaced_stays_and_nothing_is_left_beside_it(tmp_path):
    """A folder in its place, say."""
    (tmp_path / "file/inside").mkdir(parents=True)

    with pytest.raises(OSError):
        replace_text(tmp_path / "file", "text")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file/inside").is_dir()


def test_a_refusal_of_the_disk_names_the_file_and_lists_its_folder(tmp_path):
    """Two lines, from whatever the system says."""
    file = tmp_path / "none/file"

    with (
        pytest.raises(
            NotWritable, match=f"{file} cannot be written: No such"
        ) as caught,
        as_not_writable(file),
    ):
        replace_text(file, "text")
    assert caught.value.hint == f"ls -ld {file.parent}"
    assert isinstance(caught.value.__cause__, FileNotFoundError)


def test_a_sparse_copy_is_the_same_and_as_small(tmp_path):
    """Shards are mostly holes; a plain copy would fill them."""
    (tmp_path / "a/b").mkdir(parents=True)
    with (tmp_path / "a/b/file").open("wb") as file:
        file.truncate(8 << 20)
        file.seek(4 << 20)
        file.write(b"in the middle")

    copy_sparsely(tmp_path / "a", tmp_path / "copy")

    one, two = tmp_path / "a/b/file", tmp_path / "copy/b/file"
    assert one.read_bytes() == two.read_bytes()
    assert two.stat().st_blocks <= one.stat().st_blocks + 8


def test_a_copy_is_private_and_replaces_nothing(tmp_path, umask):
    """A draft that is there already belongs to another run."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a/file").write_text("text")

    copy_sparsely(tmp_path / "a", tmp_path / "copy")

    assert mode(tmp_path / "copy") == 0o700
    with pytest.raises(FileExistsError):
        copy_sparsely(tmp_path / "a", tmp_path / "copy")


def test_a_tree_is_synced_whole(tmp_path, synced):
    """A name without its content is what a power cut leaves otherwise."""
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/file").write_text("text")

    sync_tree(tmp_path / "a")

    paths = [tmp_path / "a", tmp_path / "a/b", tmp_path / "a/b/file"]
    assert sorted(synced) == sorted(path.stat().st_ino for path in paths)
