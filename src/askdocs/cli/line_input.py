"""Read lines that a person types, or a pipe holds, one after the other."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO, TextIOWrapper
from pathlib import Path

from askdocs import assemble
from askdocs.cli.render import terminal

PROMPT = "> "
_MAX_HISTORY_LINES = 1_000
_MAX_LINE_CHARS = 200_000
"""Characters of a line that are kept; enough to see that it is too long."""


class LineInput:
    """Yields lines until the end of stdin; at a terminal they can be edited and recalled.

    Args:
        history: Where lines typed at a terminal are kept.

    Attributes:
        terminal: Whether a person types; a pipe is read as it comes, without a prompt.
    """

    def __init__(self, history: Path) -> None:
        self._history = history
        self._stdin = sys.stdin or StringIO()
        if isinstance(self._stdin, TextIOWrapper):
            self._stdin.reconfigure(encoding="utf-8", errors="replace")
        self.terminal = self._stdin.isatty()
        self._editable = self.terminal and sys.stdout.isatty()
        if self._editable:
            self._load_history()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Return the next line; Ctrl-C at the prompt begins a new one."""
        while True:
            try:
                line = self._edit_line() if self._editable else self._read_line()
            except KeyboardInterrupt:
                if not self.terminal:
                    raise
                terminal.err("")
            except OSError:  # the terminal is gone
                raise StopIteration from None
            else:
                if line:
                    return line
                if self.terminal:
                    terminal.err("")
                raise StopIteration

    def _read_line(self) -> str:
        """Return a line with its end; "" at the end of all."""
        if self.terminal:
            terminal.err_block(PROMPT)
        line = rest = self._stdin.readline(_MAX_LINE_CHARS)
        while rest and not rest.endswith("\n"):
            rest = self._stdin.readline(_MAX_LINE_CHARS)
        return line

    def _edit_line(self) -> str:
        """Return an edited line with its end, and keep it; "" after Ctrl-D."""
        readline = assemble.line_editor()
        before = readline.get_current_history_length()
        try:
            line = input(PROMPT)
        except EOFError:
            return ""
        added = readline.get_current_history_length() - before
        with suppress(OSError):
            readline.append_history_file(added, self._history)
        return f"{line}\n"

    def _load_history(self) -> None:
        """Read the lines of conversations before; without them there is a prompt, too."""
        readline = assemble.line_editor()
        readline.set_history_length(_MAX_HISTORY_LINES)
        with suppress(OSError):
            self._history.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._history.touch(mode=0o600)
            self._history.chmod(0o600)
            readline.read_history_file(self._history)
