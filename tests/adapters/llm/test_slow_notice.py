"""A notice for who waits long, and nothing for who does not."""

from __future__ import annotations

import threading
from queue import Queue

import pytest

from askdocs.adapters.llm.slow_notice import notice_if_slow


def timers() -> list[threading.Timer]:
    """Return those that run."""
    return [t for t in threading.enumerate() if isinstance(t, threading.Timer)]


def test_a_long_wait_is_told():
    """Once, by a look at what it is."""
    notices: Queue[str] = Queue()
    with notice_if_slow(lambda _: "loading", notices.put, after_s=0.01):
        assert notices.get(timeout=9) == "loading"

    assert notices.empty()


def test_a_short_wait_looks_at_nothing():
    """No thread is left that would."""
    looked = []
    before = threading.active_count()
    with notice_if_slow(lambda _: looked.append(1) or "", looked.append, after_s=60):
        assert threading.active_count() == before + 1

    for timer in timers():
        timer.join(9)
        assert not timer.is_alive()
    assert looked == []


def test_nothing_is_told_after_the_end():
    """The first word is there; what it waited for is of no interest any more."""
    notices, entered, leave = [], threading.Event(), threading.Event()

    def describe(pause: object) -> str:
        entered.set()
        leave.wait(9)
        return "loading"

    with notice_if_slow(describe, notices.append, after_s=0):
        assert entered.wait(9)
        (timer,) = timers()
        assert timer.daemon
    leave.set()
    timer.join(9)

    assert notices == []


def test_a_look_can_pause_no_longer_than_the_wait():
    """A look that takes its time must not keep a thread alive."""
    ended: Queue[object] = Queue()
    entered = threading.Event()

    def describe(pause) -> str:
        entered.set()
        ended.put(pause(60))
        return ""

    with notice_if_slow(describe, print, after_s=0):
        assert entered.wait(9)

    assert ended.get(timeout=9) is True


def test_who_does_not_listen_has_no_thread():
    """JSON has no place for a notice."""
    before = threading.active_count()
    with notice_if_slow(lambda _: "loading", None, after_s=0):
        assert threading.active_count() == before


def test_an_error_ends_the_watch_too():
    """And comes through."""
    looked = []
    with (
        pytest.raises(ValueError, match="broken"),
        notice_if_slow(lambda _: "x", looked.append, after_s=60),
    ):
        raise ValueError("broken")

    assert looked == []
