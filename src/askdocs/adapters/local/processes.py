"""Apply a function to many items, in as many processes as there are CPUs."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

MIN_ITEMS = 200
"""Items below which a second process takes longer to start than it saves."""

_task: tuple[Callable[[Any], Any], Sequence[Any]]


def spread(function: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """Return function(item) of each item, in order; fulfils the port `Spread`.

    The processes are forks, which find function and items in the memory that they
    share with us; only results are copied. Where there is no fork, or too little to
    do, all is done here. Nothing may have started a thread before.
    """
    global _task  # noqa: PLW0603 (how a fork finds it)
    workers = min(
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1, 8
    )
    if workers < 2 or len(items) < MIN_ITEMS:
        return [function(item) for item in items]
    _task = function, items
    size = -(-len(items) // (workers * 4))
    parts = [
        range(start, min(start + size, len(items)))
        for start in range(0, len(items), size)
    ]
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        return [result for part in pool.map(_apply, parts) for result in part]


def _apply(part: range) -> list[Any]:
    function, items = _task
    return [function(items[index]) for index in part]
