"""Read the docs and cut the pages that are new or changed into chunks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class ReadDocs:
    """What one pass over the docs gave; every file that was read is in one of three lists.

    Attributes:
        indexed: Paths of pages that are new or changed; `chunks` are all of theirs.
        unchanged: Paths of pages that the index holds as they are.
        skipped: Left out by rule.
        chunks: Of the pages in `indexed`.
        places: Where the pages are on the site, by path; also of pages of cards.
        rule: The slug rule that gave their fragments.
        unknown: Components that nobody told us about, with how often they were seen.
        warnings: What was read differently from how it was written.
    """

    indexed: tuple[str, ...]
    unchanged: tuple[str, ...]
    skipped: tuple[SkippedFile, ...]
    chunks: tuple[Chunk, ...]
    places: Mapping[str, Place]
    rule: str
    unknown: Mapping[str, int]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _CutPage:
    """One new or changed file: either skipped for a reason, or cut into chunks."""

    path: str
    place: Place | None
    skipped: str
    chunks: Sequence[Chunk]
    unknown: Sequence[str]
    warnings: Sequence[str]


def read_and_chunk(
    sources: Sequence[Source],
    *,
    page_shas: Mapping[str, str],
    live: Table | None,
    build: Build,
    notify: Notify,
) -> ReadDocs:
    """Cut every page that is not in the index as it is; note the others.

    Args:
        sources: All files.
        page_shas: `page_sha` by path of each page that the index holds whole.
        live: Where its pages are; None if it is not known, then every page is read.
        build: What the index is built with.
        notify: Told of the progress.
    """
    shared = shared_by(sources)
    kept_rule = live.rule if live else ""
    rule = kept_rule if build.slug_rule == AUTO else build.slug_rule
    places = live.by_path if live else {}
    unchanged: dict[str, Place] = {}
    changed: list[tuple[Source, Page]] = []
    for done, source in enumerate(sources):
        notify("read", done, len(sources))
        path, sha = source.path, page_shas.get(source.path)
        if path in places and sha == _page_sha(source, shared, build, rule):
            unchanged[path] = places[path]
        else:
            changed.append((source, read_page(source, shared)))
    notify("read", len(sources), len(sources))
    pages = [page for _, page in changed]
    rule = rule_for(build.slug_rule, kept_rule, pages, build.base_url)
    ruler = chunk.Ruler(build.tokenizer, build.cut.tokens, build.space.passage_prefix)
    cut_pages: list[_CutPage] = []
    for done, (source, page) in enumerate(changed):
        notify("chunk", done, len(changed))
        sha = _page_sha(source, shared, build, rule)
        cut_pages.append(_cut(urls.anchored(page, rule), sha, rule, build, ruler))
    notify("chunk", len(changed), len(changed))
    return _gathered(unchanged, cut_pages, rule)


def _cut(page: Page, sha: str, rule: str, build: Build, ruler: chunk.Ruler) -> _CutPage:
    """Return where a page is and what it is; its chunks if it is to be indexed."""
    place = None
    if page.kind.has_address:
        place = urls.place_of(page, rule, build.base_url)
    skipped = SKIPPED.get(page.kind, "")
    chunks: Sequence[Chunk] = ()
    if place and not skipped:
        chunks = chunk.cut_page(
            page,
            ruler=ruler,
            fingerprint=build.fingerprint,
            payload=_payload(page, place, sha),
        )
    return _CutPage(
        page.path,
        place,
        skipped,
        chunks,
        unknown=[s.what for s in page.seen if s.became == mdx.KEPT],
        warnings=[f"{page.path}: {warning}" for warning in page.warnings],
    )


def _gathered(
    unchanged: Mapping[str, Place], cut_pages: Sequence[_CutPage], rule: str
) -> ReadDocs:
    """Return what the pages come to, in the order of the docs."""
    indexed = [page for page in cut_pages if not page.skipped]
    places = {**unchanged, **{p.path: p.place for p in cut_pages if p.place}}
    paths = tuple(page.path for page in indexed)
    warnings = [warning for page in indexed for warning in page.warnings]
    return ReadDocs(
        indexed=paths,
        unchanged=tuple(unchanged),
        skipped=tuple(SkippedFile(p.path, p.skipped) for p in cut_pages if p.skipped),
        chunks=tuple(chunk for page in indexed for chunk in page.chunks),
        places=places,
        rule=rule,
        unknown=Counter(name for page in cut_pages for name in page.unknown),
        warnings=(*warnings, *_clashes(places, paths)),
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


def _clashes(places: Mapping[str, Place], indexed: Iterable[str]) -> list[str]:
    """Return which new or changed pages have the address of another."""
    by_url: dict[str, list[str]] = {}
    for place in places.values():
        by_url.setdefault(place.url, []).append(place.path)
    changed = set(indexed)
    return [
        f"{', '.join(paths)}: all of them have the address {url}"
        for url, paths in by_url.items()
        if len(paths) > 1 and not changed.isdisjoint(paths)
    ]
