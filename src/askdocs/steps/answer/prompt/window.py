"""Fit passages and a question into calls of the model, each within its window."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from askdocs.domain.answer import Passage
from askdocs.domain.errors import ConfigError
from askdocs.steps.answer.prompt.passage_block import clean, format_passage
from askdocs.steps.answer.prompt.prompts import MERGE, NO_DRAFT, REFINE, format_draft
from askdocs.steps.answer.prompt.template import BRACES, Template, fill_in

CHAT_TOKENS = 32  # around two messages: Llama 3's template adds 15, 3.1's a date too

_SAMPLE_FENCE_ID = "a1" * 6
_TOKEN = re.compile(
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
        kept = self._fitting_passages(question, passages)
        if passages and not kept:
            raise ConfigError(
                f"RAG_LLM_NUM_CTX: {self.num_ctx} tokens have no room for the rules, "
                f"the question, one passage and a reply of {self.num_predict}",
                hint="raise RAG_LLM_NUM_CTX, or ask a shorter question",
            )
        skipped = len(passages) - len(kept)
        note = f"prompt: {skipped} of {len(passages)} passages left out"
        note += f" (num_ctx {self.num_ctx})"
        return Fitted(tuple(kept), note if skipped else "")

    def windows(self, question: str, texts: Sequence[str]) -> list[list[str]]:
        """Return the texts in groups of which each fits into one call, in order."""
        costs = [count_tokens(text) + 1 for text in texts]
        room_tokens = self._room_tokens(self.template.user, question)
        return list(_pack(texts, costs, room_tokens))

    def merges(self, question: str, drafts: Sequence[str]) -> list[list[str]]:
        """Return drafts in groups of two and more, but for a last one, in order.

        A draft was a reply, so the model itself has no more tokens in it than those of a
        reply, however many `count_tokens` takes it for.
        """
        costs = [min(count_tokens(draft), self._draft_tokens) + 1 for draft in drafts]
        return list(
            _pack(drafts, costs, self._room_tokens(MERGE, question), min_size=2)
        )

    @property
    def _draft_tokens(self) -> int:
        """Tokens that a draft takes, with its fence."""
        return count_tokens(format_draft("", _SAMPLE_FENCE_ID)) + self.num_predict

    def _fitting_passages(
        self, question: str, passages: Sequence[Passage]
    ) -> Sequence[Passage]:
        room = self._room_tokens(self.template.user, question)
        if self.mode is Mode.REFINE and len(passages) > 1:
            draft = max(self.num_predict, _NO_DRAFT_TOKENS)
            room_for_refining = self._room_tokens(REFINE, question) - draft
            return _fitting_alone(passages, min(room, room_for_refining))
        count = _count_fitting(passages, room)
        if self.mode is Mode.TREE_SUMMARIZE and count < len(passages):
            two_drafts = 2 * (self._draft_tokens + 1)
            mergeable = self._room_tokens(MERGE, question) >= two_drafts
            return _fitting_alone(passages, room) if mergeable else passages[:count]
        return passages[:count]

    def _room_tokens(self, user: str, question: str) -> int:
        """Return how many tokens of passages and drafts one call has room for."""
        values = {**BRACES, "product": self.product, "site": self.site}
        values["fence"] = _SAMPLE_FENCE_ID
        rules = fill_in(f"{self.template.system}\n{user}", values)
        room = self.num_ctx - self.num_predict - CHAT_TOKENS
        return room - count_tokens(rules) - count_tokens(clean(question))


def count_tokens(text: str) -> int:
    """Return at least as many tokens as Llama 3 makes of real documentation.

    On 2,234 pieces of 1,000 characters of the Scaleway docs: never less than cl100k
    counts (whose tokens Llama 3's vocabulary holds), 1.5 times as many in the median.
    Random letters can be more, so the adapter compares Ollama's own count afterwards.
    """
    wide_bytes = sum(
        len(c.encode()) - 1 for c in text if c > "\x7f" and not c.isalpha()
    )
    return len(_TOKEN.findall(text)) + wide_bytes


_NO_DRAFT_TOKENS = count_tokens(NO_DRAFT)


def _passage_tokens(passage: Passage, number: int) -> int:
    return count_tokens(format_passage(passage, number, _SAMPLE_FENCE_ID)) + 1


def _count_fitting(passages: Sequence[Passage], room: int) -> int:
    """Return how many passages fit together, counted from the best."""
    for number, passage in enumerate(passages, start=1):
        room -= _passage_tokens(passage, number)
        if room < 0:
            return number - 1
    return len(passages)


def _fitting_alone(passages: Sequence[Passage], room: int) -> list[Passage]:
    """Return the passages that fit alone."""
    return [p for p in passages if _passage_tokens(p, len(passages)) <= room]


def _pack(
    texts: Sequence[str], costs: Sequence[int], room: int, *, min_size: int = 1
) -> Iterator[list[str]]:
    """Yield consecutive texts that fit together, but at least so many."""
    group: list[str] = []
    remaining = room
    for text, cost in zip(texts, costs, strict=True):
        if len(group) >= min_size and cost > remaining:
            yield group
            group, remaining = [], room
        group.append(text)
        remaining -= cost
    if group:
        yield group
