"""Settings and a file of cases become a run; docs become a draft of cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from askdocs.assemble.addresses import NO_PAGES
from askdocs.assemble.answer import searcher
from askdocs.assemble.index import docs_in, open_store, require_same_model, required
from askdocs.domain.errors import Busy, IndexMissing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askdocs.domain.evaluation import Baseline, Case, Comparison, EvaluationRun
    from askdocs.domain.index import Manifest
    from askdocs.domain.ports import Store
    from askdocs.settings import Loaded


def read_cases(file: Path) -> tuple[Case, ...]:
    """Return the cases of a file (see `adapters.local.eval_files`)."""
    from askdocs.adapters.local.eval_files import read_cases as read

    return read(file)


def read_run(file: Path) -> Baseline:
    """Return a run that was saved."""
    from askdocs.adapters.local.eval_files import read_run as read

    return read(file)


def save_run(file: Path, run: EvaluationRun) -> None:
    """Save a run, to be a baseline one day."""
    from askdocs.adapters.local.eval_files import write_run

    write_run(file, run.as_dict())


def metric_names() -> tuple[str, ...]:
    """Return the metrics that a gate may name."""
    from askdocs.steps.evaluate.metrics import METRICS

    return tuple(METRICS)


def evaluation(loaded: Loaded, cases: Sequence[Case]) -> EvaluationRun:
    """Ask the live index every question, whatever RAG_PASSAGES is.

    Raises:
        ConfigError: if the index cannot hold what is wanted.
        IndexMissing: if there is no index, or nothing is in it.
        Busy: if another generation went live meanwhile: the run is of neither.
    """
    from askdocs.flows.evaluate import PASSAGES_PER_CASE, evaluate

    deep = loaded.settings.model_copy(update={"passages": PASSAGES_PER_CASE})
    begin = perf_counter()
    with open_store(loaded) as store:
        live = required(store.manifest())
        require_same_model(loaded, live)
        _require_known(store, live, cases)
        with searcher(replace(loaded, settings=deep), strict=True) as search:
            run = evaluate(cases, search.retriever)
        if required(store.manifest()).generation != live.generation:
            raise Busy(
                "the index was replaced while it was asked", hint="run rag eval again"
            )
    return replace(
        run,
        generation=live.generation,
        commit=live.root.commit,
        model=live.space.model,
        seconds=perf_counter() - begin,
    )


def _require_known(store: Store, live: Manifest, cases: Sequence[Case]) -> None:
    from askdocs.flows.evaluate import require_known

    pages = {stored.path for stored in store.scan().values()}
    if not pages:
        raise IndexMissing(
            f"the index {live.generation} holds no page",
            hint="rag ingest PATH-OF-YOUR-DOCS",
        )
    table = store.table() if any(case.has_sections for case in cases) else None
    places = table.places if table else ()
    anchors = {place.path: {a.anchor for a in place.anchors} for place in places}
    require_known(cases, pages, anchors if table else None)


def comparison(baseline: Baseline, run: EvaluationRun) -> Comparison:
    """Return what changed since a run was saved."""
    from askdocs.flows.evaluate import compare_runs

    return compare_runs(baseline, run)


def shortfalls(
    run: EvaluationRun,
    least: Mapping[str, float],
    compared: Comparison | None,
    tolerance: float,
) -> tuple[str, ...]:
    """Return why a gate is not passed, in words; () if it is."""
    from askdocs.flows import evaluate

    return evaluate.shortfalls(run, least, compared, tolerance)


def drafts(loaded: Loaded, path: Path) -> list[dict[str, Any]]:
    """Return cases drafted from the docs in a folder, as rows of a file."""
    from askdocs.adapters.local.processes import spread
    from askdocs.flows.generate_cases import generate_cases

    return generate_cases(
        docs_in(loaded, path),
        everything=docs_in(loaded, path, ignore=NO_PAGES),
        slug_rule=loaded.settings.slug_rule,
        base_url=loaded.settings.base_url,
        spread=spread,
    )


def write_drafts(file: Path, rows: Sequence[Mapping[str, Any]], *, force: bool) -> None:
    """Write drafted cases, never over others unless *force*."""
    from askdocs.adapters.local.eval_files import write_drafts as write

    write(file, rows, force=force)


def draft_lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return drafted cases as lines of a file."""
    from askdocs.adapters.local.eval_files import draft_line

    return [draft_line(row) for row in rows]
