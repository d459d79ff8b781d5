"""Find where in a passage the words of one of its units stand."""

from __future__ import annotations

import re

from askdocs.domain.answer import Evidence, Passage
from askdocs.steps.answer.words import WORD

_COLUMN = re.compile(r"\A[^:|]{1,80}: ")
_MAX_WORDS = 80


def evidence_in(passage: Passage, number: int, unit: str) -> Evidence:
    """Return the place of a unit in its passage; the whole passage if it is not found.

    Args:
        passage: The passage.
        number: Its number, counted from 1.
        unit: As `steps.answer.sentences.units` returns it: a table row names its columns,
            which do not stand in the row.
    """
    text = passage.text
    start, end = _span(text, unit)
    return Evidence(number, start, end, _lines(passage, start, end), text[start:end])


def _span(text: str, unit: str) -> tuple[int, int]:
    cells = " ".join(_COLUMN.sub("", cell) for cell in unit.split(" | "))
    for wording in (unit, cells):
        words = WORD.findall(wording)[:_MAX_WORDS]
        pattern = r"[\W_]+?".join(map(re.escape, words))
        match = re.search(rf"(?<![^\W_]){pattern}(?![^\W_])", text) if words else None
        if match:
            end = re.compile(r"[)\]`*_\"'.!?]*").match(text, match.end())
            return match.start(), end.end() if end else match.end()
    return 0, len(text)


def _lines(passage: Passage, start: int, end: int) -> tuple[int, int]:
    """Return the lines of a span in the source file; those of the passage if unknown.

    They are known where the passage has as many lines as its source.
    """
    first, last = passage.lines
    if passage.text.count("\n") != last - first:
        return first, last
    above = passage.text.count("\n", 0, start)
    return first + above, first + above + passage.text.count("\n", start, end)
