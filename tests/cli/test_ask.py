"""How `rag ask` ends, what it prints meanwhile, and whom it talks to."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.support.docs_of_ours import page
from tests.support.fake_ollama import FakeOllama
from tests.support.program import BASE, RAG, environment
from tests.support.tiny_model import tiny_model

QUESTION = "how do I create a job?"
JOB_URL = f"{BASE}jobs/create-job/"
TRUE = "Open the console. [^1]"
FALSE = "A job costs 7 EUR. [^1]"


def ollama(fake: FakeOllama, **more: object) -> dict[str, str]:
    """Return the settings with which the fake is asked."""
    extra = {f"RAG_{name.upper()}": str(value) for name, value in more.items()}
    return {"RAG_OLLAMA_URL": fake.url, "RAG_LLM_MODEL": fake.model, **extra}


# How a question ends

LEFT = "sentences left out: no passage says so"
ENDINGS = {
    "answered": (TRUE, "ok", (), 0, []),
    "partial": (
        f"{TRUE} {FALSE}", "ok", (), 0, [f"status: partial (1 of 2 {LEFT})"],
    ),
    "refused:no_match": (
        TRUE, "ok", ("--path", "pages/regions/oslo.mdx"), 4,
        ["status: refused:no_match"],
    ),
    "refused:not_in_context": (
        "NOT IN DOCS", "ok", (), 4, ["status: refused:not_in_context"],
    ),
    "refused:unverified": (
        FALSE, "ok", ("--unverified", "refuse"), 4,
        [f"status: refused:unverified (1 of 1 {LEFT})"],
    ),
    "incomplete": (
        TRUE, "cut", (), 7,
        ["status: incomplete",
         "error: the answer broke off: the stream ended before Ollama was done",
         " hint: ask again   (ollama ps shows what Ollama is doing)"],
    ),
    "passages": (TRUE, "ok", ("--response-mode", "no_text"), 0, []),
    "model_unavailable": (
        TRUE, "missing", (), 5,
        ["warning: model: the passages' own sentences instead",
         "status: model_unavailable",
         "error: Ollama has no model 'llama3.1:8b'",
         " hint: ollama pull llama3.1:8b"],
    ),
}  # fmt: skip
ASKED = {"refused:no_match": "how long do I boil an egg?"}
UNASKED = {"refused:no_match", "passages"}


@pytest.mark.parametrize("status", ENDINGS)
def test_each_ending_has_one_status_one_code_and_one_line(rag, status):
    """The same for a person and for a script."""
    reply, mode, words, code, err = ENDINGS[status]
    question = ASKED.get(status, QUESTION)
    with FakeOllama(reply, mode=mode, after=3) as fake:
        plain = rag("ask", question, *words, env=ollama(fake))
        document = rag("ask", question, *words, "--json", env=ollama(fake))

    data = document.data
    assert (plain.code, document.code, data["status"]) == (code, code, status)
    assert plain.err.splitlines() == document.err.splitlines() == err
    assert bool(fake.chats) == (status not in UNASKED)
    assert ("error" in data) == (code in {5, 7})
    assert plain.out.rstrip().endswith(data["link"])
    assert not (status.startswith("refused") and data["citations"])
    assert_whole(data, "" if status in UNASKED else "llama3.1:8b")
    if data["answer"]:
        body, _, last = data["answer"].rpartition("\n\n")
        assert plain.out.startswith(f"{body}\n")
        assert plain.out.endswith(f"\n\n{last}\n")


@pytest.mark.parametrize("status", ["partial", "incomplete", "model_unavailable"])
def test_quiet_leaves_the_error_alone(rag, status):
    """A script that reads the code does not want the rest."""
    reply, mode, words, code, err = ENDINGS[status]
    question = ASKED.get(status, QUESTION)
    with FakeOllama(reply, mode=mode, after=3) as fake:
        done = rag("ask", question, "-q", *words, env=ollama(fake))

    assert done.code == code
    assert done.err.splitlines() == [e for e in err if e[:6] in {"error:", " hint:"}]


FRENCH = page(
    "Créer une fonction",
    "## Durée\n\nUne fonction s'exécute pendant 15 minutes au plus.",
)


IN_FRENCH = {
    "Une fonction s'exécute pendant 15 minutes au plus. [^1]": ("answered", 0),
    "Une fonction s'exécute pendant 90 minutes au plus.": ("refused:unverified", 4),
    "**NOT IN DOCS.**": ("refused:not_in_context", 4),
    "Je ne sais pas.": ("refused:unverified", 4),
}


def test_a_status_does_not_depend_on_the_language(rag, home):
    """It is read from the sentinel and the passages, not from the prose."""
    (home / "docs/pages/fonctions.mdx").write_text(FRENCH)
    assert rag("ingest", "docs").code == 0
    question = "combien de temps une fonction s'exécute-t-elle ?"
    ended = {}
    for reply in IN_FRENCH:
        with FakeOllama(reply) as fake:
            env = ollama(fake, unverified="refuse")
            done = rag("ask", question, "--json", env=env)
        ended[reply] = (done.data["status"], done.code)

    assert ended == IN_FRENCH


@pytest.mark.parametrize(
    ("unverified", "status", "code", "shown"),
    [
        ("keep", "partial", 0, TRUE),
        ("strike", "partial", 0, TRUE),
        ("show", "partial", 0, f"{TRUE} {FALSE}"),
        ("refuse", "refused:unverified", 4, "I don't know."),
    ],
)
def test_what_becomes_of_a_doubtful_sentence_is_a_setting(
    rag, unverified, status, code, shown
):
    """As a flag and in the environment; what was not shown is not quoted either."""
    with FakeOllama(f"{TRUE} {FALSE}") as fake:
        flag = rag("ask", QUESTION, "--unverified", unverified, env=ollama(fake))
        env = ollama(fake, unverified=unverified)
        done = rag("ask", QUESTION, "--json", env=env)

    data = done.data
    assert (data["status"], done.code, flag.code) == (status, code, code)
    assert data["answer"].rpartition("\n\n")[0].rstrip() == shown
    assert flag.out.splitlines()[0].rstrip() == shown
    assert flag.err == done.err
    assert bool(data["citations"]) == (code == 0)
    for sentence in data["sentences"]:
        assert sentence["shown"] == (sentence["text"].strip() in data["answer"])
    assert ("7 EUR" in flag.err) == (unverified == "show")


def test_what_may_become_of_it_is_said(rag):
    """A typo must not switch the check off."""
    done = rag("ask", QUESTION, "--unverified", "hide")

    assert (done.code, done.out) == (2, "")
    assert done.two_lines[0].startswith("RAG_UNVERIFIED: ")


# What a script reads

KEYS = {
    "schema_version", "question", "status", "answer", "link", "citations", "retrieved",
    "sentences", "index", "model", "timings", "degraded", "warnings", "quoted",
    "nearest", "unmentioned",
}  # fmt: skip
CITATION = {"id", "mark", "title", "url", "path", "heading", "score", "quote"}
SENTENCE = {"text", "verdict", "why", "passage", "covers", "similar", "shown"}


def assert_whole(data: dict[str, Any], model: str) -> None:
    """A script looks for a key before it looks for a status."""
    assert data.keys() - {"error"} >= KEYS
    assert all(c.keys() >= CITATION for c in data["citations"])
    assert all(s.keys() >= SENTENCE for s in data["sentences"])
    assert data["index"].keys() >= {"generation", "commit", "age_s"}
    assert 0 <= data["index"]["age_s"] < 24 * 3600
    named = {"name": model} if model else None
    assert (data["schema_version"], data["model"]) == (1, named)


def test_a_warning_about_the_settings_is_in_the_document_too(rag):
    """A script does not read stderr."""
    with FakeOllama(TRUE) as fake:
        env = {**ollama(fake), "RAG_PASAGES": "3"}
        done = rag("ask", QUESTION, "--json", env=env)

    (warning,) = done.data["warnings"]
    assert (
        warning
        == "RAG_PASAGES is no setting and is ignored; did you mean RAG_PASSAGES?"
    )
    assert done.err == f"warning: {warning}\n"


def test_every_sentence_has_its_verdict_its_reason_and_its_passage(rag):
    """Who doubts the check can look it up."""
    reply = f"Do this:\n\n- Open the console. [^1]\n- {FALSE}\n"
    with FakeOllama(reply) as fake:
        data = rag("ask", QUESTION, "--json", env=ollama(fake)).data

    told = [(s["verdict"], s["shown"], s["passage"]) for s in data["sentences"]]
    lead, true, false = data["sentences"]
    assert told[0] == ("no claim", True, 0)
    assert told[1][:2] == ("supported", True)
    assert told[2][:2] == ("unsupported", False)
    assert data["retrieved"][true["passage"] - 1]["id"] == data["citations"][0]["id"]
    assert (lead["why"], true["why"]) == ("", "")
    assert false["why"].startswith("no passage that says the rest has 7")
    assert [c["mark"] for c in data["citations"]] == [true["passage"]]


# Which model speaks where none was named


def test_another_llama_than_the_usual_one_is_named(rag):
    """On stderr and in the document; the answer is as good as any."""
    other = "llama3.1:8b is not pulled; asking llama3.2:3b"
    with FakeOllama(TRUE, model="llama3.2:3b") as fake:
        env = {"RAG_OLLAMA_URL": fake.url}
        plain, quiet = (
            rag("ask", QUESTION, env=env),
            rag("ask", "-q", QUESTION, env=env),
        )
        data = rag("ask", QUESTION, "--json", env=env).data

    assert (plain.code, plain.err) == (0, f"{other}\n")
    assert (quiet.code, quiet.err) == (0, "")
    assert (data["model"], data["warnings"]) == ({"name": "llama3.2:3b"}, [other])


def test_the_usual_model_needs_no_word(rag):
    """Nor does one that was named."""
    with FakeOllama(TRUE) as fake:
        done = rag("ask", QUESTION, "--json", env={"RAG_OLLAMA_URL": fake.url})

    assert (done.code, done.err) == (0, "")
    assert (done.data["model"], done.data["warnings"]) == ({"name": "llama3.1:8b"}, [])


# What a reader of events gets


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_events_end_with_the_document(rag):
    """Passages, each sentence with its verdict, and then what `--json` prints."""
    with FakeOllama(f"{TRUE} {FALSE}") as fake:
        told = rag("ask", QUESTION, "--stream", env=ollama(fake))
        document = rag("ask", QUESTION, "--json", env=ollama(fake)).data

    first, *sentences, last = events(told.out)
    assert (told.code, first["event"], last.pop("event")) == (0, "passages", "end")
    assert first["passages"] == document["retrieved"]
    assert [s.pop("event") for s in sentences] == ["sentence"] * 2
    assert sentences == document["sentences"]
    last["timings"] = document["timings"]
    last["index"]["age_s"] = document["index"]["age_s"]
    assert last == document


def test_a_sentence_is_an_event_before_the_model_is_done(home):
    """Who shows it to somebody wants it at once."""
    fake = Waiting(f"{TRUE} Then", f" click. [^1] {FALSE}")
    with fake, asking(fake, home, "--stream", terminal=False) as (child, reader):
        first = read_until(reader, b'"verdict": "supported"')
        fake.go.set()
        rest = b"".join(iter(partial(_read, reader), b""))
        child.communicate()

    assert not fake.late
    assert b'"event": "end"' not in first
    assert events((first + rest).decode())[-1]["status"] == "partial"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["", "--stream"], 2),
        ([QUESTION, "--stream", "--product", "nosuch"], 4),
        ([QUESTION, "--stream", "--passages", "none"], 2),
    ],
    ids=["no question", "no page", "no number"],
)
def test_an_error_is_the_last_event(rag, words, code):
    """With the exit code that it always has."""
    done = rag("ask", *words)

    (last,) = events(done.out)
    assert (done.code, last["event"], last["error"]["code"]) == (code, "end", code)
    assert last["schema_version"] == 1
    assert last["error"]["what"] in done.err


def test_events_and_a_document_exclude_each_other(rag):
    """The last event is the document."""
    done = rag("ask", QUESTION, "--stream", "--json")

    assert done.code == 2
    assert done.two_lines[0] == "--stream and --json exclude each other"


# What is shown without a model

NO_OLLAMA = {"RAG_OLLAMA_URL": "http://127.0.0.1:1"}


def test_without_a_model_the_docs_are_quoted_with_their_links(rag):
    """Every sentence is one of the docs, and carries the mark of its page."""
    done = rag("ask", QUESTION, env=NO_OLLAMA)
    data = rag("ask", QUESTION, "--json", env=NO_OLLAMA).data

    text = data["answer"].rpartition("\n\n")[0]
    quotes = "\n".join(c["quote"] for c in data["citations"])
    said = [s.strip() for s in re.split(r"\[\^\d+\]", text) if s.strip()]
    assert (done.code, data["status"], data["quoted"]) == (0, "answered", True)
    assert said
    assert all(sentence in quotes for sentence in said)
    assert {int(n) for n in re.findall(r"\[\^(\d+)\]", text)} == {
        c["mark"] for c in data["citations"]
    }
    assert done.out.startswith(text)
    assert f"- {JOB_URL}" in done.out
    assert (data["degraded"], data["model"], "error" in data) == ([], None, False)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ((), "; to have it put into words: "),
        (("--no-llm",), " (--no-llm)"),
        (("-m", "none"), " (RAG_LLM_MODEL=none)"),
    ],
    ids=["nobody is there", "nobody is asked", "nobody is to be asked"],
)
def test_one_line_says_that_it_is_quoted_and_why(rag, words, hint):
    """An answer is no error; who wants it put into words reads how."""
    done, quiet = (
        rag("ask", *flag, *words, QUESTION, env=NO_OLLAMA) for flag in ((), ("-q",))
    )

    (line,) = done.err.splitlines()
    assert line.startswith(f"quoted from the docs{hint}")
    assert (done.code, quiet.code, quiet.err) == (0, 0, "")
    assert done.out == quiet.out


def test_what_a_model_puts_into_words_is_not_quoted(rag):
    """A script tells one from the other."""
    with FakeOllama(TRUE) as fake:
        data = rag("ask", QUESTION, "--json", env=ollama(fake)).data
        none = rag("ask", QUESTION, "--json", "--no-llm", env=ollama(fake)).data

    assert (data["quoted"], none["quoted"]) == (False, True)
    assert len(fake.chats) == 1


def test_where_all_was_left_out_the_docs_are_quoted(rag):
    """With the marks of now; what the model said is in the record alone."""
    with FakeOllama(FALSE) as fake:
        done = rag("ask", QUESTION, env=ollama(fake))
        data = rag("ask", QUESTION, "--json", env=ollama(fake)).data

    note = "model: the docs prove no sentence of it; quoted instead"
    assert (done.code, done.err) == (0, f"warning: {note}\n")
    assert (data["status"], data["quoted"]) == ("answered", True)
    assert data["degraded"] == [note]
    assert "Open the console." in done.out
    assert "7 EUR" not in done.out
    assert [s["shown"] for s in data["sentences"]] == [False]
    assert data["model"] == {"name": "llama3.1:8b"}


def test_what_breaks_off_before_anything_is_shown_is_quoted(rag):
    """It stays incomplete, and the screen is not empty."""
    with FakeOllama(f"{FALSE} {FALSE}", mode="cut", after=7) as fake:
        done = rag("ask", QUESTION, "--json", env=ollama(fake))

    data = done.data
    assert (done.code, data["status"], data["quoted"]) == (7, "incomplete", True)
    assert "Open the console." in data["answer"]
    assert data["error"]["name"] == "AnswerIncomplete"


MISSING = "how do I create a job in Tokyo?"


@pytest.mark.parametrize("llm", [False, True], ids=["quoting", "a model"])
def test_a_refusal_says_which_name_is_missing_and_where_to_look(rag, llm):
    """With a model or without; `rag open` opens one of the pages."""
    with FakeOllama("NOT IN DOCS") as fake:
        env = ollama(fake, llm_model=fake.model if llm else "none")
        done = rag("ask", MISSING, env=env)
        opened = rag("open", "1", env=env)
        data = rag("ask", MISSING, "--json", env=env).data

    first, second, *_ = done.out.splitlines()
    assert (first, second) == ("I don't know.", "No passage mentions Tokyo.")
    assert "\nNearest pages:\n[1] How to create a job" in done.out
    assert (done.code, done.err) == (4, "status: refused:not_in_context\n")
    assert opened.out.startswith(JOB_URL)
    assert data["unmentioned"] == ["Tokyo"]
    assert data["nearest"][0]["page_url"] == JOB_URL
    assert len({page["path"] for page in data["nearest"]}) == 3
    assert (data["quoted"], data["citations"]) == (False, [])


def test_events_of_quotes_count_as_their_marks_do(rag):
    """Mark [^n] cites the nth passage of the last list, in the document too."""
    with FakeOllama(FALSE) as fake:
        quoted = events(rag("ask", QUESTION, "--stream", "--no-llm").out)
        instead = events(rag("ask", QUESTION, "--stream", env=ollama(fake)).out)

    assert [e["event"] for e in quoted][:2] == ["passages", "sentence"]
    assert [e["event"] for e in instead][:3] == ["passages", "sentence", "passages"]
    for told in (quoted, instead):
        *_, listed = (e for e in told if e["event"] == "passages")
        end = told[-1]
        assert listed["passages"] == end["retrieved"]
        shown = [e for e in told if e["event"] == "sentence" and e["shown"]]
        assert "\n\n".join(e["text"] for e in shown) in end["answer"]
        for sentence in shown:
            cited = end["retrieved"][sentence["passage"] - 1]
            assert cited["id"] in {c["id"] for c in end["citations"]}


def test_a_mark_does_not_keep_a_code_fence_open(rag):
    """What stands behind the three signs would make the rest of the page code."""
    done = rag("ask", "example jobs create worker image", env=NO_OLLAMA)

    fences = [line for line in done.out.splitlines() if "```" in line]
    assert fences
    assert all(re.fullmatch(r"\s*```\w*", line) for line in fences)


def test_without_its_embedding_model_an_index_is_asked_by_words_alone(rag, home):
    """And that is said; the answer is as good as its passages, so the code stays."""
    model = tiny_model(home / "model", "distilbert", pooling="cls", normalize=False)
    ours = {"RAG_EMBEDDING_MODEL": str(model)}
    assert rag("ingest", "docs", "--rebuild", env=ours).code == 0
    shutil.rmtree(model)
    (home / "rag/cache").unlink()
    with FakeOllama(TRUE) as fake:
        done = rag("ask", QUESTION, "--json", env=ours | ollama(fake))

    (note,) = done.data["degraded"]
    assert note == f"encoder: no embedding model at '{model}'; found by words alone"
    assert done.err.splitlines()[0] == f"warning: {note}"
    assert (done.code, done.data["status"]) == (0, "answered")
    assert done.data["citations"][0]["page_url"] == JOB_URL


# What is shown meanwhile


def test_a_model_that_loads_for_long_is_told(rag):
    """It takes a minute or two, and looks like nothing at all.

    Here it is there once the program has looked twice: its answer and the notice are in
    a race, and a notice that is late is not printed. So it may try more than once.
    """
    for _ in range(4):
        with FakeOllama(TRUE, mode="load") as fake:
            done = rag("ask", QUESTION, env=ollama(fake))
        assert (done.code, done.out.splitlines()[0]) == (0, TRUE)
        if done.err:
            break

    assert done.err == "loading model llama3.1:8b...\n"


class Waiting(FakeOllama):
    """A model that says *first*, and the rest when it is let go.

    Attributes:
        go: Lets it say the rest.
        late: Whether it had to go on by itself, because nobody let it.
    """

    def __init__(self, first: str, rest: str) -> None:
        super().__init__()
        self.go = threading.Event()
        self.late = False
        self._told = (first, rest)
        self.recorded = self._parts()  # type: ignore[assignment]

    def _parts(self) -> Iterator[str]:
        first, rest = self._told
        yield self._part(first)
        self.late = not self.go.wait(20)
        yield self._part(rest)
        yield self._part("", done=True, done_reason="stop", prompt_eval_count=4000)

    def _part(self, content: str, **rest: object) -> str:
        message = {"role": "assistant", "content": content}
        return json.dumps(
            {"model": self.model, "message": message, "done": False, **rest}
        )


@contextmanager
def asking(
    fake: FakeOllama, home: Path, *flags: str, terminal: bool
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Start `rag ask` with its stdout on a terminal or a pipe; also what to read it by."""
    reader, writer = pty.openpty() if terminal else os.pipe()
    child = subprocess.Popen(
        [RAG, "ask", QUESTION, *flags],
        env=environment(home, {"TERM": "xterm-256color", **ollama(fake)}),
        cwd=home,
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=subprocess.PIPE,
    )
    os.close(writer)
    with child:
        try:
            yield child, reader
        finally:
            child.kill()
            if reader not in CLOSED:
                os.close(reader)
            CLOSED.discard(reader)


CLOSED: set[int] = set()


def read_until(reader: int, wanted: bytes) -> bytes:
    """Read until something was printed, or nothing more comes."""
    said = b""
    while wanted not in said and (more := _read(reader)):
        said += more
    return said


def _read(reader: int) -> bytes:
    try:
        return os.read(reader, 65536)
    except OSError:  # Linux: nobody has the other end of the terminal open any more
        return b""


@pytest.mark.parametrize("terminal", [True, False], ids=["a terminal", "a pipe"])
def test_each_sentence_is_printed_after_its_verdict(home, terminal):
    """A model on a CPU takes minutes; a false sentence is never on the screen."""
    fake = Waiting(f"{TRUE} {FALSE} Click", f" **Create job**. [^1] {FALSE}")
    with fake, asking(fake, home, terminal=terminal) as (child, reader):
        first = read_until(reader, b"[1]" if terminal else b"[^1]")
        fake.go.set()
        said = first + b"".join(iter(partial(_read, reader), b""))
        err = child.communicate()[1].decode()

    assert not fake.late
    if terminal:  # there it is rendered, and its mark is a link
        said = re.sub(rb"\x1b\]8;;[^\x1b]*\x1b\\|\x1b\[[\d;]*m", b"", said)
    mark, click = (b"[1]", b"Create job") if terminal else (b"[^1]", b"**Create job**")
    assert said.startswith(b"Open the console. " + mark)
    assert b"Click" not in first
    assert b"Click " + click + b". " + mark in said
    assert b"7 EUR" not in said
    assert (child.returncode, err) == (0, f"status: partial (2 of 4 {LEFT})\n")
    assert (b"Sources:\r\n[1] How" in said) == terminal


def test_an_interrupt_ends_it_at_once_and_stops_the_model(home):
    """Whoever reads enough should not pay for the rest."""
    with FakeOllama(f"{TRUE} Click **Create", mode="stall", after=12) as fake:
        with asking(fake, home, terminal=False) as (child, reader):
            said = read_until(reader, b"[^1]")
            child.send_signal(signal.SIGINT)
            err = child.communicate(timeout=20)[1].decode()
        stopped = fake.gone.wait(20)

    assert said.startswith(b"Open the console.")
    assert (child.returncode, err) == (130, "interrupted\n")
    assert stopped


def test_a_reader_who_leaves_ends_it_quietly(home):
    """`rag ask ... | head -1` is no failure that anyone wants to read about."""
    fake = Waiting(f"{TRUE} Click", f" **Create job**. [^1] {TRUE}")
    with fake, asking(fake, home, terminal=False) as (child, reader):
        said = read_until(reader, b"[^1]")
        os.close(reader)
        CLOSED.add(reader)
        fake.go.set()
        err = child.communicate(timeout=20)[1].decode()

    assert said.startswith(b"Open the console.")
    assert (child.returncode, err) == (128 + signal.SIGPIPE, "")


def test_a_question_can_come_from_stdin(rag):
    """Quoting is hard in scripts; through a pipe the answer is plain text."""
    with FakeOllama(TRUE) as fake:
        piped = rag("ask", "-", env=ollama(fake), stdin=f"{QUESTION}\n")
        typed = rag("ask", QUESTION, env=ollama(fake))

    assert (piped.code, piped.out) == (0, typed.out)
    assert "\x1b" not in piped.out


# Whom it talks to

GUARD = """
import os, sys

def watch(event, args):
    if event == "socket.connect":
        address = args[1]
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        address = (args[0],)
    else:
        return
    with open(os.environ["GUARD"], "a") as log:
        log.write(f"{event} {address[0]!r}\\n")
    host = address[0].decode() if isinstance(address[0], bytes) else address[0]
    if host not in {"127.0.0.1", "::1", "localhost"}:
        raise OSError("the guard refuses")

sys.addaudithook(watch)
"""


@pytest.mark.parametrize(
    "url", ["", "http://192.0.2.1:11434"], ids=["here", "elsewhere"]
)
def test_nothing_but_the_model_server_is_ever_connected_to(shell, home, url):
    """From the first import to the last word, whatever the environment suggests."""
    (home / "guard").mkdir()
    (home / "guard/sitecustomize.py").write_text(GUARD)
    log = home / "guard/log"
    proxy = "http://192.0.2.7:3128"
    with FakeOllama(TRUE) as fake:
        env = {
            **ollama(fake),
            "PYTHONPATH": str(home / "guard"),
            "GUARD": str(log),
            "OPENAI_API_KEY": "sk-none",
            "IS_TESTING": "1",
            **dict.fromkeys(("HTTP_PROXY", "http_proxy", "HTTPS_PROXY"), proxy),
            "ALL_PROXY": proxy,
        }
        if url:
            env["RAG_OLLAMA_URL"] = url
        done = shell("ask", QUESTION, env=env)

    seen = set(re.findall(r"'(.*)'", log.read_text()))
    assert (done.code, bool(fake.chats)) == ((5, False) if url else (0, True))
    assert seen <= ({"192.0.2.1", "192.0.2.7"} if url else {"127.0.0.1", "localhost"})
    assert seen


@pytest.mark.parametrize("proxy", ["socks5://192.0.2.7:1080", "socks://192.0.2.7:1/"])
def test_a_socks_proxy_in_the_environment_is_no_crash(shell, proxy):
    """It is there for a browser, as GNOME writes it, and the model is on this machine."""
    with FakeOllama(TRUE) as fake:
        done = shell("ask", QUESTION, env={**ollama(fake), "ALL_PROXY": proxy})

    assert (done.code, done.err) == (0, "")


def test_a_model_server_behind_a_socks_proxy_is_told_with_the_way_out(rag):
    """We cannot go through it, and going round it is not ours to decide."""
    env = {
        "RAG_OLLAMA_URL": "http://192.0.2.1:9",
        "RAG_LLM_MODEL": "llama3.1:8b",
        "ALL_PROXY": "socks5://192.0.2.7:1",
    }
    done = rag("ask", QUESTION, env=env)

    assert (done.code, JOB_URL in done.out) == (5, True)
    assert done.err.splitlines()[-2:] == [
        "error: no model server can be reached through a SOCKS proxy",
        " hint: name the server in NO_PROXY, or unset ALL_PROXY",
    ]


def test_a_foreign_question_to_an_english_model_is_warned_of(rag):
    """Once, on stderr and in the document."""
    words = ("ask", "--no-llm", "Comment", "supprimer", "mon", "job", "?")
    shown, told = rag(*words), rag(*words, "--json").data["warnings"]

    assert len(told) == 1
    assert "asked in French" in told[0]
    assert shown.err.count(told[0]) == 1


def test_words_need_no_quotes(rag):
    """And one of them may be a dash."""
    words = ("how", "do", "I", "-", "create", "--no-llm", "a", "job?")

    question = rag("ask", *words, "--json").data["question"]

    assert question == "how do I - create a job?"
