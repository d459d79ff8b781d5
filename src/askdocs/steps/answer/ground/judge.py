"""Judge a sentence of a reply by the passages it was made from.

What must be right letter by letter (commands, flags, numbers, prices, addresses, names)
has to stand in the sentences of the passages that say most of the rest; no negation, no
opposite and no other name may part it from them; and its words, or its vector, must be
near enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from askdocs.domain.answer import Passage, Sentence, Verdict
from askdocs.domain.citation_mark import read_numbers
from askdocs.steps.answer.ground.content_words import (
    is_content_word,
    is_negation,
    stem,
    words,
)
from askdocs.steps.answer.ground.evidence import (
    Claim,
    Unit,
    coverage,
    missing_links,
    missing_literals,
    plain,
    support,
    units_of,
)
from askdocs.steps.answer.ground.literals import (
    contains_name,
    without_code,
    without_markers,
)
from askdocs.steps.answer.ground.modality import changed_strength
from askdocs.steps.answer.ground.negation import contradiction, is_negated_before
from askdocs.steps.answer.ground.substitution import similarity, substituted_name
from askdocs.steps.answer.sentences import has_claim

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

Embed = Callable[[Sequence[str]], "Vector | None"]
Verify = Callable[[str, Sequence[str]], float]

SAME_SENTENCE = 0.8
"""Share of words in the same order with which a sentence is its source, changed."""

ENOUGH_COVERAGE = 0.8
"""Share of the words of a sentence with which it needs no vector."""

MIN_COVERAGE = 0.35
"""Share of its words below which no vector helps: similar is not the same."""

MIN_VERIFIER_SCORE = 0.5
"""How sure a verifier must be: more so than not."""

_UNSUPPORTED = "no passage says so"
_JOINED_WORDS = re.compile(
    r"(?<![\w./+-])[^\W\d_][^\W_]*(?:[-+][^\W_]+)+(?![\w./])"
)  # blue-heron, otter+9
_LOOSE_PARTS = frozenset(
    "re non pre sub multi self auto co un on in up by of well based specific related "
    "level side to end off wide free only like ready friendly the a e".split()
)
"""What a writer joins to any word: "a project-specific, non-default name"."""

_CAPITALISED = re.compile(r"(?<![\w./-])[A-Z]\w*(?:[-'\u2019]\w+)*")


class Ground:
    """Judges the sentences of one reply by its passages.

    Args:
        passages: Those that the model was given; marks count from 1.
        known: Words that need no source ("Scaleway").
        similar: The cosine from which a vector may stand in for words; of this model.
        embed: Makes vectors of unit length, shape (texts, dim); None, or returning None,
            without a model.
        verify: Returns from 0 to 1 how sure a model is that one of some texts says what
            a sentence does; decides in the place of *similar* and *embed*.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        *,
        known: Sequence[str] = (),
        similar: float = 1.0,
        embed: Embed | None = None,
        verify: Verify | None = None,
    ) -> None:
        self._units = list(units_of(passages))
        self._texts = [f"{p.trail}\n{p.text}" for p in passages]
        self._passage_texts = [plain(text).casefold() for text in self._texts]
        self._unit_texts = {(u.passage, plain(u.text).casefold()) for u in self._units}
        self._pages = {url.rstrip("/") for p in passages for url in (p.url, p.link)}
        self._known = {stem(word) for text in known for word in words(text)}
        texts = chain((u.text for u in self._units), (p.trail for p in passages))
        self._names = {name for text in texts for name in _names(text)}
        self._similar = similar if verify is None else MIN_VERIFIER_SCORE
        self._embed = embed
        self._verify = verify

    def judge(self, piece: str) -> Sentence:
        """Return a piece of the reply (see `steps.answer.sentences`) with its verdict."""
        if not has_claim(piece):
            return Sentence(piece, Verdict.NO_CLAIM)
        claim = Claim.of(without_markers(piece), self._known)
        if claim.empty and not any(map(is_negation, words(claim.text))):
            return Sentence(piece, Verdict.NO_CLAIM)
        cited = read_numbers(piece)
        chosen = support(claim, self._units, cited)
        with_words = self._verbatim_passages(claim, cited)
        verbatim = next((n for n in with_words if self._has_links(claim, n)), 0)
        if verbatim:
            return Sentence(piece, Verdict.SUPPORTED, passage=verbatim, covers=1.0)
        if claim.empty:
            return _verdict(piece, _UNSUPPORTED, 0, 0.0)
        covers = coverage(claim, chosen)
        passage = chosen[0].passage if chosen else 0
        fault = next(self._faults(claim, chosen), "")
        if fault or covers >= ENOUGH_COVERAGE:
            return _verdict(piece, fault, passage, covers)
        similar = self._similarity(claim, chosen) if covers >= MIN_COVERAGE else None
        if similar is None or similar < self._similar:
            fault = _UNSUPPORTED
        return _verdict(piece, fault, passage, covers, similar)

    def _verbatim_passages(self, claim: Claim, cited: Collection[int]) -> list[int]:
        """Return the passages that have a sentence as it is, cited ones first.

        What stands after "never" or "only" is not what is said; and a name has its
        capitals.
        """
        text = plain(claim.text).casefold()
        whole = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")
        verbatim = [
            n
            for n, passage_text in enumerate(self._passage_texts, start=1)
            if (n, text) in self._unit_texts
            or any(
                not is_negated_before(passage_text[: at.start()])
                for at in whole.finditer(passage_text)
            )
        ]
        with_names = [
            n
            for n in verbatim
            if all(contains_name(self._texts[n - 1], x) for x in claim.names)
        ]
        return sorted(with_names, key=lambda n: n not in cited) if text else []

    def _has_links(self, claim: Claim, place: int) -> bool:
        """Whether the links of a sentence are those of a passage that has its words."""
        if not claim.links:
            return True
        text = plain(claim.text).casefold()
        texts = {u: plain(u.text).casefold() for u in self._units if u.passage == place}
        parts = [
            unit
            for unit, unit_text in texts.items()
            if unit_text in text or text in unit_text
        ]
        return not missing_links(claim, parts, self._pages)

    def _faults(self, claim: Claim, chosen: Sequence[Unit]) -> Iterator[str]:
        """Yield what the support of a claim does not say."""
        for literal in missing_literals(claim, chosen, self._pages):
            yield f"no passage that says the rest has {literal}"
        for one, two in claim.steps:
            if not any(_is_followed_by(one, two, unit.text) for unit in self._units):
                yield f"no passage has {two} after {one}"
        yield from self._missing_capitals(claim, chosen)
        yield from self._invented_compounds(claim)
        for unit in chosen[:2]:
            if difference := contradiction(claim.text, unit.text):
                yield difference
        if chosen:
            yield from self._changed_meaning(plain(claim.text), plain(chosen[0].text))

    def _missing_capitals(self, claim: Claim, chosen: Sequence[Unit]) -> Iterator[str]:
        """Yield what is written with a capital and stands nowhere in the support."""
        support_stems = self._known.union(*(u.stems | u.heading_stems for u in chosen))
        for name in _names(claim.text):
            if not support_stems.issuperset(map(stem, words(name))):
                yield f"no passage that says the rest names {name}"

    def _invented_compounds(self, claim: Claim) -> Iterator[str]:
        """Yield what joins words by a sign that no passage has side by side."""
        for whole in _JOINED_WORDS.findall(plain(without_code(claim.text))):
            parts = re.split("[-+]", whole.casefold())
            near = r"[\W_]{0,3}".join(rf"{re.escape(p.rstrip('s'))}s?" for p in parts)
            loose = not _LOOSE_PARTS.isdisjoint(parts)
            if not loose and not any(
                re.search(near, passage_text) for passage_text in self._passage_texts
            ):
                yield f"no passage joins {whole}"

    def _changed_meaning(self, claim_text: str, source_text: str) -> Iterator[str]:
        """Yield what makes a sentence another one than the source that it nearly is."""
        if difference := substituted_name(claim_text, source_text, self._is_name):
            yield difference
        same = similarity(claim_text, source_text) >= SAME_SENTENCE
        if same and (difference := changed_strength(claim_text, source_text)):
            yield difference

    def _is_name(self, word: str) -> bool:
        inside = word[1:] != word[1:].lower() and not word.isupper()
        return inside or any(word in name.split() for name in self._names)

    def _similarity(self, claim: Claim, chosen: Sequence[Unit]) -> float | None:
        """Return how surely its support says a sentence, or their cosine; None if unknown."""
        if not chosen:
            return None
        texts = [unit.text for unit in chosen[:2]]
        sources = dict.fromkeys([*texts, " ".join(texts)])
        if self._verify is not None:
            return round(self._verify(plain(claim.text), list(sources)), 4)
        if self._embed is None:
            return None
        rows = self._embed([plain(claim.text), *sources])
        if rows is None:
            return None
        return round(float((rows[1:] @ rows[0]).max()), 4)


def _names(text: str) -> list[str]:
    """Return the words that a sentence writes with a capital though it need not."""
    prose = plain(without_code(text))
    capitalised = list(_CAPITALISED.finditer(prose))
    return [
        word[0]
        for word, after in zip_longest(capitalised, capitalised[1:])
        if word.start() > 0 or _begins_name(word, after, prose)
    ]


def _begins_name(word: re.Match[str], after: re.Match[str] | None, text: str) -> bool:
    """Whether the first word of a sentence is the first of a name."""
    if not is_content_word(word[0].casefold()):
        return False
    if after and text[word.end() : after.start()] == " ":
        return True
    return word[0][1:] != word[0][1:].lower()


def _is_followed_by(one: str, two: str, text: str) -> bool:
    """Whether two words of code follow each other in a text."""
    both = (
        rf"(?<![\w-]){re.escape(one)}[\"',;:()\[\]{{}}]*\s+[\"'(\[{{]*{re.escape(two)}"
    )
    return bool(re.search(both + r"(?![\w-])", text))


def _verdict(
    piece: str,
    fault: str,
    passage: int,
    covers: float,
    similar: float | None = None,
) -> Sentence:
    verdict = Verdict.UNSUPPORTED if fault else Verdict.SUPPORTED
    return Sentence(piece, verdict, fault, passage, round(covers, 3), similar)
