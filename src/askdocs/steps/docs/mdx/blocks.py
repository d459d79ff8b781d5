"""Parse Markdown into sections of blocks, each with its lines in the source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from askdocs.domain.text import Block, Kind, Section

MAX_HEADING_CHARS = 500
"""Characters; a longer one is a paragraph that was underlined by accident."""

_EXPLICIT_ID = re.compile(r"\s*\{#([^{}\s]+)\}$")
_MARKUP = re.compile(r"[\\`*_\[\]!<]")
_LETTER = re.compile(r"[^>\s]")
_KINDS = {"fence": Kind.CODE, "table_open": Kind.TABLE}
_LISTS = frozenset({"bullet_list_open", "ordered_list_open"})
_WORDS = MarkdownIt("commonmark").disable(["html_inline", "entity"])


def _paragraph(state: StateBlock, start: int, _end: int, _silent: bool) -> bool:  # noqa: FBT001 (called so)
    """Read a paragraph, or a heading that is underlined.

    MDX knows no indented code: a fence or a list ends a paragraph however far it is
    indented. The parser's own rules would make one paragraph of a label and the code
    in its tab, and headings of the comments in that code.
    """
    parent, state.parentType = state.parentType, "paragraph"
    indent, state.listIndent = state.listIndent, -1
    rules = state.md.block.ruler.getRules("paragraph")
    line, end, level = start + 1, state.lineMax, 0
    while line < end and not state.isEmpty(line):
        if level := _underline(state, line):
            break
        if state.sCount[line] >= 0 and any(r(state, line, end, True) for r in rules):  # noqa: FBT003 (its interface)
            break
        line += 1
    state.line = line + 1 if level else line
    kind, tag = ("heading", f"h{level}") if level else ("paragraph", "p")
    state.push(f"{kind}_open", tag, 1).map = [start, state.line]
    text = state.push("inline", "", 0)
    lines = state.getLines(start, line, state.blkIndent, keepLastLF=False)
    text.content = lines.strip()
    state.push(f"{kind}_close", tag, -1)
    state.parentType, state.listIndent = parent, indent
    return True


def _underline(state: StateBlock, line: int) -> int:
    """Return the level of the heading that a line underlines; 0 if it underlines none."""
    begin = state.bMarks[line] + state.tShift[line]
    if state.src[begin] not in "-=" or state.sCount[line] < state.blkIndent:
        return 0
    text = state.src[begin : state.eMarks[line]].rstrip()
    return (1 if text[0] == "=" else 2) if len(set(text)) == 1 else 0


_BLOCKS = MarkdownIt("commonmark").enable("table")
_BLOCKS.disable(["code", "html_block", "reference", "lheading"])
_BLOCKS.block.ruler.at("paragraph", _paragraph)
_BLOCKS.core.ruler.enableOnly(["normalize", "block"])


@dataclass(slots=True)
class _Part:
    """A section in the making."""

    heading: tuple[str, ...] = ()
    anchor: str = ""
    line: int = 1
    blocks: list[Block] = field(default_factory=list)


def sections_of(text: str, numbers: Sequence[int]) -> list[Section]:
    """Cut a page at its headings; the part above the first has no heading.

    A heading in a list or a quote has a fragment, so it is a section too, but one
    without blocks: its text stays where it stands.
    """
    tokens = _BLOCKS.parse(text)
    lines = _close_fences(tokens, text.split("\n"))
    here = _Part()
    parts = [here]
    levels: list[tuple[int, str]] = []
    for group in _groups(tokens):
        top = _heading(group[0], group, 0, numbers)
        if top is None:
            here.blocks += _blocks(group, lines, numbers)
            parts += _nested(group, here.heading, numbers)
        elif name := top.heading[0]:
            level = int(group[0].tag[1])
            levels = [*(above for above in levels if above[0] < level), (level, name)]
            top.heading = tuple(n for _, n in levels)
            here = top
            parts.append(here)
    return [Section(p.heading, p.anchor, tuple(p.blocks), p.line) for p in parts]


def _close_fences(tokens: list[Token], lines: list[str]) -> list[str]:
    """Close the fences that end with their item, or with the page, for want of a mark.

    One that holds nothing goes: it would frame what its author did not mean.
    """
    for token in tokens:
        if token.type != "fence" or not token.map:
            continue
        first, end = token.map
        while end > first + 1 and not lines[end - 1].strip(" \t>"):
            end -= 1
        mark = lines[end - 1].strip(" \t>")
        before, _, _ = lines[first].partition(token.markup)
        if end == first + 1:
            lines[first] = before
        elif mark.strip(token.markup[0]) or len(mark) < len(token.markup):
            lines[end - 1] += f"\n{_LETTER.sub(' ', before)}{token.markup}"
    return lines


def _heading(
    token: Token, group: list[Token], at: int, numbers: Sequence[int]
) -> _Part | None:
    """Return the section that a token opens, its name perhaps ""; None if it is no heading."""
    if token.type != "heading_open" or len(group[at + 1].content) > MAX_HEADING_CHARS:
        return None
    written = _plain(group[at + 1].content)
    own = _EXPLICIT_ID.search(written)
    name = written[: own.start()] if own else written
    line = numbers[token.map[0]] if token.map else 1
    return _Part((name,), own[1] if own else "", line)


def _nested(
    group: list[Token], above: tuple[str, ...], numbers: Sequence[int]
) -> Iterator[_Part]:
    """Yield a section for each heading within a block."""
    for at, token in enumerate(group):
        part = _heading(token, group, at, numbers)
        if part and part.heading[0]:
            part.heading = (*above, *part.heading)
            yield part


def _groups(tokens: list[Token]) -> Iterator[list[Token]]:
    """Yield each block at the top level with the tokens in it."""
    group: list[Token] = []
    for token in tokens:
        if token.level > 0:
            group.append(token)
        elif token.nesting >= 0:
            if group:
                yield group
            group = [token]
    if group:
        yield group


def _plain(markdown: str) -> str:
    """Return the words of a heading without its markup."""
    if not _MARKUP.search(markdown):
        return " ".join(markdown.split())
    children = _WORDS.parseInline(markdown)[0].children or []
    breaks = {"softbreak", "hardbreak"}
    text = "".join(" " if c.type in breaks else c.content for c in children)
    return " ".join(text.split())


def _blocks(
    group: list[Token], lines: list[str], numbers: Sequence[int]
) -> Iterator[Block]:
    """Yield the block of a top-level token; a list yields its items."""
    top = group[0]
    kind = _KINDS.get(top.type, Kind.PROSE)
    spans = [top.map]
    if top.type in _LISTS:
        kind = Kind.ITEM
        spans = [t.map for t in group if t.type == "list_item_open" and t.level == 1]
    for span in spans:
        kept_lines = (
            [line.rstrip() for line in lines[span[0] : span[1]]] if span else []
        )
        while kept_lines and not kept_lines[-1]:
            kept_lines.pop()
        text = "\n".join(kept_lines)
        if span and any(c.isalnum() for c in text):
            last = span[0] + len(kept_lines) - 1
            yield Block(text, kind, (numbers[span[0]], numbers[last]))
