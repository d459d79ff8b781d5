"""Replace components, macros and partials by what a reader sees; keep line numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from askdocs.domain.text import Seen
from askdocs.steps.docs.mdx.components import (
    Replacement,
    is_card,
    is_inline,
    replace_tag,
)
from askdocs.steps.docs.mdx.context import Text, open_text
from askdocs.steps.docs.mdx.partials import Partial, Shared, macro, partial, snippet
from askdocs.steps.docs.mdx.scan import attributes, item_indent
from askdocs.steps.docs.mdx.syntax import REPLACE

MAX_PART_DEPTH = 10
MAX_PART_CHARS = 500_000
"""Parts within parts, and characters of parts on one page; more are left out."""

_ANCHORED = frozenset({"Accordion", "Anchor", "Heading", "Step", "Update"})
_LINE_END = re.compile(r"[ \t]*$", re.M)
_ESM = re.compile(r"^(?:import|export)\b", re.M)


@dataclass(slots=True)
class Renderer:
    """Puts words in the place of what is not plain text, on one page.

    Attributes:
        shared: Macros and partials.
        cards: Whether cards say anything.
        warnings: Filled with what could not be put in place.
        seen: Filled with what became of things in the page's own text.
        ids: Filled with fragments beside those of headings.
        parts: The partials that were looked up.
        remaining_chars: How many characters of parts may still come.
        met_cards: Whether there was a card.
    """

    shared: Shared
    cards: bool
    warnings: list[str] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    parts: dict[tuple[str, str], Partial] = field(default_factory=dict)
    remaining_chars: int = MAX_PART_CHARS
    met_cards: bool = False

    def of(self, text: Text) -> tuple[str, Sequence[int]]:
        """Return the worded text, and the line on the page of each of its lines."""
        text.labels, text.directives = [], 0
        parts: list[str] = []
        numbers = [text.source[0]]
        done = at = here = known = 0
        for match, _ in text.found:
            here += text.text.count("\n", at, match.start())
            at = match.start()
            part = self._part(match, text)
            if part:
                new: str | None = self._expand(part, match, text, text.source[here])
            else:
                new = self._replacement(match, text, text.source[here])
            if new is None:
                continue
            parts += [text.text[done:at], new]
            done, lines = match.end(), match[0].count("\n")
            if part:
                numbers += text.source[known + 1 : here + 1]
                numbers += [text.source[here]] * new.count("\n")
                known = here + lines
            else:
                parts.append("\n" * lines)
        parts.append(text.text[done:])
        return "".join(parts), [*numbers, *text.source[known + 1 :]]

    def _part(self, match: re.Match[str], text: Text) -> Partial | None:
        """Return the macro or partial that a tag stands for, if it stands for one."""
        name = match["name"]
        if name is None or match["end"]:
            return None
        if name == "Macro":
            return macro(match, text.path, self.shared)
        written = snippet(match) if name == "Snippet" else text.imported.get(name)
        if not written:
            return None
        key = text.path, written
        if key not in self.parts:
            self.parts[key] = partial(*key, self.shared)
        return self.parts[key]

    def _expand(self, part: Partial, tag: re.Match[str], text: Text, line: int) -> str:
        """Return the text of a part, its lines in the list item of the tag."""
        problem = self._problem(part, text)
        self._note(text, line, part.name.replace("'", ""), problem or "its text")
        if problem or part.body is None:
            self.warnings.append(f"line {line}: {problem}")
            return ""
        body = part.body.strip("\n")
        self.remaining_chars -= len(body) + 1
        lines = [line] * (body.count("\n") + 1)
        within = (*text.within, part.name)
        inner = open_text(body, part.path, lines, self.shared, within)
        worded, _ = self.of(inner)
        hang = " " * item_indent(text.text, tag.start())
        worded = re.sub(r"\n(?=[^\n])", "\n" + hang, worded)
        return worded + "\n" if _LINE_END.match(text.text, tag.end()) else worded

    def _problem(self, part: Partial, text: Text) -> str:
        if part.name in text.within:
            return f"{part.name} uses itself"
        if part.body is None:
            return f"unknown {part.name}"
        if len(text.within) >= MAX_PART_DEPTH or len(part.body) > self.remaining_chars:
            return f"{part.name} left out: too deep or too long"
        return ""

    def _replacement(self, match: re.Match[str], text: Text, line: int) -> str | None:
        """Return what a reader sees of a match in one line; None if it stays as it is."""
        group = match.lastgroup or ""
        if group == "esm":
            return self._esm(match["esm"], text, line)
        replace_match = REPLACE.get(group, self._replace_tag)
        replacement = replace_match(match, text)
        if replacement and replacement.became:
            self._note(text, line, replacement.what, replacement.became)
        if replacement is None or replacement.words is None or group != "tag":
            return replacement.words if replacement else None
        self.met_cards = self.met_cards or is_card(match["name"])
        self.ids += _ids(match)
        return (
            replacement.words
            if is_inline(match["name"])
            else _spaced(replacement.words, match)
        )

    def _replace_tag(self, match: re.Match[str], text: Text) -> Replacement | None:
        """Return what a reader sees of a tag; code stays as it is."""
        if match["name"] is None:
            return None
        return replace_tag(match, text.whole, text.labels, cards=self.cards)

    def _esm(self, esm: str, text: Text, line: int) -> str:
        for statement in _ESM.finditer(esm):
            nth = esm.count("\n", 0, statement.start())
            self._note(text, line + nth, statement[0], "dropped")
        return ""

    def _note(self, text: Text, line: int, what: str, became: str) -> None:
        if not text.within:
            self.seen.append(Seen(line, what, became))


def _ids(tag: re.Match[str]) -> list[str]:
    """Return the fragments that a tag makes; the id of tabs is but the key of a choice."""
    makes = tag["name"][0].islower() or tag["name"] in _ANCHORED
    if not makes or "=" not in tag["attrs"]:
        return []
    attrs = attributes(tag["attrs"])
    named = attrs.get("name", "") if tag["name"] == "a" else ""
    return [i for i in dict.fromkeys((attrs.get("id", ""), named)) if i]


def _spaced(new: str, match: re.Match[str]) -> str:
    """Return what replaces a match so that the words around it do not become one."""
    before = match.string[match.start() - 1 : match.start()] if match.start() else ""
    after = match.string[match.end() : match.end() + 1]
    glued = before.isalnum() or before == ">", after.isalnum() or after == "<"
    if new.strip():
        return " " * glued[0] + new + " " * (glued[1] and not new.endswith(" "))
    return " " if all(glued) else new
