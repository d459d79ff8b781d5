"""Measure the live index with cases, hold the run against a baseline, and draft cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from askdocs.assemble.addresses import NO_PAGES
from askdocs.assemble.answer import asker, searcher
from askdocs.assemble.index import (
    docs_in,
    open_store,
    progress,
    require_same_model,
    required,
)
from askdocs.domain.errors import Busy, IndexMissing

if TYPE_CHECKING:
    from askdocs.domain.answer_evaluation import (
        AnswerBaseline,
        AnswerCase,
        AnswerComparison,
        AnswerRun,
    )
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
class AnswerGate:
    """What a run of answers must reach.

    Attributes:
        at_least: The least value of a share, by its name.
        at_most: The largest value of a share, by its name.
        baseline: A run that was saved; None if there is nothing to compare with.
        tolerance: How much worse than that of the baseline a share may be.
    """

    at_least: Mapping[str, float]
    at_most: Mapping[str, float]
    baseline: AnswerBaseline | None
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


@dataclass(frozen=True, slots=True)
class AnswerEvaluation:
    """A run of the cases for answers, and what came of its gate.

    Attributes:
        run: What was answered.
        compared: What changed; None without a baseline.
        shortfalls: Why the gate is not passed, in words; () if it is.
        warnings: What is doubtful about how the model is asked.
    """

    run: AnswerRun
    compared: AnswerComparison | None = None
    shortfalls: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


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
        _require_unchanged(store, manifest)
    return replace(
        run,
        generation=manifest.generation,
        commit=manifest.root.commit,
        model=manifest.space.model,
        seconds=perf_counter() - begin,
    )


def answer_evaluation(
    loaded: Loaded,
    cases: Sequence[AnswerCase],
    gate: AnswerGate,
    *,
    llm: bool,
    show_progress: bool,
) -> AnswerEvaluation:
    """Answer every question from the live index, and hold the run against the gate.

    Raises:
        ConfigError: if the index cannot hold what is wanted, or the cases cannot measure
            what the gate asks for.
        IndexMissing: if there is no index, or nothing is in it.
        ModelUnavailable: if the language model fails.
        Busy: if another generation went live meanwhile: the run is of neither.
    """
    from askdocs.flows.evaluate_answers import (
        answer_shortfalls,
        compare_answer_runs,
        evaluate_answers,
        require_measurable,
    )

    require_measurable(cases, {*gate.at_least, *gate.at_most})
    begin = perf_counter()
    with open_store(loaded) as store:
        manifest = required(store.manifest())
        require_same_model(loaded, manifest)
        _require_known(store, manifest, _as_retrieved(cases))
    with asker(loaded, llm=llm) as answering, progress(wanted=show_progress) as notify:
        ask = answering.answerer.answer
        run = evaluate_answers(cases, ask, notify)
    with open_store(loaded) as store:
        _require_unchanged(store, manifest)
    run = replace(
        run,
        generation=manifest.generation,
        commit=manifest.root.commit,
        embedding_model=manifest.space.model,
        seconds=perf_counter() - begin,
    )
    compared = compare_answer_runs(gate.baseline, run) if gate.baseline else None
    short = answer_shortfalls(
        run, gate.at_least, gate.at_most, compared, gate.tolerance
    )
    return AnswerEvaluation(run, compared, short, answering.warnings)


def _as_retrieved(cases: Sequence[AnswerCase]) -> list[Case]:
    """Return the cases of which a page is wanted."""
    from askdocs.domain.evaluation import Case

    return [Case(c.id, c.question, c.wanted, line=c.line) for c in cases if c.wanted]


def _require_unchanged(store: Store, manifest: Manifest) -> None:
    if required(store.manifest()).generation != manifest.generation:
        raise Busy(
            "the index was replaced while it was asked", hint="run rag eval again"
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
