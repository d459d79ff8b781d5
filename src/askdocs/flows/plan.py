"""The docs and the live index become what is to be changed, or a reason not to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import perf_counter

from askdocs.domain.errors import (
    AskDocsError,
    DeletionRefused,
    DocsNotFound,
    IndexDamaged,
    IndexMismatch,
)
from askdocs.domain.index import IngestOptions, Manifest, Stored
from askdocs.domain.ports import Clock, Docs, Notify, Store
from askdocs.domain.site import Table
from askdocs.flows.pages import read_all
from askdocs.flows.read_docs import Build, Survey, look
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
        wishes: What the user asked for.
        notify: Told of the progress.
        seconds: How long each step took; filled by the run.
    """

    store: Store
    build: Build
    generation: str
    clock: Clock
    options: IngestOptions = field(default_factory=IngestOptions)
    notify: Notify = _silent
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Add the time of the block to `seconds`."""
        begin = perf_counter()
        yield
        spent = self.seconds.get(step, 0.0) + perf_counter() - begin
        self.seconds[step] = round(spent, 3)


@dataclass(frozen=True, slots=True)
class Difference:
    """What the docs and the live index differ in."""

    live: Manifest | None
    table: Table | None
    stored: Mapping[str, Stored]
    survey: Survey
    plan: diff.Plan
    withheld: str

    def changes(self, options: IngestOptions) -> bool:
        """Whether there is anything to publish."""
        if options.dry_run:
            return False
        if options.rebuild or self.live is None or not self.plan.empty:
            return True
        return self.table != self.survey.table

    @property
    def removed(self) -> set[str]:
        """Ids of every chunk that goes."""
        return {
            *self.plan.stale,
            *(id_ for ids in self.plan.gone.values() for id_ in ids),
        }

    @property
    def after(self) -> dict[str, str]:
        """Path by id of every chunk that the new index holds."""
        gone = self.removed
        kept = {id_: row.path for id_, row in self.stored.items() if id_ not in gone}
        return kept | {chunk.id: chunk.path for chunk in self.plan.add}


def plan_changes(docs: Docs, run: IngestRun) -> Difference:
    """Find out what differs; nothing is written.

    Raises:
        DocsNotFound: if the folder holds no page.
        DeletionRefused: if the index was made from other docs.
        IndexMismatch: if the index was built by another model or chunker.
    """
    survey = Survey()
    with run.timed("scan"):
        live = _live(run)
        known = _known(run) if live else {}
    with run.timed("read"):
        sources = read_all(docs, survey.failed)
        survey.found = len(sources) + len(survey.failed)
    if not sources:
        raise _nothing_there(survey)
    pages = {row.path for row in known.values()}
    if live and not run.options.allow_delete:
        seen = {s.path for s in sources} | {left.path for left in survey.failed}
        if deletion.other_docs(live.root, docs.root, indexed=pages, found=seen):
            raise _other_docs(len(pages & seen), len(pages))
    stored = {} if run.options.rebuild else known
    table = run.store.table() if live and not run.options.rebuild else None
    with run.timed("chunk"):
        look(sources, diff.whole_pages(stored), table, run.build, survey, run.notify)
    failed = {left.path for left in survey.failed}
    plan = diff.plan(survey.chunks, stored, kept={*survey.unchanged, *failed})
    _keep_places(survey, table, failed)
    if run.options.allow_delete:
        return Difference(live, table, stored, survey, plan, "")
    going = pages - set(survey.indexed) if run.options.rebuild else set(plan.gone)
    withheld = deletion.reason_to_keep(
        going, pages, complete=docs.complete and not going & failed
    )
    if withheld and run.options.rebuild:
        hint = "rag ingest PATH --rebuild --allow-delete   (if they are to go)"
        raise DeletionRefused(f"{withheld}; nothing was written", hint=hint)
    if withheld:
        _keep_places(survey, table, plan.gone)
        plan = replace(plan, gone={})
    return Difference(live, table, stored, survey, plan, withheld)


def _keep_places(survey: Survey, table: Table | None, paths: Iterable[str]) -> None:
    """Keep the addresses of pages whose old version stays in the index."""
    known = table.by_path if table else {}
    survey.places |= {path: known[path] for path in paths if path in known}


def _live(run: IngestRun) -> Manifest | None:
    """Return what built the live index, and make sure that this run is built alike."""
    try:
        live = run.store.manifest()
    except (IndexDamaged, IndexMismatch):
        if run.options.rebuild:
            return None
        raise
    if live and not run.options.rebuild and live.fingerprint != run.build.fingerprint:
        was, now = live.space.model, run.build.space.model
        what = f"model {was}, not {now}" if was != now else "other chunk settings"
        raise IndexMismatch(
            f"the index was built with {what}", hint="rag ingest PATH --rebuild"
        )
    return live


def _known(run: IngestRun) -> Mapping[str, Stored]:
    """Return every chunk of the live index; none of a damaged one that is built anew."""
    try:
        return run.store.scan()
    except IndexDamaged:
        if run.options.rebuild:
            return {}
        raise


def _nothing_there(survey: Survey) -> AskDocsError:
    if survey.failed:
        first = survey.failed[0]
        return DocsNotFound(
            f"none of {len(survey.failed)} files could be read ({first.path}: {first.reason})",
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
