"""The time as the index records it, and how long ago that was."""

from __future__ import annotations

import re

import pytest

from askdocs.adapters.local.clock import UtcClock, age_s


def test_the_time_is_utc_to_the_second():
    """Manifests of two machines are compared."""
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", UtcClock().now())


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
