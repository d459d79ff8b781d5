"""Tell the time in UTC; a test passes another clock."""

from __future__ import annotations

from datetime import UTC, datetime


class UtcClock:
    """The clock of this machine; fulfils the port `Clock`."""

    def now(self) -> str:
        """Return UTC as ISO 8601 with seconds and "Z"."""
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def age_s(timestamp: str) -> int | None:
    """Return how long ago a time in ISO 8601 was, in seconds; None if it is none.

    What lies in the future is 0 seconds old: two machines have two clocks.
    """
    try:
        then = datetime.fromisoformat(timestamp)
        return max(0, round((datetime.now(UTC) - then).total_seconds()))
    except (ValueError, TypeError):
        return None
