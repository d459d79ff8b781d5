"""The text of an MDX file becomes a Page, as a reader of the site sees it.

Three passes, each keeping the line numbers of the source: macros are put in place,
components become their words, and a Markdown parser finds the blocks. What only
looks like a component (`<YOUR_API_KEY>`, XML in a fence) stays as it is.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from askdocs.domain.text import Block, Document, Kind, Page, Section

VERSION = 1
"""Of the reading rules; another version reads every page again."""

Anchors = Callable[[Sequence[str]], list[str]]

_QUOTED = r"\"[^\"]*+\"|'[^']*+'|\{[^{}]*+(?:\{[^{}]*+\}[^{}]*+)*+\}"
_SCAN = re.compile(
    # a fence, to its end or the end of the file
    r"(?P<fence>^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?P<mark>`{3,}+|~{3,}+)"
    r"[^\n]*+(?:\n(?![ \t>]*(?P=mark)[`~]*[ \t]*$)[^\n]*+)*+(?:\n[^\n]*+)?)"
    # a code span, within its paragraph
    r"|(?P<code>(?<!`)(?P<tick>`++)(?:(?!\n[ \t]*\n).){0,500}?(?<!`)(?P=tick)(?!`))"
    r"|(?P<comment>\{/\*.*?\*/\}|<!--.*?-->)"
    r"|(?P<esm>^import\s+(?:[\w{*][^\n]*?\sfrom\s+)?[\"'][^\"'\n]+[\"'];?[ \t]*$"
    r"|^export\s+(?:default|const|let|function)\b[^\n]*$)"
    r"|(?P<tag><(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9.]*)"
    rf"(?P<attrs>(?:\s(?:[^<>\"'{{}}]++|{_QUOTED})*+)?)/?>)"
    r"|(?P<entity>&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z]{2,8});)",
    re.S | re.M,
)
_ATTR = re.compile(
    r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|\{[`\"']([^`\"']*)[`\"']\})"
)
_EXPLICIT_ID = re.compile(r"\s*\{#([^}\s]+)\}\s*$")
_NOTE = {"note": "Note", "tip": "Tip", "important": "Important", "warning": "Warning"}
_NOTES = frozenset({"Message", "Alert", "Callout", "Admonition", "Note", "Aside"})
_CARDS = frozenset(
    {
        "SummaryCard", "DefaultCard", "ClickableBanner", "ProductHeader", "Card",
        "HomepageHeader", "ChangelogList", "LinkCard", "StepButton", "GuideFlow",
    }
)  # fmt: skip
_PICTURES = frozenset({"Lightbox", "img", "Image", "Img"})
_SILENT = frozenset({"Icon", "Iframe", "iframe", "script", "style", "video"})
_HTML = frozenset(
    "a abbr b big blockquote body br caption center code col colgroup dd del details dfn"
    " div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 head header hr i ins"
    " kbd li main mark nav ol p picture pre q s samp section small source span strong sub"
    " summary sup table tbody td tfoot th thead tr u ul var".split()
)

_MARKDOWN = MarkdownIt("commonmark").enable("table")
_MARKDOWN.disable(["code", "html_block", "html_inline", "reference"])


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of text and the number of the source line it stands for."""

    text: str
    number: int


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


def read_page(
    document: Document, *, macros: Mapping[str, str], anchors: Anchors
) -> Page:
    """Read the body of one MDX file.

    A page that holds nothing but cards has no blocks at all; elsewhere a card is its
    title, description and link.

    Args:
        document: The file, its frontmatter taken off.
        macros: Body of each macro by its id.
        anchors: Gives the fragment of each heading, from all headings in order.
    """
    front, warnings = document.front, list(document.warnings)
    body = document.body.split("\n")
    numbered = [_Line(t, n) for n, t in enumerate(body, start=document.first_line)]
    lines = list(_expanded(numbered, macros, (), warnings))
    text = "\n".join(line.text for line in lines)
    numbers = [line.number for line in lines]
    sections = _sections(_worded(text, cards=False), numbers, anchors)
    if any(s.blocks for s in sections) and any(f"<{name}" in text for name in _CARDS):
        sections = _sections(_worded(text, cards=True), numbers, anchors)
    if not front.title:
        front = replace(front, title=_title_of(sections, front.h1, document.path))
    return Page(document.path, front, tuple(sections), tuple(warnings))


def _macro_ids(text: str) -> set[str]:
    return set(re.findall(r"<Macro\s[^<>]*?\bid=[\"']([^\"']+)[\"']", text))


def _expanded(
    lines: list[_Line],
    macros: Mapping[str, str],
    stack: tuple[str, ...],
    warnings: list[str],
) -> Iterator[_Line]:
    """Put the text of each macro in the place of its tag, every line numbered as the tag."""
    text = "\n".join(line.text for line in lines)
    if "<Macro" not in text:
        yield from lines
        return
    done = 0
    for match in _SCAN.finditer(text):
        if match["name"] == "Macro" and not match["end"]:
            number = lines[text.count("\n", 0, match.start())].number
            before = text[done : match.start()]
            yield from _renumbered(before, lines, text.count("\n", 0, done))
            yield from _macro(match, number, macros, stack, warnings)
            done = match.end()
    yield from _renumbered(text[done:], lines, text.count("\n", 0, done))


def _renumbered(text: str, lines: list[_Line], first: int) -> Iterator[_Line]:
    for offset, part in enumerate(text.split("\n")):
        yield _Line(part, lines[first + offset].number)


def _macro(
    tag: re.Match[str],
    number: int,
    macros: Mapping[str, str],
    stack: tuple[str, ...],
    warnings: list[str],
) -> Iterator[_Line]:
    name = _attributes(tag["attrs"]).get("id", "")
    if name in stack:
        warnings.append(f"line {number}: macro '{name}' uses itself")
    elif name not in macros:
        warnings.append(f"line {number}: unknown macro '{name}'")
    else:
        body = [_Line(line, number) for line in macros[name].strip("\n").split("\n")]
        yield from _expanded(body, macros, (*stack, name), warnings)


def _attributes(text: str) -> dict[str, str]:
    return {
        m[1]: next((g for g in m.groups()[1:] if g), "") for m in _ATTR.finditer(text)
    }


def _worded(text: str, *, cards: bool) -> str:
    """Turn components into words; the number of lines stays what it was."""

    def words(match: re.Match[str]) -> str:
        if match["fence"] or match["code"]:
            return match[0]
        if match["entity"]:
            return html.unescape(match[0]).replace("\u00a0", " ")
        new = (
            ""
            if match["comment"] or match["esm"]
            else _component(match, text, cards=cards)
        )
        return new + "\n" * (match[0].count("\n") - new.count("\n"))

    return _SCAN.sub(words, text)


def _component(tag: re.Match[str], text: str, *, cards: bool) -> str:  # noqa: PLR0911
    """Return what a reader sees of one tag; a tag that is none stays as it is."""
    name, attrs = tag["name"], _attributes(tag["attrs"])
    if name in _NOTES:
        label = _NOTE.get(attrs.get("type", "note").lower(), "Note")
        return "" if tag["end"] else f"{label}: "
    if name in _CARDS:
        return _card(attrs) if cards and not tag["end"] else ""
    if name in _PICTURES:
        return attrs.get("alt", "").replace("\n", " ")
    if name in {"TabsTab", "TabItem", "Tab"}:
        return "" if tag["end"] else f"{attrs.get('label') or attrs.get('title', '')}:"
    if name == "br":
        return " "
    if name in _SILENT or name in _HTML:
        return ""
    known = name[0].isupper() and (tag[0].endswith("/>") or f"</{name}>" in text)
    return "" if known else tag[0]


def _card(attrs: Mapping[str, str]) -> str:
    title = attrs.get("title") or attrs.get("productName") or attrs.get("label", "")
    link = attrs.get("url") or attrs.get("href") or attrs.get("to", "")
    head = f"[{title}]({link})" if title and link else title
    said = ": ".join(part for part in (head, attrs.get("description", "")) if part)
    return " ".join(said.split())


def _sections(text: str, numbers: list[int], anchors: Anchors) -> list[Section]:
    """Cut a page at its headings; the part above the first has no heading."""
    lines = text.split("\n")
    trails: list[tuple[str, ...]] = [()]
    blocks: list[list[Block]] = [[]]
    names: list[str] = []
    levels: list[tuple[int, str]] = []
    tokens = [t for t in _MARKDOWN.parse(text) if t.map]
    for token, inline in _tops(tokens):
        if token.type == "heading_open":
            name = _plain(inline)
            levels = [
                *(lv for lv in levels if lv[0] < int(token.tag[1])),
                (int(token.tag[1]), name),
            ]
            names.append(name)
            trails.append(tuple(_EXPLICIT_ID.sub("", n) for _, n in levels))
            blocks.append([])
        else:
            blocks[-1] += _blocks(token, tokens, lines, numbers)
    given = ["", *anchors([_EXPLICIT_ID.sub("", n) for n in names])]
    explicit = ["", *(m[1] if (m := _EXPLICIT_ID.search(n)) else "" for n in names)]
    return [
        Section(trail, own or anchor, tuple(held))
        for trail, own, anchor, held in zip(
            trails, explicit, given, blocks, strict=True
        )
    ]


def _tops(tokens: list[Token]) -> Iterator[tuple[Token, Token | None]]:
    """Yield each block at the top level, a heading with its inline token."""
    for at, token in enumerate(tokens):
        if token.level == 0 and token.nesting >= 0:
            yield token, tokens[at + 1] if token.type == "heading_open" else None


def _plain(inline: Token | None) -> str:
    """Return the words of a heading without its markup."""
    parts = [] if inline is None else inline.children or []
    text = "".join(
        " " if p.type in {"softbreak", "hardbreak"} else p.content for p in parts
    )
    return " ".join(text.split())


_KINDS = {"fence": Kind.CODE, "table_open": Kind.TABLE}
_LISTS = frozenset({"bullet_list_open", "ordered_list_open"})


def _blocks(
    token: Token, tokens: list[Token], lines: list[str], numbers: list[int]
) -> Iterator[Block]:
    """Yield the block of a top-level token; a list yields its items."""
    if token.type == "hr" or token.map is None:
        return
    spans, kind = [token.map], _KINDS.get(token.type, Kind.PROSE)
    if token.type in _LISTS:
        spans, kind = _items(token.map, tokens), Kind.ITEM
    for start, end in spans:
        text = _slice(lines[start:end])
        if any(c.isalnum() for c in text):
            yield Block(text, kind, (numbers[start], numbers[_last(lines, start, end)]))


def _items(span: list[int], tokens: list[Token]) -> list[list[int]]:
    return [
        t.map
        for t in tokens
        if t.type == "list_item_open"
        and t.level == 1
        and t.map
        and span[0] <= t.map[0] < span[1]
    ]


def _last(lines: list[str], start: int, end: int) -> int:
    while end - 1 > start and not lines[end - 1].strip():
        end -= 1
    return end - 1


def _slice(lines: list[str]) -> str:
    """Return lines as one text, outer blank lines gone and runs of them made one."""
    text = "\n".join(line.rstrip() for line in lines).strip("\n")
    return re.sub(r"\n{3,}", "\n\n", text)


def _title_of(sections: list[Section], h1: str, path: str) -> str:
    """Return a title for a page that names none: its h1, first heading, or file name."""
    first = next((s.heading[0] for s in sections if s.heading), "")
    parts = [p for p in path.rsplit(".", 1)[0].split("/") if p != "index"]
    name = parts[-1].replace("-", " ").capitalize() if parts else ""
    return h1 or first or name
