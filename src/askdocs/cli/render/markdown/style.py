"""Say how a piece of text looks, and write it as a terminal understands it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Flag, auto

from askdocs.domain.text import visible

MAX_COLUMNS = 100
"""Longer lines are hard to read."""


class Style(Flag):
    """How text looks; one accent, in the terminal's own colours, light or dark."""

    PLAIN = 0
    BOLD = auto()
    DIM = auto()
    ITALIC = auto()
    UNDERLINE = auto()
    STRUCK = auto()
    ACCENT = auto()


_SGR = {
    Style.BOLD: "1",
    Style.DIM: "2",
    Style.ITALIC: "3",
    Style.UNDERLINE: "4",
    Style.STRUCK: "9",
    Style.ACCENT: "36",
}


@dataclass(frozen=True, slots=True)
class Span:
    """Text of one style.

    Attributes:
        text: Untrusted: it is made visible when it is painted.
        href: Where it leads, if it can be followed; "" if nowhere.
        literal: Whether its blanks are its own, as those of code.
    """

    text: str
    style: Style = Style.PLAIN
    href: str = ""
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Screen:
    """What a terminal can show.

    Attributes:
        columns: How wide a line may be.
        colour: Whether it may be sent colours, bold and the like.
        links: Whether it may be sent links (OSC 8).
    """

    columns: int
    colour: bool = False
    links: bool = False

    def paint(self, spans: Iterable[Span]) -> str:
        """Return what is sent to the terminal; only the escapes in it are ours."""
        return "".join(map(self._paint, _joined(spans)))

    def _paint(self, span: Span) -> str:
        text = visible(span.text)
        if not text.strip() and not span.href:
            return text
        if self.links and _can_be_followed(span.href):
            text = f"\x1b]8;;{span.href}\x1b\\{text}\x1b]8;;\x1b\\"
        codes = ";".join(code for style, code in _SGR.items() if style in span.style)
        return f"\x1b[{codes}m{text}\x1b[0m" if codes and self.colour else text


def _can_be_followed(href: str) -> bool:
    """Whether an address is one of the web, and nothing that a terminal obeys."""
    web = href.startswith(("https://", "http://"))
    return web and href.isprintable() and " " not in href


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Put neighbours that look alike together."""
    joined: list[Span] = []
    for span in spans:
        last = joined[-1] if joined else None
        if last and (last.style, last.href) == (span.style, span.href):
            joined[-1] = replace(last, text=last.text + span.text)
        else:
            joined.append(span)
    return joined
