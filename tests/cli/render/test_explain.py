"""`rag ingest --explain FILE`: what is read of a file, and what becomes of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.support.docs_of_ours import JOB
from tests.support.program import here

DOCS = {
    "jobs/create.mdx": "---\ntitle: Create a job\n---\n\n## What's new\n\nSee"
    " [stop](/jobs/stop/) and [it](#what's-new).\n",
    "jobs/stop.mdx": "---\ntitle: Stop a job\n---\n\nSee [it](/jobs/create/#whats-new),\n"
    "[that](/jobs/crate/) and [this](https://example.com/x/).\n",
    "jobs/index.mdx": '---\ntitle: Jobs\n---\n\n<SummaryCard title="Create" href="/jobs/create/" />\n',
    "changelog/index.mdx": "---\ntitle: Changelog\n---\n",
}


def explain(home: Path, *args: str | Path, **how):
    return here("ingest", *args, home=home, **how)


def test_a_file_is_explained_from_wherever_it_is_named(home):
    """By the docs and a path in them, by its own path, or from inside its folder."""
    docs = home / "docs"
    by_docs = explain(home, "docs", "--explain", JOB, "--json")
    by_itself = explain(home, "--explain", docs / JOB, "--json")
    inside = explain(
        home, "--explain", Path(JOB).name, "--json", cwd=(docs / JOB).parent
    )

    assert by_docs.code == 0
    assert by_docs.data == by_itself.data == inside.data
    assert by_docs.data["indexed"]
    assert [s["what"] for s in by_docs.data["seen"]] == ["macro requirements"]


def test_an_explanation_shows_the_chunks_with_their_lines(home):
    """A writer sees what a question can find, and where it was cut."""
    done = explain(home, "docs", "--explain", JOB)

    assert re.search(r"^indexed +yes, as \d+ chunks?$", done.out, re.M)
    assert re.search(r"^address +https://", done.out, re.M)
    assert "macro requirements" in done.out
    assert re.search(r"^chunk 1  lines \d+-\d+", done.out, re.M)


def test_an_explanation_writes_nothing(home):
    """It is asked for in the middle of writing, beside a nightly run."""
    before = json.loads((home / "rag/state/last-run.json").read_text())

    explain(home, "docs", "--explain", JOB)

    assert json.loads((home / "rag/state/last-run.json").read_text()) == before


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("pages/jobs/index.mdx", "card page"),
        ("macros/requirements.mdx", "macro"),
        ("changelog/entry.mdx", "ignored: RAG_IGNORE names changelog/"),
        ("notes.txt", "not a page: RAG_SUFFIXES is .mdx"),
    ],
)
def test_a_file_that_is_not_indexed_says_why(home, path, reason):
    """ "Why is my page not found?" has an answer."""
    file = home / "docs" / path
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        file.write_text("Text.\n")

    done = explain(home, "docs", "--explain", path)

    assert done.code == 0
    assert re.search(rf"^indexed +no: {re.escape(reason)}", done.out, re.M)


@pytest.mark.parametrize("path", ["nowhere.mdx", "docs", "../../etc/passwd", ""])
def test_a_file_that_is_not_there_is_an_error(home, path):
    """And not an explanation of nothing."""
    done = explain(home, "docs", "--explain", path)

    assert done.code == 2
    assert done.out == ""


def test_a_file_outside_of_the_docs_is_refused(home):
    """Its macros and its address would be guessed."""
    (home / "other.mdx").write_text("Text.")

    done = explain(home, "docs", "--explain", home / "other.mdx")

    assert done.code == 2
    assert "is not in docs" in done.two_lines[0]


def test_nothing_to_ingest_and_nothing_to_explain_is_a_usage_error(home):
    """PATH may be left out beside --explain only."""
    done = explain(home)

    assert done.code == 2
    assert "PATH" in done.two_lines[0]
