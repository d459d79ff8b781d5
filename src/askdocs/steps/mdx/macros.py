"""The text of macros is put in the place of their tags, with the lines of the tags."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from askdocs.steps.mdx.scan import ATTRS, attributes, item_indent, scan

DEEPEST = 10
LONGEST = 500_000
"""Macros within macros, and characters of macros on one page; more are left out."""

_MACRO = re.compile(rf"<Macro{ATTRS}/?>")
_LINE_END = re.compile(r"[ \t]*$", re.M)


def macros_used(text: str, macros: Mapping[str, str]) -> list[str]:
    """Return the ids of the macros that *text* uses, directly or through another, sorted."""
    seen: set[str] = set()
    todo = _macro_ids(text)
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo |= _macro_ids(macros.get(name, ""))
    return sorted(seen)


@dataclass(slots=True)
class Filler:
    """Puts the text of macros in the place of their tags.

    Attributes:
        macros: Body of each by its id.
        warnings: Filled with what could not be put in place.
        left: How many characters may still come.
    """

    macros: Mapping[str, str]
    warnings: list[str]
    left: int = LONGEST

    def fill(
        self, text: str, source: Sequence[int], stack: tuple[str, ...] = ()
    ) -> tuple[str, Sequence[int]]:
        """Return the text with its macros, and the source line of each of its lines.

        Args:
            text: To be filled.
            source: The source line of each line of *text*.
            stack: The macros that *text* stands in.
        """
        if "<Macro" not in text:
            return text, source
        parts: list[str] = []
        numbers = [source[0]]
        done = at = 0
        for tag, _ in scan(text):
            if tag["name"] != "Macro" or tag["end"]:
                continue
            before = text[done : tag.start()]
            here = at + before.count("\n")
            body = self._body(tag, source[here], stack)
            parts += [before, body]
            numbers += source[at + 1 : here + 1]
            numbers += [source[here]] * body.count("\n")
            done, at = tag.end(), here + tag[0].count("\n")
        return "".join([*parts, text[done:]]), [*numbers, *source[at + 1 :]]

    def _body(self, tag: re.Match[str], line: int, stack: tuple[str, ...]) -> str:
        """Return the text of a macro, its lines in the list item of the tag."""
        name = attributes(tag["attrs"]).get("id", "")
        body = self.macros.get(name, "").strip("\n")
        if name in stack:
            problem = f"macro '{name}' uses itself"
        elif name not in self.macros:
            problem = f"unknown macro '{name}'"
        elif len(stack) >= DEEPEST or len(body) > self.left:
            problem = f"macro '{name}' left out: too deep or too long"
        else:
            self.left -= len(body) + 1
            lines = [line] * (body.count("\n") + 1)
            filled, _ = self.fill(body, lines, (*stack, name))
            hang = " " * item_indent(tag.string, tag.start())
            filled = re.sub(r"\n(?=[^\n])", "\n" + hang, filled)
            return filled + "\n" if _LINE_END.match(tag.string, tag.end()) else filled
        self.warnings.append(f"line {line}: {problem}")
        return ""


def _macro_ids(text: str) -> set[str]:
    if "<Macro" not in text:
        return set()
    return {attributes(tag["attrs"]).get("id", "") for tag in _MACRO.finditer(text)}
