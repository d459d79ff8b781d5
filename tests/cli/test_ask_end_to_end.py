"""`rag ask` from end to end: the real model and engine, and a fake of Ollama alone."""

from __future__ import annotations

import os
import subprocess

from tests.support.docs_of_ours import (
    JOB,
)
from tests.support.fake_ollama import FakeOllama
from tests.support.program import BASE, RAG, environment

QUESTION = "how do I create a job?"
JOB_URL = f"{BASE}jobs/create-job/"


def ollama(fake: FakeOllama) -> dict[str, str]:
    return {"RAG_OLLAMA_URL": fake.url, "RAG_LLM_MODEL": fake.model}


def live(home) -> str:
    """Return the name of the generation that questions are asked of."""
    return (home / "rag/data/scw_docs/current").read_text().strip()


def test_an_answer_is_text_sources_and_a_last_paragraph_with_the_link(rag):
    """The link comes from our table, whatever the model writes."""
    said = "Open the console [^1].\n\nRead https://evil.example/"
    with FakeOllama(said) as fake:
        done = rag("ask", QUESTION, env=ollama(fake))

    text, sources, link = done.out.strip().split("\n\n")
    assert (done.code, done.err) == (0, "")
    assert text == "Open the console [^1]."
    assert sources.splitlines()[0] == "Sources:"
    assert sources.splitlines()[1].startswith("[1] How to create a job")
    assert JOB_URL in sources
    assert link == f"Read more: {JOB_URL}"


def test_the_streamed_answer_is_the_one_in_the_document(rag):
    """Two ways out must not be two answers."""
    with FakeOllama(
        "Use `example jobs create` [^2], not [^9]. Then wait [^1]."
    ) as fake:
        text = rag("ask", QUESTION, env=ollama(fake)).out
        data = rag("ask", QUESTION, "--json", env=ollama(fake)).data

    streamed = text.split("\n\nSources:")[0] + "\n\n" + text.strip().split("\n\n")[-1]
    assert data["answer"] == streamed
    assert "[^9]" not in streamed


def test_the_document_of_an_answer_has_the_promised_keys(rag, home):
    """Scripts are written against CONVENTIONS."""
    with FakeOllama("Open the console [^1].") as fake:
        data = rag("ask", QUESTION, "--json", env=ollama(fake)).data

    assert data.keys() >= {
        "schema_version", "status", "answer", "citations", "retrieved", "index",
        "model", "timings", "degraded",
    }  # fmt: skip
    assert (data["status"], data["model"]) == (
        "answered",
        {"name": fake.model},
    )
    assert data["index"]["generation"] == live(home)
    (cited,) = data["citations"]
    assert cited.keys() >= {"id", "title", "url", "path", "heading", "score", "quote"}
    assert cited["id"] == data["retrieved"][0]["id"]
    assert cited["quote"] == data["retrieved"][0]["text"]
    assert "error" not in data


def test_the_answer_is_streamed(home):
    """A model on a CPU takes minutes; its first words must not wait for its last."""
    with FakeOllama("Open the console. Then wait.", mode="stall", after=6) as fake:
        child = subprocess.Popen(
            [RAG, "ask", QUESTION],
            env=environment(home, ollama(fake)),
            cwd=home,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        with child:
            first = os.read(child.stdout.fileno(), 4)
            child.kill()

    assert first == b"Open"


def test_a_refusal_says_so_with_the_address_of_the_docs(rag):
    """We would rather say nothing than something the docs do not."""
    with FakeOllama("NOT IN DOCS") as fake:
        done = rag("ask", "who won in 1998?", env=ollama(fake))
        data = rag("ask", "who won in 1998?", "--json", env=ollama(fake))

    lines = [line for line in done.out.splitlines() if line]
    first, heading, *pages, last = lines
    assert (first, heading) == ("I don't know.", "Nearest pages:")
    assert last == f"The Scaleway documentation: {BASE}"
    assert len(pages) == len(data.data["nearest"]) == 3
    assert (done.code, data.code) == (4, 4)
    assert data.data["answer"] == f"{first}\n\n{last}"
    assert data.data["citations"] == []


def test_without_its_model_the_docs_are_quoted_with_the_way_to_start_it(rag):
    """Half an answer is better than none, and no script takes it for a whole one."""
    down = {"RAG_OLLAMA_URL": "http://127.0.0.1:1", "RAG_LLM_MODEL": "llama3.1:8b"}
    done = rag("ask", QUESTION, env=down)
    data = rag("ask", QUESTION, "--json", env=down)

    what, hint = done.last_two_lines
    assert (done.code, data.code) == (5, 5)
    assert "http://127.0.0.1:1" in what
    assert hint.startswith("ollama serve")
    assert JOB_URL in done.out
    assert done.out.strip().splitlines()[-1] == f"Read more: {JOB_URL}"
    assert data.data["retrieved"][0]["path"] == JOB
    assert data.data["error"] == {
        "code": 5, "name": "ModelUnavailable", "what": what, "hint": data.last_two_lines[1],
    }  # fmt: skip


def test_a_model_that_was_never_pulled_is_named_with_the_command(rag):
    """The most common first failure."""
    with FakeOllama(mode="missing") as fake:
        done = rag("ask", QUESTION, env=ollama(fake))

    assert (done.code, done.last_two_lines[1]) == (5, f"ollama pull {fake.model}")
    assert JOB_URL in done.out


def test_a_stream_that_is_cut_is_no_answer(rag):
    """What came is shown, with its link; the exit code says that it is not all."""
    with FakeOllama("Open the console [^1].", mode="cut", after=3) as fake:
        done = rag("ask", QUESTION, env=ollama(fake))
        data = rag("ask", QUESTION, "--json", env=ollama(fake))

    assert (done.code, data.code) == (7, 7)
    assert done.out.startswith("Open the console\n")
    assert "broke off" in done.last_two_lines[0]
    assert (data.data["status"], data.data["error"]["code"]) == ("incomplete", 7)


def test_a_model_that_says_nothing_leaves_it_to_the_docs(rag):
    """An empty screen would look like an answer."""
    with FakeOllama(mode="empty") as fake:
        done = rag("ask", QUESTION, env=ollama(fake))

    assert done.code == 7
    assert done.out.startswith("1. Open the console.\n")


def test_quotes_can_be_asked_for_whatever_model_there_is(rag):
    """Nobody is asked, so nobody can be missing."""
    with FakeOllama() as fake:
        done = rag("ask", "--no-llm", QUESTION, env=ollama(fake))

    assert (done.code, fake.requests) == (0, [])
    assert done.err == "quoted from the docs (--no-llm)\n"
    assert done.out.startswith("1. Open the console.\n")
    assert done.out.strip().splitlines()[-1] == f"Read more: {JOB_URL}"
