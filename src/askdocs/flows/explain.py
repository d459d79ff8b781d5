"""Explain what an ingest makes of one file of the docs, and why."""

from __future__ import annotations

from askdocs.domain.errors import ConfigError
from askdocs.domain.ports import Docs
from askdocs.domain.site import Explanation, Table
from askdocs.domain.text import Chunk, Page
from askdocs.flows.pages import (
    AUTO,
    read_files,
    read_page,
    rule_for,
    shared_by,
)
from askdocs.flows.read_docs import SKIPPED, Build
from askdocs.steps.docs import chunk, urls


def explain(docs: Docs, path: str, *, live: Table | None, build: Build) -> Explanation:
    """Read one file as an ingest would; nothing is written.

    Args:
        docs: All of them: macros, partials and the slug rule come from other files.
        path: Of the file, relative to the docs root.
        live: The table of the index, if there is one: its slug rule is used.
        build: What an index is built with; nothing is embedded.

    Raises:
        ConfigError: if the file is not among those that an ingest reads.
    """
    files = read_files(docs)
    sources = files.sources
    problem = {file.path: file.reason for file in files.failed}.get(path)
    if problem:
        return Explanation(path, problem)
    source = next((each for each in sources if each.path == path), None)
    if source is None:
        raise ConfigError(f"{path} is not read", hint="rag config show")
    shared = shared_by(sources)
    page = read_page(source, shared)
    index_rule = live.rule if live else ""
    pages = [page]
    if build.slug_rule == AUTO and not index_rule:
        # Only a first run has to look at every page to choose a rule.
        pages = [read_page(each, shared) for each in sources]
    rule = rule_for(build.slug_rule, index_rule, pages, build.base_url)
    page = urls.anchored(page, rule)
    return Explanation(
        path=path,
        left_out=SKIPPED.get(page.kind, ""),
        rule=rule,
        page=page,
        place=urls.place_of(page, rule, build.base_url)
        if page.kind.has_address
        else None,
        chunks=() if page.kind in SKIPPED else tuple(_chunks(page, build)),
    )


def _chunks(page: Page, build: Build) -> list[Chunk]:
    ruler = chunk.Ruler(build.tokenizer, build.cut.tokens, build.space.passage_prefix)
    return chunk.cut_page(page, ruler=ruler, fingerprint=build.fingerprint, payload={})
