"""Print the passages that a search found, best first."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Mapping, Sequence

from askdocs.cli.render import terminal
from askdocs.cli.render.markdown.style import MAX_COLUMNS, Screen, Span, Style
from askdocs.cli.render.markdown.wrap import Wrapper, words
from askdocs.domain.answer import Passage
from askdocs.domain.text import Block, Kind, visible
from askdocs.steps.docs.chunk import readable

SNIPPET_CHARS = 280


def print_passages(
    ranking: Sequence[Passage], ranks: Mapping[str, Mapping[str, int]] | None = None
) -> None:
    """Print passages, each with its link, its ranks if asked, its beginning."""
    for n, passage in enumerate(ranking, start=1):
        own = (ranks or {}).get(passage.id, {})
        standing = ", ".join(f"{name} {rank}" for name, rank in own.items())
        if screen := terminal.screen(sys.stdout):
            _print_on_screen(n, passage, standing, screen)
        else:
            _print_plain(n, passage, standing)


def _print_plain(n: int, passage: Passage, ranks: str) -> None:
    terminal.out(f"{n}. {terminal.one_line(passage.trail)}  ({passage.score:.4f})")
    terminal.out(f"   {passage.link}")
    if ranks:
        terminal.out(f"   ranks: {ranks}")
    text = textwrap.fill(
        _snippet(passage),
        MAX_COLUMNS,
        initial_indent="   ",
        subsequent_indent="   ",
    )
    terminal.out(text)
    terminal.out()


def _print_on_screen(n: int, passage: Passage, ranks: str, screen: Screen) -> None:
    number = f"{n}. "
    rest = [Span(" " * len(number))]
    title = Span(terminal.one_line(passage.trail), Style.BOLD, passage.link)
    score = Span(f"  ({passage.score:.4f})", Style.DIM)
    lines = [
        [*Wrapper(screen.columns, [Span(number)], rest).put(words([title, score]))],
        [*rest, Span(passage.link, Style.DIM, passage.link)],
    ]
    for text, style in (
        (ranks and f"ranks: {ranks}", Style.DIM),
        (_snippet(passage), Style.PLAIN),
    ):
        if text:
            lines.append(
                Wrapper(screen.columns, rest, rest).put(words([Span(text, style)]))
            )
    for line in lines:
        terminal.out_painted(screen.paint([*line, Span("\n")]))
    terminal.out()


def _snippet(passage: Passage) -> str:
    """Return the beginning of what a passage says, in one line."""
    block = Block(visible(passage.text), Kind.PROSE, passage.lines)
    text = " ".join(readable(block).split())
    return textwrap.shorten(text, SNIPPET_CHARS, placeholder=" …")
