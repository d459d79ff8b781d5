"""The commands from end to end, with the real model and the real engine.

Only Ollama is a fake. What can be shown in this process is; a process of its own is
started where signals, pipes or a cold start matter.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.support.docs_of_ours import (
    FILES,
    JOB,
    PAGES,
    REGIONS,
    TUTORIAL,
    VOLUME,
    page,
)
from tests.support.fake_ollama import FakeOllama
from tests.support.program import BASE, RAG, environment, here, started, tree, until
from tests.support.tiny_model import tiny_model

from askdocs import assemble
from askdocs.domain.answer import Found

QUESTION = "how do I create a job?"
PASSAGE = {"path", "url", "anchor", "title", "heading", "score", "text", "lines"}
JOB_URL = f"{BASE}jobs/create-job/"


def ollama(fake: FakeOllama) -> dict[str, str]:
    return {"RAG_OLLAMA_URL": fake.url, "RAG_LLM_MODEL": fake.model}


def live(home) -> str:
    """Return the name of the generation that questions are asked of."""
    return (home / "rag/data/scw_docs/current").read_text().strip()


def edit(home, path: str, text: str) -> None:
    (home / "docs" / path).write_text(text)


# What a search says


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
    assert (first["path"], first["url"]) == (JOB, JOB_URL)
    assert (first["heading"], first["anchor"]) == (["Delete it"], "delete-it")
    assert "\n".join(lines) == first["text"]


def test_a_tutorial_that_is_called_index_is_found_at_the_address_of_its_folder(rag):
    """Leaving index.mdx out by name loses every tutorial."""
    found = rag("search", "back up PostgreSQL every night", "--json").data["passages"]

    assert (found[0]["path"], found[0]["url"]) == (TUTORIAL, f"{BASE}tutorials/backup/")


def test_nothing_found_is_said_and_has_a_code(rag, monkeypatch):
    """A script must be able to tell it from a result."""
    retriever = SimpleNamespace(find=lambda _question, _only: Found(()))
    nothing = nullcontext(SimpleNamespace(retriever=retriever, only=None))
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


# What an answer says


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
    assert (data["status"], data["model"]) == ("answered", fake.model)
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
    assert lines == ["I don't know.", f"The Scaleway documentation: {BASE}"]
    assert (done.code, data.code) == (4, 4)
    assert data.data["answer"] == "\n\n".join(lines)
    assert data.data["citations"] == []


def test_without_ollama_the_passages_speak_for_themselves_and_the_way_to_start_it(rag):
    """Half an answer is better than none, and no script takes it for a whole one."""
    down = {"RAG_OLLAMA_URL": "http://127.0.0.1:1"}
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


def test_a_model_that_says_nothing_leaves_the_passages(rag):
    """An empty screen would look like an answer."""
    with FakeOllama(mode="empty") as fake:
        done = rag("ask", QUESTION, env=ollama(fake))

    assert done.code == 7
    assert done.out.startswith("1. How to create a job")


def test_passages_can_be_asked_for_without_any_model(rag):
    """Nobody is asked, so nobody can be missing."""
    with FakeOllama() as fake:
        done = rag("ask", "--no-llm", QUESTION, env=ollama(fake))

    assert (done.code, done.err, fake.requests) == (0, "", [])
    assert done.out.startswith("1. How to create a job")
    assert done.out.strip().splitlines()[-1] == f"Read more: {JOB_URL}"


# What an ingest does


def test_the_report_of_an_ingest_adds_up(indexed):
    """Every file is accounted for, and every key is there."""
    told = json.loads((indexed / "report.json").read_text())

    assert told["found"] == FILES
    assert (told["indexed"], told["unchanged"], told["failed"]) == (PAGES, 0, [])
    assert {s["path"]: s["reason"].split(":")[0] for s in told["skipped"]} == {
        "macros/requirements.mdx": "macro",
        "pages/jobs/index.mdx": "card page",
    }
    assert told["chunks"] == told["embedded"] == told["written"] > PAGES
    assert told["deleted"] == 0
    assert told["warnings"] == []
    assert {"read", "embed", "write"} <= told["seconds"].keys()


def touched(home):
    for file in (home / "docs").rglob("*.mdx"):
        os.utime(file, (0, 0))
    return "docs", home


def copied(home):
    shutil.copytree(home / "docs", home / "elsewhere" / "clone")
    shutil.rmtree(home / "docs")
    return home / "elsewhere" / "clone", home


@pytest.mark.parametrize(
    "again",
    [
        lambda home: ("docs", home),
        touched,
        copied,
        lambda home: ("../../docs", home / "docs" / "pages"),
        lambda home: (f"{home}/docs/pages/../", "/"),
    ],
    ids=["as before", "touched", "a copy elsewhere", "from within", "from the top"],
)
def test_a_second_run_does_nothing(rag, home, again):
    """It runs every night; what counts is what the pages say."""
    path, cwd = again(home)
    data = home / "rag" / "data"
    before = tree(data)

    done = rag("ingest", path, "--json", cwd=cwd)

    told = done.data
    assert (done.code, done.err) == (0, "")
    assert (told["unchanged"], told["indexed"]) == (PAGES, 0)
    assert (told["embedded"], told["written"], told["deleted"]) == (0, 0, 0)
    assert told["generation"] == live(home)
    assert tree(data) == before


def test_an_edited_page_is_all_that_is_embedded(rag, home):
    """And a search finds the new words, and no longer the old ones."""
    edit(home, VOLUME, page("How to attach a volume", "Use the zeppelin button."))

    told = rag("ingest", "docs", "--json").data
    found = rag("search", "zeppelin button", "--json").data["passages"]

    assert (told["indexed"], told["unchanged"]) == (1, PAGES - 1)
    assert (told["embedded"], told["written"], told["deleted"]) == (1, 1, 2)
    assert found[0]["path"] == VOLUME
    assert not any("16 volumes" in p["text"] for p in found)


def test_a_line_above_moves_a_page_without_embedding_it(rag, home):
    """Lines are for people; the vector is of the words."""
    source = (home / "docs" / JOB).read_text()
    edit(
        home,
        JOB,
        source.replace("tags: test\n", "tags: test\ndates:\n  posted: 2026\n"),
    )

    told = rag("ingest", "docs", "--json").data

    assert (told["indexed"], told["embedded"], told["deleted"]) == (1, 0, 0)
    assert told["written"] == 3


def test_a_few_pages_may_go(rag, home):
    """Docs lose a page now and then."""
    gone = ["paris", "oslo"]
    for name in gone:
        (home / f"docs/pages/regions/{name}.mdx").unlink()

    done = rag("ingest", "docs", "--json")

    assert (done.code, done.data["deleted"], done.data["pages_removed"]) == (0, 2, 2)
    found = rag("search", "the Paris region", "--json").data["passages"]
    assert not any("paris" in p["path"] for p in found)


def without_regions(home, count: int) -> str:
    for name in REGIONS[:count]:
        (home / f"docs/pages/regions/{name}.mdx").unlink()
    return "docs"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda home: (without_regions(home, 11),),
        lambda home: (without_regions(home, 16),),
        lambda home: ("docs/pages",),
        lambda home: ("docs/pages/regions", "--rebuild"),
        lambda home: (without_regions(home, 11), "--rebuild"),
    ],
    ids=["half a checkout", "most gone", "a subfolder", "rebuild it", "rebuild half"],
)
def test_nothing_is_deleted_when_too_much_would_go(rag, home, wrong):
    """A wrong path in a crontab must not empty the index."""
    before = tree(home / "rag" / "data")

    done = rag("ingest", *wrong(home), "-q")

    assert (done.code, done.out) == (9, "")
    assert "nothing was" in done.two_lines[0]
    assert "--allow-delete" in done.two_lines[1]
    assert tree(home / "rag" / "data") == before


def test_what_was_withheld_is_an_error_in_the_document_too(rag, home):
    """A script looks for one key, whatever the command."""
    (home / "a b").symlink_to(home / "docs")
    (home / "docs" / JOB).write_bytes(b"\xff")
    without_regions(home, 11)

    done = rag("ingest", "a b", "--json")

    assert done.data["withheld"] == f"11 of {PAGES} pages would disappear"
    assert done.data["error"]["code"] == done.code == 9
    assert done.data["error"]["hint"].startswith("rag ingest 'a b' --allow-delete")


def test_what_is_to_go_goes_when_it_is_said(rag, home):
    """The guard is a question, not a wall."""
    told = rag("ingest", without_regions(home, 16), "--allow-delete", "--json")

    assert (told.code, told.data["pages_removed"]) == (0, 16)
    assert told.data["chunks"] == len(
        rag("search", "a", "--json", "--passages", "50").data["passages"]
    )


def test_a_page_that_cannot_be_read_is_named_with_the_reason(rag, home):
    """A person has to mend it, so he has to know which and why."""
    regions = home / "docs/pages/regions"
    for name in ("amsterdam", "berlin", "cairo"):
        (regions / f"{name}.mdx").unlink()
    (regions / "amsterdam.mdx").symlink_to("/etc/hostname")
    (regions / "berlin.mdx").symlink_to("nowhere.mdx")
    os.mkfifo(regions / "cairo.mdx")
    (regions / "delhi.mdx").write_bytes("é".encode("latin-1"))
    (regions / "essen.mdx").write_bytes(b"GIF89a\x00\x01")
    (regions / "florence.mdx").write_bytes("hé".encode("utf-16"))
    (regions / "geneva.mdx").write_bytes(b"x" * 2_097_153)

    done = rag("ingest", "docs", "--json")

    failed = {f["path"].split("/")[-1]: f["reason"] for f in done.data["failed"]}
    assert done.code == 3
    assert failed == {
        "amsterdam.mdx": "symbolic link out of the docs folder",
        "berlin.mdx": "cannot be read: No such file or directory",
        "cairo.mdx": "not a regular file",
        "delhi.mdx": "not UTF-8 at byte 0",
        "essen.mdx": "binary (NUL at byte 6)",
        "florence.mdx": "UTF-16, not UTF-8",
        "geneva.mdx": "2,097,153 bytes, the most is 2,097,152",
    }
    assert done.err.count("failed: pages/regions/") == 7
    assert done.data["found"] == FILES
    assert (done.data["unchanged"], done.data["deleted"]) == (PAGES - 7, 0)


def test_a_page_that_cannot_be_read_keeps_its_old_version(rag, home):
    """A broken file is no reason to forget what it said, nor to stop the others."""
    (home / "docs" / JOB).write_bytes(b"\xff")
    edit(home, VOLUME, page("How to attach a volume", "Use the zeppelin button."))

    done = rag("ingest", "docs", "-q")

    assert (done.code, done.out) == (3, "")
    assert done.err.startswith(f"failed: {JOB}: ")
    for words, path in ((QUESTION, JOB), ("zeppelin button", VOLUME)):
        assert rag("search", words, "--json").data["passages"][0]["path"] == path


def test_a_second_writer_is_turned_away_at_once_and_told_who_writes(rag, home):
    """Two nights may overlap; cron is told by a code of its own."""
    with (home / "rag/state/scw_docs.lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = rag("ingest", "docs")
        asked = rag("search", QUESTION)

    assert done.code == 75
    assert "another run" in done.two_lines[0]
    assert "pid" in done.two_lines[0]
    assert asked.code == 0


def test_a_dry_run_says_what_would_be_done_and_does_nothing(rag, home):
    """One looks before one leaps."""
    edit(home, VOLUME, page("How to attach a volume", "Use the zeppelin button."))
    (home / "docs/pages/regions/oslo.mdx").unlink()
    before = tree(home)

    done = rag("ingest", "docs", "--dry-run", "--json")

    told = done.data
    assert done.code == 0
    assert (told["indexed"], told["written"], told["deleted"]) == (1, 1, 3)
    assert told["generation"] == live(home)
    assert tree(home) == before


def test_a_dry_run_that_is_refused_leaves_no_trace_either(rag, home):
    """The record of the last run is about runs that were meant."""
    before = tree(home)

    assert rag("ingest", "docs/pages", "--dry-run").code == 9
    assert tree(home) == before


def test_a_dry_run_of_the_first_ingest_makes_no_index(indexed, tmp_path):
    """Not even an empty one."""
    done = here("ingest", indexed / "docs", "--dry-run", "--json", home=tmp_path)

    assert (done.code, done.data["indexed"], done.data["generation"]) == (0, PAGES, "")
    assert tree(tmp_path) == {}
    assert here("search", QUESTION, home=tmp_path).code == 6


def test_a_rebuild_is_another_generation_that_says_the_same(rag, home):
    """The way out of any doubt."""
    before, asked = live(home), rag("search", QUESTION, "--json")

    told = rag("ingest", "docs", "--rebuild", "--json").data

    assert told["embedded"] == told["written"] == told["chunks"]
    assert told["generation"] == live(home) != before
    assert rag("search", QUESTION, "--json").out == asked.out


def test_generations_do_not_pile_up(rag, home):
    """The live one and the one before it; a year of nights fills no disk."""
    for n in range(2):
        edit(home, VOLUME, page("How to attach a volume", f"Press button {n}."))
        rag("ingest", "docs")

    kept = {p.name for p in (home / "rag/data/scw_docs").iterdir() if p.is_dir()}
    assert len(kept) == 2
    assert live(home) in kept


@pytest.mark.parametrize(
    "command",
    [("search", QUESTION), ("ask", QUESTION), ("ingest", "docs")],
    ids=lambda words: words[0],
)
def test_another_model_than_that_of_the_index_is_refused_with_the_way_out(rag, command):
    """Vectors of two models must never be compared."""
    done = rag(*command, "--embedding-model", "else/other")

    what, hint = done.two_lines
    assert done.code == 6
    assert "bundled" in what
    assert "else/other" in what
    assert hint.startswith("rag ingest PATH --rebuild --embedding-model else/other")


def test_a_model_of_ones_own_goes_all_the_way(rag, home):
    """CLS pooling, no normalisation, dot product: nothing is like the bundled one."""
    model = tiny_model(home / "model", "distilbert", pooling="cls", normalize=False)
    ours = {"RAG_EMBEDDING_MODEL": str(model)}

    told = rag("ingest", "docs", "--rebuild", "--json", env=ours)
    found = rag("search", "create job", "--json", env=ours)
    later = rag("search", "create job", "--json", env={"RAG_EMBEDDING_MODEL": None})

    assert (told.code, told.data["failed"]) == (0, [])
    assert (found.code, found.data["degraded"]) == (0, [])
    assert later.out == found.out
    assert "dot" in rag("status", env=ours).out


# What the other commands say


def test_status_tells_what_the_index_holds(rag, home):
    """And what built it, and how the last run ended."""
    text, data = rag("status"), rag("status", "--json").data

    assert data["index"]["generation"] == live(home)
    assert data["index"]["pages"] == PAGES
    assert data["model"]["name"] == "bundled"
    assert data["last_run"]["code"] == 0
    assert live(home) in text.out


def test_doctor_checks_what_an_answer_needs(rag, home):
    """Each check stands alone, and a bad one names its remedy."""
    with FakeOllama() as fake:
        well = rag("doctor", "--json", env=ollama(fake))
    ill = rag("doctor", env={"RAG_OLLAMA_URL": "http://127.0.0.1:1"})

    assert well.code == 0
    assert {c["name"] for c in well.data["checks"]} >= {"disk", "index", "ollama"}
    assert all(c["ok"] for c in well.data["checks"])
    assert ill.code == 5
    assert "hint: ollama serve" in ill.out
    assert ill.err == ""


def test_doctor_tells_that_a_model_does_not_fit(rag):
    """It would be loaded for minutes, and end the server."""
    with FakeOllama() as fake:
        fake.shape = {
            "details": {"quantization_level": "Q4_K_M"},
            "model_info": {
                "general.architecture": "llama",
                "general.parameter_count": 40_000_000_000_000,
                "llama.block_count": 80,
                "llama.embedding_length": 8192,
                "llama.attention.head_count": 64,
                "llama.attention.head_count_kv": 8,
                "llama.context_length": 131072,
            },
        }
        done = rag("doctor", "--json", env=ollama(fake))

    bad = next(check for check in done.data["checks"] if not check["ok"])
    assert (done.code, bad["name"]) == (5, "ollama")
    assert (
        "needs about 25727.7 GB (24500.0 GB of weights, 2.7 GB of window)"
        in bad["what"]
    )
    assert "RAG_LLM_MODEL" in bad["hint"]


def test_config_show_tells_each_value_and_its_source(rag):
    """Which of four places a value comes from is hard to guess."""
    shown = rag("config", "show", "--json", "--product", "X", env={"RAG_PASSAGES": "7"})

    rows = {row["name"]: row for row in shown.data["settings"]}
    assert (rows["RAG_PASSAGES"]["value"], rows["RAG_PASSAGES"]["source"]) == (
        7,
        "environment",
    )
    assert rows["RAG_PRODUCT"]["source"] == "flag"
    assert rows["RAG_COLLECTION"]["source"] == "default"
    assert "RAG_PASSAGES" in rag("config", "show").out


@pytest.mark.parametrize("words", [(), ("config",)], ids=["rag", "rag config"])
def test_a_command_without_its_rest_prints_help(rag, words):
    """Who types the name alone wants to know what there is."""
    done = rag(*words)

    assert (done.code, done.err) == (0, "")
    assert done.out == rag(*words, "--help").out
    assert done.out == rag(*words, "-h").out


# Signals and pipes


@pytest.mark.parametrize(
    ("how", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143)],
    ids=["Ctrl-C", "terminated"],
)
def test_an_ingest_that_is_stopped_leaves_the_index_as_it_was(home, rag, how, code):
    """A change is published in one step or not at all."""
    edit(home, VOLUME, page("How to attach a volume", "Use the zeppelin button."))
    shard = home / "rag/data/scw_docs" / live(home)
    before, asked = tree(shard), rag("search", QUESTION, "--json")

    with started("ingest", "docs", home=home) as child:
        until(lambda: list(home.glob("rag/data/*/draft-*")), child)
        child.send_signal(how)
        out, err = child.communicate(timeout=60)

    assert child.returncode == code
    assert out == ""
    assert err == ("interrupted\n" if code == 130 else "")
    assert live(home) == shard.name
    assert tree(shard) == before
    assert rag("search", QUESTION, "--json").out == asked.out


def test_an_ingest_that_is_killed_leaves_the_index_and_no_litter_for_long(home, rag):
    """A power cut is no time to clean up; the next run is."""
    edit(home, VOLUME, page("How to attach a volume", "Use the zeppelin button."))
    before, asked = live(home), rag("search", QUESTION, "--json")

    with started("ingest", "docs", home=home) as child:
        until(lambda: list(home.glob("rag/data/*/draft-*")), child)
        child.kill()
    after_kill = rag("search", QUESTION, "--json")
    told = rag("ingest", "docs", "--json").data

    assert after_kill.out == asked.out
    assert told["embedded"] == 1
    assert {p.name for p in (home / "rag/data/scw_docs").iterdir()} == {
        "current",
        before,
        live(home),
    }


@pytest.mark.parametrize(
    "words",
    [("search", QUESTION), ("status", "--json"), ("ingest", "docs")],
    ids=lambda words: words[0],
)
def test_a_closed_pipe_ends_quietly(home, words):
    """`rag search ... | head -1` is no failure that anyone wants to read about."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [RAG, *words],
        env=environment(home, {}),
        cwd=home,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)

    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_crash(home, closed):
    """Daemons start programs without them; the index must not become stdout."""
    done = subprocess.run(
        ["/bin/sh", "-c", f'"$0" search "$1" {closed}', RAG, QUESTION],
        env=environment(home, {}),
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_full_disk_behind_stdout_is_an_error_of_two_lines(home):
    """The output is lost, and the exit code says so."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [RAG, "search", QUESTION],
            env=environment(home, {}),
            cwd=home,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    what, hint = done.stderr.splitlines()
    assert done.returncode == 2
    assert what == "error: stdout cannot be written: No space left on device"
    assert hint.startswith(" hint: df -h")
