"""The options of a search from end to end, with the real model and the real engine."""

from __future__ import annotations

import inspect
from functools import partial
from pathlib import Path

import pytest
from tests.conftest import Rag
from tests.support.docs_of_ours import JOB, REGIONS, VOLUME
from tests.support.fake_ollama import FakeOllama
from tests.support.program import Done, here, run

from askdocs.cli.flags import setting_flags
from askdocs.cli.search_options import SearchOptions, with_search_options

QUESTION = "how do I create a job?"

_PAGE = """---
meta:
  title: {title}
  description: About {title}
content:
  h1: {title}
tags: {tags}
dates:
  validation: {date}
  posted: 2020-01-01
categories:
  - {category}
---

How to {title}, and what it costs.
"""

RUN = "pages/serverless-jobs/how-to/run.mdx"
STOP = "pages/serverless-jobs/how-to/stop.mdx"
CLUSTER = "pages/kubernetes/start.mdx"
_OURS = {
    RUN: _PAGE.format(title="run it", tags="jobs cron", date="2024-07-01", category="serverless"),
    STOP: _PAGE.format(title="stop it", tags="jobs", date="2023-01-01", category="serverless"),
    CLUSTER: _PAGE.format(title="start it", tags="k8s", date="2025-01-01", category="containers"),
}  # fmt: skip


@pytest.fixture(scope="module")
def ours(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose docs have products, categories, tags and dates; nobody changes it."""
    home = tmp_path_factory.mktemp("filtered")
    docs = home / "docs"
    for path, text in _OURS.items():
        (docs / path).parent.mkdir(parents=True, exist_ok=True)
        (docs / path).write_text(text)
    (home / "rag").mkdir()
    (home / "rag" / "cache").symlink_to(indexed / "rag" / "cache")
    assert here("ingest", "docs", home=home).code == 0
    return home


@pytest.fixture
def asked(ours: Path) -> Rag:
    """A search in those docs."""
    return partial(here, "search", QUESTION, "--json", home=ours)


def pages(done: Done) -> set[str]:
    assert done.code == 0, done.err
    return {p["path"] for p in done.data["passages"]}


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("", {RUN, STOP, CLUSTER}),
        ("--product=Serverless Jobs", {RUN, STOP}),
        ("--product=serverless", {RUN, STOP}),
        ("--product=kubernetes --product=serverless_jobs", {RUN, STOP, CLUSTER}),
        ("--category=Containers", {CLUSTER}),
        ("--tag=CRON", {RUN}),
        ("--tag=cron --tag=k8s", {RUN, CLUSTER}),
        ("--path=serverless-jobs/", {RUN, STOP}),
        (f"--path=/{STOP}", {STOP}),
        ("--validated-since=2024", {RUN, CLUSTER}),
        ("--validated-since=2024-07-02", {CLUSTER}),
        ("--product=serverless-jobs --validated-since=2024", {RUN}),
    ],
)
def test_a_filter_leaves_the_pages_that_fit(asked, options, found):
    """Values of one option are alternatives; options restrict each other."""
    words = ["--" + word.strip() for word in options.split("--") if word]

    assert pages(asked(*words)) == found


def test_an_unknown_value_is_refused_with_the_nearest(asked):
    """A typing error must not look like docs that say nothing."""
    done = asked("--product", "serverless-job")

    assert done.code == 4
    assert done.two_lines == (
        "--product: no page has serverless-job; did you mean serverless-jobs?",
        "--product serverless-jobs",
    )
    assert done.data["passages"] == []
    assert done.data["error"]["name"] == "NothingMatches"


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (
            "--product=kubernetes --tag=jobs",
            "0 in kubernetes; 2 in serverless; 2 in serverless-jobs",
        ),
        ("--tag=jobs --category=containers", "0 in containers; 2 in serverless"),
        ("--path=kubernetes --tag=cron", "0 in cron; 1 in k8s"),
        (
            "--path=serverless-jobs/how-to --category=containers --tag=k8s",
            "0 in serverless-jobs/how-to; 1 in kubernetes/start",
        ),
        ("--tag=k8s --validated-since=2030", "0 since 2030-01-01; 1 without --validated-since"),
        ("--validated-since=2030", "0 since 2030-01-01; 3 without --validated-since"),
        (
            "--path=kubernetes --category=serverless --tag=cron --validated-since=2025",
            "0 in serverless; 1 in containers",
        ),
    ],
)  # fmt: skip
def test_a_filter_that_leaves_nothing_says_where_matches_are(asked, options, what):
    """The user sees which option was one too many, and what to ask for instead."""
    done = asked(*options.split())

    assert (done.code, done.two_lines[0]) == (4, what)
    assert (done.data["passages"], done.data["error"]["what"]) == ([], what)


def test_ask_takes_the_same_filters(ours):
    """They are learnt once."""
    done = here(
        "ask", QUESTION, "--no-llm", "--json", "--product", "Kubernetes", home=ours
    )

    assert {p["path"] for p in done.data["retrieved"]} == {CLUSTER}


def test_no_model_is_asked_about_nothing(ours):
    """It would make an answer up."""
    words = ("ask", QUESTION, "--product", "kubernetes", "--tag", "jobs")
    with FakeOllama("made up") as fake:
        env = {"RAG_OLLAMA_URL": fake.url, "RAG_LLM_MODEL": fake.model}
        done = here(*words, home=ours, env=env)
        data = here(*words, "--json", home=ours, env=env).data

    assert (done.code, done.out, fake.chats) == (4, "", [])
    assert done.two_lines[0].startswith("0 in kubernetes; 2 in serverless")
    assert (data["retrieved"], data["status"]) == ([], "refused:no_match")
    assert data["error"]["code"] == 4


@pytest.mark.parametrize(
    "words",
    [
        ["--path", "../secrets"],
        ["--path", ""],
        ["--product", "*"],
        ["--validated-since", "yesterday"],
        ["--tag=x"] * 101,
    ],
    ids=["out of the docs", "empty", "wildcard", "no date", "101 values"],
)
def test_a_value_that_makes_no_sense_is_a_matter_of_usage(rag, words):
    """It is the command line that is wrong, not the docs."""
    assert rag("search", QUESTION, *words).code == 2


def test_a_question_is_judged_before_its_filters(rag):
    """A command line with two mistakes is told the same one as ever."""
    done = rag("search", "", "--path", "../secrets")

    assert "question is empty" in done.two_lines[0]


def test_a_command_is_given_its_search_options_as_one():
    """Typer reads a signature, so they must stand in it one by one, in their place."""
    given: list[object] = []

    @with_search_options
    def command(question: str, options: SearchOptions, quiet: bool = False) -> None:
        given.append((question, options, quiet))

    typed = {"product": ["jobs"], "category": None, "tag": None, "path": None}
    command(question="why?", **typed, validated_since=None, no_rerank=True, quiet=True)

    assert list(inspect.signature(command).parameters) == [
        "question", *typed, "validated_since", "no_rerank", "quiet",
    ]  # fmt: skip
    assert given == [("why?", SearchOptions(["jobs"], no_rerank=True), True)]


def test_control_characters_never_reach_the_screen(rag):
    """A value may come from a web page."""
    done = rag("search", QUESTION, "--tag", "a\x1b]0;evil\x07b", "--json")

    assert done.code == 4
    assert not {"\x1b", "\x07"} & set(done.out + done.err)


def test_docs_without_frontmatter_of_their_own_are_narrowed_by_folder(rag):
    """Folders are products, too."""
    assert pages(rag("search", QUESTION, "--json", "--product", "jobs")) == {JOB}
    assert pages(rag("search", QUESTION, "--json", "--product", "volumes")) == {VOLUME}
    found = pages(rag("search", QUESTION, "--json", "--path", "regions"))
    assert found <= {f"pages/regions/{name}.mdx" for name in REGIONS}


def test_product_is_a_filter_behind_search_and_ask_and_a_setting_elsewhere():
    """RAG_PRODUCT was there first; in front of the command it can still be set."""
    assert setting_flags(["search", "--product", "x"])[1] == {}
    assert setting_flags(["-q", "ask", "--product=x"])[1] == {}
    assert setting_flags(["--product", "x", "ask"])[1] == {"product": "x"}
    assert setting_flags(["config", "show", "--product", "x"])[1] == {"product": "x"}


def completed(home: Path, words: str, **env: str) -> Done:
    typed = {"COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    return run(home=home, env={**typed, "_RAG_COMPLETE": "complete_bash", **env})


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("rag search x --product s", ["serverless", "serverless-jobs"]),
        ("rag ask x --category con", ["containers"]),
        ("rag ask x --tag ", ["cron", "jobs", "k8s"]),
        ("rag search x --path serverless-jobs/", ["serverless-jobs/how-to"]),
    ],
)
def test_a_shell_is_offered_what_the_index_holds(ours, words, offered):
    """Nobody knows 600 tags by heart; "how-to" is no product that helps."""
    done = completed(ours, words)

    assert (done.out.split(), done.err) == (offered, "")


def test_a_shell_is_offered_nothing_where_there_is_no_index(tmp_path):
    """An error in the middle of typing would spoil the line."""
    none = completed(tmp_path, "rag search x --tag ")
    wrong = completed(tmp_path, "rag search x --tag ", RAG_PASSAGES="many")

    assert (none.out.strip(), none.err) == ("", "")
    assert (wrong.out.strip(), wrong.err) == ("", "")
