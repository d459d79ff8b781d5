"""A function and many items become their results, from as many processes as there are CPUs."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

FEWEST = 200
"""Items below which a second process takes longer to start than it saves."""

_work: tuple[Callable[[Any], Any], Sequence[Any]]


def spread(function: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """Return function(item) of each item, in order; fulfils the port `Spread`.

    The processes are forks, which find function and items in the memory that they
    share with us; only results are copied. Where there is no fork, or too little to
    do, all is done here. Nothing may have started a thread before.
    """
    global _work  # noqa: PLW0603 (how a fork finds it)
    workers = min(
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1, 8
    )
    if workers < 2 or len(items) < FEWEST:
        return [function(item) for item in items]
    _work = function, items
    size = -(-len(items) // (workers * 4))
    parts = [
        range(start, min(start + size, len(items)))
        for start in range(0, len(items), size)
    ]
    forks = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, mp_context=forks) as pool:
        return [result for part in pool.map(_done, parts) for result in part]


def _done(part: range) -> list[Any]:
    function, items = _work
    return [function(items[at]) for at in part]
