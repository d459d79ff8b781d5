"""Take the frontmatter off a file, and read it as a Front.

Values are kept as written: no dates, booleans or numbers are made of them.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from askdocs.domain.text import Document, Front, Source, visible

MAX_FRONTMATTER_CHARS = 16 * 1024
"""Characters of a frontmatter; the longest in the Scaleway docs has 983.

The loader in C ends the process at 30,000 nested lists, which need more than these.
"""

MAX_BRACKETS = 200
"""Brackets of a frontmatter, nested or not; the parser is recursive."""

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""The one in C, 16 times as fast (1,940 heads: 0.13 s, 1.97 s), where PyYAML was built with libyaml."""

_FRONT = re.compile(r"\A\s*^---[ \t]*\n(.*?)^---[ \t]*$\n?", re.S | re.M)


def open_document(source: Source) -> Document:
    """Take the frontmatter off a file.

    What is malformed, nested too deep or too long gives an empty Front and a warning
    with its line; the body is whole all the same. Hidden characters are gone from both.
    """
    text = visible(source.text)
    hidden = len(source.text) - len(text)
    warnings = (f"{hidden:,} hidden characters taken out",) if hidden else ()
    match = _FRONT.match(text)
    if not match:
        return Document(source.path, Front(), text, 1, warnings)
    front, problem = _read(match[1], text.count("\n", 0, match.start(1)) + 1)
    first_line = text.count("\n", 0, match.end()) + 1
    if problem:
        warnings = (problem, *warnings)
    return Document(source.path, front, text[match.end() :], first_line, warnings)


def _read(text: str, line: int) -> tuple[Front, str]:
    """Return what the frontmatter says, and what was wrong with it; *line* is its first."""
    brackets = text.count("[") + text.count("{")
    if len(text) > MAX_FRONTMATTER_CHARS or brackets > MAX_BRACKETS:
        return Front(), f"line {line}: frontmatter too long or too deep, ignored"
    try:
        data = _loaded(text)
    except (yaml.YAMLError, RecursionError, ValueError) as err:
        mark = getattr(err, "problem_mark", None)
        line += mark.line if mark else 0
        return Front(), f"line {line}: malformed frontmatter, ignored"
    if data is None:
        return Front(), ""
    if not isinstance(data, dict):
        return Front(), f"line {line}: frontmatter is not a mapping, ignored"
    return _front(data), ""


def _loaded(text: str) -> Any:
    r"""Return what YAML makes of a text: strings, lists and mappings alone.

    libyaml refuses some texts that PyYAML reads ("\ud83d"), and of others it names
    another line; so what it refuses PyYAML judges.
    """
    try:
        return yaml.load(text, Loader=_LOADER)  # noqa: S506 (builds str, list, dict alone)
    except yaml.YAMLError:
        return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 (the same)


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
    return next((text for text in map(_string, values) if text), "")


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
