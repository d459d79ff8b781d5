"""How passages look in a pipe and on a terminal of any width."""

from __future__ import annotations

import io
import re
import sys

import pytest
from tests.support.passages import passage, passages

from askdocs.cli.render.search_result import print_passages


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_pipe_gets_plain_text(capsys):
    """What is searched with grep must read as it looks."""
    print_passages(passages(1))

    first, link, text, _ = capsys.readouterr().out.split("\n", 3)
    assert first == f"1. {passage(1).trail}  ({passage(1).score:.4f})"
    assert (link, text) == (f"   {passage(1).link}", "   Fact 1.")


@pytest.mark.parametrize("columns", [20, 60, 120])
def test_a_terminal_gets_lines_that_fit(monkeypatch, columns):
    """But for an address, which stays whole to be copied."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(sys, "stdout", Terminal())
    long = passage(1, text="Serverless jobs run in the cloud. " * 20, title="Jobs " * 9)

    print_passages([long], {long.id: {"dense": 3}})

    shown = re.sub(r"\x1b\]8;;.*?\x1b\\|\x1b\[[\d;]*m", "", sys.stdout.getvalue())
    lines = shown.splitlines()
    assert f"   {long.link}" in lines
    assert "   ranks: dense 3" in lines
    assert max(len(line) for line in lines if long.link not in line) <= min(
        columns, 100
    )
    assert f"\x1b]8;;{long.link}\x1b\\" in sys.stdout.getvalue()
