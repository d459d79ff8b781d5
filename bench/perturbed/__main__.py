"""Count the perturbed sets, show some of one, or freeze them.

    python -m bench.perturbed PATH-OF-THE-DOCS
    python -m bench.perturbed PATH-OF-THE-DOCS --show KIND
    python -m bench.perturbed PATH-OF-THE-DOCS --freeze

Frozen is what each set was made of when the checker was not written yet; `--freeze`
afterwards needs a reason that stands in a commit.
"""

from __future__ import annotations

import os
import sys

from bench.perturbed import cases
from bench.perturbed.case import PerturbedSentence, counts
from bench.perturbed.frozen import FROZEN, frozen, write

EXAMPLES = 10


def table(cases: list[PerturbedSentence]) -> None:
    """Print how many cases there are of each kind, and how many are of the hard sort."""
    print(f"{'kind':22} {'cases':>6} {'elsewhere':>10}")
    for kind, count in counts(cases).items():
        hard = sum(c.elsewhere for c in cases if c.kind == kind)
        print(f"{kind:22} {count:6} {hard:10}")


def show(cases: list[PerturbedSentence], kind: str) -> None:
    """Print the first cases of a kind."""
    for case in [c for c in cases if c.kind == kind][:EXAMPLES]:
        print(f"{case.path}\n  said: {case.said}\n  became: {case.sentence}\n")


def main(folder: str, options: list[str]) -> None:
    """Print a table, some cases, or what was frozen."""
    first_set = cases(folder)
    table(first_set)
    if options[:1] == ["--show"]:
        show(first_set, options[1])
    now = frozen(folder)
    if options == ["--freeze"]:
        write(now)
        print(f"written: {FROZEN}")
    else:
        print("as frozen" if now == frozen() else "NOT as frozen")


if __name__ == "__main__":
    words = sys.argv[1:]
    docs = words.pop(0) if words else os.environ.get("RAG_TEST_DOCS", "")
    if docs:
        main(docs, words)
    else:
        print("(no docs: name a folder, or set RAG_TEST_DOCS)")
