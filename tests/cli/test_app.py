"""The program around its commands: help, pipes, and streams that are not there."""

from __future__ import annotations

import io
import os
import signal
import subprocess
from pathlib import Path

import pytest
from tests.support import program
from tests.support.program import RAG, environment

from askdocs import assemble

QUESTION = "how do I create a job?"


@pytest.mark.parametrize("words", [(), ("config",)], ids=["rag", "rag config"])
def test_a_command_without_its_rest_prints_help(rag, words):
    """Who types the name alone wants to know what there is."""
    done = rag(*words)

    assert (done.code, done.err) == (0, "")
    assert done.out == rag(*words, "--help").out
    assert done.out == rag(*words, "-h").out


@pytest.mark.parametrize(
    "words",
    [("search", QUESTION), ("status", "--json"), ("ingest", "docs")],
    ids=lambda words: words[0],
)
def test_a_closed_pipe_ends_quietly(home, words):
    """`rag search ... | head -1` is no failure that anyone wants to read about."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [RAG, *words],
        env=environment(home, {}),
        cwd=home,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)

    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_crash(home, closed):
    """Daemons start programs without them; the index must not become stdout."""
    done = subprocess.run(
        ["/bin/sh", "-c", f'"$0" search "$1" {closed}', RAG, QUESTION],
        env=environment(home, {}),
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_full_disk_behind_stdout_is_an_error_of_two_lines(home):
    """The output is lost, and the exit code says so."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [RAG, "search", QUESTION],
            env=environment(home, {}),
            cwd=home,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    what, hint = done.stderr.splitlines()
    assert done.returncode == 2
    assert what == "error: stdout cannot be written: No space left on device"
    assert hint.startswith(" hint: df -h")


class Shown(io.TextIOWrapper):
    """A stream that may say that it is a terminal."""

    def __init__(self, is_terminal: bool, *args: object, **more: object) -> None:
        super().__init__(*args, **more)
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal


@pytest.mark.parametrize("is_terminal", [True, False], ids=["terminal", "pipe"])
def test_an_interrupt_leaves_a_clean_line(rag, monkeypatch, is_terminal):
    """The terminal has shown ^C behind half of a sentence; a log wants one line."""

    def interrupted(*_: object, **__: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(assemble, "asker", interrupted)
    monkeypatch.setattr(
        program, "_stream", lambda: Shown(is_terminal, io.BytesIO(), newline="")
    )

    done = rag("ask", QUESTION)

    assert (done.code, done.out) == (130, "")
    assert done.err == ("\n" if is_terminal else "") + "interrupted\n"
