"""Say in one line that replaces itself what is waited for, and for how long."""

from __future__ import annotations

import sys
from threading import Event, Thread
from time import monotonic

from askdocs.cli.render import terminal

_FIRST_AFTER_S = 0.8
"""What is answered sooner needs no line that comes and goes."""


class WaitingLine:
    """A line on the terminal of stderr that a thread keeps up to date until it is stopped.

    It is drawn only where both stdout and stderr are a terminal.
    """

    def __init__(self) -> None:
        self._begin = monotonic()
        self._text = ""
        self._stopped = Event()
        self._thread = Thread(target=self._draw, daemon=True)

    def start(self, text: str) -> None:
        """Begin to count the seconds."""
        self._text, self._begin = text, monotonic()
        if terminal.screen(sys.stdout) and terminal.screen(sys.stderr):
            self._thread.start()

    @property
    def drawn(self) -> bool:
        """Whether it is there to be read."""
        return self._thread.is_alive() and not self._stopped.is_set()

    def say(self, text: str) -> None:
        """Say what is waited for now; the seconds go on."""
        self._text = text

    def stop(self) -> None:
        """Take the line away; from then on nothing is drawn."""
        if self.drawn:
            self._stopped.set()
            self._thread.join()
            terminal.transient("")
        self._stopped.set()

    def _draw(self) -> None:
        wait_s = _FIRST_AFTER_S
        while not self._stopped.wait(wait_s):
            seconds = monotonic() - self._begin
            terminal.transient(f"{self._text} · {seconds:.0f} s")
            wait_s = 1 - seconds % 1 or 1
