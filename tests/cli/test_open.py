"""`rag open N`: from a number in an answer to the page."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import webbrowser

import pytest
from tests.support.fake_ollama import FakeOllama
from tests.support.program import BASE, environment, here

from askdocs.adapters.local.last_answer import Citation, LastAnswer, write_last_answer

ONE = Citation(1, "How to create a job", f"{BASE}jobs/create-job/")
THREE = Citation(3, "Volumes > Sizes", f"{BASE}volumes/#sizes")
LAST = LastAnswer("how do I create a job?", "answered", (ONE, THREE))


@pytest.fixture
def kept(tmp_path):
    """Return a home in which an answer was kept."""
    write_last_answer(tmp_path / "rag/state/last-answer.json", LAST)
    return tmp_path


@pytest.fixture
def opened(monkeypatch):
    """Collect what would be opened in a browser."""
    urls: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda url: urls.append(url) or True)
    return urls


@pytest.mark.parametrize("cited", [ONE, THREE], ids=["first", "with a fragment"])
def test_a_citation_is_an_address_on_stdout(kept, opened, cited):
    """So `xdg-open $(rag open 3)` works; without a terminal nothing is opened."""
    done = here("open", str(cited.mark), home=kept)

    assert (done.code, done.out, done.err) == (0, f"{cited.url}\n", "")
    assert opened == []


def test_the_document_of_a_citation(kept, opened):
    """Scripts read what it is called, too."""
    data = here("open", "3", "--json", home=kept).data

    assert data == {
        "schema_version": 1,
        "question": LAST.question,
        "citation": {"mark": 3, "title": THREE.title, "url": THREE.url},
    }
    assert opened == []


@pytest.mark.parametrize("number", ["2", "0", "99"])
def test_a_number_that_is_not_there_names_those_that_are(kept, number):
    """Numbers have gaps: not every passage is cited."""
    done = here("open", number, home=kept)

    what, hint = done.two_lines
    assert (done.code, done.out, hint) == (2, "", "rag open 1")
    assert what == f"there is no citation {number}: the last answer has 1, 3"


@pytest.mark.parametrize("words", [["-1"], ["two"], []], ids=" ".join)
def test_what_is_no_number_is_a_wrong_call(kept, words):
    """As with every other command."""
    assert here("open", *words, home=kept).code == 2


def test_a_refusal_has_nothing_to_open(tmp_path):
    """It says which answer that was."""
    refused = LastAnswer("who won?", "refused:no_match", ())
    write_last_answer(tmp_path / "rag/state/last-answer.json", refused)
    done = here("open", "1", home=tmp_path)

    assert done.code == 2
    assert "has none (refused:no_match)" in done.two_lines[0]


@pytest.mark.parametrize("text", [None, "", "{"], ids=["no file", "empty", "damaged"])
def test_without_an_answer_there_is_a_way_to_one(tmp_path, text):
    """The first thing that someone tries who reads --help."""
    if text is not None:
        (tmp_path / "rag/state").mkdir(parents=True)
        (tmp_path / "rag/state/last-answer.json").write_text(text)
    done = here("open", "1", home=tmp_path)

    what, hint = done.two_lines
    assert (done.code, what) == (2, "no answer was kept yet")
    assert hint.startswith("rag ask ")


def on_a_terminal(home, *words: str) -> tuple[str, str]:
    """Return what a terminal shows, and what the browser was given."""
    log = home / "browser.log"
    browser = home / "browser"
    browser.write_text(f'#!/bin/sh\necho "$@" >> {log}\n')
    browser.chmod(0o700)
    ours, theirs = pty.openpty()
    env = environment(home, {"BROWSER": f"{browser} %s", "TERM": "dumb"})
    with os.fdopen(theirs, "w") as screen:
        command = [sys.executable, "-m", "askdocs", "open", *words]
        subprocess.run(command, env=env, stdout=screen, cwd=home, check=True)
    with os.fdopen(ours, "rb") as shown:
        text = shown.read1(4096).decode()
    return text.strip(), log.read_text().strip() if log.exists() else ""


def test_a_terminal_opens_the_browser(kept):
    """With the address that it shows."""
    assert on_a_terminal(kept, "3") == (THREE.url, THREE.url)


@pytest.mark.parametrize("flag", ["--print", "--json"])
def test_a_terminal_can_be_told_not_to(kept, flag):
    """Over ssh there is no browser to open."""
    shown, opened = on_a_terminal(kept, "3", flag)

    assert THREE.url in shown
    assert opened == ""


def test_opening_loads_nothing(kept):
    """It is an address in a small file."""
    probe = (
        "import sys; from askdocs.cli.app import main\n"
        "try: main()\n"
        "except SystemExit: print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, "open", "1"],
        env=environment(kept, {}), cwd=kept, capture_output=True, text=True, check=True,
    )  # fmt: skip

    heavy = {"numpy", "llama_index", "httpx", "onnxruntime", "qdrant_edge", "torch"}
    assert ONE.url in done.stdout
    assert heavy.isdisjoint(done.stdout.split())


def test_a_search_can_be_opened(home):
    """By the numbers that it shows."""
    found = here("search", "how do I create a job?", "--json", home=home).data
    links = [here("open", str(n), home=home).out.strip() for n in (1, 2)]

    assert links == [p["url"] for p in found["passages"][:2]]


def cites_the_logs(asked) -> str:
    """Reply as a model that reads would, with the mark of the passage that says so."""
    before, _, _ = asked["messages"][-1]["content"].partition("keeps its logs")
    mark = re.findall(r"mark: (\S+)", before)[-1]
    return f"Deleting a job keeps its logs for 30 days {mark}."


def test_an_answer_can_be_opened_by_its_marks(home):
    """Those that its text shows; a passage that it does not cite has none."""
    with FakeOllama(cites_the_logs) as fake:
        env = {"RAG_OLLAMA_URL": fake.url}
        question = "how long are logs kept?"
        data = here("ask", question, "--json", home=home, env=env).data

    (cited,) = data["citations"]
    done = here("open", str(cited["mark"]), home=home)
    other = 1 if cited["mark"] != 1 else 2
    assert done.out.strip() == cited["url"]
    assert here("open", str(other), home=home).code == 2
