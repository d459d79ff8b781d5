"""Read the files of a docs folder as pages, with the fragments of one slug rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from askdocs.domain.ports import Docs
from askdocs.domain.text import Document, Page, SkippedFile, Source
from askdocs.steps.docs import frontmatter, mdx, urls

AUTO = "auto"
"""The slug rule that the docs' own links agree with most."""

_MACRO = re.compile(r"^macro:", re.M)


@dataclass(frozen=True, slots=True)
class DocsFiles:
    """Every wanted file of a docs folder.

    Attributes:
        sources: Those that could be read, in the order of their paths.
        failed: The others.
    """

    sources: tuple[Source, ...]
    failed: tuple[SkippedFile, ...]

    @property
    def paths(self) -> set[str]:
        """The path of every file, read or not."""
        return {s.path for s in self.sources} | {f.path for f in self.failed}


def read_files(docs: Docs) -> DocsFiles:
    """Return every wanted file, read if it can be."""
    files = list(docs.read())
    return DocsFiles(
        tuple(file for file in files if isinstance(file, Source)),
        tuple(file for file in files if isinstance(file, SkippedFile)),
    )


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
    return mdx.Shared({name: macro.body for name, macro in macros.items()}, files)


def read_page(source: Source, shared: mdx.Shared) -> Page:
    """Read one file; its headings have no fragments yet."""
    return mdx.read_page(frontmatter.open_document(source), shared=shared)


def read_outline(source: Source, shared: mdx.Shared) -> Page:
    """Read a file for its headings and links alone: text would be copied for nothing."""
    page = read_page(source, shared)
    sections = tuple(replace(section, blocks=()) for section in page.sections)
    return replace(page, sections=sections)


def rule_for(setting: str, kept: str, pages: Sequence[Page], base_url: str) -> str:
    """Return the slug rule: that of the settings, the index's, or the best for these pages."""
    if setting != AUTO:
        return setting
    return kept or urls.best(urls.score(pages, base_url))
