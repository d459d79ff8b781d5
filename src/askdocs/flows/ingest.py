"""A docs folder becomes an index, and only what differs is touched.

The index is the only truth: it is scanned, compared with the docs, and changed. We add
before we remove, and a change is published in one step, so an interrupted run leaves
the index as it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from askdocs.domain.errors import (
    AskDocsError,
    DeletionRefused,
    DocsNotFound,
    IndexDamaged,
    IndexMismatch,
)
from askdocs.domain.index import Manifest, Report, Root, Stored, Wishes
from askdocs.domain.ports import Clock, Docs, Draft, Notify, Store
from askdocs.domain.text import Chunk
from askdocs.flows.survey import Build, Survey, look, read_all
from askdocs.steps import diff, guard

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

ROUND = 16_384
"""Texts embedded before they are written: bounds the memory that vectors take."""

WRITTEN = 2_000
"""Chunks handed to the store at once."""


def _silent(_step: str, _done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Run:
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
    wishes: Wishes = field(default_factory=Wishes)
    notify: Notify = _silent
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Add the time of the block to `seconds`."""
        begin = perf_counter()
        yield
        spent = self.seconds.get(step, 0.0) + perf_counter() - begin
        self.seconds[step] = round(spent, 3)


def ingest(docs: Docs, run: Run) -> Report:
    """Make the index say what the docs say.

    Raises:
        DocsNotFound: if the folder holds no page.
        DeletionRefused: if the index was made from other docs.
        IndexMismatch: if the index was built by another model or chunker.
        IndexDamaged: if the new index does not add up; the live one is untouched.
    """
    found = _compare(docs, run)
    embedded = 0
    if found.changes(run.wishes):
        embedded = _change(run, found, docs.root)
    report = _report(run, found, embedded)
    if not report.adds_up:
        raise RuntimeError(f"the report does not add up: {report}")
    return report


@dataclass(frozen=True, slots=True)
class _Difference:
    """What the docs and the live index differ in."""

    live: Manifest | None
    stored: Mapping[str, Stored]
    survey: Survey
    plan: diff.Plan
    withheld: str

    def changes(self, wishes: Wishes) -> bool:
        """Whether there is anything to publish."""
        if wishes.dry_run:
            return False
        return wishes.rebuild or self.live is None or not self.plan.empty

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


def _compare(docs: Docs, run: Run) -> _Difference:
    survey = Survey()
    with run.timed("scan"):
        live = _live(run)
        known = _known(run) if live else {}
    with run.timed("read"):
        sources = read_all(docs, survey)
    if not sources:
        raise _nothing_there(survey)
    pages = {row.path for row in known.values()}
    if live and not run.wishes.allow_delete:
        seen = {s.path for s in sources} | {left.path for left in survey.failed}
        if guard.other_docs(live.root, docs.root, indexed=pages, found=seen):
            raise _other_docs(len(pages & seen), len(pages))
    stored = {} if run.wishes.rebuild else known
    with run.timed("chunk"):
        look(sources, diff.whole_pages(stored), run.build, survey, run.notify)
    failed = {left.path for left in survey.failed}
    plan = diff.plan(survey.chunks, stored, kept={*survey.unchanged, *failed})
    if run.wishes.allow_delete:
        return _Difference(live, stored, survey, plan, "")
    going = pages - set(survey.indexed) if run.wishes.rebuild else set(plan.gone)
    withheld = guard.reason_to_keep(
        going, pages, complete=docs.complete and not going & failed
    )
    if withheld and run.wishes.rebuild:
        hint = "rag ingest PATH --rebuild --allow-delete   (if they are to go)"
        raise DeletionRefused(f"{withheld}; nothing was written", hint=hint)
    return _Difference(
        live, stored, survey, replace(plan, gone={}) if withheld else plan, withheld
    )


def _live(run: Run) -> Manifest | None:
    """Return what built the live index, and make sure that this run is built alike."""
    try:
        live = run.store.manifest()
    except (IndexDamaged, IndexMismatch):
        if run.wishes.rebuild:
            return None
        raise
    if live and not run.wishes.rebuild and live.fingerprint != run.build.fingerprint:
        was, now = live.space.model, run.build.space.model
        what = f"model {was}, not {now}" if was != now else "other chunk settings"
        raise IndexMismatch(
            f"the index was built with {what}", hint="rag ingest PATH --rebuild"
        )
    return live


def _known(run: Run) -> Mapping[str, Stored]:
    """Return every chunk of the live index; none of a damaged one that is built anew."""
    try:
        return run.store.scan()
    except IndexDamaged:
        if run.wishes.rebuild:
            return {}
        raise


def _change(run: Run, found: _Difference, root: Root) -> int:
    """Make a draft, fill it and publish it; return how many texts were embedded."""
    after = found.after
    manifest = Manifest(
        space=run.build.space,
        cut=run.build.cut,
        root=root,
        base_url=run.build.base_url,
        generation=run.generation,
        pages=len(set(after.values())),
        chunks=len(after),
        finished=run.clock.now(),
    )
    fresh = run.wishes.rebuild or found.live is None
    with run.store.draft(manifest, fresh=fresh) as draft:
        embedded = _add(run, found, draft)
        with run.timed("write"):
            draft.rewrite(found.plan.rewrite)
            draft.remove(found.removed)
            draft.publish(replace(manifest, finished=run.clock.now()))
    return embedded


def _add(run: Run, found: _Difference, draft: Draft) -> int:
    """Embed what no stored vector fits, and store it; return how many texts that were."""
    by_sha: dict[str, list[Chunk]] = defaultdict(list)
    for chunk in found.plan.add:
        by_sha[chunk.embed_sha].append(chunk)
    donors = found.plan.donors
    with run.timed("write"):
        old = draft.vectors(set(donors.values()))
    known = {sha: old[id_] for sha, id_ in donors.items() if id_ in old}
    _store(run, draft, by_sha, known)
    new = [held[0] for sha, held in by_sha.items() if sha not in known]
    for start in range(0, len(new), ROUND):

        def progress(done: int, _total: int, start: int = start) -> None:
            run.notify("embed", start + done, len(new))

        part = new[start : start + ROUND]
        progress(0, len(part))
        with run.timed("embed"):
            model = run.build.embedder()
            rows = model.embed_passages([c.embedded for c in part], progress)
        shas = [c.embed_sha for c in part]
        _store(run, draft, by_sha, dict(zip(shas, rows, strict=True)))
        found.survey.warnings += model.notices
        model.notices.clear()
    return len(new)


def _store(
    run: Run,
    draft: Draft,
    by_sha: Mapping[str, list[Chunk]],
    vectors: Mapping[str, Vector],
) -> None:
    """Store every chunk whose vector is here."""
    chunks = [chunk for sha in vectors for chunk in by_sha[sha]]
    for start in range(0, len(chunks), WRITTEN):
        part = chunks[start : start + WRITTEN]
        run.notify("write", start + len(part), len(chunks))
        with run.timed("write"):
            draft.add(part, np.stack([vectors[c.embed_sha] for c in part]))


def _report(run: Run, found: _Difference, embedded: int) -> Report:
    survey, plan = found.survey, found.plan
    live = found.live.generation if found.live else ""
    return Report(
        found=survey.found,
        indexed=len(survey.indexed),
        unchanged=len(survey.unchanged),
        skipped=tuple(survey.skipped),
        failed=tuple(survey.failed),
        chunks=len(found.after),
        embedded=embedded,
        written=len(plan.add) + len(plan.rewrite),
        deleted=len(found.removed),
        pages_removed=len(plan.gone),
        withheld=found.withheld,
        generation=run.generation if found.changes(run.wishes) else live,
        seconds=dict(run.seconds),
        warnings=tuple(survey.warnings),
    )


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
