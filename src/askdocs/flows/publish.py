"""Publish a draft of the index: rewrite, remove, calibrate, and switch in one step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from askdocs.domain.index import Manifest, Root
from askdocs.domain.ports import Draft
from askdocs.flows.plan import IndexChange, IngestRun
from askdocs.flows.stopwatch import Stopwatch
from askdocs.flows.thresholds import thresholds


def manifest_of(change: IndexChange, run: IngestRun, root: Root) -> Manifest:
    """Return what is to be said of the index that the change makes."""
    after = change.after
    return Manifest(
        space=run.build.space,
        cut=run.build.cut,
        root=root,
        base_url=run.build.base_url,
        generation=run.generation,
        pages=len(set(after.values())),
        chunks=len(after),
        finished=run.clock.now(),
    )


def publish(
    change: IndexChange,
    draft: Draft,
    manifest: Manifest,
    run: IngestRun,
    stopwatch: Stopwatch,
) -> None:
    """Make a draft, filled with all new chunks, the index.

    Raises:
        IndexDamaged: if the new index does not add up; the live one is untouched.
    """
    limits = _thresholds(change, draft, run, stopwatch)
    with stopwatch.timed("write"):
        draft.rewrite(change.chunks.rewrite)
        draft.remove(change.removed)
        finished = run.clock.now()
        final = replace(manifest, finished=finished, thresholds=limits)
        draft.publish(final, change.table)


def _thresholds(
    change: IndexChange, draft: Draft, run: IngestRun, stopwatch: Stopwatch
) -> Mapping[str, float]:
    """Return what is near and far in a new index; a changed one keeps what it had."""
    live = change.before.manifest
    if live and not run.options.rebuild:
        return live.thresholds
    if not change.chunks.add:
        return {}
    with stopwatch.timed("calibrate"):
        return thresholds(change.chunks.add, draft, run.build.embedder())
