"""The head of a file becomes a Front; what stands below it is the body.

Values are kept as written: no dates, booleans or numbers are made of them.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from askdocs.domain.text import Document, Front, Source, visible

LONGEST = 64 * 1024
"""Characters of a frontmatter; the longest in the Scaleway docs has 1.4 kB."""

DEEPEST = 200
"""Brackets of a frontmatter, nested or not; the parser is recursive."""

# Characters that YAML takes as they are, and scalars of them that it reads no other way.
_ANY = r"[ -~\u00a0-\u1fff\u2010-\u2027\u20a0-\ud7ff]"
_PLAIN = rf"[A-Za-z0-9/](?:(?![:#]){_ANY}|:(?=[!-~])|(?<! )#)*+"
_SIMPLE = re.compile(
    r"(?P<indent> *+)(?:(?P<dash>- ++)|(?P<key>[A-Za-z]\w{0,50}+):(?: ++|$))"
    rf"(?:(?P<plain>{_PLAIN})|\"(?P<double>(?:(?![\"\\]){_ANY})*+)\""
    rf"|'(?P<single>(?:(?!'){_ANY})*+)')?+ *+",
    re.A,
)
_FRONT = re.compile(r"\A\s*^---[ \t]*\n(.*?)^---[ \t]*$\n?", re.S | re.M)


def open_document(source: Source) -> Document:
    """Take the frontmatter off a file.

    What is malformed, nested too deep or too long gives an empty Front and a warning
    with its line; the body is whole all the same. Hidden characters are gone from both.
    """
    text = visible(source.text)
    hidden = len(source.text) - len(text)
    said = (f"{hidden:,} hidden characters taken out",) if hidden else ()
    match = _FRONT.match(text)
    if not match:
        return Document(source.path, Front(), text, 1, said)
    front, warning = _read(match[1], text.count("\n", 0, match.start(1)) + 1)
    first = text.count("\n", 0, match.end()) + 1
    warnings = (warning, *said) if warning else said
    return Document(source.path, front, text[match.end() :], first, warnings)


def _read(text: str, line: int) -> tuple[Front, str]:
    """Return what the frontmatter says, and what was wrong with it; *line* is its first."""
    if len(text) > LONGEST or text.count("[") + text.count("{") > DEEPEST:
        return Front(), f"line {line}: frontmatter too long or too deep, ignored"
    try:
        # The loader in C is faster, and ends the process on 30,000 nested lists.
        data = _simple(text) or yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 (builds str, list, dict alone)
    except (yaml.YAMLError, RecursionError, ValueError) as err:
        mark = getattr(err, "problem_mark", None)
        line += mark.line if mark else 0
        return Front(), f"line {line}: malformed frontmatter, ignored"
    if data is None:
        return Front(), ""
    if not isinstance(data, dict):
        return Front(), f"line {line}: frontmatter is not a mapping, ignored"
    return _front(data), ""


def _simple(text: str) -> dict[str, Any]:
    """Return what YAML would of plain keys, values and lists; {} if there is more to it.

    Nearly every page has a frontmatter of this kind, and this is twenty times as fast.
    """
    data: dict[str, Any] = {}
    above, depth = "", 0
    for line in filter(None, text.split("\n")):
        said = _SIMPLE.fullmatch(line)
        if said is None:
            return {}
        indent, key = len(said["indent"]), said["key"]
        value = (said["plain"] or "").rstrip(" ") or said["double"] or said["single"]
        if key and not indent:
            data[key] = value or ""
            above, depth = (key if said.lastgroup == "key" else ""), 0
            continue
        fits = above and indent and indent == (depth or indent)
        if not fits or not _below(data, above, key, value or ""):
            return {}
        depth = indent
    return data


def _below(data: dict[str, Any], above: str, key: str | None, value: str) -> bool:
    """Put what stands below a key there; False if that mixes a list with a mapping."""
    below = data[above] = data[above] or ({} if key else [])
    if key and isinstance(below, dict):
        below[key] = value
    elif not key and isinstance(below, list):
        below.append(value)
    else:
        return False
    return True


def _front(data: dict[str, Any]) -> Front:
    meta, content, dates = (_mapping(data, k) for k in ("meta", "content", "dates"))
    dates = {"date": data.get("date"), **dates}
    url = _string(data.get("url"))
    draft = "draft" if _string(data.get("draft")).lower() == "true" else ""
    return Front(
        title=_first(meta.get("title"), data.get("title"), data.get("sidebar_label")),
        description=_first(
            meta.get("description"), data.get("description"), content.get("paragraph")
        ),
        h1=_first(content.get("h1"), data.get("h1")),
        tags=_strings(data.get("tags")),
        categories=_strings(data.get("categories") or data.get("category")),
        dates={_string(k): _string(v) for k, v in dates.items() if isinstance(v, str)},
        macro=_string(data.get("macro")),
        slug=_first(data.get("slug"), data.get("permalink"))
        or (url if url.startswith("/") else ""),
        redirects=(*_list(data.get("redirect_from")), *_list(data.get("aliases"))),
        status=_string(data.get("status")) or draft,
    )


def _mapping(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _first(*values: object) -> str:
    """Return the first value that says something."""
    return next((said for said in map(_string, values) if said), "")


def _string(value: object) -> str:
    r"""Return a frontmatter value as one line of at most 1,000 characters.

    Hidden characters go once more, because YAML's escapes ("\e", "\u202e") make new ones.
    """
    words = map(visible, value.split()) if isinstance(value, str) else ()
    return " ".join(word for word in words if word)[:1000].rstrip()


def _strings(value: object) -> tuple[str, ...]:
    """Return the items of a list, or of a string with commas or, without any, spaces."""
    if isinstance(value, str):
        value = value.split(",") if "," in value else value.split()
    return _list(value)


def _list(value: object) -> tuple[str, ...]:
    """Return the items of a list; a string is the only one."""
    items = value if isinstance(value, list) else [value]
    return tuple(s for s in map(_string, items) if s)
