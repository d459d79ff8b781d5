"""A question and its answer pass a guard model, or neither is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from askdocs.domain.answer import REFUSAL, Answer, Safety, Status
from askdocs.domain.errors import AnswerIncomplete, ModelUnavailable
from askdocs.domain.ports import ChatModel
from askdocs.flows.checked_answer import Show
from askdocs.steps.answer.guard import garbage, verdict

Ask = Callable[[str, Show], Answer]


def guarded(
    question: str, ask: Ask, guard: ChatModel, *, site: str, show: Show
) -> Answer:
    """Answer a question that a guard calls safe, if it says so of the answer, too.

    Nothing is shown before the whole answer has passed. No verdict is no pass.

    Args:
        question: As asked.
        ask: Answers it, showing its text piece by piece.
        guard: A model that was made to judge.
        site: The link of a refusal.
        show: Called with the text that has passed, or with the refusal.
    """
    before = judged(guard, question)
    if not before.safe:
        show(REFUSAL)
        return Answer(
            question, Status.GUARDRAIL, REFUSAL, (), (), site, safety=(before,)
        )
    pieces: list[str] = []
    answer = ask(question, pieces.append)
    said = answer.status in {Status.ANSWERED, Status.PARTIAL, Status.INCOMPLETE}
    if not (said and answer.text):
        show("".join(pieces))
        return replace(answer, safety=(before,))
    after = judged(guard, question, answer.text)
    if after.safe:
        show("".join(pieces))
        return replace(answer, safety=(before, after))
    show(REFUSAL)
    return replace(
        answer,
        status=Status.GUARDRAIL,
        text=REFUSAL,
        cited=(),
        sentences=(),
        link=site,
        safety=(before, after),
        problem="",
        hint="",
    )


def judged(guard: ChatModel, question: str, answer: str = "") -> Safety:
    """Return what a guard says of a question, or of an answer to it."""
    stage = "answer" if answer else "question"
    messages = [("user", question)] + ([("assistant", answer)] if answer else [])
    try:
        return verdict("".join(guard.reply(messages)), stage)
    except (ModelUnavailable, AnswerIncomplete) as err:
        return garbage(stage, f"{err}; {err.hint}")
