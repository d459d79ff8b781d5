"""Hold a conversation: rewrite follow-ups as questions that stand by themselves.

Each turn is asked and checked as `flows.answer` does; what was said before only helps to
say what the next question is about, and is no source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from askdocs.domain.answer import Answer, Status
from askdocs.domain.errors import AnswerIncomplete, ModelUnavailable
from askdocs.domain.ports import ChatModel
from askdocs.steps.answer.condense import (
    SYSTEM,
    USER,
    Turn,
    fit_turns,
    standalone_question,
)
from askdocs.steps.answer.follow_up import resolved
from askdocs.steps.answer.prompt import clean, count_tokens, fence


@dataclass(slots=True)
class Conversation:
    """What was asked and answered so far.

    Args:
        product: What the docs are about.
        room: Tokens that the turns before and a follow-up may take in a rewriting.
        max_chars: The most characters of a question.
        turns: Oldest first.
        note: What of the conversation the last question was not told; "" if nothing.
    """

    product: str
    room: int
    max_chars: int
    turns: list[Turn] = field(default_factory=list)
    note: str = ""

    def clear(self) -> None:
        """Forget everything."""
        self.turns.clear()
        self.note = ""

    def standalone(self, question: str, chat_model: ChatModel | None) -> str:
        """Return a question that says by itself what it is about.

        A first question is left as it is. While no model answers, what a follow-up leans
        on is put into it by rule.
        """
        self.note = ""
        if not self.turns:
            return question
        by_rule = resolved(question, self.turns[-1].question, max_chars=self.max_chars)
        if chat_model is None or not chat_model.model:
            return by_rule
        recent = fit_turns(self.turns, self.room - count_tokens(question), count_tokens)
        if recent.dropped:
            self.note = f"history: {recent.dropped} of {len(self.turns)} turns left out"
        if not recent.turns:
            return by_rule
        transcript = "\n\n".join(str(turn) for turn in recent.turns)
        mark = fence(question + transcript, ())
        messages = [
            ("system", SYSTEM.format(product=self.product)),
            ("user", _prompt(transcript, clean(question), mark)),
        ]
        try:
            reply = "".join(chat_model.reply(messages))
        except (ModelUnavailable, AnswerIncomplete) as err:
            how = "as it stands" if by_rule == question else f"as {by_rule}"
            self.note = f"history: the question was asked {how}: {err}"
            return by_rule
        return standalone_question(reply, by_rule, max_chars=self.max_chars)

    def add(self, answer: Answer) -> None:
        """Remember a turn that has an answer or passages, unless a guard refused it."""
        if (answer.text or answer.retrieved) and answer.status is not Status.GUARDRAIL:
            self.turns.append(Turn(answer.question, clean(answer.text)))


def _prompt(turns: str, question: str, mark: str) -> str:
    """Return the prompt; what is put into it is never read for braces."""
    head, middle, tail = re.split(r"\{turns\}|\{question\}", USER)
    parts = (head, middle, tail)
    begin, between, end = (part.replace("{fence}", mark) for part in parts)
    return f"{begin}{turns}{between}{question}{end}"
