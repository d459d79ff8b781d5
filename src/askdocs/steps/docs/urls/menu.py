"""Read the file of a site's menu as links, each with its line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from posixpath import join, normpath
from typing import Any

from askdocs.domain.text import Link
from askdocs.steps.docs.urls.site_index import SCHEME

MENU_FILES = ("menu/navigation.json", "docs.json", "mint.json")
"""Where menus are, below the docs root: Scaleway's, and Mintlify's new and old."""

_STRING = re.compile(r'"((?:[^"\\]|\\.)*+)"(\s*:)?', re.S)


def menu_links(text: str) -> list[Link]:
    """Return the entries of a menu as links from the docs root, in order of lines.

    Scaleway's is a list of {label, slug, items}, where a slug is relative to that of the
    entry around it and a group with a slug is an entry; Mintlify's names pages in the
    groups of its "navigation". Other sites and entries without a page are no links.

    Raises:
        ValueError: if *text* is no JSON; it names the line.
    """
    try:
        json.loads(text)
        return sorted(_links(json.loads(_numbered(text))), key=lambda link: link.line)
    except json.JSONDecodeError as err:
        raise ValueError(f"line {err.lineno}: {err.msg}") from err
    except RecursionError as err:
        raise ValueError("line 1: nested too deep") from err


def _links(menu: Any) -> Iterator[Link]:
    if isinstance(menu, dict) and "navigation" in menu:
        return _mintlify(menu["navigation"])
    return _scaleway(menu, "/")


def _numbered(text: str) -> str:
    """Return JSON whose string values say the line they stand on, and a space, first."""
    parts, line, end = [], 1, 0
    for match in _STRING.finditer(text):
        line += text.count("\n", end, match.start())
        value = match[0] if match[2] else f'"{line} {match[1]}"'
        parts += [text[end : match.start()], value]
        line += match[0].count("\n")
        end = match.end()
    return "".join([*parts, text[end:]])


def _scaleway(entry: Any, above: str) -> Iterator[Link]:
    """Yield the links of an entry, or of a list of them, below the path *above*."""
    if isinstance(entry, list):
        yield from chain.from_iterable(_scaleway(item, above) for item in entry)
    if not isinstance(entry, dict):
        return
    line, slug = _line_and_text(entry.get("slug"))
    if slug and not SCHEME.match(slug):
        above = normpath(join(above, slug))
        yield Link("/" if above == "/" else f"{above}/", line)
    yield from _scaleway(entry.get("items"), above)


def _mintlify(entry: Any) -> Iterator[Link]:
    """Yield the pages that are named in "pages" and "root", however deep."""
    if isinstance(entry, list):
        yield from chain.from_iterable(map(_mintlify, entry))
    if not isinstance(entry, dict):
        return
    for key, value in entry.items():
        pages = value if key == "pages" and isinstance(value, list) else [value]
        for line, name in map(
            _line_and_text, pages if key in {"pages", "root"} else ()
        ):
            if name and " " not in name and not SCHEME.match(name):
                yield Link(f"/{name.strip('/')}", line)
        yield from _mintlify(value)


def _line_and_text(value: object) -> tuple[int, str]:
    """Return the line and the words of a numbered string."""
    line, _, words = value.partition(" ") if isinstance(value, str) else ("0", "", "")
    return int(line), words.strip()
