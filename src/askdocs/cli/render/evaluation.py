"""A run as a person reads it: a table, what changed, what was missed, and cautions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from askdocs.cli.render import evaluation_data, terminal
from askdocs.domain.evaluation import Case, Comparison, EvaluationRun

FEW = 20
"""Questions below which an interval says little."""

_NAMED = 5


def evaluated(
    run: EvaluationRun, compared: Comparison | None, *, as_markdown: bool
) -> None:
    """Print the table, and what it is of."""
    rows = evaluation_data.metric_rows(run, compared)
    lines = (
        evaluation_data.markdown(rows) if as_markdown else evaluation_data.columns(rows)
    )
    for n, line in enumerate(lines):
        terminal.out(line, bold=not n and not as_markdown)
    terminal.out()
    cases = _count(run.pages.cases, "question")
    if compared:
        cases += f", {compared.cases:,} compared with {compared.generation}"
    terminal.out(
        f"{cases}; index {run.generation}, model {run.model}, {run.seconds:.1f} s"
    )
    for line in evaluation_data.moves(compared) if compared else ():
        terminal.out(terminal.one_line(line))


def missed(run: EvaluationRun) -> None:
    """Print the questions whose page was not among the first 5."""
    for outcome in run.outcomes:
        if outcome.rank is None or outcome.rank > 5:
            rank = f"rank {outcome.rank}" if outcome.rank else "not found"
            terminal.out(terminal.one_line(f"{outcome.id}: {outcome.question}: {rank}"))
            terminal.out(f"  wanted {' '.join(outcome.wanted)}")
            terminal.out(f"  found  {' '.join(outcome.found[:_NAMED])}")


def cautions(
    asked: Sequence[Case], run: EvaluationRun, compared: Comparison | None
) -> None:
    """Print what one must know to believe the numbers."""
    terminal.degraded(run.degraded, quiet=False)
    if drafts := sum(case.draft for case in asked):
        terminal.warning(
            f"{drafts:,} of {_count(len(asked), 'case')} drafted and not looked at yet"
        )
    if len(asked) < FEW:
        terminal.warning(f"{_count(len(asked), 'question')}: the intervals say little")
    groups: Mapping[str, tuple[str, ...]] = (
        {
            "in the baseline only": compared.gone,
            "not in the baseline": compared.new,
            "no longer the same, and not compared": compared.edited,
        }
        if compared
        else {}
    )
    for what, ids in groups.items():
        if ids:
            terminal.warning(f"{_count(len(ids), 'case')} {what}: {_listed(ids)}")


def _listed(ids: Iterable[str]) -> str:
    names = list(ids)
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
