"""Find by rules what parts a sentence from its sources, and say it in words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from askdocs.steps.answer.ground.content_words import (
    is_content_word,
    stem,
    words,
)
from askdocs.steps.answer.ground.evidence import (
    Claim,
    Unit,
    missing_links,
    missing_literals,
    missing_names,
    plain,
)
from askdocs.steps.answer.ground.literals import contains_name, without_code
from askdocs.steps.answer.ground.modality import changed_strength
from askdocs.steps.answer.ground.negation import contradiction
from askdocs.steps.answer.ground.substitution import similarity, substituted_name

SAME_SENTENCE = 0.8
"""Share of words in the same order with which a sentence is its source, changed."""

FAULT_KINDS = (
    "nowhere literal step capital compound contradiction substitution strength".split()
)

_JOINED_WORDS = re.compile(
    r"(?<![\w./+-])[^\W\d_][^\W_]*(?:[-+][^\W_]+)+(?![\w./])"
)  # blue-heron, otter+9
_LOOSE_PARTS = frozenset(
    "re non pre sub multi self auto co un on in up by of well based specific related "
    "level side to end off wide free only like ready friendly the a e".split()
)
"""What a writer joins to any word: "a project-specific, non-default name"."""

_IN_PROSE = re.compile(r"[A-Za-z]+\d?")
"""A name that is written in other ways too ("IPv6" stands in "IPv4/IPv6")."""

_CAPITALISED = re.compile(r"(?<![\w./-])[A-Z]\w*(?:[-'\u2019]\w+)*")


@dataclass(frozen=True, slots=True)
class Fault:
    """What parts a sentence from its sources: one of `FAULT_KINDS`, and why."""

    kind: str
    why: str


class Faults:
    """Finds the faults of sentences, by the passages that they were made from.

    Args:
        units: Of all passages.
        trails: Title and headings of each passage.
        texts: Of each passage, with its trail.
        pages: Addresses that may stand anywhere.
        known: Stems that need no source.
    """

    def __init__(
        self,
        units: Sequence[Unit],
        trails: Sequence[str],
        texts: Sequence[str],
        pages: Collection[str],
        known: Collection[str],
    ) -> None:
        self._units = units
        self._texts = texts
        self._plain_texts = [plain(text).casefold() for text in texts]
        self._pages = pages
        self._known = frozenset(known)
        every = [*(unit.text for unit in units), *trails]
        self._names = {name for text in every for name in _names(text)}

    def find(self, claim: Claim, chosen: Sequence[Unit]) -> Iterator[Fault]:
        """Yield what the support of a claim does not say."""
        yield from self._nowhere(claim)
        for literal in missing_literals(claim, chosen, self._pages):
            yield Fault("literal", f"no passage that says the rest has {literal}")
        for one, two in claim.steps:
            if not any(_is_followed_by(one, two, unit.text) for unit in self._units):
                yield Fault("step", f"no passage has {two} after {one}")
        yield from self._missing_capitals(claim, chosen)
        yield from self._invented_compounds(claim)
        for unit in chosen[:2]:
            if difference := contradiction(claim.text, unit.text):
                yield Fault("contradiction", difference)
        if chosen:
            yield from self._changed_meaning(plain(claim.text), plain(chosen[0].text))

    def _missing_capitals(
        self, claim: Claim, chosen: Sequence[Unit]
    ) -> Iterator[Fault]:
        """Yield what is written with a capital and stands nowhere in the support."""
        support_stems = self._known.union(*(u.stems | u.heading_stems for u in chosen))
        for name in _names(claim.text):
            if not support_stems.issuperset(map(stem, words(name))):
                yield Fault("capital", f"no passage that says the rest names {name}")

    def _invented_compounds(self, claim: Claim) -> Iterator[Fault]:
        """Yield what joins words by a sign that no passage has side by side."""
        for whole in _JOINED_WORDS.findall(plain(without_code(claim.text))):
            parts = re.split("[-+]", whole.casefold())
            near = r"[\W_]{0,3}".join(rf"{re.escape(p.rstrip('s'))}s?" for p in parts)
            loose = not _LOOSE_PARTS.isdisjoint(parts)
            if not loose and not any(
                re.search(near, passage_text) for passage_text in self._plain_texts
            ):
                yield Fault("compound", f"no passage joins {whole}")

    def _changed_meaning(self, claim_text: str, source_text: str) -> Iterator[Fault]:
        """Yield what makes a sentence another one than the source that it nearly is."""
        if difference := substituted_name(claim_text, source_text, self._is_name):
            yield Fault("substitution", difference)
        same = similarity(claim_text, source_text) >= SAME_SENTENCE
        if same and (difference := changed_strength(claim_text, source_text)):
            yield Fault("strength", difference)

    def _is_name(self, word: str) -> bool:
        inside = word[1:] != word[1:].lower() and not word.isupper()
        return inside or any(word in name.split() for name in self._names)

    def _nowhere(self, claim: Claim) -> Iterator[Fault]:
        """Yield commands, names and addresses that no passage has anywhere."""
        for name in missing_names(claim, self._units):
            found = any(
                contains_name(text, name)
                or (_IN_PROSE.fullmatch(name) and name.casefold() in text.casefold())
                for text in self._texts
            )
            if not found:
                yield Fault("nowhere", f"no passage that says the rest has {name}")
        for link in missing_links(claim, self._units, self._pages):
            yield Fault("nowhere", f"no passage that says the rest has {link}")


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
