"""What becomes of one file, and why, as a person reads it."""

from __future__ import annotations

from collections import Counter
from textwrap import shorten

from askdocs.cli.render import terminal
from askdocs.domain.site import Explanation
from askdocs.domain.text import Page, Seen


def explained(what: Explanation) -> None:
    """Print what was read of a file, dropped and resolved, and the chunks it makes."""
    indexed = f"no: {what.left_out}" if what.left_out else f"yes, {_chunks(what)}"
    rows = [("file", what.path), ("indexed", indexed)]
    if what.page:
        rows += _page(what, what.page)
    terminal.table(rows)
    if what.page:
        _seen(what.page)
        for text in what.page.warnings:
            terminal.out(f"  warning: {text}")
    for n, chunk in enumerate(what.chunks, start=1):
        first, last = chunk.lines
        terminal.out()
        trail = " > ".join(chunk.heading) or "top of the page"
        terminal.out(f"chunk {n}  lines {first}-{last}  {trail}", bold=True)
        if chunk.also:
            terminal.out(f"  with {', '.join('#' + name for name in chunk.also)}")
        terminal.out(f"  {shorten(chunk.text, 160, placeholder=' …')}")


def _chunks(what: Explanation) -> str:
    return f"as {len(what.chunks)} chunk{'s' * (len(what.chunks) != 1)}"


def _page(what: Explanation, page: Page) -> list[tuple[str, str]]:
    place = what.place
    return [
        ("kind", page.kind.value),
        ("title", page.front.title),
        ("address", place.url if place else "none: it has no page of its own"),
        ("headings", f"{len(place.anchors) if place else 0}, slug rule {what.rule}"),
        ("links", f"{len(page.links)}"),
    ]


def _seen(page: Page) -> None:
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
