"""A guard model stands before and behind an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from tests.support.passages import passages

from askdocs.domain.answer import Answer, Safety, Status
from askdocs.domain.errors import AskDocsError, Exit, ModelUnavailable
from askdocs.flows.guardrail import guarded

SITE = "https://docs.example/"


@dataclass
class Guard:
    """The port `ChatModel`: says these in turn."""

    says: list[str | AskDocsError]
    model: str = "guard:1b"
    asked: list[Sequence[tuple[str, str]]] = field(default_factory=list)

    def reply(self, messages: Sequence[tuple[str, str]]) -> Iterator[str]:
        self.asked.append(messages)
        said = self.says[len(self.asked) - 1]
        if isinstance(said, AskDocsError):
            raise said
        yield said


def run(
    guard: Guard, status: Status = Status.ANSWERED
) -> tuple[Answer, list[str], int]:
    """Return the answer, what was shown, and how often the docs were asked."""
    shown: list[str] = []
    times: list[str] = []

    def ask(question: str, show) -> Answer:
        times.append(question)
        show("It ")
        show("runs.")
        return Answer(question, status, "It runs.", (), passages(2), SITE)

    answer = guarded("How?", ask, guard, site=SITE, show=shown.append)
    return answer, shown, len(times)


def test_what_is_safe_passes_and_the_guard_sees_both_sides():
    """It judges the answer as the answer to that question."""
    guard = Guard(["safe", "safe"])

    answer, shown, _ = run(guard)

    assert (answer.status, shown) == (Status.ANSWERED, ["It runs."])
    assert answer.safety == (Safety("question", True), Safety("answer", True))
    assert guard.asked == [
        [("user", "How?")],
        [("user", "How?"), ("assistant", "It runs.")],
    ]


def test_an_unsafe_question_is_refused_before_anything_is_searched():
    """Neither the docs nor the language model see it."""
    answer, shown, times = run(Guard(["unsafe\nS9"]))

    assert (answer.status, answer.exit_code) == (Status.GUARDRAIL, Exit.REFUSED)
    assert (shown, times, answer.link) == (["I don't know."], 0, SITE)
    assert answer.safety == (Safety("question", False, ("S9",)),)


def test_an_unsafe_answer_is_not_shown():
    """Not even its first sentence."""
    answer, shown, _ = run(Guard(["safe", '{"Response Safety": "unsafe"}']))

    assert (answer.status, shown) == (Status.GUARDRAIL, ["I don't know."])
    assert answer.text == "I don't know."
    assert [safety.safe for safety in answer.safety] == [True, False]


@pytest.mark.parametrize(
    "said", ["", "As an AI", ModelUnavailable("Ollama is down", hint="ollama serve")]
)
def test_no_verdict_is_no_pass(said):
    """A guard that sleeps guards nothing."""
    before, shown, times = run(Guard([said]))
    after, _, _ = run(Guard(["safe", said]))

    assert (before.status, shown, times) == (Status.GUARDRAIL, ["I don't know."], 0)
    assert after.status is Status.GUARDRAIL
    assert before.safety[0].categories == ("no verdict",)
    assert before.safety[0].why


def test_a_refusal_need_not_be_guarded():
    """ "I don't know." harms nobody."""
    guard = Guard(["safe"])

    answer, shown, _ = run(guard, Status.NOT_IN_CONTEXT)

    assert (answer.status, shown) == (Status.NOT_IN_CONTEXT, ["It runs."])
    assert len(guard.asked) == 1
