"""A run as a person reads it: a table, what changed, what was missed, and cautions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from askdocs.cli.render import eval_document, show
from askdocs.domain.trial import Case, Comparison, Run

FEW = 20
"""Questions below which an interval says little."""

_NAMED = 5


def evaluated(run: Run, compared: Comparison | None, *, as_markdown: bool) -> None:
    """Print the table, and what it is of."""
    rows = eval_document.metric_rows(run, compared)
    lines = eval_document.markdown(rows) if as_markdown else eval_document.columns(rows)
    for n, line in enumerate(lines):
        show.out(line, bold=not n and not as_markdown)
    show.out()
    cases = _count(run.pages.cases, "question")
    if compared:
        cases += f", {compared.cases:,} compared with {compared.generation}"
    show.out(f"{cases}; index {run.generation}, model {run.model}, {run.seconds:.1f} s")
    for line in eval_document.moves(compared) if compared else ():
        show.out(show.one_line(line))


def missed(run: Run) -> None:
    """Print the questions whose page was not among the first 5."""
    for outcome in run.outcomes:
        if outcome.rank is None or outcome.rank > 5:
            rank = f"rank {outcome.rank}" if outcome.rank else "not found"
            show.out(show.one_line(f"{outcome.id}: {outcome.question}: {rank}"))
            show.out(f"  wanted {' '.join(outcome.wanted)}")
            show.out(f"  found  {' '.join(outcome.found[:_NAMED])}")


def cautions(asked: Sequence[Case], run: Run, compared: Comparison | None) -> None:
    """Print what one must know to believe the numbers."""
    show.degraded(run.degraded, quiet=False)
    if drafts := sum(case.draft for case in asked):
        show.warning(
            f"{drafts:,} of {_count(len(asked), 'case')} drafted and not looked at yet"
        )
    if len(asked) < FEW:
        show.warning(f"{_count(len(asked), 'question')}: the intervals say little")
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
            show.warning(f"{_count(len(ids), 'case')} {what}: {_listed(ids)}")


def _listed(ids: Iterable[str]) -> str:
    names = list(ids)
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
