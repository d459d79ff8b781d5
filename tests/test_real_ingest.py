"""The real docs, from files to the page that answers: embedded are those of serverless/."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests.support.program import BASE, here

DOCS = os.environ.get("RAG_TEST_DOCS", "")

pytestmark = pytest.mark.skipif(
    not DOCS, reason="RAG_TEST_DOCS does not name a clone of the Scaleway docs"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home whose index holds serverless/, with the macros that it uses."""
    home = tmp_path_factory.mktemp("real")
    for part in ("serverless", "macros"):
        shutil.copytree(Path(DOCS) / part, home / "docs" / part)
    done = here("ingest", home / "docs", "--json", home=home)
    assert done.code == 0, done.err
    assert done.data["indexed"] > 100
    assert done.data["failed"] == []
    return home


def test_a_second_run_over_real_pages_writes_nothing(home):
    """Real frontmatter, macros and tables give the same chunks every time."""
    again = here("ingest", home / "docs", "--json", home=home).data

    assert (again["indexed"], again["embedded"], again["written"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("question", "path"),
    [
        ("how do I create a serverless job?", "serverless/jobs/how-to/create-job.mdx"),
        (
            "how can I monitor a serverless job?",
            "serverless/jobs/how-to/monitor-job.mdx",
        ),
        (
            "how do I delete a function?",
            "serverless/functions/how-to/delete-a-function.mdx",
        ),
    ],
)
def test_the_page_that_answers_is_first_or_second(home, question, path):
    """The mission's own question, and two that are as plain."""
    passages = here("search", question, "--json", home=home).data["passages"]

    assert path in [p["path"] for p in passages[:2]]
    best = next(p for p in passages if p["path"] == path)
    assert best["page_url"] == BASE + path.removesuffix(".mdx") + "/"


def test_without_a_model_the_last_paragraph_links_the_page(home):
    """The link comes from our table, so it needs no model."""
    done = here("ask", "how do I create a serverless job?", "--no-llm", home=home)

    assert done.code == 0
    assert (
        done.out.strip()
        .splitlines()[-1]
        .endswith(f"{BASE}serverless/jobs/how-to/create-job/")
    )
