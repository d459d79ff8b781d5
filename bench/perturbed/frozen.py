"""What the perturbed sets were when they were frozen, and what they are now."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.perturbed import first, held_out, removed
from bench.perturbed.case import PerturbedSentence, counts, digest

FROZEN = Path(__file__).with_name("FROZEN.json")
NEAR_SCOPE = Path(__file__).with_name("near_scope.jsonl")


def near_scope() -> list[dict[str, str]]:
    """Return the questions that the docs do not answer though they sound as if."""
    return [json.loads(line) for line in NEAR_SCOPE.read_text().splitlines()]


def docs_sha(folder: str) -> str:
    """Return the sha256 of the files that the sets were made of."""
    from tests.support.real_docs import read_docs

    texts = sorted(read_docs(folder).texts.items())
    return sha256(json.dumps(texts).encode()).hexdigest()


def frozen(folder: str = "") -> dict[str, Any]:
    """Return what is frozen; with a folder, what its docs make of it now."""
    if not folder:
        content: dict[str, Any] = json.loads(FROZEN.read_text())
        return content
    facts = removed.facts_removed(folder)
    rows = near_scope()
    return {
        "docs": docs_sha(folder),
        "first": summary(list(first.build(first.docs_of(folder))), seed=0),
        "held out": summary(held_out.cases(folder), seed=held_out.SEED),
        "fact removed": {
            "seed": removed.SEED,
            "counts": dict(Counter(fact.kind for fact in facts)),
            "sha256": digest([fact.as_dict for fact in facts]),
        },
        "near scope": {
            "counts": dict(Counter(row["kind"] for row in rows)),
            "sha256": digest(rows),
        },
    }


def summary(cases: list[PerturbedSentence], *, seed: int) -> dict[str, Any]:
    """Return the counts and the sha256 of a set."""
    elsewhere = sum(case.elsewhere for case in cases)
    return {
        "seed": seed,
        "cases": len(cases),
        "elsewhere": elsewhere,
        "counts": counts(cases),
        "sha256": digest([case.as_dict for case in cases]),
    }


def write(content: dict[str, Any]) -> None:
    """Write what is to stay as it is."""
    FROZEN.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
