"""Look for a model beside other work, and wait for what is found no longer than is worth it."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Lock, Thread

from askdocs.adapters.llm.model_choice import Choice

LOOPBACK_PATIENCE_S = 0.3
"""How long an answer waits for the list of a server on this machine, when the passages
are found: Ollama gives it in some milliseconds, and the search took longer than that.
"""

REMOTE_PATIENCE_S = 1.5
"""The same for another machine, where a connection may be sent twice (after one second)."""

LOOK_AGAIN_S = 10.0
"""A conversation that had no model looks again for one that was pulled meanwhile."""


class ModelLookup:
    """A search for a model, in a thread that keeps nobody from leaving.

    Args:
        look: Finds a model, or says why there is none; it may take its time.
        patience_s: How long `choice` waits at most, all calls together.
        overdue: What is chosen when that is over.
        clock: Seconds that only ever grow.
    """

    def __init__(
        self,
        look: Callable[[], Choice],
        patience_s: float,
        overdue: Choice,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look = look
        self._patience_s = patience_s
        self._overdue = overdue
        self._clock = clock
        self._lock = Lock()
        self._done: Event | None = None
        self._found: Choice | None = None
        self._began_s = 0.0
        self._deadline_s: float | None = None

    def begin(self) -> None:
        """Look, unless that is going on; nobody waits for it yet."""
        with self._lock:
            if self._done is None or self._is_stale():
                self._start()

    def choice(self) -> Choice:
        """Return what was found, after a short wait if need be.

        If there was no model, one is looked for again after `LOOK_AGAIN_S`.
        """
        self.begin()
        with self._lock:
            done = self._done
            if self._deadline_s is None:
                self._deadline_s = self._clock() + self._patience_s
            left_s = self._deadline_s - self._clock()
        if done is not None:
            done.wait(max(0.0, left_s))
        return self._found or self._overdue

    def result(self) -> Choice:
        """Return what was found, however long that takes."""
        self.begin()
        if self._done is not None:
            self._done.wait()
        return self._found or self._overdue

    def _is_stale(self) -> bool:
        """Whether no model was found, and it is time to look again."""
        over = self._done is not None and self._done.is_set()
        nothing = self._found is None or not self._found.model
        return over and nothing and self._clock() - self._began_s > LOOK_AGAIN_S

    def _start(self) -> None:
        self._done, self._began_s, self._deadline_s = Event(), self._clock(), None
        Thread(target=self._run, args=(self._done,), daemon=True).start()

    def _run(self, done: Event) -> None:
        """Look; a bug keeps its traceback, and nobody waits for what will not come."""
        try:
            self._found = self._look()
        finally:
            done.set()
