"""`rag last`: the last answer, as it looked."""

from __future__ import annotations

import json

import pytest
from tests.support.fake_ollama import FakeOllama
from tests.support.program import here

from askdocs.adapters.local.last_answer import Citation, LastAnswer, write_last_answer

QUESTION = "how do I create a job?"
REPLY = "**Open** the console. [^1] A job costs 7 EUR. [^1]"
NO_MODEL = {"RAG_OLLAMA_URL": "http://127.0.0.1:1", "RAG_LLM_MODEL": "llama3.1:8b"}


@pytest.mark.parametrize("words", [[], ["--json"], ["-q"]], ids=["text", "json", "-q"])
def test_an_answer_is_shown_again_as_it_looked(rag, words):
    """Its text, its sources, its document, and what was said of it on stderr."""
    with FakeOllama(REPLY) as fake:
        env = {"RAG_OLLAMA_URL": fake.url}
        first = rag("ask", QUESTION, *words, env=env)
    again = rag("last", *words)

    assert again.out == first.out
    assert again.code == 0
    if words != ["--json"]:
        assert again.err == first.err


def test_an_answer_that_failed_is_shown_with_its_error(rag):
    """The command itself has done what it was asked for."""
    first = rag("ask", QUESTION, env=NO_MODEL)
    again = rag("last")

    assert (first.code, again.code) == (5, 0)
    assert (again.out, again.err) == (first.out, first.err)


def test_a_search_is_shown_again(rag):
    """It is what `rag open` opens."""
    first = rag("search", QUESTION)

    assert rag("last").out == first.out


def test_before_the_first_question_there_is_a_way_to_one(tmp_path):
    """Somebody tries it first."""
    done = here("last", home=tmp_path)

    assert (done.code, done.out) == (2, "")
    assert done.two_lines == ("nothing was asked yet", 'rag ask "is there a CLI?"')


@pytest.mark.parametrize("document", [{}, {"answer": 7}], ids=["none", "another"])
def test_what_another_version_kept_is_told(tmp_path, document):
    """Its sources can still be opened."""
    cited = Citation(1, "Jobs", "https://docs.example/jobs/")
    last = LastAnswer("how?", "answered", (cited,), document)
    write_last_answer(tmp_path / "rag/state/last-answer.json", last)

    done = here("last", home=tmp_path)

    assert done.code == 2
    assert "the next answer is kept whole" in done.two_lines[1]
    assert here("open", "1", home=tmp_path).out.strip() == cited.url


def test_a_conversation_is_kept_too(rag, home):
    """Its last answer."""
    with FakeOllama(REPLY) as fake:
        env = {"RAG_OLLAMA_URL": fake.url}
        talk = rag("chat", env=env, stdin=f"{QUESTION}\n")
    again = rag("last")

    kept = json.loads((home / "rag/state/last-answer.json").read_text())
    assert kept["document"]["status"] == "partial"
    assert again.out == talk.out.removesuffix("\n")
