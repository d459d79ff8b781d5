"""Ingest a docs folder: scan, read, chunk, plan, embed, publish.

The index is the only truth: it is scanned, compared with the docs, and changed. We add
before we remove, and a change is published in one step, so an interrupted run leaves
the index as it was.
"""

from __future__ import annotations

from askdocs.domain.index import Report, Root
from askdocs.domain.ports import Docs
from askdocs.flows.embed import Embedded, embed
from askdocs.flows.pages import DocsFiles, read_files
from askdocs.flows.plan import (
    IndexChange,
    IngestRun,
    plan_change,
    require_same_docs,
    scan,
)
from askdocs.flows.publish import manifest_of, publish
from askdocs.flows.read_docs import ReadDocs, read_and_chunk
from askdocs.flows.stopwatch import Stopwatch
from askdocs.steps.docs import diff


def ingest(docs: Docs, run: IngestRun) -> Report:
    """Make the index say what the docs say.

    Raises:
        DocsNotFound: if the folder holds no page.
        DeletionRefused: if the index was made from other docs, or too much of it would
            go in a rebuild.
        IndexMismatch: if the index was built by another model or chunker.
        IndexDamaged: if the new index does not add up; the live one is untouched.
    """
    stopwatch, options = Stopwatch(), run.options
    with stopwatch.timed("scan"):
        index = scan(run.store, run.build, rebuild=options.rebuild)
    with stopwatch.timed("read"):
        files = read_files(docs)
    require_same_docs(files, index, docs.root, options)
    with stopwatch.timed("chunk"):
        read = read_and_chunk(
            files.sources,
            page_shas=diff.whole_pages(index.reusable),
            live=index.table,
            build=run.build,
            notify=run.notify,
        )
    change = plan_change(index, files, read, complete=docs.complete, options=options)
    embedded = Embedded()
    if change.is_needed(options):
        embedded = _apply(change, run, docs.root, stopwatch)
    report = _report(run, files, read, change, embedded, stopwatch)
    if not report.adds_up:
        raise RuntimeError(f"the report does not add up: {report}")
    return report


def _apply(
    change: IndexChange, run: IngestRun, root: Root, stopwatch: Stopwatch
) -> Embedded:
    """Fill a draft and publish it; one that is not published is thrown away."""
    manifest = manifest_of(change, run, root)
    fresh = run.options.rebuild or change.before.manifest is None
    with run.store.draft(manifest, fresh=fresh) as draft:
        embedded = embed(change, draft, run, stopwatch)
        publish(change, draft, manifest, run, stopwatch)
    return embedded


def _report(
    run: IngestRun,
    files: DocsFiles,
    read: ReadDocs,
    change: IndexChange,
    embedded: Embedded,
    stopwatch: Stopwatch,
) -> Report:
    live = change.before.manifest
    generation = live.generation if live else ""
    return Report(
        found=len(files.sources) + len(files.failed),
        indexed=len(read.indexed),
        unchanged=len(read.unchanged),
        skipped=read.skipped,
        failed=files.failed,
        chunks=len(change.after),
        embedded=embedded.texts,
        written=len(change.chunks.add) + len(change.chunks.rewrite),
        deleted=len(change.removed),
        pages_removed=len(change.chunks.gone),
        withheld=change.withheld,
        generation=run.generation if change.is_needed(run.options) else generation,
        seconds={stage: round(s, 3) for stage, s in stopwatch.seconds.items()},
        slug_rule=read.rule,
        unknown=dict(read.unknown),
        warnings=(*read.warnings, *embedded.notices),
    )
