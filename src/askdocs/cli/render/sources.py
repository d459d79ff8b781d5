"""Print what stands under an answer: its sources, numbered as in its text, and the link."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from askdocs.cli.render import terminal
from askdocs.cli.render.markdown.style import Screen, Span, Style
from askdocs.cli.render.markdown.wrap import Wrapper, words
from askdocs.cli.render.search_result import print_passages
from askdocs.domain.answer import Answer, Passage
from askdocs.domain.errors import Exit

Numbered = list[tuple[int, Passage]]


def numbered_citations(answer: Answer) -> Numbered:
    """Return the cited passages with the numbers that the text gives them."""
    number = {p.id: n for n, p in enumerate(answer.retrieved, start=1)}
    return [(number[p.id], p) for p in answer.cited]


def numbered_passages(answer: Answer) -> Numbered:
    """Return what `rag open` opens, by the number that the reader has seen."""
    if answer.nearest:
        return list(enumerate(answer.nearest, start=1))
    if answer.text:
        return numbered_citations(answer)
    return list(enumerate(answer.retrieved, start=1))


def closing_line(answer: Answer, product: str) -> str:
    """Return the paragraph that ends every answer: the program's own link."""
    if answer.exit_code is Exit.REFUSED:
        return f"The {product} documentation: {answer.link}"
    return f"Read more: {answer.link}"


def unmentioned_line(answer: Answer) -> str:
    """Return which words of the question no passage has; "" if there are none.

    >>> from askdocs.domain.answer import Answer, Status
    >>> words = ("Tokyo", "Kyoto")
    >>> unmentioned_line(Answer("", Status.NO_MATCH, "", (), (), "", unmentioned=words))
    'No passage mentions Tokyo or Kyoto.'
    """
    *some, last = answer.unmentioned or ("",)
    named = f"{', '.join(some)} or {last}" if some else last
    return f"No passage mentions {named}." if last else ""


def print_footer(answer: Answer, closing: str) -> None:
    """Print what follows the text; without one, the passages.

    Args:
        answer: Its text is printed, and the last line of that not ended.
        closing: The line that ends it.
    """
    if not answer.text:
        print_passages(answer.retrieved)
    else:
        terminal.out()
        if line := unmentioned_line(answer):
            _print_wrapped(line)
        terminal.out()
        heading = "Nearest pages:" if answer.nearest else "Sources:"
        print_sources(heading, numbered_passages(answer))
    _print_closing(closing, answer.link)


def print_sources(heading: str, sources: Numbered) -> None:
    """Print a list of sources under a heading, and an empty line; nothing if it is empty."""
    if sources:
        if heading:
            terminal.out(heading, bold=True)
        for number, passage in sources:
            _print_source(number, passage)
        terminal.out()


def _print_source(number: int, passage: Passage) -> None:
    """Print one source: on a terminal title and address on lines of their own."""
    screen, trail = terminal.screen(sys.stdout), terminal.one_line(passage.trail)
    if screen is None:
        terminal.out(f"[{number}] {trail} - {passage.link}")
        return
    mark = Span(f"[{number}]", Style.ACCENT, passage.link)
    rest = [Span(" " * (len(mark.text) + 1))]
    title = Wrapper(screen.columns, [mark, Span(" ")], rest).put(words([Span(trail)]))
    _print_line(screen, title)
    indented = len(rest[0].text) + len(passage.link)
    fits_only_at_edge = len(passage.link) <= screen.columns < indented
    indent = [] if fits_only_at_edge else rest
    _print_line(screen, [*indent, Span(passage.link, Style.DIM, passage.link)])


def _print_closing(text: str, link: str) -> None:
    """Print the last paragraph; its link can be followed, and is never parted."""
    screen = terminal.screen(sys.stdout)
    before, found, _ = text.rpartition(link)
    if screen is None or not found:
        terminal.out(text)
        return
    spans = [Span(before), Span(link, Style.PLAIN, link)]
    _print_line(screen, Wrapper(screen.columns).put(words(spans)))


def _print_wrapped(text: str) -> None:
    """Print a sentence of our own."""
    if screen := terminal.screen(sys.stdout):
        _print_line(screen, Wrapper(screen.columns).put(words([Span(text)])))
    else:
        terminal.out(terminal.one_line(text))


def _print_line(screen: Screen, spans: Sequence[Span]) -> None:
    terminal.out_painted(screen.paint([*spans, Span("\n")]))
