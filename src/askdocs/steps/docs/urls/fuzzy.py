"""Many names and a wanted one become the name most like it, in bounded time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from difflib import get_close_matches
from itertools import islice

LIKE = 0.6
"""Least likeness, from 0 to 1, of what is found; difflib's own."""

MOST = 200
"""Names that need no choice; a page of the Scaleway docs has 70 headings at most."""

LONGEST = 400
"""Characters of a name that is compared: the time for two grows with their product."""

CLOSEST = 20
"""Names that are compared whole where there are more than `MOST`."""

SOUGHT = 2000
"""Names that are looked for, once each; what comes later finds nothing."""


class Alike:
    """Finds the name most like a wanted one; of many names only those it shares most with.

    What two names share is counted in runs of three characters, rare ones first.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(name for name in names if len(name) <= LONGEST)
        self._having: dict[str, list[str]] = defaultdict(list)
        if len(self._names) > MOST:
            for name in self._names:
                for run in _runs(name):
                    self._having[run].append(name)
        self._found: dict[str, str | None] = {}

    def find(self, wanted: str) -> str | None:
        """Return the name most like *wanted*; None if none is like it."""
        if wanted not in self._found:
            if len(wanted) > LONGEST or len(self._found) >= SOUGHT:
                return None
            found = get_close_matches(wanted, self._near(wanted), n=1, cutoff=LIKE)
            self._found[wanted] = found[0] if found else None
        return self._found[wanted]

    def _near(self, wanted: str) -> Collection[str]:
        if not self._having:
            return self._names
        shared: Counter[str] = Counter()
        for run in _runs(wanted):
            having = self._having.get(run, ())
            for name in islice(having, MOST):
                shared[name] += 1 + MOST // len(having)
        return [name for name, _ in shared.most_common(CLOSEST)]


def _runs(name: str) -> set[str]:
    padded = f" {name.lower()} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}
