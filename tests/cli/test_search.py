"""`rag search` from end to end, with the real model and the real engine."""

from __future__ import annotations

import json
import os
import subprocess
import time
from contextlib import nullcontext
from types import SimpleNamespace

from tests.support.docs_of_ours import (
    JOB,
    TUTORIAL,
    page,
)
from tests.support.program import BASE, RAG, environment, here

from askdocs import assemble
from askdocs.domain.answer import SearchResult

QUESTION = "how do I create a job?"
PASSAGE = {"path", "url", "anchor", "title", "heading", "score", "text", "lines"}
JOB_URL = f"{BASE}jobs/create-job/"


def test_a_search_from_cold_finds_the_page_and_its_public_link(shell):
    """The whole point, in a process of its own."""
    done = shell("search", QUESTION)

    first, link, snippet = done.out.splitlines()[:3]
    assert (done.code, done.err) == (0, "")
    assert first.startswith("1. How to create a job")
    assert link.strip().startswith(JOB_URL)
    assert snippet.startswith("   ")


def test_the_document_of_a_search_has_the_promised_keys(rag):
    """Scripts are written against CONVENTIONS."""
    done = rag("search", QUESTION, "--json", "--passages", "3")

    assert done.data.keys() >= {"schema_version", "question", "passages"}
    assert (done.data["schema_version"], done.data["question"]) == (1, QUESTION)
    assert len(done.data["passages"]) == 3
    assert all(p.keys() >= PASSAGE for p in done.data["passages"])


def test_a_passage_says_where_it_stands(rag, home):
    """Path, address, heading and lines lead to the same few sentences."""
    found = rag("search", "how long are the logs of a deleted job kept?", "--json")

    first = found.data["passages"][0]
    start, end = first["lines"]
    lines = (home / "docs" / JOB).read_text().splitlines()[start - 1 : end]
    assert (first["path"], first["page_url"]) == (JOB, JOB_URL)
    assert (first["heading"], first["anchor"]) == (["Delete it"], "delete-it")
    assert first["url"] == f"{JOB_URL}#delete-it"
    assert "\n".join(lines) == first["text"]


def test_a_tutorial_that_is_called_index_is_found_at_the_address_of_its_folder(rag):
    """Leaving index.mdx out by name loses every tutorial."""
    found = rag("search", "back up PostgreSQL every night", "--json").data["passages"]

    page_url = f"{BASE}tutorials/backup/"
    assert (found[0]["path"], found[0]["page_url"]) == (TUTORIAL, page_url)


def test_nothing_found_is_said_and_has_a_code(rag, monkeypatch):
    """A script must be able to tell it from a result."""
    retriever = SimpleNamespace(find=lambda _question, _only: SearchResult(()))
    nothing = nullcontext(
        SimpleNamespace(retriever=retriever, only=None, english_only=True)
    )
    monkeypatch.setattr(assemble, "searcher", lambda _loaded, **_: nothing)

    done, data = rag("search", QUESTION), rag("search", QUESTION, "--json")

    assert (done.code, done.out, data.code) == (4, "", 4)
    assert done.two_lines[0] == "no passage was found"
    assert data.data["passages"] == []


def test_scores_fall(rag):
    """The best comes first."""
    scores = [p["score"] for p in rag("search", QUESTION, "--json").data["passages"]]

    assert scores == sorted(scores, reverse=True)


def test_a_question_can_come_from_stdin(rag):
    """Quoting is hard in scripts."""
    piped = rag("search", "-", "--json", stdin=f"{QUESTION}\n")

    assert piped.out == rag("search", QUESTION, "--json").out


def test_a_foreign_question_to_an_english_model_is_warned_of(rag):
    """It finds what the words have in common, and the reader should know why."""
    shown = rag("search", "Wie", "lösche", "ich", "einen", "Job?")
    quiet = rag("search", "-q", "Wie lösche ich einen Job?")
    told = rag("search", "Wie lösche ich einen Job?", "--json").data["warnings"]

    assert shown.err == f"warning: {told[0]}\n"
    assert "asked in German" in told[0]
    assert (len(told), quiet.err) == (1, "")
    assert rag("search", QUESTION, "--json").data["warnings"] == []


def test_words_need_no_quotes_and_options_may_stand_among_them(rag):
    """Everyone forgets the quotes once."""
    quoted = rag("search", QUESTION, "-n", "2", "--json")
    loose = rag("search", "how", "-n2", "do", "I", "--json", "create", "a", "job?")
    behind = rag("search", "--json", "-n", "2", "--", *QUESTION.split())
    option = rag("search", "-n", "1", "--json", "--", "what", "is", "--json")

    assert loose.data == quoted.data == behind.data
    assert (loose.data["question"], len(loose.data["passages"])) == (QUESTION, 2)
    assert option.data["question"] == "what is --json"


def test_a_document_that_no_pipe_holds_arrives_whole(home):
    """Also where the reader is slow, and the pipe refuses what it cannot take at once."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    long = "A sentence about jobs and logs and other things. " * 40
    body = "\n\n".join(f"## Part {n}\n\n{long}" for n in range(60))
    (home / "docs/pages/long.mdx").write_text(page("A long page about jobs", body))
    assert here("ingest", "docs", home=home).code == 0
    child = subprocess.Popen(
        [RAG, "search", QUESTION, "--passages", "50", "--json"],
        env=environment(home, {}), cwd=home, stdout=writer,
    )  # fmt: skip
    os.close(writer)
    time.sleep(3)
    with os.fdopen(reader) as pipe:
        text = pipe.read()

    assert child.wait(20) == 0
    assert len(text) > 70_000
    assert len(json.loads(text)["passages"]) == 50
