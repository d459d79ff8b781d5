"""Read a text as a Page, and take from it what a test compares."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from askdocs.domain.text import Block, Page, Source
from askdocs.steps.docs.frontmatter import open_document
from askdocs.steps.docs.mdx import Shared, read_page

NO_FILES: dict[str, str] = {}


def page(
    text: str,
    macros: Mapping[str, str] = NO_FILES,
    files: Mapping[str, str] = NO_FILES,
    path: str = "a.mdx",
) -> Page:
    document = open_document(Source(path, dedent(text)))
    return read_page(document, shared=Shared(macros, files))


def blocks(page_read: Page) -> list[Block]:
    return [b for s in page_read.sections for b in s.blocks]


def words(page_read: Page) -> str:
    """All that a reader sees below the headings, on one line."""
    return " ".join(" ".join(b.text for b in blocks(page_read)).split())
