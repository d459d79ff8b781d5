"""Replace what is neither a tag nor Markdown: directives, alerts, braces, entities."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from html.entities import html5

from askdocs.domain.text import visible
from askdocs.steps.docs.mdx.components import KEPT, LABELS, Replacement, inert
from askdocs.steps.docs.mdx.context import Text
from askdocs.steps.docs.mdx.scan import line_start

_OWN_ID = re.compile(r"(?:\{/\*|<!--)\s*+(#[^\s{}*<>]++)\s*+(?:\*/\}|-->)")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]")
_LINE_END = re.compile(r"[ \t]*$", re.M)
_TITLE = re.compile(r"\[(.*)\]|([^{]*+)")
_TAG = re.compile(r"</?[A-Za-z][^<>]*+>")

UNCHANGED = "stays as it is"


def _directive(match: re.Match[str], text: Text) -> Replacement | None:
    """Read ":::note Title", with which Docusaurus, VitePress and Starlight open a note."""
    prefix = match[0][: match.start("colons") - match.start()]
    kind, rest = match["kind"], match["rest"]
    if not kind:
        ends = not rest and text.directives > 0
        text.directives -= ends
        return Replacement(prefix) if ends else None
    label = LABELS.get(kind.lower(), "")
    if not label and ":" not in text.whole:
        return None
    text.directives += 1
    title = _TITLE.match(rest)
    label_text = _TAG.sub("", (title[1] or title[2]) if title else "").strip() or label
    became = f"label {label_text}" if label else KEPT
    return Replacement(
        prefix + inert(f"{label_text}:" if label_text else ""), became, f":::{kind}"
    )


def _alert(match: re.Match[str], _: Text) -> Replacement | None:
    """Read "> [!NOTE]", with which GitHub opens a note."""
    label = LABELS.get(match["level"].lower())
    prefix = match[0][: match.start("alert") - match.start()]
    if not label or ">" not in prefix:
        return None
    return Replacement(f"{prefix}{label}:", f"label {label}", match["alert"])


def _expression(match: re.Match[str], _: Text) -> Replacement:
    r"""Read {"text"}; what other expressions come to is not known here."""
    strings = (match["double"], match["single"], match["template"])
    words = next((s for s in strings if s is not None), None)
    what = f"expression {' '.join(match[0].split())[:60]}"
    if words is None:
        return Replacement(None, UNCHANGED, what)
    return Replacement(inert(re.sub(r"\s+", " ", words)), "its text", what)


def _comment(match: re.Match[str], _: Text) -> Replacement:
    own = _OWN_ID.fullmatch(match[0])
    if own and _ends_heading(match):
        return Replacement(f"{{{own[1]}}}", f"fragment {own[1]}", "comment")
    what = (
        "comment" if match[0][:2] in {"{/", "<!"} else f"{match[0][:6].rstrip('> ')}>"
    )
    return Replacement("", "dropped", what)


def _ends_heading(match: re.Match[str]) -> bool:
    """Return whether something is the last on the line of a heading."""
    start = line_start(match.string, match.start())
    ends = _LINE_END.match(match.string, match.end())
    return bool(ends and _HEADING.match(match.string, start))


def _entity(match: re.Match[str], _: Text) -> Replacement | None:
    """Read an entity; what is Markdown is escaped, because it has no such role."""
    entity = match["entity"]
    if entity[1] != "#" and entity[1:] not in html5:
        return None
    text = visible(html.unescape(entity)).replace("\u00a0", " ").replace("\n", " ")
    return Replacement("\\" + text if text and text in "#*_`|[]~" else text)


def _fragment(_: re.Match[str], text: Text) -> Replacement | None:
    return Replacement("") if "" in text.whole else None


REPLACE: dict[str, Callable[[re.Match[str], Text], Replacement | None]] = {
    "alert": _alert,
    "brace": _expression,
    "colons": _directive,
    "comment": _comment,
    "entity": _entity,
    "fragment": _fragment,
}
"""How each group of `scan` is read, but for tags and ESM; None if it stays as it is."""
