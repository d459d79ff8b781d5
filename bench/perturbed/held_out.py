"""The docs become a second planted set, of other corruptions: nothing is tuned on it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from bench.perturbed.case import Change, Planted, draw
from bench.perturbed.first import (
    Docs,
    build,
    corrupted,
    docs_of,
    rewritten,
    verbatim,
    written,
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
from bench.perturbed.sentences import Said

CAP = 60
"""Cases of one kind."""

VERBATIM = 150

WRITTEN = Path(__file__).with_name("held_out_paraphrases.jsonl")

OWN = 9
"""Of `CLASSES`: those before it are products of Scaleway."""

SEED = 1001
"""Apart from that of the first set, which counts from 0."""


def cases(docs_folder: str | Path, seed: int = SEED) -> list[Planted]:
    """Return the set kept apart; no sentence of the first set is among them."""
    return list(chosen(docs_of(str(docs_folder)), seed))


@cache
def chosen(docs: Docs, seed: int) -> tuple[Planted, ...]:
    """Return the cases whose sentence the first set does not use, each id once."""
    used = {case.said for case in build(docs)}
    found = [*controls(docs, seed), *changed(docs, seed), *invented(docs, seed)]
    return tuple({c.id: c for c in found if c.said not in used}.values())


def controls(docs: Docs, seed: int) -> Iterator[Planted]:
    """Yield true sentences, as they stand and in other words."""
    yield from verbatim(docs, seed, VERBATIM)
    yield from rewritten(docs, seed, CAP)
    yield from written(docs, WRITTEN)


def changed(docs: Docs, seed: int) -> Iterator[Planted]:
    """Yield sentences that one change made false."""
    kinds: dict[str, Callable[[Said], Iterable[Change]]] = {
        "unit": units,
        "roles": roles,
        "quantifier": quantifiers,
        "modality": by_rules(MODALITY),
        "place, date or version": places,
        "subject": Subjects(docs.said).exchanged,
        "condition dropped": unconditional,
        "mixed": Halves(docs.said).mixed,
    }
    for kind, corrupt in kinds.items():
        own = draw(seed, kind)
        yield from corrupted(kind, corrupt, docs, own, forms="prose item", limit=CAP)


def invented(docs: Docs, seed: int, limit: int = CAP) -> Iterator[Planted]:
    """Yield sentences that no page says, among passages about the same product."""
    names = sorted((n for group in CLASSES[:OWN] for n in group), key=len, reverse=True)
    product = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
    found = [s for s in docs.spread(draw(seed, "made up")) if product.search(s.text)]
    for said in found[:limit]:
        name = product.search(said.text)
        change = made_up(said, name[0] if name else "")
        case = docs.pool.case("made up", said, change.sentence, change)
        yield replace(case, said="")
