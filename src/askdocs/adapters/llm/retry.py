"""Begin a stream once more that failed before it said anything, in a way that may pass."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import closing
from typing import TypeVar

from askdocs.adapters.llm.options import Limits
from askdocs.domain.errors import ModelUnavailable

T = TypeVar("T")

_RETRY_WITHIN_S = 30.0
"""What takes longer to fail is not tried again."""


def retry_once(
    attempt: Callable[[], Generator[T, None, None]],
    *,
    is_transient: Callable[[BaseException | None], bool],
    limits: Limits,
    clock: Callable[[], float],
) -> Generator[T, None, None]:
    """Yield what *attempt* yields; closing closes it.

    It is made a second time if it raises `ModelUnavailable` soon, and *is_transient*
    says of the cause that it may be over by then. `AnswerIncomplete` is final: what was
    said would be said again.
    """
    started = clock()
    try:
        with closing(attempt()) as items:
            yield from items
    except ModelUnavailable as err:
        if clock() - started > _RETRY_WITHIN_S or not is_transient(err.__cause__):
            raise
    else:
        return
    time.sleep(limits.retry_s)
    with closing(attempt()) as items:
        yield from items
