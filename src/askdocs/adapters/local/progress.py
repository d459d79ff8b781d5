"""The progress of a long run becomes a line on the terminal, with the time that is left.

Rich draws it: it knows terminals, widths and redirected streams better than we would.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from askdocs.domain.ports import Notify


@contextmanager
def terminal_progress() -> Iterator[Notify]:
    """Draw on stderr while the block runs; nothing where that is no terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:6}"), BarColumn(), MofNCompleteColumn())
    bars: dict[str, TaskID] = {}
    with Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as drawn:

        def notify(step: str, done: int, total: int) -> None:
            if step not in bars:
                bars[step] = drawn.add_task(step, total=total)
            drawn.update(bars[step], completed=done, total=total)

        yield notify
