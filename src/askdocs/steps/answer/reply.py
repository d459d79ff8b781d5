"""Pass on what the reader may see of a reply, piece by piece as it comes.

A refusal is held back whole. Marks of passages that do not exist and a closing
paragraph that is only a link are left out; what is shown is never taken back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from askdocs.domain.answer import NOT_IN_DOCS
from askdocs.domain.citation_mark import (
    HALF_LONG_MARK,
    HALF_MARK,
    LONG_MARK,
    MARK_WITH_BLANK,
)
from askdocs.steps.answer.markdown import BULLET

_DECORATION = "\"'\u201c\u201d\u2018\u2019`*_#>()[]~-"
_PHRASES = (NOT_IN_DOCS.casefold(), "i don't know", "i do not know")
_PHRASE = re.compile(
    r"not[\s_-]+in[\s_-]+docs|i (?:don['\u2019]t|do not) know", re.IGNORECASE
)
_TRAILING = rf"(?:{LONG_MARK.pattern}|[ \t{re.escape(_DECORATION)}])*"
_STOP = r"[.!:;,\u2026\u2013\u2014-]"
_END_OF_REFUSAL = re.compile(rf"{_TRAILING}(?:\Z|\n|\(|{_STOP}(?=\W|\Z))")
_UNFINISHED_REFUSAL = re.compile(rf"{_TRAILING}{_STOP}?(?:{HALF_LONG_MARK.pattern})?")

_PARAGRAPH_BREAK = re.compile(r"\n[ \t]*\n\s*")
_MAX_LEAD_CHARS = 100
"""Before the URL of a closing paragraph: "You can read more at "."""
_LINK_PARAGRAPH = re.compile(
    rf"(?![#>|`]|{BULLET}\s)[^\n]{{0,{_MAX_LEAD_CHARS}}}?https?://\S+[^\n]{{0,20}}"
)
_POSSIBLE_LINK_PARAGRAPH = re.compile(
    rf"[^\n]{{0,{_MAX_LEAD_CHARS + 8}}}|[^\n]{{0,{_MAX_LEAD_CHARS}}}?https?://\S*[^\n]{{0,20}}"
)


class ReplyReader:
    """Takes a reply in pieces of any size and passes on what is certain.

    All that `feed` and `end` return, joined, is `tidy` of the whole reply; it does not
    depend on where the pieces were cut. `refused` tells how it ended.
    """

    def __init__(self, count: int) -> None:
        self.refused = False
        self.text = ""
        self._passage_count = count
        self._received = ""

    def feed(self, piece: str) -> str:
        """Return what can be shown now; "" while it is uncertain or refused."""
        self._received = (self._received + piece).lstrip()
        if may_be_refusal(self._received):
            return ""
        self.refused = self.refused or is_refusal(self._received)
        return self._emit(self._received[: _certain_end(self._received)])

    def end(self) -> str:
        """Return the rest, now that nothing more comes."""
        self.refused = is_refusal(self._received)
        end = _closing_start(self._received.rstrip(), _LINK_PARAGRAPH)
        return self._emit(self._received[:end])

    def _emit(self, text: str) -> str:
        """Return what *text* adds to what was shown before."""
        if self.refused:
            return ""
        visible = without_unknown_marks(text, self._passage_count).rstrip()
        new = visible[len(self.text) :]
        self.text += new
        return new


def tidy(text: str, count: int) -> str:
    r"""Return the reply as the reader sees it; "" if it is a refusal.

    >>> tidy("Run it [^1]. Wait [^9].\n\nSee https://example.org/run/", count=5)
    'Run it [^1]. Wait.'
    """
    reader = ReplyReader(count)
    return reader.feed(text) + reader.end()


def is_refusal(text: str) -> bool:
    """Return whether the model says that the docs do not answer.

    True if the sentinel is all there is or opens the reply as a sentence of its own,
    in any case and decoration; false where a sentence merely mentions it.

    >>> is_refusal('**"not in docs".**'), is_refusal("NOT IN DOCS is what it prints.")
    (True, False)
    """
    start = _undecorated(text)
    phrase = _PHRASE.match(start)
    return bool(phrase and _END_OF_REFUSAL.match(start, phrase.end()))


def may_be_refusal(text: str) -> bool:
    """Return whether more text is needed to tell if this is a refusal."""
    start = _undecorated(text)
    if phrase := _PHRASE.match(start):
        return bool(_UNFINISHED_REFUSAL.fullmatch(start, phrase.end()))
    folded = re.sub(r"[\s_-]+", " ", start).replace("\u2019", "'").casefold()
    return any(phrase.startswith(folded) for phrase in _PHRASES)


def cited_numbers(text: str, count: int) -> list[int]:
    """Return which passages *text* cites: numbers from 1 to *count*, in first use.

    >>> cited_numbers("Run it [^2] twice [^1][^2], not `a[^3]` and not [^9].", count=5)
    [2, 1]
    """
    return list(dict.fromkeys(n for n, _ in _marks(text) if 1 <= n <= count))


def without_unknown_marks(text: str, count: int) -> str:
    """Return *text* without the marks of passages that do not exist."""
    for number, mark in reversed(list(_marks(text))):
        if not 1 <= number <= count:
            text = text[: mark.start()] + text[mark.end() :]
    return text


def _undecorated(text: str) -> str:
    """Return *text* without what decorates its beginning."""
    return text.lstrip(f"{_DECORATION} \t\r\n")


def _marks(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield every mark outside of code, with its number."""
    for mark in MARK_WITH_BLANK.finditer(text):
        line = text[text.rfind("\n", 0, mark.start()) + 1 : mark.start()]
        if not _in_fence(text, mark.start()) and line.count("`") % 2 == 0:
            yield int(mark[1]), mark


def _in_fence(text: str, end: int) -> bool:
    """Return whether text[:end] leaves a code fence open."""
    return text.count("```", 0, end) % 2 == 1


def _certain_end(text: str) -> int:
    """Return up to where *text* can be shown, whatever follows."""
    half_mark = HALF_MARK.search(text)
    end = len(text[: half_mark.start() if half_mark else None].rstrip())
    return min(end, _closing_start(text.rstrip(), _POSSIBLE_LINK_PARAGRAPH))


def _closing_start(text: str, pattern: re.Pattern[str]) -> int:
    """Return where the closing link paragraphs begin; len(text) if there are none.

    The first paragraph is never one: it is the answer. The last is told by *pattern*,
    those before it by what a link paragraph looks like when it is complete.
    """
    end = len(text)
    for gap in reversed(list(_PARAGRAPH_BREAK.finditer(text))):
        paragraph = text[gap.end() : end]
        if _in_fence(text, gap.start()) or not _is_closing_paragraph(
            paragraph, pattern
        ):
            break
        end, pattern = gap.start(), _LINK_PARAGRAPH
    return end


def _is_closing_paragraph(paragraph: str, pattern: re.Pattern[str]) -> bool:
    """Return whether a paragraph is only a link, or only the sentinel."""
    if is_refusal(paragraph) and "\n" not in paragraph:
        return True
    claims = pattern is _LINK_PARAGRAPH and MARK_WITH_BLANK.search(paragraph)
    return not claims and bool(pattern.fullmatch(paragraph))
