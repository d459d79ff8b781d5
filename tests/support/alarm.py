"""Turn a hang into a failure; what is merely slow passes."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

BOUND_S = 20
"""What it guards takes well under a second; a quadratic step would take minutes."""


@contextmanager
def alarm(seconds: int = BOUND_S) -> Iterator[None]:
    """Raise TimeoutError in the block if it has not ended by then."""

    def ring(*_: object) -> None:
        raise TimeoutError(f"not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
