"""How long the stages of a run took."""

from __future__ import annotations

import pytest

from askdocs.flows.stopwatch import Stopwatch


def test_a_stage_that_is_entered_twice_counts_once_with_both_times(monkeypatch):
    """An ingest embeds and writes in turns; one wants one number for each."""
    ticks = iter([0.0, 1.0, 10.0, 12.0, 20.0, 24.0])
    monkeypatch.setattr("askdocs.flows.stopwatch.perf_counter", lambda: next(ticks))
    stopwatch = Stopwatch()

    for stage in ("embed", "write", "embed"):
        with stopwatch.timed(stage):
            pass

    assert stopwatch.seconds == {"embed": 5.0, "write": 2.0}


def test_a_stage_that_fails_has_no_time():
    """Half of a stage would look like a fast one."""
    stopwatch = Stopwatch()

    with pytest.raises(ZeroDivisionError), stopwatch.timed("read"):
        raise ZeroDivisionError

    assert stopwatch.seconds == {}
