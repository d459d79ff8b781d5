"""Passages and a question become calls of the model, each within its window."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from askdocs.domain.answer import Passage
from askdocs.domain.errors import ConfigError
from askdocs.steps.answer.prompt.passage_block import clean, shown
from askdocs.steps.answer.prompt.prompts import MERGE, NO_DRAFT, REFINE, draft_shown
from askdocs.steps.answer.prompt.template import BRACES, Template, filled

CHAT_TOKENS = 32  # around two messages: Llama 3's template adds 15, 3.1's a date too

_LONGEST_FENCE = "a1" * 6
_PIECE = re.compile(
    r"[A-Z]?[a-z]{1,4}|[A-Z]|\d{1,2}|[ \t]{2,}|\n\s*|[^\W\d_]|[^\w\s]|_"
)


class Mode(Enum):
    """How many calls of the model make one answer.

    COMPACT is one call with all passages that fit. REFINE is one for each passage, which
    improves the draft of the one before. TREE_SUMMARIZE is one while all fit, else one
    for each windowful and one that merges their drafts. NO_TEXT is none.
    """

    COMPACT = "compact"
    REFINE = "refine"
    TREE_SUMMARIZE = "tree_summarize"
    NO_TEXT = "no_text"


@dataclass(frozen=True, slots=True)
class Fitted:
    """The passages that the prompt has room for.

    Attributes:
        passages: Best first.
        note: What was left out, in words; "" if nothing was.
    """

    passages: tuple[Passage, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """How the model is asked.

    Attributes:
        product: Whose documentation this is.
        site: The URL of the documentation website.
        num_ctx: Tokens of the model's window, prompt and reply together.
        num_predict: The most tokens of the reply.
        template: What it is told.
        mode: How many calls make an answer.
    """

    product: str
    site: str
    num_ctx: int
    num_predict: int
    template: Template = field(default_factory=Template)
    mode: Mode = Mode.COMPACT

    def fit(self, question: str, passages: Sequence[Passage]) -> Fitted:
        """Return the best passages that leave room for the reply; never half of one.

        Ollama cuts what is too long at the front, where the rules are, and says
        nothing; so whole passages are left out from the end, and that is said. Where
        each call reads few of them, only those are left out that are too long alone.

        Raises:
            ConfigError: if there is no room for even one.
        """
        kept = self._kept(question, passages)
        if passages and not kept:
            raise ConfigError(
                f"RAG_LLM_NUM_CTX: {self.num_ctx} tokens have no room for the rules, "
                f"the question, one passage and a reply of {self.num_predict}",
                hint="raise RAG_LLM_NUM_CTX, or ask a shorter question",
            )
        left = len(passages) - len(kept)
        note = f"prompt: {left} of {len(passages)} passages left out"
        note += f" (num_ctx {self.num_ctx})"
        return Fitted(tuple(kept), note if left else "")

    def windows(self, question: str, texts: Sequence[str]) -> list[list[str]]:
        """Return the texts in groups of which each fits into one call, in order."""
        costs = [tokens(text) + 1 for text in texts]
        room = self._room(self.template.user, question)
        return list(_packed(texts, costs, room))

    def merges(self, question: str, drafts: Sequence[str]) -> list[list[str]]:
        """Return drafts in groups of two and more, but for a last one, in order.

        A draft was a reply, so the model itself has no more tokens in it than those of a
        reply, however many `tokens` takes it for.
        """
        costs = [min(tokens(draft), self._draft) + 1 for draft in drafts]
        return list(_packed(drafts, costs, self._room(MERGE, question), least=2))

    @property
    def _draft(self) -> int:
        """Tokens that a draft takes, with its fence."""
        return tokens(draft_shown("", _LONGEST_FENCE)) + self.num_predict

    def _kept(self, question: str, passages: Sequence[Passage]) -> Sequence[Passage]:
        room = self._room(self.template.user, question)
        if self.mode is Mode.REFINE and len(passages) > 1:
            least = self._room(REFINE, question) - max(self.num_predict, _NO_DRAFT)
            return _each(passages, min(room, least))
        fits = _fitting(passages, room)
        if self.mode is Mode.TREE_SUMMARIZE and fits < len(passages):
            mergeable = self._room(MERGE, question) >= 2 * (self._draft + 1)
            return _each(passages, room) if mergeable else passages[:fits]
        return passages[:fits]

    def _room(self, user: str, question: str) -> int:
        """Return how many tokens of passages and drafts one call has room for."""
        values = {**BRACES, "product": self.product, "site": self.site}
        values["fence"] = _LONGEST_FENCE
        rules = filled(f"{self.template.system}\n{user}", values)
        room = self.num_ctx - self.num_predict - CHAT_TOKENS
        return room - tokens(rules) - tokens(clean(question))


def tokens(text: str) -> int:
    """Return at least as many tokens as Llama 3 makes of real documentation.

    On 2,234 pieces of 1,000 characters of the Scaleway docs: never less than cl100k
    counts (whose tokens Llama 3's vocabulary holds), 1.5 times as many in the median.
    Random letters can be more, so the adapter compares Ollama's own count afterwards.
    """
    wide = sum(len(c.encode()) - 1 for c in text if c > "\x7f" and not c.isalpha())
    return len(_PIECE.findall(text)) + wide


_NO_DRAFT = tokens(NO_DRAFT)


def _cost(passage: Passage, number: int) -> int:
    return tokens(shown(passage, number, _LONGEST_FENCE)) + 1


def _fitting(passages: Sequence[Passage], room: int) -> int:
    """Return how many passages fit together, counted from the best."""
    for number, passage in enumerate(passages, start=1):
        room -= _cost(passage, number)
        if room < 0:
            return number - 1
    return len(passages)


def _each(passages: Sequence[Passage], room: int) -> list[Passage]:
    """Return the passages that fit alone."""
    return [p for p in passages if _cost(p, len(passages)) <= room]


def _packed(
    texts: Sequence[str], costs: Sequence[int], room: int, *, least: int = 1
) -> Iterator[list[str]]:
    """Yield consecutive texts that fit together, but at least so many."""
    group: list[str] = []
    left = room
    for text, cost in zip(texts, costs, strict=True):
        if len(group) >= least and cost > left:
            yield group
            group, left = [], room
        group.append(text)
        left -= cost
    if group:
        yield group
