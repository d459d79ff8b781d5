"""Split the Markdown of a section into what is read as one: paragraph, list, table, code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil
from textwrap import dedent

from askdocs.steps.answer.markdown import BULLET, ITEM, LEAD_IN, is_row

LINE_CHARS = 80
"""Width of the terminal that lines are counted for."""

_NUMBERED = re.compile(r"\s*(\d+)[.)]\s")
# Behind three backticks no other one: ```this``` is code within a line.
_MARK = r"(`{3,}(?!.*`)|~{3,})"
_FENCE = re.compile(rf"[ \t]*{_MARK}")
_FENCE_BEGIN = re.compile(rf"[ \t]*(?:{BULLET}[ \t]+)*{_MARK}")
_HEADING = re.compile(r"#{1,6}\s")
_TABLE_RULE_LINES = 2
_PADDING = re.compile(r"(?<=[ \t])[ \t]+|(?<=---)-+")


class BlockKind(Enum):
    """What a block of Markdown is."""

    PARAGRAPH = "paragraph"
    NOTE = "note"
    HEADING = "heading"
    BULLETS = "bullets"
    STEPS = "steps"
    TABLE = "table"
    CODE = "code"


_LISTS = {BlockKind.BULLETS, BlockKind.STEPS}


@dataclass(frozen=True, slots=True)
class MarkdownBlock:
    """A block, with the blank lines around it left out."""

    kind: BlockKind
    text: str

    @property
    def lines(self) -> int:
        """How many lines of a terminal it takes."""
        return count_lines(self.text)

    @property
    def leads_in(self) -> bool:
        """Whether it only announces what follows; a list says something all the same."""
        if self.kind in _LISTS:
            return False
        return self.kind is BlockKind.HEADING or bool(LEAD_IN.search(self.text))

    @property
    def items(self) -> list[str]:
        """The items of a list, or the rows of a table, each with what belongs to it."""
        lines = self.text.split("\n")
        if self.kind is BlockKind.TABLE:
            return lines[_TABLE_RULE_LINES:]
        if self.kind not in _LISTS:
            return [self.text]
        items: list[list[str]] = []
        fence = ""
        for line in lines:
            if not items or (not fence and ITEM.match(line) and not line[0].isspace()):
                items.append([line])
            else:
                items[-1].append(line)
            fence = open_fence(fence, line)
        return ["\n".join(item) for item in items]

    def with_items(self, places: Sequence[int]) -> str:
        """Return the list or table with these items alone, in the order of the docs."""
        items = self.items
        head = self.text.split("\n")[:_TABLE_RULE_LINES]
        chosen = [items[place].rstrip("\n") for place in sorted(places)]
        return "\n".join([*(head if self.kind is BlockKind.TABLE else ()), *chosen])


def count_lines(text: str) -> int:
    """Return how many lines a text takes on a terminal, empty ones not counted."""
    return sum(
        ceil(len(line) / LINE_CHARS) for line in text.split("\n") if line.strip()
    )


def split_blocks(text: str) -> list[MarkdownBlock]:
    r"""Return the blocks of a text, in order.

    What is indented below an item belongs to its list, code too, and a list ends where
    steps follow bullets. Code at the margin belongs to a list that announces it, or that
    goes on behind it. An indented text below a line that ends with a colon is a note.

    >>> [block.kind.value for block in split_blocks("Do:\n\n1. Run\n\n   it.\n2. Stop.\n\nEnd.")]
    ['paragraph', 'steps', 'paragraph']
    """
    lines = dedent(text).split("\n")
    blocks: list[MarkdownBlock] = []
    begin = 0
    while begin < len(lines):
        if not lines[begin].strip():
            begin += 1
            continue
        kind, end = _block(lines, begin)
        block = "\n".join(lines[begin:end]).rstrip()
        if kind is BlockKind.TABLE:
            block = _PADDING.sub("", block)
        blocks.append(MarkdownBlock(kind, block))
        begin = end
    return blocks


def open_fence(fence: str, line: str) -> str:
    """Return the fence that is open behind a line; "" if none is."""
    if not fence:
        begin = _FENCE_BEGIN.match(line)
        return begin[1] if begin else ""
    end = _FENCE.match(line)
    closes = end and end[1].startswith(fence) and not line.strip().strip(fence[0])
    return "" if closes else fence


def _block(lines: Sequence[str], begin: int) -> tuple[BlockKind, int]:
    """Return what begins at a line, and the line after its end."""
    line = lines[begin]
    if _FENCE.match(line):
        return BlockKind.CODE, _end_of_fence(lines, begin)
    if is_row(line):
        return BlockKind.TABLE, _end_of_rows(lines, begin)
    if ITEM.match(line):
        kind = BlockKind.STEPS if _NUMBERED.match(line) else BlockKind.BULLETS
        return kind, _end_of_list(lines, begin)
    if _HEADING.match(line):
        return BlockKind.HEADING, begin + 1
    following = lines[begin + 1] if begin + 1 < len(lines) else ""
    if LEAD_IN.search(line) and following.startswith("  ") and following.strip():
        return BlockKind.NOTE, _end_of_indented(lines, begin + 1)
    return BlockKind.PARAGRAPH, _end_of_paragraph(lines, begin)


def _end_of_fence(lines: Sequence[str], begin: int) -> int:
    fence = open_fence("", lines[begin])
    for at in range(begin + 1, len(lines)):
        fence = open_fence(fence, lines[at])
        if not fence:
            return at + 1
    return len(lines)


def _end_of_rows(lines: Sequence[str], begin: int) -> int:
    rest = range(begin + 1, len(lines))
    return next((at for at in rest if not is_row(lines[at])), len(lines))


def _end_of_paragraph(lines: Sequence[str], begin: int) -> int:
    for at in range(begin + 1, len(lines)):
        line = lines[at]
        if not line.strip() or _FENCE.match(line) or is_row(line) or ITEM.match(line):
            return at
    return len(lines)


def _end_of_indented(lines: Sequence[str], begin: int) -> int:
    """Return where what is indented ends; blank lines within belong to it."""
    end = begin
    for at in range(begin, len(lines)):
        if lines[at].strip():
            if not lines[at].startswith("  "):
                break
            end = at + 1
    return end


def _end_of_list(lines: Sequence[str], begin: int) -> int:
    """Return where a list ends: at what is neither indented nor an item of its kind."""
    numbered, indent = bool(_NUMBERED.match(lines[begin])), _indent(lines[begin])
    fence, end, after_blank = open_fence("", lines[begin]), begin + 1, False
    for at in range(begin + 1, len(lines)):
        line = lines[at]
        if not fence and line.strip() and _indent(line) <= indent:
            item = bool(ITEM.match(line))
            same = item and bool(_NUMBERED.match(line)) == numbered
            lazy = not (item or after_blank or is_row(line))
            if not (same or lazy or _is_code_of_item(lines, at, end)):
                break
        fence = open_fence(fence, line)
        after_blank = not line.strip()
        end = end if after_blank else at + 1
    return end


def _is_code_of_item(lines: Sequence[str], at: int, end: int) -> bool:
    """Whether a line begins code that belongs to the item that ends before line *end*."""
    if not _FENCE.match(lines[at]):
        return False
    if at == end or LEAD_IN.search(lines[end - 1]):
        return True
    rest = lines[_end_of_fence(lines, at) :]
    following = _NUMBERED.match(next((line for line in rest if line.strip()), ""))
    return following is not None and int(following[1]) > 1


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
