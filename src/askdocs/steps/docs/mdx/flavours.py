"""What is neither a tag nor Markdown becomes words: directives, alerts, braces, entities."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from html.entities import html5

from askdocs.domain.text import visible
from askdocs.steps.docs.mdx.components import KEPT, LABELS, Said, inert
from askdocs.steps.docs.mdx.context import Text
from askdocs.steps.docs.mdx.scan import line_start

_OWN_ID = re.compile(r"(?:\{/\*|<!--)\s*+(#[^\s{}*<>]++)\s*+(?:\*/\}|-->)")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]")
_LINE_END = re.compile(r"[ \t]*$", re.M)
_TITLE = re.compile(r"\[(.*)\]|([^{]*+)")
_TAG = re.compile(r"</?[A-Za-z][^<>]*+>")

STAYS = "stays as it is"


def _directive(match: re.Match[str], text: Text) -> Said | None:
    """Read ":::note Title", with which Docusaurus, VitePress and Starlight open a note."""
    prefix = match[0][: match.start("colons") - match.start()]
    kind, rest = match["kind"], match["rest"]
    if not kind:
        ends = not rest and text.directives > 0
        text.directives -= ends
        return Said(prefix) if ends else None
    label = LABELS.get(kind.lower(), "")
    if not label and ":" not in text.whole:
        return None
    text.directives += 1
    title = _TITLE.match(rest)
    said = _TAG.sub("", (title[1] or title[2]) if title else "").strip() or label
    became = f"label {said}" if label else KEPT
    return Said(prefix + inert(f"{said}:" if said else ""), became, f":::{kind}")


def _alert(match: re.Match[str], _: Text) -> Said | None:
    """Read "> [!NOTE]", with which GitHub opens a note."""
    label = LABELS.get(match["level"].lower())
    prefix = match[0][: match.start("alert") - match.start()]
    if not label or ">" not in prefix:
        return None
    return Said(f"{prefix}{label}:", f"label {label}", match["alert"])


def _expression(match: re.Match[str], _: Text) -> Said:
    r"""Read {"text"}; what other expressions come to is not known here."""
    said = (match["double"], match["single"], match["template"])
    words = next((s for s in said if s is not None), None)
    what = f"expression {' '.join(match[0].split())[:60]}"
    if words is None:
        return Said(None, STAYS, what)
    return Said(inert(re.sub(r"\s+", " ", words)), "its text", what)


def _comment(match: re.Match[str], _: Text) -> Said:
    own = _OWN_ID.fullmatch(match[0])
    if own and _ends_heading(match):
        return Said(f"{{{own[1]}}}", f"fragment {own[1]}", "comment")
    what = (
        "comment" if match[0][:2] in {"{/", "<!"} else f"{match[0][:6].rstrip('> ')}>"
    )
    return Said("", "dropped", what)


def _ends_heading(match: re.Match[str]) -> bool:
    """Return whether something is the last on the line of a heading."""
    start = line_start(match.string, match.start())
    ends = _LINE_END.match(match.string, match.end())
    return bool(ends and _HEADING.match(match.string, start))


def _entity(match: re.Match[str], _: Text) -> Said | None:
    """Read an entity; what is Markdown is escaped, because it has no such role."""
    entity = match["entity"]
    if entity[1] != "#" and entity[1:] not in html5:
        return None
    text = visible(html.unescape(entity)).replace("\u00a0", " ").replace("\n", " ")
    return Said("\\" + text if text and text in "#*_`|[]~" else text)


def _fragment(_: re.Match[str], text: Text) -> Said | None:
    return Said("") if "" in text.whole else None


READ: dict[str, Callable[[re.Match[str], Text], Said | None]] = {
    "alert": _alert,
    "brace": _expression,
    "colons": _directive,
    "comment": _comment,
    "entity": _entity,
    "fragment": _fragment,
}
"""How each group of `scan` is read, but for tags and ESM; None if it stays as it is."""
