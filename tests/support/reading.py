"""A text becomes a Page, and a Page what a test compares."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from askdocs.domain.text import Block, Page, Source
from askdocs.steps.docs.frontmatter import open_document
from askdocs.steps.docs.mdx import Shared, read_page

NOTHING: dict[str, str] = {}


def page(
    text: str,
    macros: Mapping[str, str] = NOTHING,
    files: Mapping[str, str] = NOTHING,
    path: str = "a.mdx",
) -> Page:
    document = open_document(Source(path, dedent(text)))
    return read_page(document, shared=Shared(macros, files))


def blocks(found: Page) -> list[Block]:
    return [b for s in found.sections for b in s.blocks]


def words(found: Page) -> str:
    """All that a reader sees below the headings, on one line."""
    return " ".join(" ".join(b.text for b in blocks(found)).split())
