"""A line on a terminal, and nothing anywhere else."""

from __future__ import annotations

import io
from contextlib import redirect_stderr

import pytest

from askdocs.adapters.local.progress import terminal_progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch):
    """Rich also asks the environment what a terminal is."""
    monkeypatch.setenv("TERM", "xterm")
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)


def drawn(stream, *steps):
    """Return what a run of these steps writes to stderr."""
    with redirect_stderr(stream), terminal_progress() as notify:
        for step in steps:
            notify(*step)
    return stream.getvalue()


def test_each_step_is_drawn_with_what_is_done_of_it(capsys):
    """The last state is drawn even of a step that took no time; stdout is the result's."""
    text = drawn(Terminal(), ("read", 0, 8), ("read", 8, 8), ("embed", 3, 70))

    assert "read" in text
    assert "8/8" in text
    assert "embed" in text
    assert " 3/70" in text
    assert capsys.readouterr().out == ""


def test_the_line_is_gone_when_the_run_is_over():
    """What stays on the screen is the report."""
    assert drawn(Terminal(), ("read", 1, 2)).endswith("\x1b[1A\x1b[2K")


def test_nothing_is_drawn_where_there_is_no_terminal():
    """A cron job mails whatever is printed."""
    assert drawn(io.StringIO(), ("read", 0, 8), ("read", 8, 8)) == ""
