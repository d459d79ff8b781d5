"""Tell what takes so long while one waits for it, by a thread that looks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Describe = Callable[[Callable[[float], object]], str]
"""Says what takes so long, or ""; is given what it may pause with."""


@contextmanager
def notice_if_slow(
    describe: Describe, notify: Callable[[str], None] | None, *, after_s: float
) -> Iterator[None]:
    """After *after_s* seconds inside, *describe* once and *notify* of what that says.

    Nothing is asked of anyone before that, and nothing told after the end. *notify* is
    called in another thread.
    """
    if notify is None:
        yield
        return
    ended, lock = threading.Event(), threading.Lock()

    def notify_once() -> None:
        notice = describe(ended.wait)
        with lock:
            if notice and not ended.is_set():
                notify(notice)

    timer = threading.Timer(after_s, notify_once)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with lock:
            ended.set()
