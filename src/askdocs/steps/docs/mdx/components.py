"""Know the components of each flavour of MDX, and what a reader sees of their tags."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from typing import NamedTuple

from askdocs.steps.docs.mdx.scan import attributes

KEPT = "unknown, its text is kept"
"""Became of a component that has no rule; so these can be counted."""

LABELS = {
    name.lower(): name
    for name in "Note Tip Important Warning Danger Info Caution Success Error".split()
}
_NOTES = {name: name for name in LABELS.values()} | dict.fromkeys(
    ("Message", "Alert", "Callout", "Admonition", "Aside", "Hint"), "Note"
)  # fmt: skip
_NOTES |= {"Check": "Success"}
_CARDS = frozenset(
    {
        "SummaryCard", "DefaultCard", "ClickableBanner", "ProductHeader", "Card",
        "HomepageHeader", "LinkCard", "StepButton", "GuideFlow",
    }
)  # fmt: skip
_PICTURES = frozenset({"Lightbox", "img", "Image", "Img"})
_TABS = frozenset({"TabsTab", "TabItem", "Tab"})
_WITH_LABEL = _TABS | {
    "Accordion", "Badge", "CodeBlock", "Expandable", "File", "Folder", "Frame", "Step",
    "Update",
}  # fmt: skip
_FIELDS = frozenset({"ParamField", "ResponseField"})
_WRAPPERS = frozenset(
    "AccordionGroup Button CardGrid CardGroup Cards CodeGroup Column Columns FileTree Grid"
    " Fragment Key Link LinkButton RequestExample ResponseExample Steps Tabs Tooltip".split()
)
_SILENT = frozenset(
    "ChangelogList DocCardList Icon Iframe Macro Redirect Snippet TOCInline iframe script style video".split()
)
_INLINE = frozenset(
    "Badge Key Link Tooltip a abbr b big code del dfn em font i ins kbd mark q s samp small"
    " span strong sub sup u var".split()
)
_HTML = frozenset(
    "a abbr b big blockquote body br caption center code col colgroup dd del details dfn div"
    " dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 head header hr i ins kbd li"
    " main mark nav ol p picture pre q s samp section small source span strong sub summary"
    " sup table tbody td tfoot th thead tr u ul var".split()
)
_COMPONENTS = (
    frozenset(_NOTES) | _CARDS | _PICTURES | _WITH_LABEL | _FIELDS | _WRAPPERS | _SILENT
)
_ITEMS = re.compile(r"\bitems\s*+=\s*+\{\s*+\[([^\[\]{}]*+)\]")
_STRING = re.compile(r"\"([^\"]*+)\"|'([^']*+)'")
_ITEM_LABEL = re.compile(rf"\blabel\s*+:\s*+(?:{_STRING.pattern})")


class Replacement(NamedTuple):
    """What a reader sees of something that is not plain Markdown.

    Attributes:
        words: None if it stays as it is.
        became: How they came about; "" where nobody would ask.
        what: It, in short.
    """

    words: str | None
    became: str = ""
    what: str = ""


def is_inline(name: str) -> bool:
    """Return whether what stands around a tag may be one word with what is in it."""
    return name in _INLINE


def is_card(name: str) -> bool:
    """Return whether a tag is a card, which says nothing on a page of nothing else."""
    return name.rpartition(".")[2] in _CARDS


def replace_tag(
    tag: re.Match[str],
    whole: Container[str],
    labels: list[Iterator[str]],
    *,
    cards: bool,
) -> Replacement:
    """Return what a reader sees of one tag.

    Args:
        tag: As `scan` matches it.
        whole: Names that are closed somewhere in the text.
        labels: Of the tabs that the tag stands in, innermost last; is kept up to date.
        cards: Whether cards say anything.
    """
    written = tag["name"]
    name = written.rpartition(".")[2] or written
    if written in _HTML:
        return Replacement(" " if name == "br" and not tag["end"] else "")
    if tag["end"]:
        if name == "Tabs" and labels:
            labels.pop()
        return Replacement("" if name in _COMPONENTS or name[:1].isupper() else None)
    if name in _COMPONENTS:
        if name == "Tabs" and not tag[0].endswith("/>"):
            labels.append(_items(tag["attrs"]))
        return _replace_component(name, tag, labels, cards=cards)._replace(
            what=f"<{written}>"
        )
    if not written[0].isupper() or not (tag[0].endswith("/>") or written in whole):
        return Replacement(None, "no component, stays as it is", f"<{written}>")
    shown = _with_label(_label(attributes(tag["attrs"])), tag[0])
    return Replacement(shown.words, KEPT, f"<{written}>")


def _items(attrs: str) -> Iterator[str]:
    """Yield the labels that Nextra and Docusaurus give to their tabs, in their order."""
    if written := _ITEMS.search(attrs):
        return iter([a or b for a, b in _STRING.findall(written[1])])
    return iter([a or b for a, b in _ITEM_LABEL.findall(attrs)])


def _replace_component(
    name: str, tag: re.Match[str], labels: list[Iterator[str]], *, cards: bool
) -> Replacement:
    if name in _SILENT or name in _WRAPPERS:
        return Replacement("", "dropped" if name in _SILENT else "its text")
    attrs = attributes(tag["attrs"])
    if name in _CARDS:
        return _card(attrs, shown=cards)
    if name in _PICTURES:
        alt = inert(attrs.get("alt", ""))
        return Replacement(
            alt, "its alt text" if alt else "dropped: it has no alt text"
        )
    return _with_label(_head(name, attrs, labels), tag[0])


def _head(name: str, attrs: Mapping[str, str], labels: list[Iterator[str]]) -> str:
    """Return what stands above the text of a component."""
    if name in _NOTES:
        typed = LABELS.get(attrs.get("type", "").lower(), _NOTES[name])
        return attrs.get("title") or typed
    if name in _FIELDS:
        return _field(attrs)
    nth = next(labels[-1], "") if name in _TABS and labels else ""
    own = _label(attrs) or attrs.get("name") or attrs.get("text")
    return own or nth or attrs.get("value", "")


def _label(attrs: Mapping[str, str]) -> str:
    """Return what a component without a rule of its own would be headed with."""
    keys = ("label", "title", "summary", "caption")
    return next((attrs[key] for key in keys if attrs.get(key)), "")


def _with_label(label: str, tag: str) -> Replacement:
    """Return a label, which needs no colon where nothing follows."""
    if not label:
        return Replacement("", "its text")
    return Replacement(
        inert(label if tag.endswith("/>") else f"{label}: "), f"label {label}"
    )


def _field(attrs: Mapping[str, str]) -> str:
    """Return the head of a parameter: "limit (integer, required)"."""
    keys = ("path", "query", "body", "header", "name")
    name = next((attrs[key] for key in keys if attrs.get(key)), "")
    about = [attrs.get("type", ""), "required" if "required" in attrs else ""]
    more = ", ".join(word for word in about if word)
    return f"{name} ({more})" if name and more else name


def _card(attrs: Mapping[str, str], *, shown: bool) -> Replacement:
    if not shown:
        return Replacement("", "dropped: the page is nothing but cards")
    title = attrs.get("title") or attrs.get("productName") or attrs.get("label", "")
    link = attrs.get("url") or attrs.get("href") or attrs.get("to", "")
    head = f"[{title}]({link})" if title and link else title
    parts = [part for part in (head, attrs.get("description", "")) if part]
    return Replacement(inert(": ".join(parts)), "title, description and link")


def inert(words: str) -> str:
    """Return words of an attribute so that they open neither a heading nor a fence."""
    return "\\" + words if words[:1] in {"#", "`", "~"} else words
