"""Draw the progress of a long run as a line on the terminal, with the time that is left.

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
    tasks: dict[str, TaskID] = {}
    with Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:

        def notify(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=total)
            progress.update(tasks[step], completed=done, total=total)

        yield notify
