"""Let one writer in at a time, by a lock that the kernel gives back when its holder dies."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from askdocs.adapters.local.clock import UtcClock
from askdocs.domain.errors import Busy, NotWritable


@contextmanager
def only_writer(file: Path) -> Iterator[None]:
    """Hold the lock while the block runs.

    The file stays: removing it would let two writers hold two locks of one name.

    Raises:
        Busy: if another run holds it; says which.
        NotWritable: if the lock file cannot be made.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as err:
        raise NotWritable(
            f"{file} cannot be written: {err.strerror}",
            hint=f"ls -ld {file.parent}   (or set RAG_HOME to a folder of yours)",
        ) from err
    try:
        _acquire(handle, file)
        yield
    finally:
        os.close(handle)


def _acquire(handle: int, file: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as err:
        holder = os.pread(handle, 200, 0).decode(errors="replace").strip()
        raise Busy(
            f"another run holds the lock: {holder or file}",
            hint="wait for it to end and run the command again",
        ) from err
    holder = f"pid {os.getpid()} on {socket.gethostname()} since {UtcClock().now()}\n"
    os.ftruncate(handle, 0)
    os.pwrite(handle, holder.encode(), 0)
