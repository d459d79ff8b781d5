"""What the check makes of sentences that others wrote, true and false, from one passage.

    RAG_HOME=FOLDER-OF-AN-INDEX python bench/sentences.py FILE [--json]

FILE has one object a line: question, passage, title, heading, sentence, true, class. The
rules are those of the index in RAG_HOME, if there is one; the shares are of sentences of
which the check says supported (proven), unsure (unproven) and unsupported (left out).
The AUC is the chance that a true sentence scores higher than a false one.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ["TOKENIZERS_PARALLELISM"] = "false"
sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.perturbed.refused import open_index

from askdocs.domain.answer import Passage, Sentence, Verdict
from askdocs.flows.checked_answer import Rules
from askdocs.steps.answer.ground import Ground

OUTCOMES = ("supported", "unsure", "unsupported")


@dataclass(frozen=True)
class Judged:
    """A sentence of the file, what the check says of it, and how sure that is."""

    true: bool
    kind: str
    outcome: str
    score: float


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file of lines."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def passage_of(row: dict[str, Any]) -> Passage:
    """Return the passage of a row, as a search would."""
    return Passage(
        id=row.get("passage_id", ""),
        path=row.get("path", ""),
        file_path="",
        url="",
        anchor="",
        title=row["title"],
        heading=tuple(row["heading"]),
        text=row["passage"],
        lines=(1, 1),
        score=1.0,
    )


def judge(row: dict[str, Any], rules: Rules) -> Judged:
    """Judge one sentence by its passage."""
    ground = Ground([passage_of(row)], known=rules.known, verify=rules.verify)
    judged = ground.judge(row["sentence"])
    outcome = (
        "supported" if judged.verdict is Verdict.NO_CLAIM else judged.verdict.value
    )
    return Judged(row["true"], row["class"], outcome, score_of(judged))


def score_of(judged: Sentence) -> float:
    """Return how sure the check is of a sentence, for its AUC."""
    return judged.score


def auc(true: Sequence[float], false: Sequence[float]) -> float:
    """Return the chance that a true score is the higher one, ties counted half."""
    wins = sum((t > f) + (t == f) / 2 for t in true for f in false)
    return wins / (len(true) * len(false)) if true and false else float("nan")


def shares(judged: Iterable[Judged]) -> dict[str, float]:
    """Return the share of each outcome."""
    counts = Counter(each.outcome for each in judged)
    return {name: counts[name] / max(1, counts.total()) for name in OUTCOMES}


def report(judged: Sequence[Judged]) -> dict[str, Any]:
    """Return the AUC and the shares: of false ones, of true ones, and of each class."""
    classes: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        classes[f"{'true' if each.true else 'false'}:{each.kind}"].append(each)
    true = [each for each in judged if each.true]
    false = [each for each in judged if not each.true]
    return {
        "auc": auc([e.score for e in true], [e.score for e in false]),
        "false": shares(false),
        "true": shares(true),
        "classes": {
            name: {"n": len(of_class), **shares(of_class)}
            for name, of_class in sorted(classes.items())
        },
    }


def table(found: dict[str, Any]) -> None:
    """Print a report for people."""
    print(f"AUC {found['auc']:.3f}\n")
    print(f"{'':26}{'n':>6}" + "".join(f"{name:>13}" for name in OUTCOMES))
    totals = {name: found[name] for name in ("false", "true")}
    for name, row in (totals | found["classes"]).items():
        cells = "".join(f"{row[outcome]:>13.1%}" for outcome in OUTCOMES)
        print(f"{name:26}{row.get('n', ''):>6}{cells}")


def main(path: Path, *, as_json: bool) -> None:
    """Judge all sentences of a file and print what became of them."""
    with open_index(quiet=as_json) as index:
        rules = index.rules if index else Rules(known=("Scaleway",))
        found = report([judge(row, rules) for row in read_rows(path)])
    if as_json:
        print(json.dumps(found))
    else:
        table(found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--json", action="store_true", dest="as_json")
    given = parser.parse_args()
    if given.file:
        main(given.file, as_json=given.as_json)
    else:
        print("(no sentences: FILE names none)")
