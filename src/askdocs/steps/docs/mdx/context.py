"""Collect what is to be known of a text before its components can be replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from askdocs.steps.docs.mdx.partials import Shared, imports
from askdocs.steps.docs.mdx.scan import scan

_CLOSING = re.compile(r"</([A-Za-z][A-Za-z0-9.]*)\s*>")
_ENDED = re.compile(r"^[ \t>]*+:{3,}+[ \t]*+$", re.M)


@dataclass(slots=True)
class Text:
    """A page's own text, or that of a macro or partial on it.

    Attributes:
        text: It.
        path: Of its file.
        source: The line on the page of each of its lines.
        found: What in it is not plain text, and where that ends.
        whole: Names of the tags that it closes; "" for a fragment, ":" for a directive.
        imported: What it imports that could be a partial, by name.
        within: The parts that it stands in.
        labels: Of the tabs that are open where it is read, innermost last.
        directives: How many are open there.
    """

    text: str
    path: str
    source: Sequence[int]
    found: list[tuple[re.Match[str], int]]
    whole: frozenset[str]
    imported: dict[str, str]
    within: tuple[str, ...] = ()
    labels: list[Iterator[str]] = field(default_factory=list)
    directives: int = 0


def open_text(
    text: str,
    path: str,
    source: Sequence[int],
    shared: Shared,
    within: tuple[str, ...] = (),
) -> Text:
    """Return a text ready to be worded."""
    whole = set(_CLOSING.findall(text)) if "</" in text else set()
    if "<>" in text and "</>" in text:
        whole.add("")
    if ":::" in text and _ENDED.search(text):
        whole.add(":")
    imported = imports(text, path, shared)
    return Text(
        text, path, source, list(scan(text)), frozenset(whole), imported, within
    )
