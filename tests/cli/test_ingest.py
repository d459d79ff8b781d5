"""`rag ingest` from end to end, with the real model and the real engine."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal

import pytest
from tests.support.docs_of_ours import (
    FILES,
    JOB,
    PAGES,
    REGIONS,
    VOLUME,
    page,
)
from tests.support.program import here, started, tree, until
from tests.support.tiny_model import tiny_model

QUESTION = "how do I create a job?"


def live(home) -> str:
    """Return the name of the generation that questions are asked of."""
    return (home / "rag/data/scw_docs/current").read_text().strip()


def edit(home, path: str, text: str) -> None:
    (home / "docs" / path).write_text(text)


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
