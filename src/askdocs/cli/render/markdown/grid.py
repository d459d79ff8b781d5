"""Lay a table out in columns, or row by row where the screen is too narrow for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from askdocs.cli.render.markdown.inline import parse
from askdocs.cli.render.markdown.style import Span, Style
from askdocs.cli.render.markdown.wrap import Word, Wrapper, width, words
from askdocs.domain.citation_mark import MARKS_WITH_BLANKS

_CELL = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_MARKS_BEHIND = re.compile(rf"(?<=\|)\s*({MARKS_WITH_BLANKS.pattern})\s*\Z")
_GAP = 2
_MAX_CELL_LINES = 4  # of a row in columns; what is longer reads better by itself

Line = list[Span]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table.

    Attributes:
        head: The names of its columns; () if it has none.
        rows: Their cells, each a list of spans.
        marks: What stands behind the whole table.
    """

    head: tuple[Line, ...]
    rows: tuple[tuple[Line, ...], ...]
    marks: Line


def read_grid(lines: Sequence[str], links: Mapping[int, str]) -> Grid:
    """Return the table that some lines of Markdown hold.

    A mark behind a row goes into its last cell; behind the last row alone it is one of
    the whole table.
    """
    texts = [line.strip() for line in lines]
    marked = [n for n, text in enumerate(texts) if _MARKS_BEHIND.search(text)]
    behind = ""
    if marked == [len(texts) - 1] and (match := _MARKS_BEHIND.search(texts[-1])):
        behind, texts[-1] = match[1], texts[-1][: match.start()]
    has_head = len(texts) > 1 and bool(_RULE.fullmatch(texts[1]))
    rows = [
        tuple(parse(cell, links).spans for cell in _cells(text))
        for n, text in enumerate(texts)
        if not (n == 1 and has_head)
    ]
    head = rows.pop(0) if has_head else ()
    marks = parse(behind.strip(), links).spans
    return Grid(head, tuple(rows), marks)


def _cells(row: str) -> list[str]:
    """Return the cells of a row; what stands behind the last line is in the last one."""
    marks = match[1] if (match := _MARKS_BEHIND.search(row)) else ""
    row = row[: match.start()] if match else row
    row = row.removeprefix("|")
    row = row[:-1] if row.endswith("|") and not row.endswith(r"\|") else row
    cells = [cell.strip().replace(r"\|", "|") for cell in _CELL.split(row)]
    cells[-1] += f" {marks.strip()}" if marks else ""
    return cells


def layout(grid: Grid, columns: int) -> Iterator[Line]:
    """Yield the lines that show a table; none ends in blanks."""
    widths = _widths(grid, columns)
    if widths:
        yield from _in_columns(grid, widths)
    else:
        yield from _one_by_one(grid, columns)
    if grid.marks:
        yield grid.marks


def _widths(grid: Grid, columns: int) -> list[int]:
    """Return how wide each column is; [] if they do not fit beside each other."""
    table = [row for row in (grid.head, *grid.rows) if row]
    cells = list(zip_longest(*table, fillvalue=[]))
    widths = [max(map(width, column)) for column in cells]
    least = [max(map(_longest_word, column)) for column in cells]
    room = columns - _GAP * (len(widths) - 1)
    if sum(least) > room:
        return []
    while (over := sum(widths) - room) > 0:
        can_shrink = [n for n, size in enumerate(widths) if size > least[n]]
        widest = max(can_shrink, key=lambda n: widths[n])
        next_size = max((w for w in widths if w < widths[widest]), default=0)
        widths[widest] = max(next_size, least[widest], widths[widest] - over)
    tall = any(
        width(cell) > _MAX_CELL_LINES * size
        for column, size in zip(cells, widths, strict=True)
        for cell in column
    )
    return [] if tall else widths


def _longest_word(cell: Line) -> int:
    return max((width(word.spans) for word in words(cell)), default=1)


def _in_columns(grid: Grid, widths: Sequence[int]) -> Iterator[Line]:
    if grid.head:
        head = tuple(_styled(cell, Style.BOLD) for cell in grid.head)
        yield from _row(head, widths)
        total = sum(widths) + _GAP * (len(widths) - 1)
        yield [Span("─" * total, Style.DIM)]
    for row in grid.rows:
        yield from _row(row, widths)


def _row(cells: Sequence[Line], widths: Sequence[int]) -> Iterator[Line]:
    """Yield the lines of one row, its cells wrapped."""
    columns = [
        _wrapped(words(cell), size) for cell, size in zip(cells, widths, strict=False)
    ]
    for lines in zip_longest(*columns, fillvalue=[]):
        line: Line = []
        pad = 0
        for cell, size in zip(lines, widths, strict=False):
            if cell:
                line += [Span(" " * pad), *cell] if pad else cell
                pad = 0
            pad += size - width(cell) + _GAP
        yield line


def _wrapped(cell: Sequence[Word], columns: int) -> list[Line]:
    lines: list[Line] = [[]]
    for span in Wrapper(columns).put(cell):
        if span.text == "\n":
            lines.append([])
        else:
            lines[-1].append(span)
    return lines


def _one_by_one(grid: Grid, columns: int) -> Iterator[Line]:
    """Yield each row as lines of "name: value", with an empty line between rows."""
    for n, row in enumerate(grid.rows):
        if n:
            yield []
        pairs: Iterator[tuple[Line, Line]] = zip_longest(grid.head, row, fillvalue=[])
        for name, cell in pairs:
            if width(cell):
                text = [*_styled(name, Style.BOLD), Span(": ")] if width(name) else []
                wrapper = Wrapper(columns, rest=[Span("  ")])
                yield wrapper.put(words([*text, *cell]))


def _styled(cell: Line, style: Style) -> Line:
    return [replace(span, style=span.style | style) for span in cell]
