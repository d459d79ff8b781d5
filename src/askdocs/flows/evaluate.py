"""Evaluate a search: ask every case, score what is found, compare with a saved run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import TypeVar

from askdocs.domain.answer import Passage
from askdocs.domain.errors import AskDocsError, ConfigError
from askdocs.domain.evaluation import (
    Baseline,
    Case,
    Change,
    Comparison,
    EvaluationRun,
    Level,
    Move,
    Outcome,
    page_of,
    pages_of,
)
from askdocs.flows.retrieve import Retriever
from askdocs.steps.evaluate import bootstrap, metrics
from askdocs.steps.search.question import checked_question

T = TypeVar("T")

PASSAGES_PER_CASE = 50
"""Retrieved for each question: enough for ten pages, whatever is excluded."""

MAX_NAMED_LABELS = 5
"""Labels that an error names; the rest is counted."""

ALPHA = 0.05
GATED = "ndcg@10"


def evaluate(cases: Sequence[Case], retriever: Retriever) -> EvaluationRun:
    """Ask every question as `rag search` would, and score what was found.

    Raises:
        AskDocsError: of a question that cannot be asked, with its id.
    """
    questions = [_of(case, checked_question, case.question) for case in cases]
    results = [
        (case, _of(case, retriever.find, question))
        for case, question in zip(cases, questions, strict=True)
    ]
    outcomes = tuple(_outcome(case, result.passages) for case, result in results)
    notes = chain.from_iterable(result.degraded for _, result in results)
    return EvaluationRun(
        outcomes,
        _level([_page_scores(outcome) for outcome in outcomes]),
        _level([_section_scores(o) for o in outcomes if o.has_sections]),
        degraded=tuple(dict.fromkeys(notes)),
    )


def require_known(
    cases: Sequence[Case],
    pages: Collection[str],
    anchors: Mapping[str, Collection[str]] | None,
) -> None:
    """Make sure that the index can hold everything that is wanted.

    What it cannot hold is never found: a zero that says nothing about the search.

    Args:
        cases: The cases.
        pages: Paths of the pages that the index holds.
        anchors: The fragments of each page; None if they are not known.

    Raises:
        ConfigError: if a page or section is not there.
    """
    labels = [(label, case.line) for case in cases for label in case.wanted]
    hint = "rag urls list -v   (or rag ingest PATH, if the index is old)"
    unknown = [each for each in labels if page_of(each[0]) not in pages]
    _refuse(unknown, "page", hint)
    if anchors is not None:
        lost = [
            (label, line)
            for label, line in labels
            if "#" in label
            and label.partition("#")[2] not in anchors.get(page_of(label), ())
        ]
        _refuse(lost, "section", hint)


def compare_runs(baseline: Baseline, run: EvaluationRun) -> Comparison:
    """Hold a run against a saved one, question by question.

    Raises:
        ConfigError: if they have no question in common.
    """
    old = {outcome.id: outcome for outcome in baseline.outcomes}
    new = {outcome.id: outcome for outcome in run.outcomes}
    both = [(old[id_], new[id_]) for id_ in new if id_ in old]
    pairs = [(a, b) for a, b in both if _same_case(a, b)]
    if not pairs:
        raise ConfigError(
            f"{baseline.name} and these cases have no question in common",
            hint="rag eval CASES.jsonl --save run.json   (a new baseline)",
        )
    moves = [_move(a, b) for a, b in pairs]
    sections = [(a, b) for a, b in pairs if b.has_sections]
    return Comparison(
        cases=len(pairs),
        generation=baseline.generation,
        changes=_changes([(_page_scores(a), _page_scores(b)) for a, b in pairs]),
        section_changes=_changes(
            [(_section_scores(a), _section_scores(b)) for a, b in sections]
        ),
        better=_sorted(move for move in moves if move.difference > 0),
        worse=_sorted(move for move in moves if move.difference < 0),
        gone=tuple(id_ for id_ in old if id_ not in new),
        new=tuple(id_ for id_ in new if id_ not in old),
        edited=tuple(b.id for a, b in both if not _same_case(a, b)),
    )


def shortfalls(
    run: EvaluationRun,
    least: Mapping[str, float],
    comparison: Comparison | None,
    tolerance: float,
) -> tuple[str, ...]:
    """Return what a gate is not passed by, in words; () if it is passed.

    A metric equal to its threshold is enough. Worse than the baseline is what lies
    beyond the tolerance and is not chance: p < `ALPHA`.
    """
    failures = [
        f"{name} is {value:.4f}, {limit - value:.4f} below {limit:g}"
        for name, limit in least.items()
        if (value := run.pages.metrics[name]) < limit - 1e-12
    ]
    change = comparison.changes[GATED] if comparison else None
    if change and -change.difference > tolerance and change.p < ALPHA:
        failures.append(
            f"{GATED} fell by {-change.difference:.4f} from {change.before:.4f}"
            f" (p = {change.p:.4f}), more than {tolerance:g}"
        )
    return tuple(failures)


def _of(case: Case, function: Callable[[str], T], text: str) -> T:
    """Return function(text); an error says of which case it is."""
    try:
        return function(text)
    except AskDocsError as err:
        raise type(err)(f"{case.id}: {err}", hint=err.hint) from err


def _outcome(case: Case, passages: Sequence[Passage]) -> Outcome:
    excluded = set(case.exclude)
    kept = [p for p in passages if excluded.isdisjoint((p.path, *_sections(p)))]
    pages = list(dict.fromkeys(p.path for p in kept))
    wanted = pages_of(case.wanted)
    sections = _ranked(kept, set(case.wanted)) if case.has_sections else []
    return Outcome(
        id=case.id,
        question=case.question,
        wanted=case.wanted,
        found=tuple(pages[: metrics.MAX_RANK]),
        rank=metrics.first_rank(pages, wanted),
        ndcg=metrics.METRICS["ndcg@10"](pages, wanted),
        sections=tuple(sections[: metrics.MAX_RANK]),
    )


def _ranked(passages: Sequence[Passage], wanted: Collection[str]) -> list[str]:
    """Return the sections that passages stand for, best first, each once.

    Small sections are joined to one passage: it stands for those of them that are
    wanted, in their order, else for the first. A label without a fragment is met by any
    passage of its page.
    """
    ranking: dict[str, None] = {}
    for passage in passages:
        sections = _sections(passage)
        hits = [s for s in (*sections, passage.path) if s in wanted]
        ranking.update(dict.fromkeys(hits or sections[:1]))
    return list(ranking)


def _sections(passage: Passage) -> list[str]:
    anchors = (passage.anchor, *passage.also)
    return [f"{passage.path}#{anchor}" for anchor in anchors]


def _page_scores(outcome: Outcome) -> dict[str, float]:
    return metrics.scores(outcome.found, pages_of(outcome.wanted))


def _section_scores(outcome: Outcome) -> dict[str, float]:
    return metrics.scores(outcome.sections, outcome.wanted)


def _level(scores: Sequence[Mapping[str, float]]) -> Level:
    if not scores:
        return Level(0, {}, {})
    ends = bootstrap.intervals([list(row.values()) for row in scores])
    means = {name: sum(row[name] for row in scores) / len(scores) for name in scores[0]}
    spans = [(each.low, each.high) for each in ends]
    return Level(len(scores), means, dict(zip(means, spans, strict=True)))


def _changes(
    pairs: Sequence[tuple[Mapping[str, float], Mapping[str, float]]],
) -> dict[str, Change]:
    if not pairs:
        return {}
    before = [list(row.values()) for row, _ in pairs]
    after = [list(row.values()) for _, row in pairs]
    differences = bootstrap.paired(before, after)
    count = len(pairs)
    return {
        name: Change(
            sum(row[n] for row in before) / count,
            sum(row[n] for row in after) / count,
            (change.interval.low, change.interval.high),
            change.p,
        )
        for n, (name, change) in enumerate(
            zip(metrics.METRICS, differences, strict=True)
        )
    }


def _same_case(a: Outcome, b: Outcome) -> bool:
    return a.question == b.question and set(a.wanted) == set(b.wanted)


def _move(a: Outcome, b: Outcome) -> Move:
    before, after = _page_scores(a)[GATED], _page_scores(b)[GATED]
    return Move(b.id, b.question, a.rank, b.rank, after - before)


def _sorted(moves: Iterable[Move]) -> tuple[Move, ...]:
    return tuple(sorted(moves, key=lambda move: -abs(move.difference)))


def _refuse(labels: Sequence[tuple[str, int]], what: str, hint: str) -> None:
    if not labels:
        return
    named = [f"{label} (line {line})" for label, line in labels[:MAX_NAMED_LABELS]]
    more = (
        f" and {len(labels) - MAX_NAMED_LABELS:,} more"
        if len(labels) > MAX_NAMED_LABELS
        else ""
    )
    count = f"{len(labels):,} wanted {what}{'s' * (len(labels) > 1)}"
    raise ConfigError(f"{count} not in the index: {', '.join(named)}{more}", hint=hint)
