"""Measure what the embedder reads of a text, in tokens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from askdocs.domain.ports import Tokenizer
from askdocs.domain.text import Block, Kind

_JOINER = "\u200d"
_LINK = re.compile(r"!?\[([^\[\]]*+)\]\([^()\s]*+(?:\([^()\s]*+\))?+[^()]*+\)")
FENCE = re.compile(
    r"^[ \t>]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]++)*+(?P<mark>`{3,}+(?![^\n]*`)|~{3,}+)[^\n]*+"
    r"(?:\n(?![ \t>]*+(?P=mark)[`~]*+[ \t]*+$)[^\n]*+)*+(?:\n[^\n]*+)?",
    re.M,
)
_CODE = re.compile(
    rf"{FENCE.pattern}"
    r"|(?<![`\\])(?P<tick>`++)[^`]++(?:(?!(?P=tick)(?!`))`++[^`]++)*+(?P=tick)(?!`)",
    re.M,
)
RULE = r"(?=[^\n]*\|)[ \t>]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+$"
_RULE = re.compile(rf"^{RULE}\n?", re.M)
_HEADING = re.compile(r"\A#{1,6} ")
BLANKS = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Ruler:
    """Measures text as the embedder will read it.

    Attributes:
        tokenizer: The embedder's own.
        limit: The most tokens of one embedded text, special tokens included.
        prefix: What the embedder puts before every passage.
    """

    tokenizer: Tokenizer
    limit: int
    prefix: str = ""

    def sizes(self, texts: Sequence[str]) -> list[int]:
        """Return the tokens of each text, special tokens left out."""
        special, *counts = self.tokenizer.count(["", *texts])
        return [n - special for n in counts]

    def rooms(self, heads: Sequence[str]) -> list[int]:
        """Return how many tokens of text fit below each of these beginnings."""
        return [-n for n in self.excess(heads)]

    def excess(self, texts: Sequence[str]) -> list[int]:
        """Return by how many tokens each embedded text exceeds the limit."""
        counts = self.tokenizer.count([self.prefix + t for t in texts])
        return [n - self.limit for n in counts]

    def cut(self, text: str, size: int) -> list[str]:
        """Cut a text that has no better seam into parts of at most *size* tokens.

        Between words where there is a space, and never within what a reader sees as
        one character.
        """
        spans = self.tokenizer.spans(text)
        parts, first, start = [], 0, 0
        while first + size < len(spans):
            end = _cut_position(text, start, spans[first + size][0])
            parts.append(text[start:end])
            start = end
            while first < len(spans) and spans[first][0] < end:
                first += 1
        return [*parts, text[start:]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A block, what the embedder reads of it, and how many tokens that is."""

    block: Block
    words: str
    size: int


def _cut_position(text: str, start: int, end: int) -> int:
    """Return where to cut a text before *end*: after a space, else between characters."""
    space = max(text.rfind(" ", start, end), text.rfind("\n", start, end)) + 1
    if space > start + (end - start) // 2:
        return space
    seam = end
    while seam > start and (
        _continues_character(text[seam]) or text[seam - 1] == _JOINER
    ):
        seam -= 1
    return seam if seam > start else end


def _continues_character(char: str) -> bool:
    """Whether a character is shown as a part of the one before it."""
    return char == _JOINER or unicodedata.category(char).startswith("M")


def readable(block: Block) -> str:
    """Return what the embedder reads of a block: no link targets, table rules, marks.

    >>> readable(Block("See [the **list**](/jobs/).", Kind.PROSE, (1, 1)))
    'See the list.'
    """
    if block.kind is Kind.CODE:
        return block.text
    text = _HEADING.sub("", BLANKS.sub("\n\n", block.text))
    parts, done = [], 0
    for code in _CODE.finditer(text) if "`" in text or "~~~" in text else ():
        parts += [_without_markup(text[done : code.start()]), code[0]]
        done = code.end()
    return "".join([*parts, _without_markup(text[done:])])


def _without_markup(text: str) -> str:
    if "|" in text and "-" in text:
        text = _RULE.sub("", text)
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    return text.replace("**", "")


def measure_blocks(blocks: Iterable[Block], ruler: Ruler) -> list[Piece]:
    """Return each block with its words and their size."""
    words = [(block, readable(block)) for block in blocks]
    sizes = ruler.sizes([text for _, text in words])
    return [Piece(b, t, n) for (b, t), n in zip(words, sizes, strict=True)]
