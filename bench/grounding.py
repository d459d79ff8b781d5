"""What the checker is worth: what it flags, what it lets through, what is refused.

    RAG_TEST_DOCS=PATH-OF-THE-DOCS RAG_EVAL_DATA=FOLDER python bench/grounding.py
    RAG_TEST_DOCS=PATH-OF-THE-DOCS python bench/grounding.py FOLDER

The model, the thresholds and the rules are those of the index in RAG_HOME, which is to be
one of the same docs; without an index the words alone are judged. FOLDER holds
scaleway-dev.jsonl and feedbackqa/.

perturbed  `bench.perturbed`: sentences true and false, each judged by its five passages.
           flagged: those that are not proven; left out: those that are contradicted or
           foreign; elsewhere: of the false ones flagged, those whose new value stands in
           the passages.
refused    Questions, through `flows.answer` with passages that `flows.retrieve` finds. In
           scope the model quotes (`steps.answer.quote`); out of scope it says what a careless
           one would make up, whatever it is given.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

os.environ["TOKENIZERS_PARALLELISM"] = "false"
sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import perturbed
from bench.perturbed import held_out
from bench.perturbed.refused import interval, open_index, refusals

from askdocs.domain.answer import Passage, Sentence, Verdict
from askdocs.domain.errors import AskDocsError
from askdocs.flows.checked_answer import Rules
from askdocs.steps.answer.ground import Ground

LITERAL = dict.fromkeys(("flag", "number", "price", "url", "code name"), 0.95)
MIN_FLAGGED = {**LITERAL, "product": 0.8, "negation": 0.8}
"""Share of the perturbations of a kind that must be flagged."""

MAX_FLAGGED = {"verbatim": 0.03}
"""Share of true sentences of a kind that may be."""


def ground(passages: Sequence[Passage], rules: Rules) -> Ground:
    """Return what judges by these passages."""
    return Ground(passages, known=rules.known)


@dataclass(frozen=True)
class Judged:
    """A case, its verdict, and what that took.

    Attributes:
        case: What was judged.
        sentence: With its verdict.
        spent_ms: To read the passages, and to judge.
    """

    case: perturbed.PerturbedSentence
    sentence: Sentence
    spent_ms: tuple[float, float]

    @property
    def flagged(self) -> bool:
        """Whether it is not proven."""
        return self.sentence.verdict in (Verdict.UNSURE, Verdict.UNSUPPORTED)


def judge_all(
    cases: Sequence[perturbed.PerturbedSentence], rules: Rules
) -> list[Judged]:
    """Judge each sentence."""
    judgements = []
    for case in cases:
        passages = perturbed.passages_of(case)
        times = [perf_counter()]
        judge = ground(passages, rules)
        times.append(perf_counter())
        sentence = judge.judge(case.sentence)
        times.append(perf_counter())
        spent = (times[1] - times[0]) * 1000, (times[2] - times[1]) * 1000
        judgements.append(Judged(case, sentence, spent))
    return judgements


def perturbed_table(name: str, judgements: Sequence[Judged]) -> None:
    """Print the share of each kind that is flagged."""
    print(f"perturbed, {name}: {len(judgements)} sentences")
    head = f"{'kind':24}{'true':>5}{'n':>6}{'flagged':>24}{'left out':>10}"
    print(f"{head}{'elsewhere':>14}{'no claim':>10}   needs")
    by_kind: dict[str, list[Judged]] = defaultdict(list)
    for each in judgements:
        by_kind[each.case.kind].append(each)
    for kind, of_kind in by_kind.items():
        kind_row(kind, of_kind)
    print()


def kind_row(kind: str, of_kind: Sequence[Judged]) -> None:
    """Print one line of the table of perturbations."""
    hits = sum(each.flagged for each in of_kind)
    out = sum(e.sentence.verdict is Verdict.UNSUPPORTED for e in of_kind)
    hard = [each for each in of_kind if each.case.elsewhere]
    elsewhere = f"{sum(e.flagged for e in hard)} of {len(hard)}" if hard else ""
    silent = sum(e.sentence.verdict is Verdict.NO_CLAIM for e in of_kind)
    true = "yes" if of_kind[0].case.supported else "no"
    cells = f"{kind:24}{true:>5}{len(of_kind):>6}{interval(hits, len(of_kind)):>24}"
    print(
        f"{cells}{out / len(of_kind):>10.1%}{elsewhere:>14}{silent:>10}   {target(kind, hits / len(of_kind))}"
    )


def target(kind: str, share: float) -> str:
    """Return what a kind needs, and whether that is so."""
    if kind in MIN_FLAGGED:
        return f">= {MIN_FLAGGED[kind]:.0%}: {'yes' if share >= MIN_FLAGGED[kind] else 'NO'}"
    if kind in MAX_FLAGGED:
        return f"<= {MAX_FLAGGED[kind]:.0%}: {'yes' if share <= MAX_FLAGGED[kind] else 'NO'}"
    return ""


def speed(judgements: Sequence[Judged]) -> None:
    """Print what it takes to judge a sentence."""
    rows = {
        "passages read, once a reply": [e.spent_ms[0] for e in judgements],
        "a sentence": [e.spent_ms[1] for e in judgements],
    }
    print(f"{'milliseconds':34}{'median':>8}{'p95':>8}{'most':>8}   needs p95 <= 30")
    for name, spent in rows.items():
        if spent:
            ends = statistics.median(spent), percentile(spent, 0.95), max(spent)
            print(f"{name:34}" + "".join(f"{each:8.1f}" for each in ends))
    print()


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which that share of values is."""
    return sorted(values)[int(share * (len(values) - 1))]


def main(docs: str, data: Path | None) -> None:
    """Print all tables that there is something for."""
    first, second = perturbed.cases(docs), held_out.cases(docs)
    with open_index() as index:
        rules = index.rules if index else Rules(known=("Scaleway",))
        every: list[Judged] = []
        for name, cases in (("first set", first), ("held-out set", second)):
            judgements = judge_all(cases, rules)
            perturbed_table(name, judgements)
            every += judgements
        speed(every)
        if index:
            refusals(index, data, docs)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("data", nargs="?", default=os.environ.get("RAG_EVAL_DATA"))
    given = parser.parse_args()
    if folder := os.environ.get("RAG_TEST_DOCS"):
        named = Path(given.data) if given.data else None
        try:
            main(folder, named)
        except (AskDocsError, OSError) as err:
            sys.exit(f"{err} (the head of this file says what FOLDER holds)")
    else:
        print("(no docs: RAG_TEST_DOCS names none)")
