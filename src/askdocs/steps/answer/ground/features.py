"""Describe by numbers how a sentence stands to the passage that says most of it.

Each number can be told in words: the share of the words that the source has, the amounts
that differ, the names that it lacks, "only" put in, an order turned round. What they
weigh together was learned (`steps.answer.ground.weights`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from askdocs.steps.answer.ground.alignment import Alignment, Words, order_features
from askdocs.steps.answer.ground.content_words import (
    WORD,
    is_content_word,
    is_negation,
    opposites,
    stem,
)
from askdocs.steps.answer.ground.cues import cue_features
from askdocs.steps.answer.ground.literals import names_in
from askdocs.steps.answer.ground.quantities import Quantity

MAX_CHARS = 4_000
"""Of a text that are searched for small words: no sentence is as long."""

_CLAUSE = re.compile(
    r"[,;:()]|\b(?:and|but|so|which|because|if|when|while|whereas|or|that|then|than)\b"
)
_DENIED_WORDS = 4
_CODE = re.compile(r"`([^`]+)`")
_CODE_WORD = re.compile(r"[\w./:@$=-]+")
_POINTS_BACK = frozenset("it they this that these both".split())


def features_of(
    alignment: Alignment, written: str, passage: Words, head: Words
) -> dict[str, float]:
    """Return the features of a sentence by name.

    Args:
        alignment: The sentence with its sources.
        written: The sentence with its markup.
        passage: The whole text of the passage.
        head: Its title and headings.
    """
    claim, sources = alignment.claim, alignment.sources
    source_text = "\n".join(source.text for source in sources)
    return {
        **_coverage(alignment),
        **_clauses(alignment),
        **_shape(alignment),
        **order_features(alignment),
        **_amounts(claim, sources, passage, head),
        **_names(alignment, written, passage, head),
        **cue_features(
            claim.text[:MAX_CHARS],
            source_text[:MAX_CHARS],
            alignment.around[:MAX_CHARS],
        ),
        **_denials(alignment, passage),
        **_opposites(alignment, passage),
    }


def _coverage(alignment: Alignment) -> dict[str, float]:
    heading = [float(known) for known in alignment.from_heading]
    near = alignment.near
    whole = [float(n == 1) for n in near]
    missing = [
        w
        for n, h, w in zip(whole, heading, alignment.claim.weights, strict=True)
        if not n and not h
    ]
    best = alignment.sources[0]
    back = [alignment.claim.nearness(s) for s in best.content_stems]
    weights = sum(best.weights) or 1.0
    return {
        "covered": alignment.covered(whole),
        "covered_with_head": alignment.covered(list(map(max, whole, heading))),
        "covered_best": alignment.covered([float(n == 1) for n in alignment.near_best]),
        "covered_anywhere": alignment.covered(
            [float(n == 1) for n in alignment.near_anywhere]
        ),
        "near": alignment.covered(near),
        "near_with_head": alignment.covered(list(map(max, near, heading))),
        "near_best": alignment.covered(alignment.near_best),
        "near_anywhere": alignment.covered(
            list(map(max, alignment.near_anywhere, heading))
        ),
        "gain": alignment.gain,
        "missing": float(min(len(missing), 10)),
        "missing_share": len(missing) / max(1, len(near)),
        "missing_weight": max(missing, default=0.0),
        "back": sum(n * w for n, w in zip(back, best.weights, strict=True)) / weights,
        "same_order": _ratio(alignment.claim.stems, best.stems),
        "same_content": _ratio(alignment.claim.content_stems, best.content_stems),
    }


def _ratio(one: Sequence[str], other: Sequence[str]) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _clauses(alignment: Alignment) -> dict[str, float]:
    """Return how well the worst and the last clause of a sentence are said."""
    claim = alignment.claim
    clauses: list[list[tuple[float, float]]] = []
    last_end = 0
    for place, near, heading, weight in zip(
        claim.content,
        alignment.near,
        alignment.from_heading,
        claim.weights,
        strict=True,
    ):
        start, end = claim.spans[place]
        if not clauses or _CLAUSE.search(claim.text[last_end:start]):
            clauses.append([])
        clauses[-1].append((max(near, float(heading)) * weight, weight))
        last_end = end
    shares = [sum(n for n, _ in c) / sum(w for _, w in c) for c in clauses]
    return {
        "clauses": float(min(len(shares), 8)),
        "clause_least": min(shares, default=1.0),
        "clause_last": shares[-1] if shares else 1.0,
    }


def _shape(alignment: Alignment) -> dict[str, float]:
    claim, best = alignment.claim, alignment.sources[0]
    first = claim.stems[:1]
    return {
        "words": float(min(len(claim.stems), 40)),
        "content_words": float(min(len(claim.content), 20)),
        "source_words": float(min(len(best.stems), 60)),
        "short": float(len(claim.content) <= 3),
        "yes": float(first == ("yes",)),
        "no": float(first == ("no",)),
        "points_back": float(bool(first) and first[0] in _POINTS_BACK),
        "same_first": float(first == best.stems[:1]),
        "code_line": float(re.search(r"[{}=$]|--\w", best.text) is not None),
    }


def _amounts(
    claim: Words, sources: tuple[Words, ...], passage: Words, head: Words
) -> dict[str, float]:
    near = [q for words in (*sources, head) for q in words.quantities]
    anywhere = [*passage.quantities, *head.quantities]
    kinds = [_where(q, near, anywhere) for q in claim.quantities]
    features = {
        f"amount_{kind}": float(kinds.count(kind))
        for kind in "same other_unit elsewhere small rival nowhere".split()
    }
    bounds = [_bounds_differ(q, near) for q in claim.quantities]
    best = sources[0].quantities
    dropped = not any(q.equals(other) for q in claim.quantities for other in best)
    return features | {
        "amounts": float(len(kinds)),
        "bound_changed": float(sum(bound > 0 for bound in bounds)),
        "bound_turned": float(sum(bound > 1 for bound in bounds)),
        "amount_replaced": float(bool(claim.quantities and best) and dropped),
    }


def _where(quantity: Quantity, near: list[Quantity], anywhere: list[Quantity]) -> str:
    """Return where the passage has an amount, and in which form."""
    if any(quantity.equals(other) for other in near):
        return "same"
    bare = [other for other in near if other.number == quantity.number]
    if bare:
        joined = quantity.dimension and any(other.dimension for other in bare)
        return "other_unit" if joined else "same"
    if any(quantity.equals(other) for other in anywhere):
        return "elsewhere"
    if not quantity.dimension:
        return "small" if quantity.number <= 12 else "nowhere"
    rival = any(other.dimension == quantity.dimension for other in near)
    return "rival" if rival else "nowhere"


def _bounds_differ(quantity: Quantity, near: list[Quantity]) -> int:
    """Return 1 if no equal amount is bounded alike, 2 if one is bounded the other way."""
    bounds = {other.bound for other in near if quantity.equals(other)}
    if not bounds or quantity.bound in bounds:
        return 0
    return 2 if quantity.bound and -quantity.bound in bounds else 1


def _names(
    alignment: Alignment, written: str, passage: Words, head: Words
) -> dict[str, float]:
    claim = alignment.claim
    anywhere = f"{passage.text}\n{head.text}".casefold()
    around = f"{alignment.around}\n{head.text}".casefold()
    names = [name.casefold().rstrip("/=.") for name in names_in(written)]
    code = [
        word.casefold()
        for span in _CODE.findall(written)
        for word in _CODE_WORD.findall(span)
    ]
    capitals = _capitals(claim)
    everywhere = passage.known | head.known
    near = head.known.union(*(source.known for source in alignment.sources))
    return {
        "names": float(min(len(names), 5)),
        "names_nowhere": float(sum(name not in anywhere for name in names)),
        "names_not_near": float(sum(name not in around for name in names)),
        "code": float(min(len(code), 8)),
        "code_nowhere": float(sum(word not in anywhere for word in code)),
        "code_not_near": float(sum(word not in around for word in code)),
        "capitals": float(min(len(capitals), 6)),
        "capitals_nowhere": float(sum(s not in everywhere for s in capitals)),
        "capitals_not_near": float(sum(s not in near for s in capitals)),
    }


def _capitals(claim: Words) -> list[str]:
    """Return the stems of words with a capital that do not begin a sentence."""
    capitals = []
    for (start, _), stemmed in zip(claim.spans, claim.stems, strict=True):
        before = claim.text[:start].rstrip(" *_`\"'(")
        begins = not before or before[-1] in ".:?"
        if claim.text[start].isupper() and not begins:
            capitals.append(stemmed)
    return capitals


def _denials(alignment: Alignment, passage: Words) -> dict[str, float]:
    own = _denied(alignment.claim)
    theirs = frozenset[str]().union(*map(_denied, alignment.sources))
    known = frozenset[str]().union(*(source.known for source in alignment.sources))
    return {
        "denial_added": float(len((own & known) - theirs)),
        "denial_dropped": float(len((theirs & alignment.claim.known) - own)),
        "denial_same": float(len(own & theirs)),
        "denial_foreign": float(len(own - passage.known)),
    }


def _denied(words: Words) -> frozenset[str]:
    """Return the stems that stand behind a negation."""
    stems, left = set(), 0
    for match in WORD.finditer(words.text[:MAX_CHARS]):
        word = match[0].casefold()
        if is_negation(word):
            left = _DENIED_WORDS
        elif left and is_content_word(word):
            stems.add(stem(word))
            left -= 1
    return frozenset(stems)


def _opposites(alignment: Alignment, passage: Words) -> dict[str, float]:
    near = frozenset[str]().union(*(source.known for source in alignment.sources))
    stems = alignment.claim.content_stems
    return {
        name: float(sum(s not in known and bool(opposites(s) & known) for s in stems))
        for name, known in (
            ("opposite", near),
            ("opposite_anywhere", passage.known),
        )
    }
