"""Read the text of an MDX file as a Page, as a reader of the site sees it.

Two passes, each keeping the line numbers of the source: components, macros and
partials become their words, and a Markdown parser finds the blocks. What only looks
like a component (`<YOUR_API_KEY>`, XML in a fence) stays as it is.
"""

from __future__ import annotations

from dataclasses import replace

from askdocs.domain.text import Document, Page, Section
from askdocs.steps.docs.mdx.blobs import without_blobs
from askdocs.steps.docs.mdx.blocks import MAX_HEADING_CHARS, sections_of
from askdocs.steps.docs.mdx.components import KEPT
from askdocs.steps.docs.mdx.context import open_text
from askdocs.steps.docs.mdx.page_kinds import kind_of
from askdocs.steps.docs.mdx.page_links import links_of
from askdocs.steps.docs.mdx.partials import Shared, macros_used, parts_used
from askdocs.steps.docs.mdx.render import MAX_PART_DEPTH, Renderer

__all__ = [
    "KEPT",
    "MAX_HEADING_CHARS",
    "MAX_PART_DEPTH",
    "VERSION",
    "Shared",
    "macros_used",
    "parts_used",
    "read_page",
]

VERSION = 2
"""Of the reading rules; another version reads every page again."""


def read_page(document: Document, *, shared: Shared) -> Page:
    """Read the body of one MDX file.

    A page that holds nothing but cards has no blocks at all; elsewhere a card is its
    title, description and link. A section has a fragment only where the page writes one.

    Args:
        document: The file, its frontmatter taken off.
        shared: Macros and partials.
    """
    count = document.body.count("\n") + 1
    source = range(document.first_line, document.first_line + count)
    renderer = Renderer(shared, cards=False)
    text = open_text(document.body, document.path, source, shared)
    sections = sections_of(*renderer.of(text))
    if renderer.met_cards and any(s.blocks for s in sections):
        renderer = Renderer(shared, cards=True)
        sections = sections_of(*renderer.of(text))
    sections = without_blobs(sections, renderer.warnings)
    front = document.front
    if not front.title:
        front = replace(front, title=_title_of(sections, front.h1, document.path))
    return Page(
        document.path,
        front,
        tuple(sections),
        tuple(dict.fromkeys((*document.warnings, *renderer.warnings))),
        kind_of(document, sections),
        tuple(links_of(document.body, text.found, source)),
        tuple(dict.fromkeys(renderer.ids)),
        tuple(renderer.seen),
    )


def _title_of(sections: list[Section], h1: str, path: str) -> str:
    """Return a title for a page that names none: its h1, first heading, or file name."""
    first = next((s.heading[0] for s in sections if s.heading), "")
    parts = [p for p in path.rsplit(".", 1)[0].split("/") if p != "index"]
    name = parts[-1].replace("-", " ").capitalize() if parts else ""
    return h1 or first or name
