"""One writer at a time, and the kernel frees the lock of a dead one."""

from __future__ import annotations

import subprocess
import sys

import pytest

from askdocs.adapters.local.lock import only_writer
from askdocs.domain.errors import Busy, NotWritable

HOLD = """
import sys, time
from pathlib import Path
from askdocs.adapters.local.lock import only_writer
with only_writer(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(file):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_writer_is_told_who_holds_the_lock(tmp_path):
    """A cron job that overlaps wants to know with what."""
    other = holder(tmp_path / "lock")

    with (
        pytest.raises(Busy, match=f"pid {other.pid} on "),
        only_writer(tmp_path / "lock"),
    ):
        pass

    other.communicate("")


def test_a_killed_holder_holds_nothing(tmp_path):
    """Nobody has to remove a lock file by hand."""
    other = holder(tmp_path / "lock")
    other.kill()
    other.wait()

    with only_writer(tmp_path / "lock"):
        text = (tmp_path / "lock").read_text()

    assert text.startswith("pid ")


def test_a_lock_that_cannot_be_made_names_its_folder(tmp_path):
    """RAG_HOME below a file is a mistake that happens."""
    (tmp_path / "file").write_text("")

    with (
        pytest.raises(NotWritable, match="lock"),
        only_writer(tmp_path / "file/state/lock"),
    ):
        pass
