"""Wrap words to the width of a screen, without ever breaking one.

An address or a command that is longer than the line stays whole, so that it can be
copied: the terminal itself wraps it. Chinese and Japanese, which have no blanks, may be
parted between characters, but not before a full stop or behind an opening bracket.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from askdocs.cli.render.markdown.style import Span

_IDEOGRAPH = (
    "\u2e80-\u2fff\u3000-\u312f\u31a0-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f"
    "\uff01-\uff60\uffe0-\uffe6\U00020000-\U0003ffff"
)
_OPENING = (
    "\u3008\u300a\u300c\u300e\u3010\u3014\u3016\u3018\u301a\uff08\uff3b\uff5b(\\["
)
_CLOSING = (
    "\u3001\u3002\u3009\u300b\u300d\u300f\u3011\u3015\u3017\u3019\u301b\u3005\u30fc"
    "\uff01\uff09\uff0c\uff0e\uff1a\uff1b\uff1f\uff3d\uff5d.,:;!?)\\]"
)
_UNIT = re.compile(
    rf"[{_OPENING}]*[{_IDEOGRAPH}][\ufe00-\ufe0f]*[{_CLOSING}]*|[^{_IDEOGRAPH}]+"
)
_HAS_IDEOGRAPH = re.compile(f"[{_IDEOGRAPH}]")
_BLANKS = re.compile(r"(\s+)")
_ONE_BLANK = re.compile(r"((?<!\s) (?!\s))")
_MARK = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Word:
    """What is never parted.

    Attributes:
        spans: Its text.
        apart: Whether a blank stands before it.
    """

    spans: tuple[Span, ...]
    apart: bool

    @property
    def text(self) -> str:
        """What it says."""
        return "".join(span.text for span in self.spans)


def width(spans: Iterable[Span]) -> int:
    """Return how many columns a text takes.

    Rich knows it, too, and more of emoji; but every `rag --help` would import it.

    >>> width([Span("Jobs"), Span("作业"), Span("e\u0301")])
    9
    """
    return sum(
        len(span.text) if span.text.isascii() else sum(map(_columns, span.text))
        for span in spans
    )


def _columns(char: str) -> int:
    """Return how many columns a character takes: none if it sits on another one."""
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def words(spans: Sequence[Span]) -> list[Word]:
    r"""Return the words of a text; a mark stays with the word before it.

    >>> [w.text for w in words([Span("Use the API now. "), Span("[1]")])]
    ['Use', 'the', 'API', 'now. [1]']
    """
    found: list[Word] = []
    blank = False
    for piece in _units(spans):
        if piece.text == "\n":
            found.append(Word((piece,), apart=False))
            blank = False
        elif piece.text.isspace():
            blank = True
        elif found and _MARK.fullmatch(piece.text) and found[-1].text != "\n":
            gap = (Span(" "),) if blank else ()
            found[-1] = replace(found[-1], spans=(*found[-1].spans, *gap, piece))
            blank = False
        else:
            _add(found, piece, blank=blank)
            blank = False
    return found


def _add(found: list[Word], piece: Span, *, blank: bool) -> None:
    """Add a piece, as a word of its own where a line may end before it."""
    last = found[-1].text[-1:] if found else "\n"
    splits = _HAS_IDEOGRAPH.match(piece.text) or _HAS_IDEOGRAPH.match(last)
    stays = re.match(f"[{_CLOSING}]", piece.text) or re.match(f"[{_OPENING}]", last)
    if blank or last == "\n" or (splits and not stays):
        found.append(Word((piece,), apart=blank))
    else:
        found[-1] = replace(found[-1], spans=(*found[-1].spans, piece))


def _units(spans: Sequence[Span]) -> Iterator[Span]:
    """Yield blanks, line breaks, and what stands between them."""
    for span in spans:
        if span.text == "\n":
            yield span
            continue
        blanks = _ONE_BLANK if span.literal else _BLANKS
        for part in filter(None, blanks.split(span.text)):
            units = _UNIT.findall(part) if _HAS_IDEOGRAPH.search(part) else [part]
            yield from (replace(span, text=unit) for unit in units)


class Wrapper:
    """Puts words on lines, one after the other; what was returned stays as it is.

    Args:
        columns: How wide a line may be.
        first: What stands before the first word, such as a bullet.
        rest: What stands before the first word of each line after it.
    """

    def __init__(
        self, columns: int, first: Sequence[Span] = (), rest: Sequence[Span] = ()
    ) -> None:
        self._columns = columns
        self.first = list(first)
        self._rest = rest
        self._column = 0
        self._begun = False
        self._last: Span | None = None

    def put(self, more: Iterable[Word]) -> list[Span]:
        """Return the spans that print some words behind those that came before."""
        spans: list[Span] = []
        for word in more:
            spans += self._put(word)
        return spans

    def _put(self, word: Word) -> list[Span]:
        if word.text == "\n":
            return self._new_line()
        spans: list[Span] = []
        if not self._begun:
            self._begun, self._column = True, width(self.first)
            spans += self.first
        size = width(word.spans)
        gap = int(word.apart and self._last is not None)
        if self._last and self._column + gap + size > self._columns:
            spans += self._new_line()
        elif self._last and gap:
            spans.append(_blank(self._last, word.spans[0]))
            self._column += gap
        self._column += size
        self._last = word.spans[-1]
        return [*spans, *word.spans]

    def _new_line(self) -> list[Span]:
        self._column, self._last = width(self._rest), None
        return [Span("\n"), *self._rest]


def _blank(before: Span, after: Span) -> Span:
    """Return the blank between two words; it looks as they do if they look alike."""
    alike = (before.style, before.href) == (after.style, after.href)
    return replace(after, text=" ") if alike else Span(" ")
