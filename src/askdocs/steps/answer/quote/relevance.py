"""Score how well each group of blocks answers a question: by words, by vectors, by form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import log
from typing import TYPE_CHECKING

from askdocs.steps.answer.ground.content_words import stem
from askdocs.steps.answer.markdown import LINK_TARGET
from askdocs.steps.answer.quote.markdown_blocks import BlockKind, MarkdownBlock
from askdocs.steps.answer.quote.page_sections import Section
from askdocs.steps.answer.words import FUNCTION_WORDS, WORD

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

Embed = Callable[[Sequence[str]], "Vector | None"]
"""Makes vectors of length 1 of texts; None if no model does."""

MAX_EMBEDDED = 8
"""Groups whose vectors are asked for, best by words first: more of them, and more of their
text, find no more answers and take longer.
"""

_EMBEDDED_CHARS = 140

_IGNORED = FUNCTION_WORDS.union(
    "way get use using there much many long soon about into after before not no need "
    "want make possible s t m ve re up out go also between take set still already "
    "anyway".split()
)
_TARGET = re.compile(LINK_TARGET)
_stem = lru_cache(maxsize=20_000)(stem)
_COMPOUND = re.compile(r"(?<![^\W_])[^\W_]+(?:[-./][^\W_]+)+")
_MARKUP = re.compile(r"[*`|\[\]\n]+|-{3,}")
_FACT = re.compile(
    r"\W*(?:what|which|when|who|why|is|are|does|do|can|could|will|was"
    r"|how (?:many|much|long|soon|big|large|heavy|far|often|little|fast|high|old|low))\b",
    re.IGNORECASE,
)
"""The beginning of a question that asks for a fact; what begins otherwise wants steps."""

_QUANTITY = re.compile(
    r"\bhow (?:many|much|long|soon|big|large|heavy|far|often|little|fast|high|old)\b"
    r"|\b(?:when|prices?|costs?|pay|size|limit|maximum|minimum|max|min|smallest|largest"
    r"|biggest|lowest|highest|ports?|number|ram|memory|speed|quota|rate)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Group:
    """Blocks of a section that are read together: what leads in, and what follows it.

    Attributes:
        section: Its place among the sections, from 0.
        first: Place of its first block in the section.
        main: Place of its last block, which it is about.
        kind: Of the main block.
        stems: Of its words.
        score: How well it answers; comparable within one question.
    """

    section: int
    first: int
    main: int
    kind: BlockKind
    stems: frozenset[str]
    score: float = 0.0


class Terms:
    """The words of a question, and what each is worth among the groups.

    Args:
        question: As asked.
        known: Words that stand everywhere, such as the name of the product.
    """

    def __init__(self, question: str, known: Collection[str]) -> None:
        self._ignored = _IGNORED.union(known)
        self.stems = self.stems_of(question)
        self._worth = dict.fromkeys(self.stems, 1.0)

    def stems_of(self, text: str) -> frozenset[str]:
        """Return the stems of the words of a text that tell something."""
        plain = _TARGET.sub("]", text).casefold()
        words = WORD.findall(plain) + _COMPOUND.findall(plain)
        return frozenset(
            _stem(w)
            for w in words
            if w not in self._ignored and (len(w) > 1 or w.isdigit())
        )

    def weigh(self, texts: Sequence[frozenset[str]]) -> None:
        """Let words that few texts have be worth more."""
        counts = Counter(w for stems in texts for w in self.stems & stems)
        worth = {w: log(1 + len(texts) / (1 + counts[w])) for w in self.stems}
        total = sum(worth.values()) or 1.0
        self._worth = {w: value / total for w, value in worth.items()}

    def share(self, stems: Collection[str]) -> float:
        """Return the share of the question that some words cover, from 0 to 1."""
        return sum(self._worth[w] for w in self.stems.intersection(stems))


def group_blocks(blocks: Sequence[MarkdownBlock]) -> Iterator[tuple[int, int]]:
    """Yield (first, main) of the groups that the blocks of a section make.

    A lead-in or a heading comes with what it leads to and is no group by itself; code
    and tables come with the paragraph before them.
    """
    for main, block in enumerate(blocks):
        if block.leads_in:
            continue
        first = main
        while first and blocks[first - 1].leads_in:
            first -= 1
        needs_context = block.kind in {BlockKind.CODE, BlockKind.TABLE}
        if first == main and needs_context and main:
            first -= blocks[main - 1].kind is BlockKind.PARAGRAPH
        yield first, main


@dataclass(frozen=True, slots=True)
class Weights:
    """What each sign of an answer is worth.

    Fitted to which groups hold the facts that 170 questions ask for (softmax over the
    groups of a question, L2), none of them and none of their facts written by us. Shares
    of the question's words in page and heading, place and length were worth nothing.

    Attributes:
        similar: The vector of the section.
        found: Its best rank in the search, 1 / (1 + rank).
        page: That of its page.
        group_similar: The vector of the group.
        group_covers: Its share of the question's words.
        steps: Steps, unless a fact is asked for.
        how_to: Whatever stands on a page called "How to", for the same questions.
        digits: Digits, if a quantity is asked for.
        note: A note or warning.
        code: A code block.
        summary: What a page says of itself at its top.
        prerequisites: What is needed before one starts.
    """

    similar: float = 2.8
    found: float = 0.8
    page: float = 0.6
    group_similar: float = 4.1
    group_covers: float = 2.0
    steps: float = 1.0
    how_to: float = 0.4
    digits: float = 1.2
    note: float = 0.3
    code: float = -0.35
    summary: float = -0.9
    prerequisites: float = -0.45


WEIGHTS = Weights()


def wants_steps(question: str) -> bool:
    """Return whether a question asks how something is done, and not for a fact."""
    return not _FACT.match(question)


def score_groups(
    question: str, sections: Sequence[Section], terms: Terms, embed: Embed | None
) -> list[Group]:
    """Return the groups of some sections with their scores, best first.

    Args:
        question: As asked.
        sections: By the rank of their pages.
        terms: Of the question; they are weighed here.
        embed: Makes vectors, of the question too; None without a model.
    """
    groups = [
        Group(
            at,
            first,
            main,
            section.blocks[main].kind,
            terms.stems_of(_text(section, first, main)),
        )
        for at, section in enumerate(sections)
        for first, main in group_blocks(section.blocks)
    ]
    terms.weigh([group.stems for group in groups])
    form = _Form(question)
    scored = [
        replace(
            group,
            score=_section_score(sections[group.section])
            + WEIGHTS.group_covers * terms.share(group.stems)
            + form.score(group, sections[group.section]),
        )
        for group in groups
    ]
    scored.sort(key=lambda group: -group.score)
    return _with_vectors(question, scored, sections, embed)


def _text(section: Section, first: int, main: int) -> str:
    return "\n\n".join(block.text for block in section.blocks[first : main + 1])


class _Form:
    """What the form of a question says of the form of its answer."""

    def __init__(self, question: str) -> None:
        self.how_to = wants_steps(question)
        self.quantity = bool(_QUANTITY.search(question))

    def score(self, group: Group, section: Section) -> float:
        """Return what the form of a group and its place are worth."""
        passage, steps = section.passage, group.kind is BlockKind.STEPS
        block = section.blocks[group.main]
        titled = passage.title.casefold().startswith("how to")
        before = "before you start" in passage.trail.casefold()
        signs = (
            (WEIGHTS.steps, steps and self.how_to),
            (WEIGHTS.how_to, titled and self.how_to),
            (WEIGHTS.digits, self.quantity and any(c.isdigit() for c in block.text)),
            (WEIGHTS.note, group.kind is BlockKind.NOTE),
            (WEIGHTS.code, group.kind is BlockKind.CODE),
            (WEIGHTS.summary, not passage.heading and not group.main),
            (WEIGHTS.prerequisites, before and not steps),
        )
        return sum(weight for weight, there in signs if there)


def _section_score(section: Section) -> float:
    return (
        WEIGHTS.similar * section.passage.score
        + WEIGHTS.found / (1 + section.rank)
        + WEIGHTS.page / (1 + section.page_rank)
    )


def _with_vectors(
    question: str,
    groups: list[Group],
    sections: Sequence[Section],
    embed: Embed | None,
) -> list[Group]:
    """Return groups, best first, with how like the question the best of them are."""
    best, rest = groups[:MAX_EMBEDDED], groups[MAX_EMBEDDED:]
    texts = [_embedded(group, sections[group.section]) for group in best]
    vectors = embed([question, *texts]) if embed and best else None
    if vectors is None:
        return groups
    similar = vectors[1:] @ vectors[0]
    rescored = [
        replace(group, score=group.score + WEIGHTS.group_similar * float(value))
        for group, value in zip(best, similar, strict=True)
    ]
    rescored.sort(key=lambda group: -group.score)
    return rescored + rest


def _embedded(group: Group, section: Section) -> str:
    """Return what the model reads of a group: where it stands, and its beginning."""
    passage = section.passage
    trail = " > ".join((passage.title, *passage.heading)[-2:])
    text = _MARKUP.sub(" ", _TARGET.sub("]", _text(section, group.first, group.main)))
    return f"{trail}: {' '.join(text.split())[:_EMBEDDED_CHARS]}"
