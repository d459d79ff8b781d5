"""Let a guard model judge a question and the answer to it.

No verdict is no pass: silence, garbage and a server that is down refuse.
"""

from __future__ import annotations

from dataclasses import replace

from askdocs.domain.answer import REFUSAL, Answer, Safety, Status
from askdocs.domain.errors import AnswerIncomplete, ModelUnavailable
from askdocs.domain.ports import ChatModel
from askdocs.steps.answer.guard import no_verdict, read_verdict

_HAS_TEXT = {Status.ANSWERED, Status.PARTIAL, Status.INCOMPLETE}


def judge(guard: ChatModel, question: str, answer: str = "") -> Safety:
    """Return what a guard says of a question, or of an answer to it."""
    stage = "answer" if answer else "question"
    messages = [("user", question)] + ([("assistant", answer)] if answer else [])
    try:
        return read_verdict("".join(guard.reply(messages)), stage)
    except (ModelUnavailable, AnswerIncomplete) as err:
        return no_verdict(stage, f"{err}; {err.hint}")


def refused_question(question: str, safety: Safety, *, site: str) -> Answer:
    """Return the refusal of a question that a guard does not call safe.

    Args:
        question: As asked.
        safety: What the guard said of it.
        site: The link of a refusal.
    """
    return Answer(question, Status.GUARDRAIL, REFUSAL, (), (), site, safety=(safety,))


def judged_answer(
    guard: ChatModel, answer: Answer, safety: Safety, *, site: str
) -> Answer:
    """Return an answer that a guard calls safe, or the refusal in its place.

    An answer without text of its own, such as a refusal, is not judged.

    Args:
        guard: A model that was made to judge.
        answer: To a question that has passed.
        safety: What the guard said of the question.
        site: The link of a refusal.
    """
    if not (answer.text and answer.status in _HAS_TEXT):
        return replace(answer, safety=(safety,))
    of_answer = judge(guard, answer.question, answer.text)
    answer = replace(answer, safety=(safety, of_answer))
    if of_answer.safe:
        return answer
    return replace(
        answer,
        status=Status.GUARDRAIL,
        text=REFUSAL,
        cited=(),
        sentences=(),
        link=site,
        problem="",
        hint="",
    )
