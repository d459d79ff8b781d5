"""Print for a person how one file was read, and the chunks that it makes."""

from __future__ import annotations

from collections import Counter
from textwrap import shorten

from askdocs.cli.render import terminal
from askdocs.domain.site import Explanation
from askdocs.domain.text import Page, Seen


def print_explanation(explanation: Explanation) -> None:
    """Print what was read of a file, dropped and resolved, and the chunks it makes."""
    reason = explanation.left_out
    indexed = f"no: {reason}" if reason else f"yes, {_chunk_count(explanation)}"
    rows = [("file", explanation.path), ("indexed", indexed)]
    if explanation.page:
        rows += _page_rows(explanation, explanation.page)
    terminal.table(rows)
    if explanation.page:
        _print_seen(explanation.page)
        for text in explanation.page.warnings:
            terminal.out(f"  warning: {text}")
    for n, chunk in enumerate(explanation.chunks, start=1):
        first, last = chunk.lines
        terminal.out()
        trail = " > ".join(chunk.heading) or "top of the page"
        terminal.out(f"chunk {n}  lines {first}-{last}  {trail}", bold=True)
        if chunk.also:
            terminal.out(f"  with {', '.join('#' + name for name in chunk.also)}")
        terminal.out(f"  {shorten(chunk.text, 160, placeholder=' …')}")


def _chunk_count(explanation: Explanation) -> str:
    count = len(explanation.chunks)
    return f"as {count} chunk{'s' * (count != 1)}"


def _page_rows(explanation: Explanation, page: Page) -> list[tuple[str, str]]:
    place = explanation.place
    headings = len(place.anchors) if place else 0
    return [
        ("kind", page.kind.value),
        ("title", page.front.title),
        ("address", place.url if place else "none: it has no page of its own"),
        ("headings", f"{headings}, slug rule {explanation.rule}"),
        ("links", f"{len(page.links)}"),
    ]


def _print_seen(page: Page) -> None:
    """Print each kind of thing that is not plain Markdown, and what became of it."""
    kinds = Counter((seen.what, seen.became) for seen in page.seen)
    for (what, became), count in kinds.items():
        lines = _lines([s for s in page.seen if (s.what, s.became) == (what, became)])
        times = f"{count} x " if count > 1 else ""
        terminal.out(f"  {times}{what}: {became}  ({lines})")


def _lines(seen: list[Seen]) -> str:
    numbers = list(dict.fromkeys(str(s.line) for s in seen))
    more = ", ..." if len(numbers) > 8 else ""
    return f"line{'s' * (len(numbers) > 1)} {', '.join(numbers[:8])}{more}"
