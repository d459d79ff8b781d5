"""Build the data of `rag eval --json`, and the rows of its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from askdocs.domain.evaluation import Change, Comparison, EvaluationRun, Level, Move

Row = tuple[str, ...]


def document(run: EvaluationRun, compared: Comparison | None) -> dict[str, Any]:
    """Return a run, and what changed if there is a baseline."""
    data = run.as_dict()
    return {**data, "baseline": _comparison(compared)} if compared else data


def _comparison(compared: Comparison) -> dict[str, Any]:
    return {
        "cases": compared.cases,
        "generation": compared.generation,
        "metrics": comparison_changes(compared.changes),
        "section_metrics": comparison_changes(compared.section_changes),
        "better": [asdict(move) for move in compared.better],
        "worse": [asdict(move) for move in compared.worse],
        "only_in_baseline": list(compared.gone),
        "only_in_cases": list(compared.new),
        "edited": list(compared.edited),
    }


def comparison_changes(changes: Mapping[str, Change]) -> dict[str, Any]:
    """Return what changed, as JSON holds it."""
    return {
        name: {
            "before": change.before,
            "after": change.after,
            "difference": change.difference,
            "interval": list(change.interval),
            "p": change.p,
        }
        for name, change in changes.items()
    }


def metric_rows(run: EvaluationRun, compared: Comparison | None) -> list[Row]:
    """Return the rows of a table, its head first; sections stand below pages."""
    head = ("metric", "value", "95 % interval")
    change = ("baseline", "difference", "95 % interval", "p") if compared else ()
    pages = compared.changes if compared else {}
    sections = compared.section_changes if compared else {}
    rows = [*_rows(run.pages, pages, ""), *_rows(run.sections, sections, "section ")]
    width = len(head) + len(change)
    return [(*head, *change), *((*row, *("",) * (width - len(row))) for row in rows)]


def _rows(level: Level, changes: Mapping[str, Change], prefix: str) -> Iterator[Row]:
    for name, value in level.metrics.items():
        row = (f"{prefix}{name}", f"{value:.4f}", interval_cell(level.intervals[name]))
        yield (*row, *change_cells(changes[name])) if name in changes else row


def change_cells(change: Change) -> Row:
    """Return baseline, difference, its interval and p."""
    return (
        f"{change.before:.4f}",
        f"{change.difference:+.4f}",
        interval_cell(change.interval, "+"),
        f"{change.p:.4f}",
    )


def interval_cell(ends: tuple[float, float], sign: str = "") -> str:
    """Return both ends of an interval."""
    return " to ".join(format(end, f"{sign}.4f") for end in ends)


def markdown(rows: Sequence[Row]) -> list[str]:
    """Return the lines of a Markdown table; all but the first column stand right."""
    rule = ("---", *("---:",) * (len(rows[0]) - 1))
    return [f"| {' | '.join(row)} |" for row in (rows[0], rule, *rows[1:])]


def columns(rows: Sequence[Row]) -> list[str]:
    """Return the lines of a table in columns of their own width."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def moves(compared: Comparison) -> Iterator[str]:
    """Yield the questions that got worse or better, each group under its count."""
    for what, group in (("worse", compared.worse), ("better", compared.better)):
        if group:
            yield f"{_count(group)} got {what}:"
            for move in group:
                yield f"- {move.id}: {move.question}: rank {_ranks(move)}"


def _count(group: Sequence[Move]) -> str:
    return "this one" if len(group) == 1 else f"these {len(group):,}"


def _ranks(move: Move) -> str:
    before, after = ("none" if r is None else str(r) for r in (move.before, move.after))
    return f"{before} -> {after} (nDCG@10 {move.difference:+.4f})"
