"""What the checker is worth: what it flags, what it lets through, what is refused.

    RAG_TEST_DOCS=PATH-OF-THE-DOCS RAG_EVAL_DATA=FOLDER python bench/grounding.py
    RAG_TEST_DOCS=PATH-OF-THE-DOCS python bench/grounding.py FOLDER [--calibrate]

The model, the thresholds and the rules are those of the index in RAG_HOME, which is to be
one of the same docs; without an index the words alone are judged. FOLDER holds
scaleway-dev.jsonl and feedbackqa/.

perturbed  `bench.perturbed`: sentences true and false, each judged by its five passages.
           elsewhere: of the false ones, those whose new value stands in the passages.
calibrate  The same true sentences with their passages, and without the one that says so:
           which share of each is accepted, from which `similar` on.
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
from dataclasses import dataclass, replace
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
from askdocs.steps.answer.ground import Ground, plain

LITERAL = dict.fromkeys(("flag", "number", "price", "url", "code name"), 0.95)
MIN_FLAGGED = {**LITERAL, "product": 0.8, "negation": 0.8}
"""Share of the perturbations of a kind that must be flagged."""

MAX_FLAGGED = {"verbatim": 0.03}
"""Share of true sentences of a kind that may be."""

THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
UNREACHABLE_SIMILARITY = 9.0
"""A `similar` that no cosine reaches, so that all are asked and none is accepted."""

FAR_REASON = "no passage says so"


def ground(passages: Sequence[Passage], rules: Rules, *, model: bool) -> Ground:
    """Return what judges by these passages, with the model or by words alone."""
    embed = rules.embed if model else None
    return Ground(passages, known=rules.known, similar=rules.similar, embed=embed)


@dataclass(frozen=True)
class Judged:
    """A case, its verdicts with the model and without, and what each took.

    Attributes:
        case: What was judged.
        verdicts: By words alone, then with the model.
        spent_ms: To read the passages, to judge by words, to judge with the model.
    """

    case: perturbed.PerturbedSentence
    verdicts: tuple[Sentence, Sentence]
    spent_ms: tuple[float, float, float]

    def flagged(self, *, model: bool) -> bool:
        """Whether it is not supported, by words alone or with the model."""
        return self.verdicts[model].verdict is Verdict.UNSUPPORTED


def judge_all(
    cases: Sequence[perturbed.PerturbedSentence], rules: Rules
) -> list[Judged]:
    """Judge each sentence twice: by words alone, and with the model."""
    judgements = []
    for case in cases:
        passages = perturbed.passages_of(case)
        times = [perf_counter()]
        judges = [ground(passages, rules, model=False)]
        times.append(perf_counter())
        judges.append(ground(passages, rules, model=True))
        verdicts, spent = [], [(times[1] - times[0]) * 1000]
        for judge in judges:
            began = perf_counter()
            verdicts.append(judge.judge(case.sentence))
            spent.append((perf_counter() - began) * 1000)
        judgements.append(Judged(case, tuple(verdicts), tuple(spent)))
    return judgements


def perturbed_table(name: str, judgements: Sequence[Judged]) -> None:
    """Print the share of each kind that is flagged."""
    print(f"perturbed, {name}: {len(judgements)} sentences")
    head = f"{'kind':24}{'true':>5}{'n':>6}{'flagged':>24}{'by words':>10}"
    print(f"{head}{'elsewhere':>14}{'no claim':>10}   needs")
    by_kind: dict[str, list[Judged]] = defaultdict(list)
    for each in judgements:
        by_kind[each.case.kind].append(each)
    for kind, of_kind in by_kind.items():
        kind_row(kind, of_kind)
    print()


def kind_row(kind: str, of_kind: Sequence[Judged]) -> None:
    """Print one line of the table of perturbations."""
    hits = sum(each.flagged(model=True) for each in of_kind)
    words = sum(each.flagged(model=False) for each in of_kind) / len(of_kind)
    hard = [each for each in of_kind if each.case.elsewhere]
    elsewhere = (
        f"{sum(e.flagged(model=True) for e in hard)} of {len(hard)}" if hard else ""
    )
    silent = sum(e.verdicts[1].verdict is Verdict.NO_CLAIM for e in of_kind)
    true = "yes" if of_kind[0].case.supported else "no"
    cells = f"{kind:24}{true:>5}{len(of_kind):>6}{interval(hits, len(of_kind)):>24}"
    print(
        f"{cells}{words:>10.1%}{elsewhere:>14}{silent:>10}   {target(kind, hits / len(of_kind))}"
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
    by_model = [e for e in judgements if e.verdicts[1].similar is not None]
    rows = {
        "passages read, once a reply": [e.spent_ms[0] for e in judgements],
        "a sentence, by words": [e.spent_ms[1] for e in judgements],
        "a sentence, with the model": [e.spent_ms[2] for e in judgements],
        f"  those {len(by_model)} that ask it": [e.spent_ms[2] for e in by_model],
    }
    print(f"{'milliseconds':34}{'median':>8}{'p95':>8}{'most':>8}   needs p95 <= 50")
    for name, spent in rows.items():
        if spent:
            ends = statistics.median(spent), percentile(spent, 0.95), max(spent)
            print(f"{name:34}" + "".join(f"{each:8.1f}" for each in ends))
    print()


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which that share of values is."""
    return sorted(values)[int(share * (len(values) - 1))]


def calibration(
    name: str, cases: Sequence[perturbed.PerturbedSentence], rules: Rules
) -> None:
    """Print which true sentences are accepted, and which without what says so."""
    strict = replace(rules, similar=UNREACHABLE_SIMILARITY)
    with_source: dict[str, list[Sentence]] = defaultdict(list)
    without_source: dict[str, list[Sentence]] = defaultdict(list)
    for case in (case for case in cases if case.supported):
        passages = perturbed.passages_of(case)
        said = plain(case.said)
        rest = [p for p in passages if said not in plain(p.text)]
        with_source[case.kind].append(
            ground(passages, strict, model=True).judge(case.sentence)
        )
        if len(rest) < len(passages):
            without_source[case.kind].append(
                ground(rest, strict, model=True).judge(case.sentence)
            )
    print(f"accepted from which `similar` on, {name}; the index has {rules.similar:g}")
    at = sorted({*THRESHOLDS, rules.similar})
    print(f"{'':34}{'n':>5}{'cosine':>8}" + "".join(f"{t:>7.3g}" for t in at))
    for kind, verdicts in with_source.items():
        calibration_row(kind, verdicts, at)
        calibration_row("  its passage taken away", without_source[kind], at)
    print()


def calibration_row(
    name: str, verdicts: Sequence[Sentence], at: Sequence[float]
) -> None:
    """Print one line of the calibration: n, how many need a cosine, shares accepted."""
    if not verdicts:
        return
    cosines = sum(v.why == FAR_REASON and v.similar is not None for v in verdicts)
    shares = [sum(accepted(v, t) for v in verdicts) / len(verdicts) for t in at]
    print(
        f"{name:34}{len(verdicts):>5}{cosines:>8}"
        + "".join(f"{s:>7.1%}" for s in shares)
    )


def accepted(verdict: Sentence, similar: float) -> bool:
    """Whether a sentence judged with `UNREACHABLE_SIMILARITY` is accepted with another threshold."""
    near = verdict.why == FAR_REASON and (verdict.similar or 0.0) >= similar
    return near or verdict.verdict is not Verdict.UNSUPPORTED


def main(docs: str, data: Path | None, *, calibrate: bool) -> None:
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
        if index and calibrate:
            for name, cases in (("first set", first), ("held-out set", second)):
                calibration(name, cases, rules)
        if index:
            refusals(index, data, docs)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("data", nargs="?", default=os.environ.get("RAG_EVAL_DATA"))
    parser.add_argument("--calibrate", action="store_true")
    given = parser.parse_args()
    if folder := os.environ.get("RAG_TEST_DOCS"):
        named = Path(given.data) if given.data else None
        try:
            main(folder, named, calibrate=given.calibrate)
        except (AskDocsError, OSError) as err:
            sys.exit(f"{err} (the head of this file says what FOLDER holds)")
    else:
        print("(no docs: RAG_TEST_DOCS names none)")
