"""`rag urls` and `rag ingest --explain`: what a writer of docs runs for its own sake."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest
from tests.support.docs_of_ours import JOB, PAGES
from tests.support.program import BASE, here, run

DOCS = {
    "jobs/create.mdx": "---\ntitle: Create a job\n---\n\n## What's new\n\nSee"
    " [stop](/jobs/stop/) and [it](#what's-new).\n",
    "jobs/stop.mdx": "---\ntitle: Stop a job\n---\n\nSee [it](/jobs/create/#whats-new),\n"
    "[that](/jobs/crate/) and [this](https://example.com/x/).\n",
    "jobs/index.mdx": '---\ntitle: Jobs\n---\n\n<SummaryCard title="Create" href="/jobs/create/" />\n',
    "changelog/index.mdx": "---\ntitle: Changelog\n---\n",
}


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    for path, text in DOCS.items():
        file = tmp_path / "docs" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "docs"


@pytest.fixture
def rag(tmp_path):
    return partial(here, home=tmp_path, env={"RAG_SLUG_RULE": "scaleway"})


def test_dead_links_stand_one_per_line_as_a_compiler_names_errors(rag, docs):
    """Editors jump to such a line, and `grep` counts them."""
    done = rag("urls", "check", docs, "-q", "--max-dead", "2")

    assert done.code == 0
    assert done.out.splitlines() == [
        "jobs/stop.mdx:5: /jobs/create/#whats-new: no such heading;"
        " nearest: /jobs/create/#what's-new",
        "jobs/stop.mdx:6: /jobs/crate/: no such page; nearest: /jobs/create/",
    ]


@pytest.mark.parametrize(
    ("most", "code"), [("0", 8), ("1", 8), ("2", 0), ("5%", 8), ("40%", 0), ("100%", 0)]
)
def test_too_many_dead_links_are_an_exit_code(rag, docs, most, code):
    """A pipeline stops there; two of five links are dead."""
    done = rag("urls", "check", docs, "--max-dead", most)

    assert done.code == code
    assert ("2 of 5 links are dead" in done.err) is bool(code)


@pytest.mark.parametrize("most", ["", "x", "-1", "5 %%", "101%", "1e3", "٣"])
def test_a_threshold_that_makes_no_sense_is_refused(rag, docs, most):
    """Read as 0 or as infinite, it would fail every build or none."""
    done = rag("urls", "check", docs, f"--max-dead={most}")

    assert (done.code, done.out) == (2, "")
    assert "--max-dead" in done.two_lines[0]


def test_the_report_as_json_counts_what_it_checked(rag, docs):
    """The same document with and without a failure; the exit code is the same, too."""
    done = rag("urls", "check", docs, "--json", "--max-dead", "1")

    assert done.code == 8
    assert done.data["error"]["name"] == "GateFailed"
    assert done.data["files"] == 3
    assert done.data["slug_rule"] == "scaleway"
    assert set(done.data["slug_rules"]) == {"github", "scaleway", "docusaurus"}
    assert done.data["pages"] == {"total": 4, "live": 3, "share": 0.75}
    assert done.data["dead"][1] == {
        "path": "jobs/stop.mdx",
        "line": 6,
        "link": "/jobs/crate/",
        "what": "page",
        "nearest": "/jobs/create/",
    }


def test_the_summary_names_the_rule_and_what_each_would_resolve(rag, docs):
    """`auto` must say what it chose, and why."""
    done = rag("urls", "check", docs)

    assert re.search(r"^slug rule +scaleway .*github \d", done.out, re.M)
    assert re.search(r"^to pages +3 of 4 are live \(75\.0%\)$", done.out, re.M)


def test_the_addresses_of_a_folder_need_no_index(rag, docs):
    """A writer has docs and no index."""
    done = rag("urls", "list", docs, "--json")

    assert done.code == 0
    assert [(p["path"], p["url"]) for p in done.data["pages"]] == [
        ("jobs/create.mdx", f"{BASE}jobs/create/"),
        ("jobs/index.mdx", f"{BASE}jobs/"),
        ("jobs/stop.mdx", f"{BASE}jobs/stop/"),
    ]
    assert done.data["pages"][0]["anchors"][0]["text"] == "What's new"
    assert not (docs.parent / "rag").exists()


def test_the_addresses_of_the_index_are_those_of_the_last_ingest(home):
    """The links of an answer are made from them; a page of cards is among them."""
    rag = partial(here, home=home)

    data = rag("urls", "list", "--json").data

    pages = {p["path"]: p for p in data["pages"]}
    assert len(pages) == PAGES + 1
    assert pages[JOB]["anchors"] == [
        {"text": "Create it", "anchor": "create-it"},
        {"text": "Delete it", "anchor": "delete-it"},
    ]
    assert data == rag("urls", "list", "docs", "--json").data


def test_a_list_is_lines_that_cut_and_grep_understand(rag, docs):
    """With -v the fragments stand below their page."""
    short, long = rag("urls", "list", docs), rag("urls", "list", docs, "-v")

    assert short.out.splitlines()[0] == f"{BASE}jobs/create/  jobs/create.mdx"
    assert re.search(r"^  #what'?s-new  What's new$", long.out, re.M)


def test_without_an_index_the_list_says_what_to_do(rag):
    """It is empty for a reason."""
    done = rag("urls", "list")

    assert done.code == 6
    assert done.two_lines[1].startswith("rag ingest")


@pytest.mark.parametrize("command", ["list", "check"])
def test_a_folder_that_is_not_there_is_named(rag, command):
    """A typing error must not look like docs without a dead link."""
    done = rag("urls", command, "nowhere")

    assert (done.code, done.out) == (2, "")
    assert "nowhere" in done.two_lines[0]


def test_what_cannot_be_read_is_named_and_the_rest_checked(rag, docs):
    """Its own links are not known; links to it look dead."""
    (docs / "jobs" / "bad.mdx").write_bytes(b"caf\xe9")

    done = rag("urls", "check", docs)

    assert "failed: jobs/bad.mdx: not UTF-8 at byte 3" in done.err
    assert "/jobs/crate/" in done.out


def test_a_link_with_escape_sequences_does_not_reach_the_terminal(rag, docs):
    """The docs are somebody else's."""
    (docs / "jobs" / "evil.mdx").write_text("See [it](/x\x1b]0;owned\x07/).\n")

    done = rag("urls", "check", docs)

    assert "\x1b" not in done.out + done.err


def test_a_check_reads_the_real_thing_as_a_process(docs, tmp_path):
    """Forked readers and a pipe, as in a pipeline."""
    for n in range(250):
        (docs / f"p{n}.mdx").write_text(
            f"## H{n}\n\nSee [next](/p{n + 1}/#h{n + 1}).\n"
        )

    done = run("urls", "check", docs, "--json", "--slug-rule", "github", home=tmp_path)

    assert done.code == 0
    assert done.data["fragments"] == {"total": 251, "live": 250, "share": 0.996016}
