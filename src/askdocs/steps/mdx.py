"""The text of an MDX file becomes a Page, as a reader of the site sees it.

Three passes, each keeping the line numbers of the source: macros are put in place,
components become their words, and a Markdown parser finds the blocks. What only
looks like a component (`<YOUR_API_KEY>`, XML in a fence) stays as it is.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html.entities import html5

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from askdocs.domain.text import Block, Document, Kind, Page, Section, visible

VERSION = 1
"""Of the reading rules; another version reads every page again."""

DEEPEST = 10
LONGEST = 500_000
"""Macros within macros, and characters of macros on one page; more are left out."""

LONGEST_HEADING = 500
"""Characters; a longer one is a paragraph that was underlined by accident."""

Anchors = Callable[[Sequence[str]], list[str]]

# Every repetition below is possessive, bounded, or stops where another match could
# begin, so that a hostile file takes time in proportion to its size.
_BRACED = r"\{[^{}]*+\}"
for _ in range(4):
    _BRACED = rf"\{{[^{{}}]*+(?:{_BRACED}[^{{}}]*+)*+\}}"
_VALUE = rf"\"[^\"]*+\"|'[^']*+'|{_BRACED}"
_ATTRS = rf"(?P<attrs>(?:\s(?:[^<>\"'{{}}]++|{_VALUE}){{0,200}}+)?+)"
_PREFIX = re.compile(r"[ \t>]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]++)*+")
_BEGINS = r"[ \t>]*+(?:\n|(?:[-*+]|\d{1,9}[.)])[ \t]|#{1,6}[ \t]|```|~~~|\||</?[A-Z])"
_SCAN = re.compile(
    # the line that opens a fence
    rf"^{_PREFIX.pattern}(?P<mark>`{{3,}}+(?![^\n]*`)|~{{3,}}+)[^\n]*+"
    # ESM: import ... from "...", export ..., at the start of a paragraph
    r"|^(?<![^\n]\n)(?P<esm>(?:(?:"
    r"import\b(?:(?:[^\"';\n]|\n(?![ \t]*\n))*?\bfrom)?\s*[\"'][^\"'\n]*[\"'];?[ \t]*(?://[^\n]*)?"
    r"|export\s+(?:default|const|let|var|async|function|class|\*|\{)(?:"
    r"[^\n]*[{(\[][ \t]*(?:\n+[ \t}\])][^\n]*)++|[^\n]*))(?:\n|\Z))++)"
    # a code span, within its paragraph
    r"|(?P<code>(?<![`\\])(?P<tick>`++)"
    rf"(?:[^\n]|\n(?!{_BEGINS})){{0,500}}?(?<!`)(?P=tick)(?!`))"
    r"|(?P<comment>\{/\*(?:(?!\{/\*|\*/\}).)*+\*/\}|<!--(?:(?!<!--|-->).)*+-->"
    r"|<(?:script|style)(?:\s[^<>]*+)?>(?:(?!</?(?:script|style)\b).)*+</(?:script|style)>)"
    rf"|(?P<tag><(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9.]*){_ATTRS}/?>)"
    r"|(?P<entity>&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)",
    re.S | re.M,
)
_MACRO = re.compile(rf"<Macro{_ATTRS}/?>")
_CLOSING = re.compile(r"</([A-Za-z][A-Za-z0-9.]*)\s*>")
_ATTR = re.compile(
    rf"(?<![\w-])([\w-]++)(?:\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|({_BRACED})))?"
)
_SAID = re.compile(r"\{\s*([\"'`])(.*)\1\s*\}", re.S)
_MARKER = re.compile(r" *(?:[-*+]|\d{1,9}[.)])(?: {1,4}(?! )| )")
_LINE_END = re.compile(r"[ \t]*$", re.M)
_EXPLICIT_ID = re.compile(r"\s*\{#([^{}\s]+)\}$")
_MARKUP = re.compile(r"[\\`*_\[\]!<]")

_NOTE = {"note": "Note", "tip": "Tip", "important": "Important", "warning": "Warning"}
_NOTES = frozenset({"Message", "Alert", "Callout", "Admonition", "Note", "Aside"})
_CARDS = frozenset(
    {
        "SummaryCard", "DefaultCard", "ClickableBanner", "ProductHeader", "Card",
        "HomepageHeader", "ChangelogList", "LinkCard", "StepButton", "GuideFlow",
    }
)  # fmt: skip
_PICTURES = frozenset({"Lightbox", "img", "Image", "Img"})
_TABS = frozenset({"TabsTab", "TabItem", "Tab"})
_SILENT = frozenset({"Icon", "Iframe", "iframe", "script", "style", "video"})
_INLINE = frozenset(
    "Key a abbr b big code del dfn em font i ins kbd mark q s samp small span strong sub"
    " sup u var".split()
)
_HTML = _INLINE | frozenset(
    "blockquote body br caption center col colgroup dd details div dl dt figcaption figure"
    " footer h1 h2 h3 h4 h5 h6 head header hr li main nav ol p picture pre section source"
    " summary table tbody td tfoot th thead tr ul".split()
)

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
    front, filler = document.front, _Filler(macros, list(document.warnings))
    count = document.body.count("\n") + 1
    source = range(document.first_line, document.first_line + count)
    text, numbers = filler.fill(document.body, source)
    sections = _sections(_worded(text, cards=False), numbers, anchors)
    if any(s.blocks for s in sections) and any(f"<{name}" in text for name in _CARDS):
        sections = _sections(_worded(text, cards=True), numbers, anchors)
    if not front.title:
        front = replace(front, title=_title_of(sections, front.h1, document.path))
    warnings = tuple(dict.fromkeys(filler.warnings))
    return Page(document.path, front, tuple(sections), warnings)


def _scan(text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Yield what is not plain text, and where it ends; a fence is matched by its first line."""
    at = 0
    while match := _SCAN.search(text, at):
        at = _fence_end(text, match) if match["mark"] else match.end()
        yield match, at


def _fence_end(text: str, opened: re.Match[str]) -> int:
    """Return where a fence ends: at its closing mark, with its item or quote, or never."""
    mark, indent = opened["mark"], _item_indent(text, opened.start("mark"))
    closing = rf"[ \t>]*+{mark[0]}{{{len(mark)},}}[ \t]*$"
    leaving = r"(?!)"
    if ">" in text[opened.start() : opened.start("mark")]:
        leaving = r"(?![ \t]*>)"
    elif indent:
        leaving = rf" {{0,{indent - 1}}}(?:(?:[-*+]|\d{{1,9}}[.)]|#{{1,6}}) |</?[A-Z])"
    ended = re.compile(rf"^(?:(?P<closed>{closing})|{leaving})", re.M)
    end = ended.search(text, opened.end())
    if end is None:
        return len(text)
    return end.end() if end["closed"] else end.start() - 1


def _item_indent(text: str, at: int) -> int:
    """Return the indentation of the list item that something stands in; 0 outside of lists.

    Only what begins its line counts, and of the lines above only the last 200.
    """
    start = text.rfind("\n", 0, at) + 1
    prefix = text[start : min(at, start + 100)].expandtabs(4)
    if prefix.strip():
        return len(prefix) if _PREFIX.fullmatch(prefix) and ">" not in prefix else 0
    limit = len(prefix)
    above = text[max(0, start - 20_000) : start].rsplit("\n", 200)
    for line in reversed(above if limit > 1 else []):
        plain = line.expandtabs(4)
        indent = len(plain) - len(plain.lstrip(" "))
        if not plain.strip() or indent >= limit:
            continue
        if (item := _MARKER.match(plain)) and item.end() <= limit:
            return item.end()
        limit = indent
    return 0


def _macro_ids(text: str) -> set[str]:
    if "<Macro" not in text:
        return set()
    return {_attributes(tag["attrs"]).get("id", "") for tag in _MACRO.finditer(text)}


@dataclass(slots=True)
class _Filler:
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
        for tag, _ in _scan(text):
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
        name = _attributes(tag["attrs"]).get("id", "")
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
            hang = " " * _item_indent(tag.string, tag.start())
            filled = re.sub(r"\n(?=[^\n])", "\n" + hang, filled)
            return filled + "\n" if _LINE_END.match(tag.string, tag.end()) else filled
        self.warnings.append(f"line {line}: {problem}")
        return ""


def _attributes(text: str) -> dict[str, str]:
    """Return the attributes of a tag as a reader sees them; an expression says nothing."""
    found = {}
    for name, double, single, braced in _ATTR.findall(text):
        said = _SAID.fullmatch(braced)
        value = double or single or (said[2] if said else "")
        found[name] = " ".join(visible(html.unescape(value)).split())
    return found


def _worded(text: str, *, cards: bool) -> str:
    """Turn components into words; the number of lines stays what it was."""
    parts: list[str] = []
    closed = frozenset(_CLOSING.findall(text))
    done = 0
    for match, _ in _scan(text):
        new = _words(match, closed, cards=cards)
        if new is not None:
            lines = "\n" * match[0].count("\n")
            parts += [text[done : match.start()], new, lines]
            done = match.end()
    return "".join([*parts, text[done:]])


def _words(match: re.Match[str], closed: frozenset[str], *, cards: bool) -> str | None:
    """Return what a reader sees of it in one line; None if it stays as it is."""
    if match["mark"] or match["code"]:
        return None
    if match["entity"]:
        return _character(match["entity"])
    if match["name"] is None:
        return ""
    new = _component(match, closed, cards=cards)
    return new if new is None or match["name"] in _INLINE else _apart(new, match)


def _character(entity: str) -> str | None:
    """Return what an entity stands for; what is Markdown is escaped, it has no such role."""
    if entity[1] != "#" and entity[1:] not in html5:
        return None
    text = visible(html.unescape(entity)).replace("\u00a0", " ").replace("\n", " ")
    return "\\" + text if text and text in "#*_`|[]~" else text


def _component(
    tag: re.Match[str], closed: frozenset[str], *, cards: bool
) -> str | None:
    """Return what a reader sees of one tag; None if it is no component."""
    name = tag["name"]
    if tag["end"] or name in _SILENT or name in _HTML:
        known = name in _HTML or name[0].isupper() or name in _SILENT
        return (" " if name == "br" else "") if known else None
    attrs = _attributes(tag["attrs"])
    if name in _NOTES:
        label = _NOTE.get(attrs.get("type", "note").lower(), "Note")
        return _inert(f"{attrs.get('title') or label}: ")
    if name in _CARDS:
        return _card(attrs) if cards else ""
    if name in _PICTURES:
        return _inert(attrs.get("alt", ""))
    if name in _TABS:
        return _inert(f"{attrs.get('label') or attrs.get('title', '')}: ")
    known = name[0].isupper() and (tag[0].endswith("/>") or name in closed)
    return "" if known else None


def _card(attrs: Mapping[str, str]) -> str:
    title = attrs.get("title") or attrs.get("productName") or attrs.get("label", "")
    link = attrs.get("url") or attrs.get("href") or attrs.get("to", "")
    head = f"[{title}]({link})" if title and link else title
    said = (part for part in (head, attrs.get("description", "")) if part)
    return _inert(": ".join(said))


def _inert(words: str) -> str:
    """Return words of an attribute so that they open neither a heading nor a fence."""
    return "\\" + words if words[:1] in {"#", "`", "~"} else words


def _apart(new: str, match: re.Match[str]) -> str:
    """Return what replaces a match so that the words around it do not become one."""
    before = match.string[match.start() - 1 : match.start()] if match.start() else ""
    after = match.string[match.end() : match.end() + 1]
    glued = before.isalnum() or before == ">", after.isalnum() or after == "<"
    if new.strip():
        return " " * glued[0] + new + " " * (glued[1] and not new.endswith(" "))
    return " " if all(glued) else new


@dataclass(slots=True)
class _Part:
    """A section in the making."""

    heading: tuple[str, ...] = ()
    anchor: str = ""
    blocks: list[Block] = field(default_factory=list)


def _sections(text: str, numbers: Sequence[int], anchors: Anchors) -> list[Section]:
    """Cut a page at its headings; the part above the first has no heading."""
    lines = text.split("\n")
    parts = [_Part()]
    levels: list[tuple[int, str]] = []
    for group in _groups(_BLOCKS.parse(text)):
        if group[0].type != "heading_open" or len(group[1].content) > LONGEST_HEADING:
            parts[-1].blocks += _blocks(group, lines, numbers)
            continue
        written = _plain(group[1].content)
        own = _EXPLICIT_ID.search(written)
        if name := written[: own.start()] if own else written:
            level = int(group[0].tag[1])
            levels = [*(above for above in levels if above[0] < level), (level, name)]
            trail = tuple(n for _, n in levels)
            parts.append(_Part(trail, own[1] if own else ""))
    nameless = [part for part in parts[1:] if not part.anchor]
    given = anchors([part.heading[-1] for part in nameless])
    for part, anchor in zip(nameless, given, strict=True):
        part.anchor = anchor
    return [Section(p.heading, p.anchor, tuple(p.blocks)) for p in parts]


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


_KINDS = {"fence": Kind.CODE, "table_open": Kind.TABLE}
_LISTS = frozenset({"bullet_list_open", "ordered_list_open"})


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
        held = [line.rstrip() for line in lines[span[0] : span[1]]] if span else []
        while held and not held[-1]:
            held.pop()
        text = "\n".join(held)
        if span and any(c.isalnum() for c in text):
            last = span[0] + len(held) - 1
            yield Block(text, kind, (numbers[span[0]], numbers[last]))


def _title_of(sections: list[Section], h1: str, path: str) -> str:
    """Return a title for a page that names none: its h1, first heading, or file name."""
    first = next((s.heading[0] for s in sections if s.heading), "")
    parts = [p for p in path.rsplit(".", 1)[0].split("/") if p != "index"]
    name = parts[-1].replace("-", " ").capitalize() if parts else ""
    return h1 or first or name
