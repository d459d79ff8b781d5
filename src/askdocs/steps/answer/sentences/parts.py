"""Split the text of a passage into units that can support a sentence.

Also tells which piece of a reply claims something, and so needs support.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from askdocs.domain.citation_mark import MARK_LIST, OPENING
from askdocs.steps.answer.markdown import (
    BULLET,
    FENCE_LINE,
    FENCE_MARK,
    LEAD_IN,
    TABLE_RULE,
    is_row,
)
from askdocs.steps.answer.sentences.splitter import Sentences
from askdocs.steps.answer.words import PLAIN_NEGATIONS

_LAST_FENCE = re.compile(rf"\n?[ \t]*{FENCE_MARK}\s*(?:{re.escape(OPENING)}[^\n]*)?\Z")
_CONTINUED = re.compile(r"[ \t]*\\\n\s*")
_RULE = re.compile(rf"\s*\|?{TABLE_RULE}")
_CELL = re.compile(r"(?<!\\)\|")
_BULLET = re.compile(rf"\A(?:>|{BULLET})\s+")
_HEADING = re.compile(r"\s*#{1,6}(?:\s|\Z)")
_ENUMERATED = re.compile(
    r"[\s#>*_+-]*(?:\d+[.)]\s+)?[*_]*(?:[^\W\d_]+\s\d+\s*[.:)](?=.*\w))?", re.DOTALL
)
_CLAIMS = re.compile(
    rf"\d|`|\w:/|\b(?:{'|'.join(PLAIN_NEGATIONS)}|only)\b|n['\u2019]t\b",
    re.IGNORECASE,
)
_MAX_LEAD_IN_WORDS = 20


def pieces(text: str) -> list[str]:
    """Return the pieces of a whole text (see `Sentences`); joined, they are the text."""
    sentences = Sentences()
    return sentences.feed(text) + sentences.end()


def units(text: str) -> list[str]:
    r"""Return sentences, items, table rows and lines of code, in order.

    Each without its bullet and the line breaks of its author. A table row names its
    columns, a command that goes on after a backslash is one line.

    >>> units("- Run it. Wait.\n\n| Plan | vCPU |\n|---|---|\n| S | 2 |")
    ['Run it.', 'Wait.', 'Plan: S | vCPU: 2']
    """
    parts: list[str] = []
    columns: list[str] = []
    for piece in pieces(text):
        if FENCE_LINE.match(piece):
            parts += _lines_of_code(piece)
        elif is_row(piece):
            first, *rule = piece.strip().split("\n", 1)
            columns = _cells(first) if rule else columns
            parts += [] if rule else [_row(columns, _cells(first))]
        else:
            columns = []
            parts.append(" ".join(_BULLET.sub("", piece.strip(), count=1).split()))
    return [unit for unit in parts if any(c.isalnum() for c in unit)]


def has_claim(piece: str) -> bool:
    """Return whether a piece of a reply says something that the docs must say too.

    Nothing is claimed by what has no letter and no digit besides its marks, such as a
    thematic break; nor by framing that names no number, code, address, and negates
    nothing: a heading, the head of a table, and at most 20 words that end with a
    colon. The number of a step or an item does not count. All else claims.

    >>> has_claim("To create a job:"), has_claim("Not supported are:")
    (False, True)
    """
    text = MARK_LIST.sub("", piece)
    if not any(c.isalnum() for c in text):
        return False
    if FENCE_LINE.match(text) or not _is_framing(text):
        return True
    return bool(_CLAIMS.search(_ENUMERATED.sub("", text, count=1)))


def _is_framing(text: str) -> bool:
    """Return whether a piece has the form of framing, whatever it says."""
    lines = text.strip().split("\n")
    if is_row(text):
        return len(lines) > 1 or bool(_RULE.fullmatch(lines[0]))
    short = len(text.split()) <= _MAX_LEAD_IN_WORDS
    return bool(_HEADING.match(text)) or (short and bool(LEAD_IN.search(text)))


def _lines_of_code(piece: str) -> Iterator[str]:
    """Yield the lines of a fence."""
    code = _LAST_FENCE.sub("", FENCE_LINE.sub("", piece, count=1).rstrip())
    for line in _CONTINUED.sub(" ", code).split("\n"):
        yield line.strip()


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in _CELL.split(row.strip().strip("|"))]


def _row(columns: list[str], cells: list[str]) -> str:
    """Return a table row in one line, each cell after the name of its column."""
    names = [*columns, *[""] * len(cells)]
    named = [f"{n}: {c}" if n else c for n, c in zip(names, cells, strict=False) if c]
    return " | ".join(named)
