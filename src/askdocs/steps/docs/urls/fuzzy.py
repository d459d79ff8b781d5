"""Find the name most like a wanted one among many, in bounded time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from difflib import get_close_matches
from itertools import islice

MIN_LIKENESS = 0.6
"""Least likeness, from 0 to 1, of what is found; difflib's own."""

MAX_NAMES = 200
"""Names that need no choice; a page of the Scaleway docs has 70 headings at most."""

MAX_NAME_CHARS = 400
"""Characters of a name that is compared: the time for two grows with their product."""

MAX_CANDIDATES = 20
"""Names that are compared whole where there are more than `MAX_NAMES`."""

MAX_LOOKUPS = 2000
"""Names that are looked for, once each; what comes later finds nothing."""


class FuzzyNames:
    """Finds the name most like a wanted one; of many names only those it shares most with.

    What two names share is counted in runs of three characters, rare ones first.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(name for name in names if len(name) <= MAX_NAME_CHARS)
        self._names_by_run: dict[str, list[str]] = defaultdict(list)
        if len(self._names) > MAX_NAMES:
            for name in self._names:
                for run in _runs(name):
                    self._names_by_run[run].append(name)
        self._results: dict[str, str | None] = {}

    def find(self, name: str) -> str | None:
        """Return the name most like *name*; None if none is like it."""
        if name not in self._results:
            if len(name) > MAX_NAME_CHARS or len(self._results) >= MAX_LOOKUPS:
                return None
            matches = get_close_matches(
                name, self._candidates(name), n=1, cutoff=MIN_LIKENESS
            )
            self._results[name] = matches[0] if matches else None
        return self._results[name]

    def _candidates(self, name: str) -> Collection[str]:
        if not self._names_by_run:
            return self._names
        shared: Counter[str] = Counter()
        for run in _runs(name):
            names = self._names_by_run.get(run, ())
            for other in islice(names, MAX_NAMES):
                shared[other] += 1 + MAX_NAMES // len(names)
        return [other for other, _ in shared.most_common(MAX_CANDIDATES)]


def _runs(name: str) -> set[str]:
    padded = f" {name.lower()} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}
