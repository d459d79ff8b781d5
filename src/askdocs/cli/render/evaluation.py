"""Print an evaluation for a person: a table, what changed, what was missed, cautions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from askdocs.cli.render import evaluation_data, terminal
from askdocs.domain.evaluation import Case, Comparison, EvaluationRun

MIN_CASES = 20
"""Questions below which an interval says little."""

_MAX_NAMES = 5


def print_run(
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
    summary = count(run.pages.cases, "question")
    if compared:
        summary += f", {compared.cases:,} compared with {compared.generation}"
    terminal.out(
        f"{summary}; index {run.generation}, model {run.model}, {run.seconds:.1f} s"
    )
    for line in evaluation_data.moves(compared) if compared else ():
        terminal.out(terminal.one_line(line))


def print_missed(run: EvaluationRun) -> None:
    """Print the questions whose page was not among the first 5."""
    for outcome in run.outcomes:
        if outcome.rank is None or outcome.rank > 5:
            rank = f"rank {outcome.rank}" if outcome.rank else "not found"
            terminal.out(terminal.one_line(f"{outcome.id}: {outcome.question}: {rank}"))
            terminal.out(f"  wanted {' '.join(outcome.wanted)}")
            terminal.out(f"  found  {' '.join(outcome.found[:_MAX_NAMES])}")


def print_cautions(
    cases: Sequence[Case],
    run: EvaluationRun,
    compared: Comparison | None,
    *,
    unanswerable: int = 0,
) -> None:
    """Print what one must know to believe the numbers."""
    terminal.warnings(run.degraded, quiet=False)
    if unanswerable:
        rows = f"{count(unanswerable, 'case')} without a page passed over"
        terminal.warning(f"{rows}: what is refused, rag eval --answers measures")
    caution_cases(sum(case.draft for case in cases), len(cases))
    if compared:
        caution_groups(compared.gone, compared.new, compared.edited)


def caution_cases(drafts: int, total: int) -> None:
    """Say if cases are drafts, or few."""
    if drafts:
        terminal.warning(
            f"{drafts:,} of {count(total, 'case')} drafted and not looked at yet"
        )
    if total < MIN_CASES:
        terminal.warning(f"{count(total, 'question')}: the intervals say little")


def caution_groups(
    gone: Sequence[str], new: Sequence[str], edited: Sequence[str]
) -> None:
    """Name the cases that were not compared."""
    groups = {
        "in the baseline only": gone,
        "not in the baseline": new,
        "no longer the same, and not compared": edited,
    }
    for what, ids in groups.items():
        if ids:
            terminal.warning(f"{count(len(ids), 'case')} {what}: {_first_names(ids)}")


def _first_names(ids: Iterable[str]) -> str:
    names = list(ids)
    more = f" and {len(names) - _MAX_NAMES:,} more" if len(names) > _MAX_NAMES else ""
    return ", ".join(names[:_MAX_NAMES]) + more


def count(number: int, what: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {what}{'s' * (number != 1)}"
