"""Read lines that a person types, or a pipe holds, one after the other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
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
        complete: Given what stands before a word, and its beginning, returns what the
            word may be; asked when Tab is pressed.

    Attributes:
        terminal: Whether a person types; a pipe is read as it comes, without a prompt.
    """

    def __init__(
        self, history: Path, complete: Callable[[str, str], list[str]] | None = None
    ) -> None:
        self._history = history
        self._complete = complete
        self._offered: list[str] = []
        self._stdin = sys.stdin or StringIO()
        if isinstance(self._stdin, TextIOWrapper):
            self._stdin.reconfigure(encoding="utf-8", errors="replace")
        self.terminal = self._stdin.isatty()
        self._editable = self.terminal and sys.stdout.isatty()
        if self._editable:
            self._load_history()
            self._bind_tab()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Return the next line; Ctrl-C at the prompt begins a new one, twice ends all."""
        interrupted = False
        while True:
            try:
                line = self._next_line()
            except KeyboardInterrupt:
                if not self.terminal:
                    raise
                terminal.err("")
                if interrupted:
                    raise StopIteration from None
                interrupted = True
                terminal.err("Ctrl-C once more leaves, as Ctrl-D does")
            else:
                if line:
                    return line
                if self.terminal:
                    terminal.err("")
                raise StopIteration

    def _next_line(self) -> str:
        try:
            return self._edit_line() if self._editable else self._read_line()
        except OSError:  # the terminal is gone
            raise StopIteration from None

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

    def _bind_tab(self) -> None:
        """Let Tab complete a word; libedit, in readline's place, is bound in its way."""
        readline = assemble.line_editor()
        libedit = "libedit" in (readline.__doc__ or "")
        readline.set_completer_delims(" \t")
        readline.set_completer(self._offer)
        readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")

    def _offer(self, word: str, state: int) -> str | None:
        """Return what readline asks for: one completion after the other, then None."""
        if state == 0:
            readline = assemble.line_editor()
            before = readline.get_line_buffer()[: readline.get_begidx()]
            self._offered = self._complete(before, word) if self._complete else []
        return self._offered[state] if state < len(self._offered) else None

    def _load_history(self) -> None:
        """Read the lines of conversations before; without them there is a prompt, too."""
        readline = assemble.line_editor()
        readline.set_history_length(_MAX_HISTORY_LINES)
        with suppress(OSError):
            self._history.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._history.touch(mode=0o600)
            self._history.chmod(0o600)
            readline.read_history_file(self._history)
