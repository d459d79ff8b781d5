"""Lines of a pipe; what a person types at a terminal is in test_chat.py."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace

import pytest

from askdocs import assemble
from askdocs.cli import line_input
from askdocs.cli.line_input import LineInput


def piped(monkeypatch, data: bytes, tmp_path) -> LineInput:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    return LineInput(tmp_path / "state/history")


def test_a_pipe_is_read_to_its_end_without_a_prompt(monkeypatch, tmp_path, capsys):
    """The last line may have no end; nothing is remembered of a script."""
    lines = piped(monkeypatch, b"one?\n\ntwo?", tmp_path)

    assert list(lines) == ["one?\n", "\n", "two?"]
    assert not lines.terminal
    assert capsys.readouterr() == ("", "")
    assert not (tmp_path / "state").exists()


def test_of_an_endless_line_only_the_beginning_is_kept(monkeypatch, tmp_path):
    """It is too long in any case, and the next line is a line of its own."""
    monkeypatch.setattr(line_input, "_MAX_LINE_CHARS", 10)
    lines = piped(monkeypatch, b"x" * 35 + b"\nnext?\n", tmp_path)

    assert list(lines) == ["x" * 10, "next?\n"]


def test_what_is_no_utf8_is_read_all_the_same(monkeypatch, tmp_path):
    """A lost accent is no reason to end a conversation."""
    assert list(piped(monkeypatch, b"caf\xe9?\n", tmp_path)) == ["caf\ufffd?\n"]


def test_stdin_that_is_closed_is_the_end(monkeypatch, tmp_path):
    """A daemon has none."""
    monkeypatch.setattr(sys, "stdin", None)

    assert list(LineInput(tmp_path / "history")) == []


def test_an_interrupt_of_a_pipe_is_not_swallowed(monkeypatch, tmp_path):
    """Only a person at a prompt begins a new line with it."""
    lines = piped(monkeypatch, b"", tmp_path)

    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(lines, "_read_line", interrupted)

    with pytest.raises(KeyboardInterrupt):
        next(lines)


def test_readline_is_given_one_completion_after_the_other(monkeypatch, tmp_path):
    """Until there is none left; what stands before the word decides."""
    asked = []

    def complete(before: str, word: str) -> list[str]:
        asked.append((before, word))
        return ["path=", "product="]

    editor = SimpleNamespace(get_line_buffer=lambda: "/filter p", get_begidx=lambda: 8)
    monkeypatch.setattr(assemble, "line_editor", lambda: editor)
    lines = LineInput(tmp_path / "history", complete)

    offered = [lines._offer("p", n) for n in range(3)]

    assert offered == ["path=", "product=", None]
    assert asked == [("/filter ", "p")]


@pytest.mark.parametrize(
    ("doc", "bound"),
    [("GNU readline", "tab: complete"), ("libedit readline", "bind ^I rl_complete")],
)
def test_tab_is_bound_in_the_words_of_the_editor(monkeypatch, tmp_path, doc, bound):
    """macOS has libedit in readline's place."""
    said = []
    editor = SimpleNamespace(
        __doc__=doc,
        set_completer_delims=said.append,
        set_completer=lambda _: None,
        parse_and_bind=said.append,
    )
    monkeypatch.setattr(assemble, "line_editor", lambda: editor)

    LineInput(tmp_path / "history")._bind_tab()

    assert said == [" \t", bound]
