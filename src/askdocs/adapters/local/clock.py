"""What time it is, in UTC; a test passes another clock."""

from __future__ import annotations

from datetime import UTC, datetime


class UtcClock:
    """The clock of this machine; fulfils the port `Clock`."""

    def now(self) -> str:
        """Return UTC as ISO 8601 with seconds and "Z"."""
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
