"""Judge a sentence of a reply by the passages it was made from.

A sentence that a passage has word for word is proven. All others are described by
features, of which the faults found by rules are some, and the features are weighed: what
scores high is proven, what scores low is left out, and the rest is unproven.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from askdocs.domain.answer import Evidence, Passage, Sentence, Verdict
from askdocs.domain.citation_mark import read_numbers
from askdocs.steps.answer.ground.alignment import Alignment, Words, align
from askdocs.steps.answer.ground.content_words import is_negation, stem, words
from askdocs.steps.answer.ground.evidence import (
    Claim,
    Unit,
    coverage,
    missing_links,
    plain,
    support,
    units_of,
)
from askdocs.steps.answer.ground.faults import FAULT_KINDS, Fault, Faults
from askdocs.steps.answer.ground.features import features_of
from askdocs.steps.answer.ground.literals import contains_name, without_markers
from askdocs.steps.answer.ground.negation import is_negated_before
from askdocs.steps.answer.ground.spans import evidence_in
from askdocs.steps.answer.ground.weights import learned_weights
from askdocs.steps.answer.sentences import has_claim

Verify = Callable[[str, Sequence[str]], float]

MIN_NEAR, MIN_NEAR_OF_FEW, FEW_WORDS = 0.34, 0.67, 3
"""Share of its words that the passage has of any sentence that is proven; costs 0.6 of
38 % of the true ones, and says what "proven" is."""

NEARLY_SAME = 0.7
"""Share of words in the same order from which any fault decides: of 123 sentences with
one, written by others, 117 were false."""

NEARLY_ALL = 0.9
"""Share of its words with which a sentence is its source but for an amount: of 33 such
sentences, written by others, none was true."""

_VETOES = ("nowhere", "step", "compound")
"""Faults that decide alone: 151 of 171 such sentences, written by others, were false."""

MIN_VERIFIER_SCORE = 0.5
"""How sure a verifier must be: more so than not."""

_UNSUPPORTED = "no passage says so"


@dataclass(frozen=True, slots=True)
class Read:
    """A passage, word by word: its units, as they are and plain, its text, its head."""

    texts: tuple[str, ...]
    units: tuple[Words, ...]
    words: Words
    head: Words

    @classmethod
    def of(cls, passage: Passage, number: int, units: Sequence[Unit]) -> Read:
        """Take a passage apart whose units are among some."""
        own = [u.text for u in units if u.passage == number] or [passage.text]
        return cls(
            tuple(own),
            tuple(Words.of(plain(text)) for text in own),
            Words.of(passage.text, limit=None),
            Words.of(passage.trail),
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of a sentence before it gets its verdict.

    Attributes:
        features: By name.
        faults: What parts it from its sources.
        evidence: What says most of it, the best first; all in one passage.
        covers: The share of its words that its sources have.
    """

    features: dict[str, float]
    faults: list[Fault]
    evidence: list[Evidence]
    covers: float

    @property
    def provable(self) -> bool:
        """Whether enough of its words stand in the passage to call a sentence proven."""
        few = self.features["content_words"] <= FEW_WORDS
        least = MIN_NEAR_OF_FEW if few else MIN_NEAR
        return self.features["near_anywhere"] > least

    @property
    def veto(self) -> str:
        """Why a sentence is left out whatever it scores; "" if nothing says so.

        That is a literal that no passage has, words of code that follow each other
        nowhere, another amount or unit, any fault in what is nearly its source, and what
        has several words and none in common with the passage.
        """
        changed = self.features["same_order"] >= NEARLY_SAME
        faults = (f.why for f in self.faults if changed or f.kind in _VETOES)
        if why := next(faults, ""):
            return why
        if self._wrong_amount:
            return next((f.why for f in self.faults), "its source has another amount")
        foreign = not self.features["near_anywhere"]
        return _UNSUPPORTED if foreign and self.features["content_words"] > 1 else ""

    @property
    def _wrong_amount(self) -> bool:
        """Whether an amount has another unit, or is new where all the rest is said."""
        new = self.features["amount_rival"] + self.features["amount_nowhere"]
        said = self.features["near_with_head"] >= NEARLY_ALL
        return bool(self.features["amount_other_unit"] or (new and said))


class Ground:
    """Judges the sentences of one reply by its passages.

    Args:
        passages: Those that the model was given; marks count from 1.
        known: Words that need no source ("Scaleway").
        verify: Returns from 0 to 1 how sure a model is that one of some texts says what
            a sentence does; decides in the place of the learned weights.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        *,
        known: Sequence[str] = (),
        verify: Verify | None = None,
    ) -> None:
        self._passages = passages
        self._units = list(units_of(passages))
        self._texts = [f"{p.trail}\n{p.text}" for p in passages]
        self._passage_texts = [plain(text).casefold() for text in self._texts]
        self._unit_texts = {(u.passage, plain(u.text).casefold()) for u in self._units}
        self._pages = {url.rstrip("/") for p in passages for url in (p.url, p.link)}
        self._known = {stem(word) for text in known for word in words(text)}
        self._faults = Faults(
            self._units,
            [p.trail for p in passages],
            self._texts,
            self._pages,
            self._known,
        )
        self._read = [Read.of(p, n, self._units) for n, p in enumerate(passages, 1)]
        self._verify = verify

    def judge(self, piece: str) -> Sentence:
        """Return a piece of the reply (see `steps.answer.sentences`) with its verdict."""
        if not has_claim(piece):
            return Sentence(piece, Verdict.NO_CLAIM)
        claim = Claim.of(without_markers(piece), self._known)
        if claim.empty and not any(map(is_negation, words(claim.text))):
            return Sentence(piece, Verdict.NO_CLAIM)
        cited = read_numbers(piece)
        with_words = self._verbatim_passages(claim, cited)
        verbatim = next((n for n in with_words if self._has_links(claim, n)), 0)
        if verbatim:
            return self._proven(piece, claim, verbatim)
        if claim.empty or not self._read:
            return Sentence(piece, Verdict.UNSUPPORTED, _UNSUPPORTED)
        return self._weigh(piece, self.measure(piece))

    def _proven(self, piece: str, claim: Claim, number: int) -> Sentence:
        """Return a sentence that a passage has word for word."""
        source = evidence_in(self._passages[number - 1], number, plain(claim.text))
        return Sentence(
            piece,
            Verdict.SUPPORTED,
            passage=number,
            covers=1.0,
            score=1.0,
            evidence=(source,),
        )

    def measure(self, piece: str) -> Measured:
        """Return what is known of a sentence that claims something.

        There must be a passage.
        """
        claim = Claim.of(without_markers(piece), self._known)
        cited = read_numbers(piece)
        chosen = support(claim, self._units, cited)
        faults = list(self._faults.find(claim, chosen))
        sentence = Words.of(plain(claim.text))
        place, alignment = self._best(sentence, cited)
        passage = self._read[place]
        evidence = [
            evidence_in(self._passages[place], place + 1, passage.texts[unit])
            for unit in alignment.places
        ]
        features = features_of(alignment, claim.text, passage.words, passage.head)
        for kind in FAULT_KINDS:
            features[f"fault_{kind}"] = float(any(f.kind == kind for f in faults))
        return Measured(features, faults, evidence, coverage(claim, chosen))

    def _best(self, sentence: Words, cited: Collection[int]) -> tuple[int, Alignment]:
        """Return the place of the passage that says most of a sentence, and how."""
        alignments = [
            align(sentence, passage.units, passage.head, self._known)
            for passage in self._read
        ]
        best = max(
            range(len(alignments)),
            key=lambda n: alignments[n].strength + (n + 1 in cited) / 10,
        )
        return best, alignments[best]

    def _weigh(self, piece: str, measured: Measured) -> Sentence:
        """Return a sentence with the verdict that its features come to."""
        weights = learned_weights()
        score, similar = weights.score(measured.features), None
        if self._verify is not None:
            sources = [source.text for source in measured.evidence]
            score = similar = round(self._verify(plain(piece), sources), 4)
        proven = weights.proven if self._verify is None else MIN_VERIFIER_SCORE
        excused = measured.provable if self._verify is None else not measured.faults
        veto, why = measured.veto, next((f.why for f in measured.faults), _UNSUPPORTED)
        if veto or score < weights.unproven:
            verdict, score = Verdict.UNSUPPORTED, 0.0 if veto else score
        elif excused and score >= proven:
            verdict, why = Verdict.SUPPORTED, ""
        else:
            verdict = Verdict.UNSURE
        return Sentence(
            piece,
            verdict,
            veto or why,
            measured.evidence[0].passage,
            round(measured.covers, 3),
            similar,
            score=round(score, 4),
            evidence=tuple(measured.evidence),
        )

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
