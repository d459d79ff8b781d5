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

_FRONT = re.compile(r"\A\s*---[ \t]*\n(.*?)\n?---[ \t]*(?:\n|\Z)", re.S)


def open_document(source: Source) -> Document:
    """Take the frontmatter off a file.

    What is malformed, nested too deep or too long gives an empty Front and a warning
    with its line; the body is whole all the same. Hidden characters are gone from both.
    """
    text = visible(source.text)
    match = _FRONT.match(text)
    if not match:
        return Document(source.path, Front(), text, 1)
    front, warning = _read(match[1])
    first = text.count("\n", 0, match.end()) + 1
    warnings = (warning,) if warning else ()
    return Document(source.path, front, text[match.end() :], first, warnings)


def _read(text: str) -> tuple[Front, str]:
    if len(text) > LONGEST or text.count("[") + text.count("{") > 200:
        return Front(), "line 1: frontmatter too long or too deep, ignored"
    try:
        data = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 (builds str, list, dict alone)
    except (yaml.YAMLError, RecursionError, ValueError) as err:
        mark = getattr(err, "problem_mark", None)
        line = 2 + (mark.line if mark else 0)
        return Front(), f"line {line}: malformed frontmatter, ignored"
    if not isinstance(data, dict):
        return Front(), "line 2: frontmatter is not a mapping, ignored"
    return _front(data), ""


def _front(data: dict[str, Any]) -> Front:
    meta, content, dates = (_mapping(data, k) for k in ("meta", "content", "dates"))
    return Front(
        title=_string(
            meta.get("title") or data.get("title") or data.get("sidebar_label")
        ),
        description=_string(
            meta.get("description")
            or data.get("description")
            or content.get("paragraph")
        ),
        h1=_string(content.get("h1") or data.get("h1")),
        tags=_strings(data.get("tags")),
        categories=_strings(data.get("categories") or data.get("category")),
        dates={k: _string(v) for k, v in dates.items() if isinstance(v, str)},
        macro=_string(data.get("macro")),
    )


def _mapping(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _string(value: object) -> str:
    """Return a frontmatter value as one line of at most 1,000 characters."""
    return " ".join(value.split())[:1000] if isinstance(value, str) else ""


def _strings(value: object) -> tuple[str, ...]:
    items = value.replace(",", " ").split() if isinstance(value, str) else value
    return (
        tuple(s for s in map(_string, items or ()) if s)
        if isinstance(items, list)
        else ()
    )
