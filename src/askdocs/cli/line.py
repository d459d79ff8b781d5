"""Lines that a person types, or a pipe holds, one after the other."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from askdocs import assemble
from askdocs.cli import show

PROMPT = "> "
_MOST = 1_000


class Lines:
    """Yields lines until the end of stdin; at a terminal they can be edited and recalled.

    Args:
        history: Where typed lines are kept; None for a pipe, which is read as it comes.
    """

    def __init__(self, history: Path | None) -> None:
        self._history = history

    def __enter__(self) -> Self:
        if self._history:
            editor = assemble.line_editor()
            editor.set_auto_history(True)
            with suppress(OSError):
                editor.read_history_file(self._history)
        return self

    def __exit__(self, *_: object) -> None:
        if self._history:
            editor = assemble.line_editor()
            editor.set_history_length(_MOST)
            with suppress(OSError):
                self._history.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                editor.write_history_file(self._history)
                self._history.chmod(0o600)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Return the next line; Ctrl-C at the prompt begins a new one."""
        while True:
            try:
                if self._history:
                    return input(PROMPT)
                line = sys.stdin.readline()
            except EOFError:
                show.err("")
                raise StopIteration from None
            except KeyboardInterrupt:
                if not self._history:
                    raise
                show.err("")
            else:
                if not line:
                    raise StopIteration
                return line
