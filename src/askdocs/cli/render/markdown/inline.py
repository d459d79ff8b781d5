"""Read the Markdown inside of a paragraph: bold, code, links and marks.

What is written like Markdown and is none (`5 * 3`, `snake_case`) is text. As CommonMark
has it but for nested brackets and the "rule of three"; its own library takes 0.09 s to
import (`python -X importtime -c "import markdown_it"`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from askdocs.cli.render.markdown.style import Span, Style
from askdocs.domain.citation_mark import MARK

_TOKEN = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<break>(?: {2,}|\\)\n)"
    rf"|(?P<mark>{MARK.pattern})"
    r"|(?P<ticks>`+)"
    r"|<(?P<auto>https?://[^<>\s]+)>"
    r"|(?P<bare>https?://[^\s<>\[\]`]*[^\s<>\[\]`.,;:!?'\")*_])"
    r"|(?P<link>!?\[(?P<label>(?:\\.|`[^`]*`|[^\[\]\\])*)\]"
    r"\((?P<href><[^<>\n]*>|(?:[^\s()]|\([^\s()]*\))*)(?:\s+[\"'][^\n)]*[\"'])?\))"
    r"|(?P<run>\*+|_+|~~)"
    r"|(?P<open>\[)"
)
_STYLES = {1: Style.ITALIC, 2: Style.BOLD}


@dataclass(slots=True)
class _Run:
    """A run of `*`, `_` or `~~` that may open or close something.

    Attributes:
        left: How many of its signs mean nothing so far.
    """

    char: str
    left: int
    opens: bool
    closes: bool


@dataclass(frozen=True, slots=True)
class Inline:
    r"""What a paragraph says, and whether more text can change how it looks.

    Attributes:
        spans: Its text, in order; "\n" is a line break that was meant.
        settled: False while something was opened and not closed.
    """

    spans: list[Span]
    settled: bool


@dataclass(slots=True)
class _Reader:
    """Collects pieces of a paragraph, among them runs that are matched at the end."""

    links: Mapping[int, str]
    pieces: list[Span | _Run] = field(default_factory=list)
    settled: bool = True

    def read(self, text: str) -> None:
        position = 0
        while match := _TOKEN.search(text, position):
            self._text(text[position : match.start()])
            position = self._token(match, text)
        self._text(text[position:])

    def _text(self, text: str) -> None:
        if text:
            self.pieces.append(Span(text.replace("\n", " ")))

    def _token(self, match: re.Match[str], text: str) -> int:
        """Take a token, and return where it ends."""
        kind, said = match.lastgroup or "", match.group()
        if match["link"] is not None:
            self._link(match)
        elif match["mark"] is not None:
            self._mark(said)
        elif kind == "ticks":
            return self._code(match, text)
        elif kind == "run":
            self.pieces.append(_run(match, text))
        elif kind in {"auto", "bare"}:
            self.pieces.append(Span(match[kind], Style.UNDERLINE, match[kind]))
        elif kind == "break":
            self.pieces.append(Span("\n"))
        elif kind == "open":
            self.settled &= "]" in text[match.end() :]
            self._text(said)
        else:
            self._text(match["escaped"])
        return match.end()

    def _link(self, match: re.Match[str]) -> None:
        href = match["href"].strip("<>")
        inner = parse(match["label"], self.links).spans
        self.pieces += [
            replace(s, style=s.style | Style.UNDERLINE, href=href) for s in inner
        ]

    def _mark(self, mark: str) -> None:
        number = int(mark[2:-1])
        href = self.links.get(number, "")
        self.pieces.append(Span(f"[{number}]", Style.ACCENT, href))

    def _code(self, match: re.Match[str], text: str) -> int:
        """Take inline code up to the run of as many ticks; else the ticks are text."""
        ticks = match["ticks"]
        end = re.compile(rf"(?<!`){ticks}(?!`)").search(text, match.end())
        if end is None:
            self.settled = False
            self._text(ticks)
            return match.end()
        code = text[match.end() : end.start()].replace("\n", " ")
        if code.startswith(" ") and code.endswith(" ") and code.strip():
            code = code[1:-1]
        self.pieces.append(Span(code, Style.ACCENT, literal=True))
        return end.end()


def parse(text: str, links: Mapping[int, str]) -> Inline:
    """Return what a paragraph says.

    Args:
        text: In Markdown, without the signs of its block.
        links: Where each mark leads, by its number.

    >>> [s.text for s in parse("Run **rag ask** [^2], not `a**b`.", {}).spans]
    ['Run ', 'rag ask', ' ', '[2]', ', not ', 'a**b', '.']
    """
    reader = _Reader(links)
    reader.read(text)
    pieces = reader.pieces
    for place, piece in enumerate(pieces):
        while isinstance(piece, _Run) and piece.closes and piece.left:
            if not _close(pieces, place, piece):
                break
    opened = any(isinstance(p, _Run) and p.left and p.opens for p in pieces)
    spans = [s for s in map(_span, pieces) if s.text]
    return Inline(spans, reader.settled and not opened)


def _run(match: re.Match[str], text: str) -> _Run:
    """Return a run with what it may do; "_" does nothing inside of a word."""
    before = text[match.start() - 1 : match.start()] or " "
    after = text[match.end() : match.end() + 1] or " "
    opens = not after.isspace() and (_is_sign(before) or not _is_sign(after))
    closes = not before.isspace() and (_is_sign(after) or not _is_sign(before))
    if match["run"][0] == "_":
        opens, closes = opens and _is_sign(before), closes and _is_sign(after)
    return _Run(match["run"][0], len(match["run"]), opens, closes)


def _is_sign(char: str) -> bool:
    return not char.isalnum()


def _close(pieces: list[Span | _Run], place: int, closer: _Run) -> bool:
    """Style what stands between a run and the nearest one that it closes."""
    for start in range(place - 1, -1, -1):
        opener = pieces[start]
        if not isinstance(opener, _Run) or opener.char != closer.char:
            continue
        if opener.opens and opener.left and opener is not closer:
            size = min(2, opener.left, closer.left)
            style = Style.STRUCK if closer.char == "~" else _STYLES[size]
            _style_between(pieces, start, place, style)
            opener.left -= size
            closer.left -= size
            return True
    return False


def _style_between(
    pieces: list[Span | _Run], start: int, end: int, style: Style
) -> None:
    for n in range(start + 1, end):
        piece = pieces[n]
        if isinstance(piece, _Run):
            pieces[n] = _span(piece)
            piece = _span(piece)
        pieces[n] = replace(piece, style=piece.style | style)


def _span(piece: Span | _Run) -> Span:
    """Return a piece as text; what is left of a run is what it says."""
    return Span(piece.char * piece.left) if isinstance(piece, _Run) else piece
