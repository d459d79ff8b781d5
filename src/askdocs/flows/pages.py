"""The files of a docs folder become pages, with the fragments of one slug rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from askdocs.domain.ports import Docs
from askdocs.domain.text import Document, Page, SkippedFile, Source
from askdocs.steps.docs import frontmatter, mdx, urls

AUTO = "auto"
"""The slug rule that the docs' own links agree with most."""

_MACRO = re.compile(r"^macro:", re.M)


def read_all(docs: Docs, failed: list[SkippedFile]) -> list[Source]:
    """Return every file that can be read; the others are added to *failed*."""
    sources = []
    for item in docs.read():
        if isinstance(item, SkippedFile):
            failed.append(item)
        else:
            sources.append(item)
    return sources


def shared_by(sources: Iterable[Source]) -> mdx.Shared:
    """Return what pages take from each other: macros by id, and every file by path."""
    files: dict[str, str] = {}
    macros: dict[str, Document] = {}
    for source in sources:
        files[source.path] = source.text
        if _MACRO.search(source.text[:1000]):
            document = frontmatter.open_document(source)
            if document.front.macro:
                macros[document.front.macro] = document
    return mdx.Shared({name: found.body for name, found in macros.items()}, files)


def read_page(source: Source, shared: mdx.Shared) -> Page:
    """Read one file; its headings have no fragments yet."""
    return mdx.read_page(frontmatter.open_document(source), shared=shared)


def rule_for(asked: str, kept: str, pages: Sequence[Page], base_url: str) -> str:
    """Return the slug rule: the one asked for, the index's, or the best for these pages."""
    if asked != AUTO:
        return asked
    return kept or urls.best(urls.score(pages, base_url))
