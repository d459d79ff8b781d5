"""The time is UTC, in the one form that is stored everywhere, and has an age."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import pytest

from askdocs.adapters.local.clock import UtcClock, age_s


@pytest.fixture
def far_east(monkeypatch):
    """A machine whose own time is 14 hours ahead."""
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_the_time_is_utc_wherever_the_machine_stands(far_east):
    """Two machines that share an index compare their times."""
    now = UtcClock().now()

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", now)
    age = datetime.now(UTC) - datetime.fromisoformat(now)
    assert 0 <= age.total_seconds() < 60


def test_now_is_no_seconds_ago():
    """The age of an index that was just made."""
    assert age_s(UtcClock().now()) in {0, 1}


def test_a_time_to_come_has_no_negative_age():
    """The clock of the machine that made the index may be ahead."""
    assert age_s("2999-01-01T00:00:00Z") == 0


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-28", None])
def test_what_is_no_point_in_time_has_no_age(text):
    """An old manifest may lack it, and a date alone has no zone."""
    assert age_s(text) is None
