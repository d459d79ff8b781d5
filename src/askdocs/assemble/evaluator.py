"""Measure the live index with cases, hold the run against a baseline, and draft cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from askdocs.assemble.addresses import NO_PAGES
from askdocs.assemble.answer import searcher
from askdocs.assemble.index import docs_in, open_store, require_same_model, required
from askdocs.domain.errors import Busy, IndexMissing

if TYPE_CHECKING:
    from askdocs.domain.evaluation import Baseline, Case, Comparison, EvaluationRun
    from askdocs.domain.index import Manifest
    from askdocs.domain.ports import Store
    from askdocs.settings import Loaded


@dataclass(frozen=True, slots=True)
class Gate:
    """What a run must reach.

    Attributes:
        at_least: The least value of a metric, by its name.
        baseline: A run that was saved; None if there is nothing to compare with.
        tolerance: How far ndcg@10 may fall below that of the baseline.
    """

    at_least: Mapping[str, float]
    baseline: Baseline | None
    tolerance: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A run of the cases, and what came of its gate.

    Attributes:
        run: What was found.
        compared: What changed; None without a baseline.
        shortfalls: Why the gate is not passed, in words; () if it is.
    """

    run: EvaluationRun
    compared: Comparison | None = None
    shortfalls: tuple[str, ...] = ()


def evaluation(loaded: Loaded, cases: Sequence[Case], gate: Gate) -> Evaluation:
    """Ask the live index every question, and hold the run against the gate.

    Raises:
        ConfigError: if the index cannot hold what is wanted.
        IndexMissing: if there is no index, or nothing is in it.
        Busy: if another generation went live meanwhile: the run is of neither.
    """
    from askdocs.flows.evaluate import compare_runs, shortfalls

    run = _run(loaded, cases)
    compared = compare_runs(gate.baseline, run) if gate.baseline else None
    short = shortfalls(run, gate.at_least, compared, gate.tolerance)
    return Evaluation(run, compared, short)


def _run(loaded: Loaded, cases: Sequence[Case]) -> EvaluationRun:
    """Return what the live index finds, whatever RAG_PASSAGES is."""
    from askdocs.flows.evaluate import PASSAGES_PER_CASE, evaluate

    deep = loaded.settings.model_copy(update={"passages": PASSAGES_PER_CASE})
    begin = perf_counter()
    with open_store(loaded) as store:
        manifest = required(store.manifest())
        require_same_model(loaded, manifest)
        _require_known(store, manifest, cases)
        with searcher(replace(loaded, settings=deep), strict=True) as search:
            run = evaluate(cases, search.retriever)
        if required(store.manifest()).generation != manifest.generation:
            raise Busy(
                "the index was replaced while it was asked", hint="run rag eval again"
            )
    return replace(
        run,
        generation=manifest.generation,
        commit=manifest.root.commit,
        model=manifest.space.model,
        seconds=perf_counter() - begin,
    )


def _require_known(store: Store, manifest: Manifest, cases: Sequence[Case]) -> None:
    from askdocs.flows.evaluate import require_known

    pages = {stored.path for stored in store.scan().values()}
    if not pages:
        raise IndexMissing(
            f"the index {manifest.generation} holds no page",
            hint="rag ingest PATH-OF-YOUR-DOCS",
        )
    table = store.table() if any(case.has_sections for case in cases) else None
    places = table.places if table else ()
    anchors = {place.path: {a.anchor for a in place.anchors} for place in places}
    require_known(cases, pages, anchors if table else None)


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
