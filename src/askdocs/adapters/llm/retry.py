"""A stream that fails before it said anything, in a way that may pass, is begun once more."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import closing
from typing import TypeVar

from askdocs.adapters.llm.options import Limits
from askdocs.domain.errors import ModelUnavailable

T = TypeVar("T")

_PATIENCE_S = 30.0
"""What takes longer to fail is not tried again."""


def twice(
    attempt: Callable[[], Generator[T, None, None]],
    *,
    passing: Callable[[BaseException | None], bool],
    limits: Limits,
    clock: Callable[[], float],
) -> Generator[T, None, None]:
    """Yield what *attempt* yields; closing closes it.

    It is made a second time if it raises `ModelUnavailable` soon, and *passing* says of
    the cause that it may be over by then. `AnswerIncomplete` is final: what was said
    would be said again.
    """
    began = clock()
    try:
        with closing(attempt()) as replies:
            yield from replies
    except ModelUnavailable as err:
        if clock() - began > _PATIENCE_S or not passing(err.__cause__):
            raise
    else:
        return
    time.sleep(limits.retry_s)
    with closing(attempt()) as replies:
        yield from replies
