"""A docs folder becomes an index, and only what differs is touched.

The index is the only truth: it is scanned, compared with the docs, and changed. We add
before we remove, and a change is published in one step, so an interrupted run leaves
the index as it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from askdocs.domain.index import Manifest, Report, Root
from askdocs.domain.ports import Docs, Draft
from askdocs.domain.text import Chunk
from askdocs.flows.plan import Difference, IngestRun, plan_changes
from askdocs.flows.thresholds import thresholds

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

ROUND = 16_384
"""Texts embedded before they are written: bounds the memory that vectors take."""

WRITTEN = 2_000
"""Chunks handed to the store at once."""


def ingest(docs: Docs, run: IngestRun) -> Report:
    """Make the index say what the docs say.

    Raises:
        DocsNotFound: if the folder holds no page.
        DeletionRefused: if the index was made from other docs.
        IndexMismatch: if the index was built by another model or chunker.
        IndexDamaged: if the new index does not add up; the live one is untouched.
    """
    found = plan_changes(docs, run)
    embedded = 0
    if found.changes(run.options):
        embedded = _change(run, found, docs.root)
    report = _report(run, found, embedded)
    if not report.adds_up:
        raise RuntimeError(f"the report does not add up: {report}")
    return report


def _change(run: IngestRun, found: Difference, root: Root) -> int:
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
    fresh = run.options.rebuild or found.live is None
    with run.store.draft(manifest, fresh=fresh) as draft:
        embedded = _add(run, found, draft)
        limits = _thresholds(run, found, draft, fresh=fresh)
        with run.timed("write"):
            draft.rewrite(found.plan.rewrite)
            draft.remove(found.removed)
            now = run.clock.now()
            done = replace(manifest, finished=now, thresholds=limits)
            draft.publish(done, found.survey.table)
    return embedded


def _thresholds(
    run: IngestRun, found: Difference, draft: Draft, *, fresh: bool
) -> Mapping[str, float]:
    """Return what is near and far in a new index; a changed one keeps what it had."""
    if found.live and not fresh:
        return found.live.thresholds
    if not found.plan.add:
        return {}
    with run.timed("calibrate"):
        return thresholds(found.plan.add, draft, run.build.embedder())


def _add(run: IngestRun, found: Difference, draft: Draft) -> int:
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
    run: IngestRun,
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


def _report(run: IngestRun, found: Difference, embedded: int) -> Report:
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
        generation=run.generation if found.changes(run.options) else live,
        seconds=dict(run.seconds),
        slug_rule=survey.rule,
        unknown=dict(survey.unknown),
        warnings=tuple(survey.warnings),
    )
