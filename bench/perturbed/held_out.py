"""Perturb sentences of the docs in other ways: the held-out set, on which nothing is tuned."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from bench.perturbed.case import Change, PerturbedSentence, draw
from bench.perturbed.first import (
    Docs,
    build,
    corrupted,
    docs_of,
    handwritten,
    rewritten,
    verbatim,
)
from bench.perturbed.held_out_parts import (
    Halves,
    Subjects,
    made_up,
    roles,
    unconditional,
)
from bench.perturbed.held_out_words import (
    MODALITY,
    by_rules,
    places,
    quantifiers,
    units,
)
from bench.perturbed.names import CLASSES
from bench.perturbed.sentences import SourceSentence

MAX_PER_KIND = 60
"""Most cases of one kind."""

MAX_VERBATIM = 150

PARAPHRASES = Path(__file__).with_name("held_out_paraphrases.jsonl")

SCALEWAY_CLASSES = 9
"""The first of `CLASSES`: these are products of Scaleway."""

SEED = 1001
"""Not that of the first set, which is 0."""


def cases(docs_folder: str | Path, seed: int = SEED) -> list[PerturbedSentence]:
    """Return the held-out set; no sentence of the first set is among them."""
    return list(held_out_sentences(docs_of(str(docs_folder)), seed))


@cache
def held_out_sentences(docs: Docs, seed: int) -> tuple[PerturbedSentence, ...]:
    """Return the cases whose sentence the first set does not use, each id once."""
    used = {case.said for case in build(docs)}
    all_cases = [*controls(docs, seed), *changed(docs, seed), *invented(docs, seed)]
    return tuple({c.id: c for c in all_cases if c.said not in used}.values())


def controls(docs: Docs, seed: int) -> Iterator[PerturbedSentence]:
    """Yield true sentences, as they stand and in other words."""
    yield from verbatim(docs, seed, MAX_VERBATIM)
    yield from rewritten(docs, seed, MAX_PER_KIND)
    yield from handwritten(docs, PARAPHRASES)


def changed(docs: Docs, seed: int) -> Iterator[PerturbedSentence]:
    """Yield sentences that one change made false."""
    kinds: dict[str, Callable[[SourceSentence], Iterable[Change]]] = {
        "unit": units,
        "roles": roles,
        "quantifier": quantifiers,
        "modality": by_rules(MODALITY),
        "place, date or version": places,
        "subject": Subjects(docs.sentences).exchanged,
        "condition dropped": unconditional,
        "mixed": Halves(docs.sentences).mixed,
    }
    for kind, corrupt in kinds.items():
        own = draw(seed, kind)
        yield from corrupted(
            kind, corrupt, docs, own, forms="prose item", limit=MAX_PER_KIND
        )


def invented(
    docs: Docs, seed: int, limit: int = MAX_PER_KIND
) -> Iterator[PerturbedSentence]:
    """Yield sentences that no page says, among passages about the same product."""
    names = sorted(
        (n for group in CLASSES[:SCALEWAY_CLASSES] for n in group),
        key=len,
        reverse=True,
    )
    product = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
    candidates = [
        s for s in docs.round_robin(draw(seed, "made up")) if product.search(s.text)
    ]
    for source in candidates[:limit]:
        name = product.search(source.text)
        change = made_up(source, name[0] if name else "")
        case = docs.pool.case("made up", source, change.sentence, change)
        yield replace(case, said="")
