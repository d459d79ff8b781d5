"""The text of an MDX file becomes a Page, as a reader of the site sees it.

Three passes, each keeping the line numbers of the source: macros are put in place,
components become their words, and a Markdown parser finds the blocks. What only
looks like a component (`<YOUR_API_KEY>`, XML in a fence) stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from askdocs.domain.text import Document, Page, Section
from askdocs.steps.mdx.blocks import LONGEST_HEADING, Anchors, sections_of
from askdocs.steps.mdx.components import CARDS, worded
from askdocs.steps.mdx.macros import DEEPEST, Filler, macros_used

__all__ = [
    "DEEPEST",
    "LONGEST_HEADING",
    "VERSION",
    "Anchors",
    "macros_used",
    "read_page",
]

VERSION = 1
"""Of the reading rules; another version reads every page again."""


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
    front, filler = document.front, Filler(macros, list(document.warnings))
    count = document.body.count("\n") + 1
    source = range(document.first_line, document.first_line + count)
    text, numbers = filler.fill(document.body, source)
    sections = sections_of(worded(text, cards=False), numbers, anchors)
    if any(s.blocks for s in sections) and any(f"<{name}" in text for name in CARDS):
        sections = sections_of(worded(text, cards=True), numbers, anchors)
    if not front.title:
        front = replace(front, title=_title_of(sections, front.h1, document.path))
    warnings = tuple(dict.fromkeys(filler.warnings))
    return Page(document.path, front, tuple(sections), warnings)


def _title_of(sections: list[Section], h1: str, path: str) -> str:
    """Return a title for a page that names none: its h1, first heading, or file name."""
    first = next((s.heading[0] for s in sections if s.heading), "")
    parts = [p for p in path.rsplit(".", 1)[0].split("/") if p != "index"]
    name = parts[-1].replace("-", " ").capitalize() if parts else ""
    return h1 or first or name
