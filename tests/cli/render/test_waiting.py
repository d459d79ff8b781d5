"""A line that says what is waited for, and is gone when it is not."""

from __future__ import annotations

import io
import re
import sys
import time

import pytest

from askdocs.cli.render import terminal, waiting
from askdocs.cli.render.waiting import WaitingLine


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def on_terminal(monkeypatch):
    """Make both streams a terminal, and the line come at once."""

    def begin() -> Terminal:
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setattr(sys, "stdout", Terminal())
        monkeypatch.setattr(sys, "stderr", Terminal())
        monkeypatch.setattr(waiting, "_FIRST_AFTER_S", 0.01)
        return sys.stderr

    return begin


def drawn(screen: Terminal, text: str) -> bool:
    for _ in range(300):
        if text in screen.getvalue():
            return True
        time.sleep(0.01)
    return False


def test_it_replaces_itself_and_goes(on_terminal):
    """What it says changes; nothing of it stays."""
    screen = on_terminal()
    line = WaitingLine()
    line.start("searching")
    assert drawn(screen, "searching · 0 s")
    line.say("reading 5 passages from 3 pages")
    assert drawn(screen, "reading 5 passages from 3 pages · 1 s")
    line.stop()

    parts = screen.getvalue().split(terminal.ERASE)
    assert parts[-1] == ""
    assert "\n" not in screen.getvalue()
    assert all(re.fullmatch(r"(\w[\w ]+ · \d s)?", part) for part in parts)


def test_what_is_answered_at_once_draws_nothing(on_terminal, monkeypatch):
    """A line that flashes is noise."""
    screen = on_terminal()
    monkeypatch.setattr(waiting, "_FIRST_AFTER_S", 60)
    line = WaitingLine()
    line.start("searching")
    line.stop()
    line.stop()

    assert screen.getvalue() == ""


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_pipe_gets_no_line(on_terminal, monkeypatch, stream):
    """Neither of the two may be one: both end on the same screen."""
    screen = on_terminal()
    monkeypatch.setattr(sys, stream, io.StringIO())
    line = WaitingLine()
    line.start("searching")

    assert not line.drawn
    line.stop()
    assert screen.getvalue() == ""


def test_a_dumb_terminal_gets_no_line(on_terminal, monkeypatch):
    """It cannot take one away."""
    screen = on_terminal()
    monkeypatch.setenv("TERM", "dumb")
    line = WaitingLine()
    line.start("searching")
    time.sleep(0.05)
    line.stop()

    assert screen.getvalue() == ""
