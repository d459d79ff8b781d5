"""The docs and what the index knows of them become the chunks of new and changed pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from askdocs.domain.index import Cut, Space, fingerprint
from askdocs.domain.ports import Docs, Embedder, Notify, Tokenizer
from askdocs.domain.text import Chunk, Document, Front, Left, Page, Source
from askdocs.steps import chunk, front, mdx, urls

_MACRO = re.compile(r"^macro:", re.M)


@dataclass(frozen=True, slots=True)
class Build:
    """What an index is built with.

    Attributes:
        space: Of the embedding model.
        cut: How pages are cut.
        base_url: Where the docs are on the web.
        tokenizer: The embedding model's own.
        embedder: Loads the model; called only if something is to be embedded.
    """

    space: Space
    cut: Cut
    base_url: str
    tokenizer: Tokenizer
    embedder: Callable[[], Embedder]

    @property
    def fingerprint(self) -> str:
        """What every chunk of the index carries."""
        return fingerprint(self.space, self.cut)


@dataclass(slots=True)
class Survey:
    """What one pass over the docs found; every file is in one of four lists.

    Attributes:
        found: How many files there were, counted where they are read.
        indexed: Paths of pages that are new or changed; `chunks` are all of theirs.
        unchanged: Paths of pages that the index holds as they are.
        skipped: Left out by rule.
        failed: Wanted but not read.
        chunks: Of the pages in `indexed`.
        warnings: What was read differently from how it was written.
    """

    found: int = 0
    indexed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    skipped: list[Left] = field(default_factory=list)
    failed: list[Left] = field(default_factory=list)
    chunks: list[Chunk] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_all(docs: Docs, survey: Survey) -> list[Source]:
    """Return every file that can be read; the others are noted."""
    sources = []
    for item in docs.read():
        survey.found += 1
        if isinstance(item, Left):
            survey.failed.append(item)
        else:
            sources.append(item)
    return sources


def look(
    sources: list[Source],
    whole: Mapping[str, str],
    build: Build,
    survey: Survey,
    notify: Notify,
) -> None:
    """Cut every page that is not in the index as it is; note the others.

    Args:
        sources: All files.
        whole: `page_sha` by path of each page that the index holds whole.
        build: What the index is built with.
        survey: Is filled.
        notify: Told of the progress.
    """
    macros = _macros(sources)
    ruler = chunk.Ruler(build.tokenizer, build.cut.tokens, build.space.passage_prefix)
    for done, source in enumerate(sources):
        notify("read", done, len(sources))
        sha = _page_sha(source, macros, build.base_url)
        if whole.get(source.path) == sha:
            survey.unchanged.append(source.path)
            continue
        document = front.open_document(source)
        page = mdx.read_page(document, macros=macros, anchors=urls.anchors)
        if reason := _reason_to_skip(page, document.front):
            survey.skipped.append(Left(source.path, reason))
            continue
        survey.indexed.append(source.path)
        survey.warnings += [f"{source.path}: {warning}" for warning in page.warnings]
        survey.chunks += chunk.cut_page(
            page,
            ruler=ruler,
            fingerprint=build.fingerprint,
            payload=_payload(page, sha, build.base_url),
        )
    notify("read", len(sources), len(sources))


def _macros(sources: list[Source]) -> dict[str, str]:
    """Return the body of each macro by its id."""
    found: dict[str, Document] = {}
    for source in sources:
        if _MACRO.search(source.text[:1000]):
            document = front.open_document(source)
            if document.front.macro:
                found[document.front.macro] = document
    return {name: document.body for name, document in found.items()}


def _page_sha(source: Source, macros: Mapping[str, str], base_url: str) -> str:
    """Return what is equal while a page, its macros, the reader and its URL are."""
    parts = [source.path, source.text, base_url, str(mdx.VERSION), str(urls.VERSION)]
    for name in mdx.macros_used(source.text, macros):
        parts += [name, macros.get(name, "")]
    return sha256("\x1f".join(parts).encode()).hexdigest()


def _reason_to_skip(page: Page, written: Front) -> str:
    if written.macro:
        return "macro"
    if page.has_prose:
        return ""
    if page.path.rpartition("/")[2].partition(".")[0] == "index":
        return "card page: no prose of its own"
    return "" if written.title or written.description else "empty"


def _payload(page: Page, sha: str, base_url: str) -> dict[str, object]:
    """Return what all chunks of a page share."""
    front_ = page.front
    return {
        "file_name": page.path.rpartition("/")[2],
        "file_path": urls.file_path(page.path),
        "public_url": urls.public_url(page.path, base_url),
        "title": front_.title,
        "description": front_.description,
        "h1": front_.h1,
        "tags": list(front_.tags),
        "categories": list(front_.categories),
        "dates": dict(front_.dates),
        "page_sha": sha,
    }
