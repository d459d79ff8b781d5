r"""Show Markdown on a terminal while it comes, one sentence after the other.

A list item, a paragraph and a line of code are printed as soon as they are there, a table
once it is whole. What was printed is never drawn again; a sentence that opens something
("**Important") waits for what closes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from askdocs.cli.render.markdown.grid import layout, read_grid
from askdocs.cli.render.markdown.inline import parse
from askdocs.cli.render.markdown.style import Screen, Span, Style
from askdocs.cli.render.markdown.wrap import Word, Wrapper, words
from askdocs.domain.citation_mark import MARKS_WITH_BLANKS

_FENCE = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})[^`]*")
_FENCE_IN_ITEM = re.compile(r"(?P<item>\s*(?:[-*+]|\d{1,9}[.)])\s+)(?=`{3,}|~{3,})")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(?P<text>.*?)(?:\s+#+)?\s*")
_BREAK = re.compile(r"\s*(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})")
_ITEM = re.compile(
    r"(?P<indent>[ \t]*)(?P<bullet>[-*+]|\d{1,9}[.)])[ \t]+(?P<text>.*)", re.S
)
_QUOTE = re.compile(r"\s*> ?(?P<text>.*)", re.S)
_MARKS = re.compile(rf"\s*{MARKS_WITH_BLANKS.pattern}\s*")
_UNDECIDED = re.compile(r"\s*(?:[`~|#=>+_*-].{0,3}|\d+.{0,2}|.{0,2})")
_TAB_COLUMNS = 4


class _Flow:
    """Words that are wrapped: a paragraph, an item, a heading, a quotation.

    Attributes:
        text: All of it so far, in Markdown.
        quotes: Whether it is a quotation.
        fresh: Whether nothing of it is printed yet.
    """

    def __init__(
        self, text: str, wrapper: Wrapper, style: Style, *, quotes: bool = False
    ) -> None:
        self.text = text
        self.quotes = quotes
        self.fresh = True
        self._wrapper = wrapper
        self._style = style
        self._printed: list[str] = []

    def print(self, links: Mapping[int, str], *, whole: bool) -> list[Span]:
        """Return what is new; nothing while what was opened may still be closed."""
        inline = parse(self.text.strip(), links)
        if not (whole or inline.settled):
            return []
        styled = [
            Span(s.text, s.style | self._style, s.href, s.literal) for s in inline.spans
        ]
        if whole and self.fresh and not styled:  # a bullet alone, before code
            *indent, bullet = self._wrapper.first
            return [*indent, Span(bullet.text.rstrip())] if bullet.text else []
        return self._wrapper.put(self._new(words(styled)))

    def _new(self, all_words: list[Word]) -> list[Word]:
        """Return the words that are not printed, and what was added to the last one."""
        count = len(self._printed)
        new = all_words[count:]
        if count and len(all_words) >= count:
            new = [*_rest(all_words[count - 1], self._printed[-1]), *new]
        self._printed = [word.text for word in all_words]
        return new


def _rest(word: Word, printed: str) -> list[Word]:
    """Return what a word says beyond what is printed of it, such as its mark."""
    left, spans = len(printed), []
    for span in word.spans:
        text = span.text[left:]
        left = max(0, left - len(span.text))
        spans += [Span(text, span.style, span.href, span.literal)] if text else []
    apart = bool(spans) and spans[0].text == " "
    kept = tuple(spans[apart:])
    return [Word(kept, apart=apart)] if kept else []


class MarkdownView:
    """Takes Markdown piece by piece and returns what a terminal is to print.

    Args:
        screen: What the terminal can show.
        links: Where each mark leads, by its number; it may grow meanwhile.
    """

    def __init__(self, screen: Screen, links: Mapping[int, str]) -> None:
        self._screen = screen
        self._links = links
        self._line = ""  # what has come of a line that is not understood yet
        self._in_line = False  # whether the flow goes on in the same line
        self._flow: _Flow | None = None
        self._rows: list[str] = []
        self._fence: re.Match[str] | None = None
        self._out: list[Span] = []
        self._began = False
        self._blank = False
        self._apart = False

    @property
    def began(self) -> bool:
        """Whether anything was printed."""
        return self._began

    def feed(self, text: str) -> str:
        """Take a piece that ends where a word ends; return what is to be printed."""
        text = self._line + text
        self._line = ""
        while text:
            line, end, text = text.partition("\n")
            if self._in_line and self._flow:
                self._flow.text += line
                self._in_line = not end
            elif end:
                self._read(line)
            elif self._fence or _UNDECIDED.fullmatch(line) or _is_block(line):
                self._line = line
            else:
                self._read(line)
                self._in_line = True
        self._print(whole=False)
        return self._take()

    def end(self) -> str:
        """Return the rest; it does not end the last line."""
        if self._line:
            self._read(self._line)
        self._line = ""
        self._close()
        return self._take()

    def _take(self) -> str:
        out, self._out = self._out, []
        return self._screen.paint(out)

    def _read(self, line: str) -> None:
        """Take a line, or the beginning of one that is made of words."""
        if self._fence:
            self._read_code(line)
        elif line.lstrip().startswith("|"):
            self._close_flow()
            self._rows.append(line)
        elif not line.strip():
            self._close()
            self._blank = True
        elif fence := _FENCE_IN_ITEM.match(line):
            self._read(fence["item"])
            self._read(" " * len(fence["item"]) + line[fence.end() :])
        elif fence := _FENCE.fullmatch(line):
            self._close()
            self._fence, self._apart = fence, True
        elif _BREAK.fullmatch(line):
            self._open([Span("─" * 3, Style.DIM)])
        else:
            self._read_words(line)

    def _read_code(self, line: str) -> None:
        """Print a line of code as it is, without the indentation of its fence."""
        fence = self._fence["fence"] if self._fence else ""
        indent = self._fence["indent"] if self._fence else ""
        last = re.fullmatch(
            rf"\s*{re.escape(fence)}{fence[0]}*\s*(?P<marks>(?:\[\^\d+\]\s*)*)", line
        )
        if last:
            self._fence, self._apart = None, True
            if last["marks"]:
                self._read_words(last["marks"])
        else:
            common = len(line) - len(line.lstrip())
            code = Span(line[min(len(indent), common) :], Style.ACCENT)
            self._open([code])

    def _read_words(self, line: str) -> None:
        """Go on with a paragraph, or begin what a line begins."""
        item, heading = _ITEM.fullmatch(line), _HEADING.fullmatch(line)
        quote = _QUOTE.fullmatch(line)
        flow = self._flow
        if heading:
            self._close()
            self._apart = True
            self._begin(heading["text"], Style.BOLD)
            self._close()
        elif item:
            self._close()
            bullet = item["bullet"] if item["bullet"][0].isdigit() else "•"
            self._begin(item["text"], indent=self._indent(line), bullet=f"{bullet} ")
        elif flow and flow.quotes == bool(quote):
            flow.text += "\n" + (quote["text"] if quote else line.lstrip())
        else:
            self._close()
            if quote:
                self._begin(quote["text"], bullet="│ ", quotes=True)
            else:
                self._begin(line.lstrip(), indent=self._indent(line))

    def _begin(
        self,
        text: str,
        style: Style = Style.PLAIN,
        *,
        indent: int = 0,
        bullet: str = "",
        quotes: bool = False,
    ) -> None:
        """Begin what is made of words."""
        first = [Span(" " * indent), Span(bullet, Style.DIM)]
        rest = first if quotes else [Span(" " * (indent + len(bullet)))]
        wrapper = Wrapper(self._screen.columns, first, rest)
        self._flow = _Flow(text, wrapper, style, quotes=quotes)

    def _indent(self, line: str) -> int:
        """Return how far a line is moved in; on a narrow screen not by much."""
        line = line.expandtabs(_TAB_COLUMNS)
        return min(len(line) - len(line.lstrip()), self._screen.columns // 4)

    def _print(self, *, whole: bool) -> None:
        """Print what the flow has to say."""
        if self._flow and (spans := self._flow.print(self._links, whole=whole)):
            if self._flow.fresh:
                self._flow.fresh = False
                self._open(spans, marks=bool(_MARKS.fullmatch(self._flow.text)))
            else:
                self._out += spans

    def _close(self) -> None:
        """End what was begun; print a table."""
        self._close_flow()
        if self._rows:
            rows, self._rows = self._rows, []
            indent = self._indent(rows[0])
            grid = read_grid(rows, self._links)
            self._apart = True
            for line in layout(grid, self._screen.columns - indent):
                self._open([Span(" " * indent * bool(line)), *line])
            self._apart = True

    def _close_flow(self) -> None:
        self._print(whole=True)
        self._flow, self._in_line = None, False

    def _open(self, spans: list[Span], *, marks: bool = False) -> None:
        """Print a line, below an empty one if it is to stand apart.

        Marks alone stand close to the code or table before them.
        """
        if self._began:
            apart = (self._blank or self._apart) and not (marks and self._apart)
            self._out.append(Span("\n\n" if apart else "\n"))
        self._began = True
        self._blank = self._apart = False
        self._out += spans


def _is_block(line: str) -> bool:
    """Whether the beginning of a line is none of words, or may be none."""
    begins = line.lstrip().startswith(("|", "```", "~~~", "#"))
    return begins or bool(_BREAK.fullmatch(line))
