"""Find the links that the author of a text wrote, with their lines in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from askdocs.domain.text import Link
from askdocs.steps.docs.mdx.scan import attributes

_INSIDE = r"[^()\s\\\x01]*+(?:\\.[^()\s\\\x01]*+)*+"
for _ in range(3):
    _INSIDE = rf"{_INSIDE}(?:\({_INSIDE}\)[^()\s\\\x01]*+(?:\\.[^()\s\\\x01]*+)*+)*+"
_SPACE = r"[ \t]*+(?:\n[ \t>]*+)?+"
_QUOTED = (
    r"(?:\"(?:[^\"\\\n]|\\.){0,500}+\"|'(?:[^'\\\n]|\\.){0,500}+'"
    r"|\((?:[^()\\\n]|\\.){0,500}+\))"
)
_TARGET = rf"(?:<(?:[^<>\\\n\x01]|\\.){{0,2000}}+>|(?!<){_INSIDE})"
_MARK = re.compile(
    r"\\."
    # an end of a paragraph, with what the next one begins with
    r"|(?P<pause>\n[ \t>]*+(?=\n|(?:[-*+]|\d{1,9}[.)])[ \t]++[^\n]|#{1,6}[ \t]))"
    rf"|^[ \t>]*+\[(?!\^)(?:[^\[\]\\\n]|\\.){{1,500}}+\]:{_SPACE}(?P<defined>{_TARGET})"
    rf"(?=[ \t]*+$|(?=\s){_SPACE}{_QUOTED}[ \t]*+$)"
    r"|(?P<opened>!?\[)"
    rf"|(?P<bracket>\])(?:\({_SPACE}(?P<target>{_TARGET})(?:(?=\s){_SPACE}{_QUOTED})?+{_SPACE}\))?+"
    r"|<(?P<auto>[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*+)>"
    r"|(?P<tag>\x00)",
    re.M,
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_READABLE = frozenset({"entity", "colons", "target"})
_ATTRIBUTES = ("href", "to", "url", "link")


def links_of(
    text: str, found: Sequence[tuple[re.Match[str], int]], source: Sequence[int]
) -> Iterator[Link]:
    """Yield the links of a text in order; code and comments hold none.

    Args:
        text: As it was scanned.
        found: What in it is not plain text, and where that ends.
        source: The line in the file of each of its lines.
    """
    if "](" not in text and "<" not in text and "]:" not in text:
        return
    plain, tags = _without_code(text, found)
    at = here = 0
    for target, start in _links_in_order(plain, iter(tags)):
        here += plain.count("\n", at, start)
        at = start
        written = target[1:-1] if target[:1] == "<" else target
        if written:
            yield Link(_ESCAPED.sub(r"\1", written), source[here])


def _without_code(
    text: str, found: Sequence[tuple[re.Match[str], int]]
) -> tuple[str, list[str]]:
    r"""Return a text without code, "\0" for each link of a tag, and those links.

    A code span leaves "\1", so that its line is none that ends a paragraph.
    """
    parts: list[str] = []
    tags: list[str] = []
    done = 0
    for match, end in found:
        parts.append(text[done : match.start()])
        done = end
        group = match.lastgroup
        if group == "tag" and parts[-1].endswith(("](", "]: ")):
            group = "target"
        if group in _READABLE:
            parts.append(match[0])
            continue
        if group == "tag":
            own = _tag_targets(match)
            tags += own
            parts.append("\0" * len(own))
        elif group == "code":
            parts.append("\1")
        parts.append("\n" * text.count("\n", match.start(), end))
    return "".join([*parts, text[done:]]), tags


def _tag_targets(tag: re.Match[str]) -> list[str]:
    if "=" not in tag["attrs"]:
        return []
    attrs = attributes(tag["attrs"])
    return [attrs[key] for key in _ATTRIBUTES if attrs.get(key)]


def _links_in_order(plain: str, tags: Iterator[str]) -> Iterator[tuple[str, int]]:
    """Yield each link and where it stands."""
    brackets = _OpenBrackets()
    at, ended = 0, -1
    while mark := _MARK.search(plain, at):
        at = mark.end()
        if mark["tag"]:
            yield next(tags), mark.start()
        elif mark["auto"]:
            yield mark["auto"], mark.start()
        elif mark["defined"]:
            above = plain[max(0, mark.start() - 2) : mark.start()]
            if above in {"", "\n", "\n\n"} or ended == mark.start():
                ended = at + 1
                yield mark["defined"], mark.start("defined")
        elif not (what := brackets.closed_by(mark)):
            at = mark.end("bracket") if mark["bracket"] else at
        elif mark["target"] is not None and what == "[":
            brackets.inert = len(brackets.opened)
            yield mark["target"], mark.start("target")


@dataclass(slots=True)
class _OpenBrackets:
    """The brackets that are open at a place.

    Attributes:
        opened: Each with the mark of an image, if it has one.
        inert: How many of them hold a link, and so open none: the inner link wins.
    """

    opened: list[str] = field(default_factory=list)
    inert: int = 0

    def closed_by(self, mark: re.Match[str]) -> str:
        """Return the bracket that a mark closes; "" if it closes none."""
        if mark["pause"]:
            self.opened, self.inert = [], 0
        elif mark["opened"]:
            self.opened.append(mark["opened"])
        elif mark["bracket"] and self.opened:
            bracket = self.opened.pop()
            inert = len(self.opened) < self.inert
            self.inert = min(self.inert, len(self.opened))
            return "" if inert and bracket == "[" else bracket
        return ""
