"""Print an evaluation of answers: its shares, the kinds of questions, what was missed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from askdocs.cli.render import terminal
from askdocs.cli.render.evaluation import caution_cases, caution_groups, count
from askdocs.cli.render.evaluation_data import (
    Row,
    change_cells,
    columns,
    comparison_changes,
    interval_cell,
    markdown,
)
from askdocs.domain.answer_evaluation import (
    AnswerCase,
    AnswerComparison,
    AnswerMove,
    AnswerOutcome,
    AnswerRun,
    Grade,
)

_NONE = "no kind"
_QUOTES = "quotes, no model"


def document(run: AnswerRun, compared: AnswerComparison | None) -> dict[str, Any]:
    """Return a run, and what changed if there is a baseline."""
    data = run.as_dict()
    return {**data, "baseline": _comparison(compared)} if compared else data


def _comparison(compared: AnswerComparison) -> dict[str, Any]:
    return {
        "cases": compared.cases,
        "generation": compared.generation,
        "model": compared.model or None,
        "answers": comparison_changes(compared.changes),
        "better": [_move(move) for move in compared.better],
        "worse": [_move(move) for move in compared.worse],
        "only_in_baseline": list(compared.gone),
        "only_in_cases": list(compared.new),
        "edited": list(compared.edited),
    }


def _move(move: AnswerMove) -> dict[str, str]:
    return {**asdict(move), "before": move.before.value, "after": move.after.value}


def share_rows(run: AnswerRun, compared: AnswerComparison | None) -> list[Row]:
    """Return the rows of a table of shares, its head first."""
    head = ("share", "value", "95 % interval", "answers")
    change = ("baseline", "difference", "95 % interval", "p") if compared else ()
    rows: list[Row] = [(*head, *change)]
    for name, share in run.shares.items():
        if share.value is None or share.interval is None:
            continue
        row = (
            name,
            f"{share.value:.4f}",
            interval_cell(share.interval),
            f"{share.count:,} of {share.total:,}",
        )
        changed = compared.changes.get(name) if compared else None
        rows.append(
            (*row, *(change_cells(changed) if changed else ("",) * len(change)))
        )
    return rows


def kind_rows(run: AnswerRun) -> list[Row]:
    """Return the rows of a table of kinds and grades; only its head if there is one kind."""
    kinds = run.kinds
    grades = [g.value for g in Grade if any(row[g.value] for row in kinds.values())]
    head = ("kind", "answers", *grades)
    rows = [
        (kind or _NONE, f"{sum(row.values()):,}", *(f"{row[g]:,}" for g in grades))
        for kind, row in kinds.items()
    ]
    return [head, *(sorted(rows) if len(rows) > 1 else ())]


def print_run(
    run: AnswerRun, compared: AnswerComparison | None, *, as_markdown: bool
) -> None:
    """Print the tables, and what they are of."""
    tables = [share_rows(run, compared), kind_rows(run)]
    for rows in tables:
        if len(rows) == 1:
            continue
        lines = markdown(rows) if as_markdown else columns(rows)
        for n, line in enumerate(lines):
            terminal.out(terminal.one_line(line), bold=not n and not as_markdown)
        terminal.out()
    for line in _summary(run, compared):
        terminal.out(terminal.one_line(line))
    for line in _moves(compared) if compared else ():
        terminal.out(terminal.one_line(line))


def _summary(run: AnswerRun, compared: AnswerComparison | None) -> Iterator[str]:
    line = f"{count(len(run.outcomes), 'question')} answered by {run.model or _QUOTES}"
    if run.model and run.quoted.count:
        line += f", {run.quoted.count:,} of {run.quoted.total:,} answers quoted"
    yield line
    if written := sum(outcome.written for outcome in run.outcomes):
        struck = sum(outcome.struck for outcome in run.outcomes)
        yield f"{struck:,} of {count(written, 'sentence')} struck ({struck / written:.1%})"
    yield (
        f"{run.seconds:.1f} s; an answer takes {run.median_s:.2f} s,"
        f" 95 % take {run.p95_s:.2f} s at most"
    )
    line = f"index {run.generation}, model {run.embedding_model}"
    if compared:
        line += (
            f"; {compared.cases:,} compared with {compared.generation},"
            f" {compared.model or _QUOTES}"
        )
    yield line


def _moves(compared: AnswerComparison) -> Iterator[str]:
    for what, group in (("worse", compared.worse), ("better", compared.better)):
        if group:
            these = "this one" if len(group) == 1 else f"these {len(group):,}"
            yield f"{these} got {what}:"
            for move in group:
                grades = f"{move.before.value} -> {move.after.value}"
                yield f"- {move.id}: {move.question}: {grades}"


def print_failures(run: AnswerRun) -> None:
    """Print the questions whose answer is not what its case asks for."""
    for outcome in run.outcomes:
        if outcome.is_right:
            continue
        head = f"{outcome.case.id}: {outcome.case.question}: {outcome.grade.value}"
        terminal.out(terminal.one_line(head))
        for name, value in _details(outcome):
            terminal.out(terminal.one_line(f"{name:7} {value}").join(("  ", "")))


def _details(outcome: AnswerOutcome) -> Iterator[tuple[str, str]]:
    if outcome.grade is Grade.MISSED:
        if outcome.status not in {"answered", "partial"}:
            yield "status", outcome.status
        for group in outcome.missed:
            yield "missed", "  or  ".join(group)
    for pattern in outcome.forbidden:
        yield "says", pattern
    if outcome.case.wanted:
        yield "wanted", " ".join(outcome.case.wanted)
    if outcome.cited:
        yield "cited", " ".join(outcome.cited)


def print_cautions(
    cases: Sequence[AnswerCase], run: AnswerRun, compared: AnswerComparison | None
) -> None:
    """Print what one must know to believe the numbers."""
    terminal.warnings(run.degraded, quiet=False)
    caution_cases(sum(case.draft for case in cases), len(cases))
    if compared:
        caution_groups(compared.gone, compared.new, compared.edited)
