"""While one waits for something, a thread looks what it is that takes so long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Look = Callable[[Callable[[float], object]], str]
"""Says what takes so long, or ""; is given what it may pause with."""


@contextmanager
def watch(
    look: Look, tell: Callable[[str], None] | None, *, after_s: float
) -> Iterator[None]:
    """After *after_s* seconds inside, *look* once and *tell* what it says.

    Nothing is asked of anyone before that, and nothing told after the end. *tell* is
    called in another thread.
    """
    if tell is None:
        yield
        return
    over, told = threading.Event(), threading.Lock()

    def see() -> None:
        seen = look(over.wait)
        with told:
            if seen and not over.is_set():
                tell(seen)

    timer = threading.Timer(after_s, see)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with told:
            over.set()
