"""Components become the words that a reader sees; every line keeps its number."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from html.entities import html5

from askdocs.domain.text import visible
from askdocs.steps.mdx.scan import attributes, scan

_CLOSING = re.compile(r"</([A-Za-z][A-Za-z0-9.]*)\s*>")
_NOTE = {"note": "Note", "tip": "Tip", "important": "Important", "warning": "Warning"}
_NOTES = frozenset({"Message", "Alert", "Callout", "Admonition", "Note", "Aside"})
CARDS = frozenset(
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


def worded(text: str, *, cards: bool) -> str:
    """Turn components into words; the number of lines stays what it was."""
    parts: list[str] = []
    closed = frozenset(_CLOSING.findall(text))
    done = 0
    for match, _ in scan(text):
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
    attrs = attributes(tag["attrs"])
    if name in _NOTES:
        label = _NOTE.get(attrs.get("type", "note").lower(), "Note")
        return _inert(f"{attrs.get('title') or label}: ")
    if name in CARDS:
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
