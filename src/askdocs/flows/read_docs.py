"""The docs and what the index knows of them become the chunks of new and changed pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from askdocs.domain.index import ChunkConfig, Space, fingerprint
from askdocs.domain.ports import Embedder, Notify, Tokenizer
from askdocs.domain.site import Place, Table
from askdocs.domain.text import Chunk, Page, PageKind, SkippedFile, Source
from askdocs.flows.pages import AUTO, read_page, rule_for, shared_by
from askdocs.steps.docs import chunk, mdx, urls

SKIPPED = {
    PageKind.CARDS: "card page: no prose of its own",
    PageKind.CHANGELOG: "changelog entry: no page of its own",
    PageKind.DRAFT: "draft",
    PageKind.MACRO: "macro",
    PageKind.PARTIAL: "partial: its text stands in the pages that import it",
    PageKind.EMPTY: "empty",
}
"""Why a kind of file is not indexed: nobody is sent there to read."""


@dataclass(frozen=True, slots=True)
class Build:
    """What an index is built with.

    Attributes:
        space: Of the embedding model.
        cut: How pages are cut.
        base_url: Where the docs are on the web.
        tokenizer: The embedding model's own.
        embedder: Loads the model; called only if something is to be embedded.
        slug_rule: How the site makes fragments, or `AUTO`.
    """

    space: Space
    cut: ChunkConfig
    base_url: str
    tokenizer: Tokenizer
    embedder: Callable[[], Embedder]
    slug_rule: str = AUTO

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
        places: Where the pages are on the site, by path; also of pages of cards.
        rule: The slug rule that gave their fragments.
        unknown: Components that nobody told us about, with how often they were seen.
        warnings: What was read differently from how it was written.
    """

    found: int = 0
    indexed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)
    failed: list[SkippedFile] = field(default_factory=list)
    chunks: list[Chunk] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    rule: str = ""
    unknown: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)

    @property
    def table(self) -> Table:
        """Where the pages are, in the order of their paths."""
        return Table(self.rule, tuple(self.places[p] for p in sorted(self.places)))


def look(
    sources: list[Source],
    whole: Mapping[str, str],
    live: Table | None,
    build: Build,
    survey: Survey,
    notify: Notify,
) -> None:
    """Cut every page that is not in the index as it is; note the others.

    Args:
        sources: All files.
        whole: `page_sha` by path of each page that the index holds whole.
        live: Where its pages are; None if it is not known, then every page is read.
        build: What the index is built with.
        survey: Is filled.
        notify: Told of the progress.
    """
    shared = shared_by(sources)
    kept = live.rule if live else ""
    rule = kept if build.slug_rule == AUTO else build.slug_rule
    known = live.by_path if live else {}
    read: list[tuple[Source, Page]] = []
    for done, source in enumerate(sources):
        notify("read", done, len(sources))
        path = source.path
        if path in known and whole.get(path) == _page_sha(source, shared, build, rule):
            survey.unchanged.append(path)
            survey.places[path] = known[path]
        else:
            read.append((source, read_page(source, shared)))
    notify("read", len(sources), len(sources))
    pages = [page for _, page in read]
    survey.rule = rule_for(build.slug_rule, kept, pages, build.base_url)
    ruler = chunk.Ruler(build.tokenizer, build.cut.tokens, build.space.passage_prefix)
    for done, (source, page) in enumerate(read):
        notify("chunk", done, len(read))
        sha = _page_sha(source, shared, build, survey.rule)
        _take(urls.anchored(page, survey.rule), sha, build, ruler, survey)
    notify("chunk", len(read), len(read))
    survey.warnings += _clashes(survey)


def _take(
    page: Page, sha: str, build: Build, ruler: chunk.Ruler, survey: Survey
) -> None:
    """Note where a page is and what it is; cut it if it is to be indexed."""
    if page.kind.has_address:
        place = urls.place_of(page, survey.rule, build.base_url)
        survey.places[page.path] = place
    survey.unknown.update(s.what for s in page.seen if s.became == mdx.KEPT)
    if page.kind in SKIPPED:
        survey.skipped.append(SkippedFile(page.path, SKIPPED[page.kind]))
        return
    survey.indexed.append(page.path)
    survey.warnings += [f"{page.path}: {warning}" for warning in page.warnings]
    survey.chunks += chunk.cut_page(
        page,
        ruler=ruler,
        fingerprint=build.fingerprint,
        payload=_payload(page, place, sha),
    )


def _page_sha(source: Source, shared: mdx.Shared, build: Build, rule: str) -> str:
    """Return what is equal while a page, what it uses, the reader and its URL are."""
    versions = str(mdx.VERSION), str(urls.VERSION)
    parts = [source.path, source.text, build.base_url, rule, *versions]
    for used in mdx.parts_used(source.path, source.text, shared):
        parts += used
    return sha256("\x1f".join(parts).encode()).hexdigest()


def _payload(page: Page, place: Place, sha: str) -> dict[str, object]:
    """Return what all chunks of a page share."""
    front = page.front
    return {
        "file_name": page.path.rpartition("/")[2],
        "file_path": urls.file_path(page.path),
        "public_url": place.url,
        "title": front.title,
        "description": front.description,
        "h1": front.h1,
        "tags": list(front.tags),
        "categories": list(front.categories),
        "dates": dict(front.dates),
        "kind": page.kind.value,
        "page_sha": sha,
        **_facets(page),
    }


def _facets(page: Page) -> dict[str, object]:
    """Return what searches may be narrowed by, beside tags and categories."""
    place = urls.file_path(page.path)
    parts = place.removeprefix("pages/").split("/")
    under = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
    digits = page.front.dates.get("validation", "").replace("-", "")
    dated = len(digits) == 8 and digits.isascii() and digits.isdigit()
    return {
        "products": list(dict.fromkeys([*page.front.categories, *parts[:-1]])),
        "under": under,
        "validated": int(digits) if dated else 0,
    }


def _clashes(survey: Survey) -> list[str]:
    """Return which new or changed pages have the address of another."""
    by_url: dict[str, list[str]] = {}
    for place in survey.places.values():
        by_url.setdefault(place.url, []).append(place.path)
    changed = set(survey.indexed)
    return [
        f"{', '.join(paths)}: all of them have the address {url}"
        for url, paths in by_url.items()
        if len(paths) > 1 and not changed.isdisjoint(paths)
    ]
