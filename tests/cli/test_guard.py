"""RAG_GUARD: a model that was made to judge stands before and behind every answer."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.fake_ollama import FakeOllama
from tests.support.program import BASE, here

QUESTION = "how do I create a job?"
GUARD = "llama-guard3:8b"
ANSWER = "Open the console. [^1] Click **Create job**. [^1]"
TOLD = {"Open the console", "Create job**"}
REFUSED = "I don't know."
UNSAFE = "unsafe\nS1,S10"
NEMO = (
    '{"User Safety": "safe", "Response Safety": "unsafe", "Safety Categories": "Hate"}'
)


class Guarded(FakeOllama):
    """One server with two models: one answers, the other judges question and answer."""

    def __init__(self, question: str = "safe", answer: str = "safe") -> None:
        super().__init__(self._say)
        self.says = {"question": question, "answer": answer}
        self.answers: list[dict[str, Any]] = []
        self.judged: list[dict[str, Any]] = []
        self.gone_wrong: dict[str, str] = {}

    @property
    def model(self) -> str:
        """The model of the latest request, if there is such a one."""
        asked = next((body for *_, body in reversed(self.requests) if body), {})
        known = {"llama3.1:8b", GUARD} - (
            {GUARD} if "missing" in self.gone_wrong else set()
        )
        name = str(asked.get("model"))
        return name if name in known else "llama3.1:8b"

    @model.setter
    def model(self, name: str) -> None:
        """Both names are fixed."""

    @property
    def mode(self) -> str:
        """What goes wrong with the guard goes wrong with nobody else."""
        return self.gone_wrong.get("mode", "ok") if self.model == GUARD else "ok"

    @mode.setter
    def mode(self, mode: str) -> None:
        """It follows from the model."""

    def _say(self, request: dict[str, Any]) -> str:
        if request["model"] != GUARD:
            self.answers.append(request)
            return ANSWER
        self.judged.append(request)
        last = request["messages"][-1]["role"]
        return self.says["answer" if last == "assistant" else "question"]


@pytest.fixture
def ask(home):
    """Ask with a guard."""

    def run(fake: Guarded, *flags: str, guard: str = GUARD, **env: str):
        env = {"RAG_OLLAMA_URL": fake.url, "RAG_LLM_MODEL": "llama3.1:8b"} | env
        if guard:
            env["RAG_GUARD"] = guard
        command, stdin = ("chat", f"{QUESTION}\n") if "chat" in flags else ("ask", None)
        words = [flag for flag in flags if flag != "chat"]
        if command == "ask":
            words.append(QUESTION)
        return here(command, *words, home=home, env=env, stdin=stdin)

    return run


def test_without_the_setting_no_guard_is_asked(ask):
    """It takes a second model, and half a minute on a CPU."""
    with Guarded("unsafe", "unsafe") as fake:
        done = ask(fake, "--json", guard="")

    models = {body["model"] for *_, body in fake.requests if body}
    assert (done.code, done.data["status"], done.data["safety"]) == (0, "answered", [])
    assert (models, fake.judged) == ({"llama3.1:8b"}, [])


def test_what_is_safe_is_shown_and_both_verdicts_are_told(ask):
    """The answer is judged as the answer to that question, before a word is shown."""
    with Guarded() as fake:
        done = ask(fake, "--json")
        plain = ask(fake)

    first, second = fake.judged[:2]
    assert (done.code, done.data["status"]) == (0, "answered")
    assert [(s["stage"], s["safe"]) for s in done.data["safety"]] == [
        ("question", True), ("answer", True),
    ]  # fmt: skip
    assert [m["role"] for m in first["messages"]] == ["user"]
    assert [m["role"] for m in second["messages"]] == ["user", "assistant"]
    assert first["messages"][0]["content"] == QUESTION
    assert "Open the console." in second["messages"][1]["content"]
    assert all(told in plain.out for told in TOLD)
    assert (plain.code, plain.err) == (0, "")


BAD = {
    "unsafe": (UNSAFE, ["S1", "S10"]),
    "unsafe without categories": ("unsafe", []),
    "JSON": (NEMO.replace('"safe"', '"unsafe"'), ["Hate"]),
    "JSON of another form": ('{"verdict": "unsafe", "categories": null}', []),
    "no verdict": ("I think that this is fine.", ["no verdict"]),
    "safe, but": ("safe\nbut I would not", ["no verdict"]),
    "half a JSON": ('{"User Safety": "sa', ["no verdict"]),
    "nothing": ("", ["no verdict"]),
    "a list": ('["safe"]', ["no verdict"]),
}


@pytest.mark.parametrize("how", BAD)
@pytest.mark.parametrize("stage", ["question", "answer"])
def test_what_is_not_called_safe_is_not_shown(ask, stage, how):
    """No verdict is no pass; the categories are for who wants to know why."""
    says, categories = BAD[how]
    with Guarded(**{stage: says}) as fake:
        document = ask(fake, "--json")
        plain, chat = ask(fake), ask(fake, "chat", "-v")

    data = document.data
    assert (document.code, plain.code, chat.code) == (4, 4, 0)
    assert (data["status"], data["link"]) == ("refused:guardrail", BASE)
    assert data["safety"][-1]["stage"] == stage
    assert (data["safety"][-1]["safe"], data["citations"]) == (False, [])
    assert data["safety"][-1]["categories"] == categories
    assert bool(fake.answers) == (stage == "answer")
    assert all(done.out.startswith(f"{REFUSED}\n") for done in (plain, chat))
    assert "status: refused:guardrail\n" in plain.err
    for done in (document, plain, chat):
        assert not [t for t in TOLD if t in without_passages(done)]


def without_passages(done) -> str:
    """Return all that was printed, without what the passages say in a document."""
    text = done.err
    if not done.out.startswith("{"):
        return text + done.out
    data = done.data
    return text + str({k: v for k, v in data.items() if k != "retrieved"})


@pytest.mark.parametrize("wrong", ["missing", "slow", "cut", "500", "empty", "loop"])
def test_a_guard_that_is_no_use_refuses_and_says_why(ask, wrong):
    """A guard that sleeps guards nothing."""
    with Guarded() as fake:
        fake.gone_wrong = {"missing": ""} if wrong == "missing" else {"mode": wrong}
        document = ask(fake, "--json", RAG_LLM_TIMEOUT_S="1")
        plain = ask(fake, RAG_LLM_TIMEOUT_S="1")

    (verdict,) = document.data["safety"]
    assert (document.code, plain.code, fake.answers) == (4, 4, [])
    assert document.data["status"] == "refused:guardrail"
    assert verdict["categories"] == ["no verdict"]
    assert f"guard: question: no verdict ({verdict['why']})" in plain.err
    if wrong == "missing":
        assert f"ollama pull {GUARD}" in plain.err


def test_a_question_that_was_refused_is_not_told_to_the_next_one(ask, home):
    """What the guard has kept out must not come back through the conversation."""
    with Guarded(UNSAFE) as fake:
        env = {"RAG_OLLAMA_URL": fake.url, "RAG_GUARD": GUARD}
        lines = f"{QUESTION}\n{QUESTION}\n"
        done = here("chat", home=home, env=env, stdin=lines)

    assert (done.code, fake.answers, len(fake.judged)) == (0, [], 2)
    assert done.out.count(REFUSED) == 2
