"""Plan how the index is to change: compare the docs with what it holds, or refuse."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from askdocs.domain.errors import (
    AskDocsError,
    DeletionRefused,
    DocsNotFound,
    IndexDamaged,
    IndexMismatch,
)
from askdocs.domain.index import IngestOptions, Manifest, Root, Stored
from askdocs.domain.ports import Clock, Notify, Store
from askdocs.domain.site import Place, Table
from askdocs.flows.pages import DocsFiles
from askdocs.flows.read_docs import Build, ReadDocs
from askdocs.steps.docs import deletion, diff


def _silent(_step: str, _done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class IngestRun:
    """What one run is made of.

    Attributes:
        store: The index.
        build: What it is built with.
        generation: Name of what is published if anything changes.
        clock: Dates the manifest.
        options: What the user asked for.
        notify: Told of the progress.
    """

    store: Store
    build: Build
    generation: str
    clock: Clock
    options: IngestOptions = field(default_factory=IngestOptions)
    notify: Notify = _silent


@dataclass(frozen=True, slots=True)
class LiveIndex:
    """What there is before the run.

    Attributes:
        manifest: Of the live index; None before the first ingest.
        stored: Every chunk of it, by id.
        reusable: Those of them that the new index may keep: none of a rebuild.
        table: Where its pages are; None if that is not known, or is to be found anew.
    """

    manifest: Manifest | None = None
    stored: Mapping[str, Stored] = field(default_factory=dict)
    reusable: Mapping[str, Stored] = field(default_factory=dict)
    table: Table | None = None

    @property
    def pages(self) -> set[str]:
        """The path of every page that it holds."""
        return {row.path for row in self.stored.values()}


@dataclass(frozen=True, slots=True)
class IndexChange:
    """What makes the index say what the docs say.

    Attributes:
        before: The index as it is.
        chunks: What to embed, rewrite and remove.
        table: Where the pages of the new index are.
        withheld: Why stale pages are kept; "" when nothing is withheld.
    """

    before: LiveIndex
    chunks: diff.Plan
    table: Table
    withheld: str

    def is_needed(self, options: IngestOptions) -> bool:
        """Whether there is anything to publish."""
        if options.dry_run:
            return False
        first = self.before.manifest is None
        if options.rebuild or first or not self.chunks.empty:
            return True
        return self.before.table != self.table

    @property
    def removed(self) -> set[str]:
        """Ids of every chunk that goes."""
        of_gone_pages = (id_ for ids in self.chunks.gone.values() for id_ in ids)
        return {*self.chunks.stale, *of_gone_pages}

    @property
    def after(self) -> dict[str, str]:
        """Path by id of every chunk that the new index holds."""
        removed = self.removed
        reused = self.before.reusable.items()
        kept = {id_: row.path for id_, row in reused if id_ not in removed}
        return kept | {chunk.id: chunk.path for chunk in self.chunks.add}


def scan(store: Store, build: Build, *, rebuild: bool) -> LiveIndex:
    """Return what the live index holds; a damaged one that is built anew holds nothing.

    Raises:
        IndexMismatch: if the index was built by another model or chunker.
        IndexDamaged: if it cannot be read.
    """
    try:
        manifest = store.manifest()
    except (IndexDamaged, IndexMismatch):
        if rebuild:
            return LiveIndex()
        raise
    if manifest is None:
        return LiveIndex()
    if rebuild:
        return LiveIndex(manifest, _readable(store))
    _require_same_build(manifest, build)
    stored = store.scan()
    return LiveIndex(manifest, stored, stored, store.table())


def require_same_docs(
    files: DocsFiles, index: LiveIndex, root: Root, options: IngestOptions
) -> None:
    """Make sure that there are docs, and that they are those of the index.

    Raises:
        DocsNotFound: if the folder holds no page.
        DeletionRefused: if the index was made from other docs.
    """
    if not files.sources:
        raise _nothing_there(files)
    if index.manifest is None or options.allow_delete:
        return
    pages, here = index.pages, files.paths
    if deletion.other_docs(index.manifest.root, root, indexed=pages, found=here):
        raise _other_docs(len(pages & here), len(pages))


def plan_change(
    index: LiveIndex,
    files: DocsFiles,
    docs: ReadDocs,
    *,
    complete: bool,
    options: IngestOptions,
) -> IndexChange:
    """Return what is to change; nothing is written.

    Args:
        index: What there is.
        files: All files of the docs.
        docs: What they say.
        complete: Whether every folder and file of the docs could be seen.
        options: What the user asked for.

    Raises:
        DeletionRefused: if a rebuild would lose too many pages.
    """
    failed = {file.path for file in files.failed}
    chunks = diff.plan(docs.chunks, index.reusable, kept={*docs.unchanged, *failed})
    withheld = ""
    if not options.allow_delete:
        gone = index.pages - set(docs.indexed) if options.rebuild else set(chunks.gone)
        seen = complete and not gone & failed
        withheld = deletion.reason_to_keep(gone, index.pages, complete=seen)
    if withheld and options.rebuild:
        hint = "rag ingest PATH --rebuild --allow-delete   (if they are to go)"
        raise DeletionRefused(f"{withheld}; nothing was written", hint=hint)
    kept: Collection[str] = failed
    if withheld:
        kept = {*failed, *chunks.gone}
        chunks = replace(chunks, gone={})
    places = {**docs.places, **_kept_places(index.table, kept)}
    table = Table(docs.rule, tuple(places[path] for path in sorted(places)))
    return IndexChange(index, chunks, table, withheld)


def _kept_places(table: Table | None, paths: Iterable[str]) -> dict[str, Place]:
    """Return the addresses of pages whose old version stays in the index."""
    known = table.by_path if table else {}
    return {path: known[path] for path in paths if path in known}


def _readable(store: Store) -> Mapping[str, Stored]:
    """Return every chunk of an index that is built anew; none if it is damaged."""
    try:
        return store.scan()
    except IndexDamaged:
        return {}


def _require_same_build(manifest: Manifest, build: Build) -> None:
    if manifest.fingerprint == build.fingerprint:
        return
    was, now = manifest.space.model, build.space.model
    what = f"model {was}, not {now}" if was != now else "other chunk settings"
    raise IndexMismatch(
        f"the index was built with {what}", hint="rag ingest PATH --rebuild"
    )


def _nothing_there(files: DocsFiles) -> AskDocsError:
    if files.failed:
        first = files.failed[0]
        return DocsNotFound(
            f"none of {len(files.failed)} files could be read ({first.path}: {first.reason})",
            hint="ls -l PATH-OF-YOUR-DOCS",
        )
    return DocsNotFound(
        "the folder holds no page to ingest; the index was not touched",
        hint="check the path, RAG_SUFFIXES and RAG_IGNORE (rag config show)",
    )


def _other_docs(shared: int, indexed: int) -> DeletionRefused:
    return DeletionRefused(
        f"the index was made from other docs ({shared} of its {indexed} pages are here);"
        " nothing was deleted",
        hint="ingest the folder it was made from; or, if this one is to replace it:"
        " rag ingest PATH --allow-delete",
    )
