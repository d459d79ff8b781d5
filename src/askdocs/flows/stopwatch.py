"""Time the stages of a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """How long each stage took; a stage that is entered twice counts once, with both.

    Attributes:
        seconds: By the name of the stage, in the order of their first end.
    """

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the time of the block; a block that raises adds none."""
        begin = perf_counter()
        yield
        spent_s = perf_counter() - begin
        self.seconds[stage] = self.seconds.get(stage, 0.0) + spent_s
