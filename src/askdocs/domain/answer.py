"""What a search finds and what an answer says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from askdocs.domain.errors import Exit

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

REFUSAL = "I don't know."
"""What the user reads when the docs do not answer."""

NOT_IN_DOCS = "NOT IN DOCS"
"""What the model is asked to write instead of an answer; nobody else reads it."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that a search found.

    Attributes:
        id: Of the chunk.
        path: Of its page, with suffix.
        file_path: The same without suffix and "index".
        url: The page's public URL, without a fragment.
        anchor: The fragment of its heading; "" at the top of the page.
        title: Of its page.
        heading: Trail of headings above it.
        text: What it says.
        lines: First and last line in the source file, counted from 1.
        score: Higher is better; comparable within one search only.
        also: Fragments of further sections that its text holds.
    """

    id: str
    path: str
    file_path: str
    url: str
    anchor: str
    title: str
    heading: tuple[str, ...]
    text: str
    lines: tuple[int, int]
    score: float
    also: tuple[str, ...] = ()

    @property
    def link(self) -> str:
        """The public URL with the fragment, if there is one."""
        return f"{self.url}#{self.anchor}" if self.anchor else self.url

    @property
    def trail(self) -> str:
        """Title and headings in one line."""
        return " > ".join(part for part in (self.title, *self.heading) if part)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search returned.

    Attributes:
        passages: Best first.
        degraded: What could not be done as it should ("encoder: torch").
        ranks: For each passage, by id, its rank in each ranking that holds it or its
            page, counted from 1.
        spent_ms: What each stage took, in milliseconds.
        nearest: How like the question the nearest passage is, by its vector; None where
            no vector could be asked.
        entitled: The largest share of the question's words, from 0 to 1, that the title
            or the headings of one page hold.
        vector: Of the question, shape (dim,); None where no vector could be asked.
    """

    passages: tuple[Passage, ...]
    degraded: tuple[str, ...] = ()
    ranks: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    spent_ms: Mapping[str, float] = field(default_factory=dict)
    nearest: float | None = None
    entitled: float = 0.0
    vector: Vector | None = None


class Verdict(Enum):
    """Whether the passages say what a sentence of an answer says.

    Supported is proven, unsure is unproven, unsupported is contradicted or foreign.
    """

    SUPPORTED = "supported"
    UNSURE = "unsure"
    UNSUPPORTED = "unsupported"
    NO_CLAIM = "no claim"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of a passage that say what a sentence does, or come nearest to it.

    Attributes:
        passage: The passage, counted from 1.
        start: Where they begin in its text, and `end` where they end, in characters.
        lines: The first and the last line in the source file, as near as is known.
        text: The words as they stand there, without what may not be shown.
    """

    passage: int
    start: int
    end: int
    lines: tuple[int, int]
    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that the model wrote, and what became of it.

    Attributes:
        text: As the model wrote it, without what may not be shown.
        verdict: Whether a passage says so.
        why: What no passage says, in words ("no passage has `--force`"); "" if all is well.
        passage: The passage that says it best, counted from 1; 0 if there is none.
        covers: The share of its words, from 0 to 1, that its passages have.
        similar: How surely a verifier says that they support it; None without one.
        shown: Whether it is part of the answer's text.
        score: How surely its passage says it, from 0 to 1.
        evidence: Where in the passage the words stand that say it best.
    """

    text: str
    verdict: Verdict
    why: str = ""
    passage: int = 0
    covers: float = 0.0
    similar: float | None = None
    shown: bool = True
    score: float = 0.0
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Safety:
    """What a guard model said of a question or an answer.

    Attributes:
        stage: "question" or "answer".
        safe: Whether it said that it is safe; false where it said nothing of use.
        categories: What it named, or "no verdict".
        why: Why there is no verdict; "" if there is one.
    """

    stage: str
    safe: bool
    categories: tuple[str, ...] = ()
    why: str = ""


class Status(Enum):
    """How a question ended; each has one exit code (see `Answer.exit_code`)."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    NO_MATCH = "refused:no_match"
    NOT_IN_CONTEXT = "refused:not_in_context"
    UNVERIFIED = "refused:unverified"
    GUARDRAIL = "refused:guardrail"
    INCOMPLETE = "incomplete"
    PASSAGES_ONLY = "passages"
    MODEL_UNAVAILABLE = "model_unavailable"


@dataclass(frozen=True, slots=True)
class Answer:
    """One question, answered from the docs or refused.

    Attributes:
        question: As asked.
        status: How it ended.
        text: What the user reads, without the closing link paragraph; "" if there is none.
        cited: The passages that the text cites, in the order of their marks.
        retrieved: The passages that the model was given, best first.
        link: The URL of the closing paragraph; the docs site on a refusal.
        model: Name of the language model; "" if none was asked.
        degraded: What could not be done as it should.
        sentences: What the model wrote, with a verdict each, in order.
        safety: What a guard model said of the question and the answer, if there is one.
        problem: What went wrong, and `hint` what to do about it; "" if nothing.
        quoted: Whether the text is in the words of the passages, chosen without a model.
        nearest: Of a refusal the passages worth a look all the same, each of another page.
        unmentioned: Words of the question that no passage has, as they were typed.
        spent_ms: What each stage took, in milliseconds.
    """

    question: str
    status: Status
    text: str
    cited: tuple[Passage, ...]
    retrieved: tuple[Passage, ...]
    link: str
    model: str = ""
    degraded: tuple[str, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    safety: tuple[Safety, ...] = ()
    problem: str = ""
    hint: str = ""
    quoted: bool = False
    nearest: tuple[Passage, ...] = ()
    unmentioned: tuple[str, ...] = ()
    spent_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def exit_code(self) -> Exit:
        """The exit code of a command that ends with this answer."""
        return _EXIT[self.status]


_EXIT = {
    Status.ANSWERED: Exit.OK,
    Status.PARTIAL: Exit.OK,
    Status.PASSAGES_ONLY: Exit.OK,
    Status.NO_MATCH: Exit.REFUSED,
    Status.NOT_IN_CONTEXT: Exit.REFUSED,
    Status.UNVERIFIED: Exit.REFUSED,
    Status.GUARDRAIL: Exit.REFUSED,
    Status.MODEL_UNAVAILABLE: Exit.BACKEND,
    Status.INCOMPLETE: Exit.INCOMPLETE,
}
