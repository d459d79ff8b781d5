"""A guard model judges the question before the docs are asked, and the answer after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from tests.support.passages import passage

from askdocs.domain.answer import NOT_IN_DOCS, Answer, Safety, SearchResult, Status
from askdocs.domain.errors import AskDocsError, Exit, ModelUnavailable
from askdocs.flows.answer import Answerer
from askdocs.steps.answer.prompt import Prompt

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


@dataclass
class Docs:
    """Stands in for retriever and model: one passage, and a reply in two pieces."""

    reply: str = "It runs. It stops."
    model: str = "scripted:1b"
    searches: int = 0

    def find(self, _question: str, _only: object) -> SearchResult:
        self.searches += 1
        return SearchResult((passage(text="It runs. It stops."),))

    def stream(self, _question: str, _passages: object) -> Iterator[str]:
        yield self.reply[:9]
        yield self.reply[9:]


def run(guard: Guard, reply: str = Docs.reply) -> tuple[Answer, list[str], int]:
    """Return the answer, what was shown, and how often the docs were searched."""
    shown: list[str] = []
    docs = Docs(reply)
    prompt = Prompt("Scaleway", SITE, num_ctx=8192, num_predict=512)
    answer = Answerer(docs, docs, prompt, guard=guard).answer("How?", show=shown.append)
    return answer, shown, docs.searches


def test_what_is_safe_passes_and_the_guard_sees_both_sides():
    """It judges the answer as the answer to that question."""
    guard = Guard(["safe", "safe"])

    answer, shown, _ = run(guard)

    assert (answer.status, shown) == (Status.ANSWERED, ["It runs. It stops."])
    assert answer.safety == (Safety("question", True), Safety("answer", True))
    assert guard.asked == [
        [("user", "How?")],
        [("user", "How?"), ("assistant", "It runs. It stops.")],
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

    answer, shown, _ = run(guard, NOT_IN_DOCS)

    assert (answer.status, shown) == (Status.NOT_IN_CONTEXT, ["I don't know."])
    assert len(guard.asked) == 1
