"""`rag eval` from end to end, over the small index with the real model."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.docs_of_ours import JOB, TUTORIAL, VOLUME
from tests.support.fake_ollama import FakeOllama

from askdocs.flows.evaluate import evaluate
from askdocs.steps.evaluate.metrics import METRICS

ROWS: list[dict[str, Any]] = [
    {"id": "job", "question": "how do I create a job?", "wanted": [JOB]},
    {"id": "volume", "question": "attach a volume to a server", "wanted": [VOLUME]},
    {"id": "dump", "question": "dump a database every night", "wanted": [TUTORIAL]},
    {
        "id": "logs",
        "question": "how long are the logs of a deleted job kept?",
        "wanted": [f"{JOB}#delete-it"],
    },
]
MISSED = {
    "id": "missed",
    "question": "how do I create a job?",
    "wanted": ["pages/regions/paris.mdx"],
}


@pytest.fixture
def cases(home: Path) -> Callable[..., Path]:
    """Write a file of cases into the home, and return its path."""

    def write(*rows: dict[str, Any], name: str = "cases.jsonl") -> Path:
        file = home / name
        file.write_text("".join(f"{json.dumps(row)}\n" for row in rows or ROWS))
        return file

    return write


def test_the_document_has_the_promised_keys(rag, cases):
    """Scripts are written against CONVENTIONS."""
    done = rag("eval", cases(), "--json")

    data = done.data
    assert done.code == 0
    assert (data["schema_version"], data["cases"]) == (1, 4)
    assert data["metrics"] == dict.fromkeys(METRICS, 1.0)
    assert data["section_metrics"].keys() == data["intervals"].keys() == METRICS.keys()
    assert data["section_cases"] == 1
    assert data["intervals"]["ndcg@10"] == [1.0, 1.0]
    assert data["questions"][0] | {"found": []} == {
        **ROWS[0],
        "found": [],
        "rank": 1,
        "ndcg@10": 1.0,
    }
    assert data["questions"][0]["found"][0] == JOB
    assert data["model"] == "bundled"
    assert data["seconds"] > 0


def test_the_generation_is_that_of_the_live_index(rag, cases, home):
    """A number without its index says nothing a month later."""
    live = (home / "rag/data/scw_docs/current").read_text().strip()

    assert rag("eval", cases(), "--json").data["index"]["generation"] == live


def test_ten_pages_are_seen_whatever_the_setting_of_a_search_is(rag, cases):
    """RAG_PASSAGES is what a model reads; success@10 needs more."""
    done = rag("eval", cases(), "--json", "--passages", "1")

    assert {len(question["found"]) for question in done.data["questions"]} == {10}


def test_the_table_for_a_person_has_every_metric_with_its_interval(rag, cases):
    """And one line that says of what."""
    done = rag("eval", cases())

    assert re.search(r"^ndcg@10 +1\.0000  1\.0000 to 1\.0000$", done.out, re.M)
    assert re.search(r"^section success@1 +1\.0000", done.out, re.M)
    assert re.search(r"^4 questions; index \S+, model bundled, \d", done.out, re.M)
    assert "the intervals say little" in done.err


def test_a_markdown_table_can_be_pasted_into_a_note(rag, cases):
    """Head, rule, and one row per metric and level."""
    lines = rag("eval", cases(), "--markdown").out.splitlines()

    assert lines[0] == "| metric | value | 95 % interval |"
    assert lines[1] == "| --- | ---: | ---: |"
    assert len([line for line in lines if line.startswith("|")]) == 2 + 2 * len(METRICS)


def test_what_was_missed_is_named_with_where_it_was_sought(rag, cases):
    """That is what one works on next; what was found is not told."""
    done = rag("eval", cases(*ROWS, MISSED), "-v")

    assert re.search(
        r"^missed: how do I create a job\?: (rank|not found)", done.out, re.M
    )
    assert "  wanted pages/regions/paris.mdx" in done.out
    assert "volume: " not in done.out


def test_drafts_are_warned_of(rag, cases):
    """Numbers of questions that nobody has read are not to be believed."""
    done = rag("eval", cases({**ROWS[0], "draft": True}, ROWS[1]))

    assert "1 of 2 cases drafted" in done.err
    assert rag("eval", cases({**ROWS[0], "draft": True}), "-q").err == ""


# Baselines and gates


def test_a_run_is_no_different_from_itself(rag, cases, home):
    """The nightly build of an unchanged index passes."""
    saved = rag("eval", cases(), "--save", "run.json", "--json")
    done = rag("eval", cases(), "--baseline", "run.json", "--json")

    kept = json.loads((home / "run.json").read_text())
    assert kept == saved.data
    assert done.code == 0
    compared = done.data["baseline"]
    assert (compared["cases"], compared["worse"], compared["better"]) == (4, [], [])
    assert compared["metrics"]["ndcg@10"]["p"] == 1


def worse_than(home: Path) -> None:
    """Turn the saved run into one that had found another page."""
    run = json.loads((home / "run.json").read_text())
    for question in run["questions"]:
        question["found"] = question["wanted"] + question["found"]
        question["rank"] = 1
    (home / "run.json").write_text(json.dumps(run))


def test_a_fall_is_exit_8_with_the_questions_that_got_worse(rag, cases, home):
    """Twenty copies of a question that once was answered, and is no more."""
    rows = [{**MISSED, "id": f"m{n}"} for n in range(20)]
    rag("eval", cases(*rows), "--save", "run.json")
    worse_than(home)

    done = rag("eval", cases(*rows), "--baseline", "run.json")

    assert done.code == 8
    assert "these 20 got worse:" in done.out
    assert re.search(r"^- m0: how do I create a job\?: rank 1 -> ", done.out, re.M)
    assert "ndcg@10 fell by" in done.err
    lenient = rag("eval", cases(*rows), "--baseline", "run.json", "--tolerance", "1")
    assert lenient.code == 0


def test_cases_that_one_run_has_alone_are_named(rag, cases):
    """A mean over other questions is no change."""
    rag("eval", cases(*ROWS[:2]), "--save", "run.json")
    done = rag("eval", cases(*ROWS[1:]), "--baseline", "run.json")

    assert done.code == 0
    assert "1 case in the baseline only: job" in done.err
    assert "2 cases not in the baseline: dump, logs" in done.err


@pytest.mark.parametrize(
    ("gates", "code"),
    [
        (["ndcg@10=.66", "success@5=.8"], 0),
        (["success@1=0.81"], 8),
        (["ndcg@10=.1", "success@1=.81", "success@1=.2"], 8),
    ],
)
def test_a_gate_is_an_exit_code(rag, cases, gates, code):
    """Four of five questions find their page first; of two thresholds the higher counts."""
    flags = [word for gate in gates for word in ("--at-least", gate)]
    done = rag("eval", cases(*ROWS, MISSED), *flags, "--json")

    assert done.code == code
    assert ("success@1 is 0.8000, 0.0100 below 0.81" in done.err) is bool(code)
    assert done.data["cases"] == 5
    assert done.data.get("error", {}).get("name") == ("GateFailed" if code else None)


# Answers

LOGS: dict[str, Any] = {
    "id": "logs",
    "kind": "fact",
    "question": "how long are the logs of a deleted job kept?",
    "wanted": [JOB],
    "must": [["30 days", "a month"], ["logs"]],
    "forbid": [r"^\W*for ever"],
}
SERVER: dict[str, Any] = {
    "id": "server",
    "kind": "table",
    "question": "how many volumes does a server take?",
    "wanted": [VOLUME],
    "must": [["16"]],
    "forbid": [],
}
NEAR: dict[str, Any] = {
    "id": "near",
    "kind": "refuse-near",
    "question": "how do I share a job with Tokyo?",
    "wanted": [],
    "must": [],
    "forbid": [],
}
REPLIES = {
    "logs": "Deleting a job keeps its logs for **30** days. [^1]",
    "volumes": "A server takes at most 16 volumes. [^1]",
}


def reply(request: dict[str, Any]) -> str:
    """Answer what is known in the words of the page, and refuse the rest."""
    question = request["messages"][-1]["content"]
    asked = {"logs": "long are the logs", "volumes": "many volumes"}
    known = (REPLIES[name] for name, words in asked.items() if words in question)
    return next(known, "NOT IN DOCS")


def with_model(fake: FakeOllama) -> dict[str, str]:
    return {"RAG_OLLAMA_URL": fake.url, "RAG_LLM_MODEL": fake.model}


def test_answers_of_a_model_are_graded_by_what_they_say(rag, cases):
    """From the file of cases to the shares, with a model behind HTTP."""
    file = cases(LOGS, SERVER, NEAR)
    with FakeOllama(reply) as fake:
        done = rag("eval", "--answers", file, "--json", env=with_model(fake))

    data = done.data
    assert (done.code, data["schema_version"], data["cases"]) == (0, 1, 3)
    assert data["answers"] == {
        "useful": 1.0,
        "wrong": 0.0,
        "answerable_refused": 0.0,
        "near_refused": 1.0,
        "far_refused": None,
        "refused": 1.0,
        "empty": 0.0,
    }
    assert (data["model"], data["embedding_model"]) == (fake.model, "bundled")
    assert data["quoted"] == 0
    assert data["sentences"]["written"] >= 2
    assert [q["grade"] for q in data["questions"]] == ["useful", "useful", "refused"]
    assert data["questions"][0]["cited"] == [JOB]
    assert data["seconds"]["p95"] >= data["seconds"]["median"] > 0


def test_an_answer_that_is_worse_than_its_baseline_is_named(rag, cases):
    """With the pattern that was missed, and the page that was cited."""
    file = cases(LOGS, SERVER)
    with FakeOllama(reply) as fake:
        model = with_model(fake)
        kept = rag("eval", "--answers", file, "--save", "run.json", env=model)
        fake.reply = "A job runs a container once. [^1]"
        done = rag(
            "eval",
            "--answers",
            file,
            "--baseline",
            "run.json",
            "-v",
            "--at-least",
            "useful=.5",
            env=model,
        )

    assert kept.code == 0
    assert done.code == 8
    assert "useful is 0.0000, 0.5000 below 0.5" in done.err
    assert (
        "- logs: how long are the logs of a deleted job kept?: useful -> " in done.out
    )
    assert (
        f"  missed  30 days  or  a month\n  missed  logs\n  wanted  {JOB}" in done.out
    )


def test_a_share_that_is_too_high_is_exit_8(rag, cases):
    """Wrong answers are those that a gate is for."""
    file = cases({**LOGS, "forbid": ["30"]}, SERVER)
    with FakeOllama(reply) as fake:
        done = rag(
            "eval",
            "--answers",
            file,
            "--at-most",
            "wrong=.03",
            "--json",
            env=with_model(fake),
        )

    assert done.code == 8
    assert done.data["error"]["what"] == "wrong is 0.5000, 0.4700 above 0.03"
    assert done.data["answers"]["wrong"] == 0.5


def test_without_a_model_no_model_is_asked(rag, cases):
    """Whatever the settings name."""
    with FakeOllama(reply) as fake:
        words = ("eval", "--answers", cases(LOGS, NEAR), "--no-llm", "--json")
        done = rag(*words, env=with_model(fake))

    assert (done.code, fake.chats) == (0, [])
    assert (done.data["model"], done.data["cases"]) == (None, 2)


def test_a_model_that_does_not_answer_ends_the_run(rag, cases):
    """Shares of quotes under its name would be a lie."""
    env = {"RAG_OLLAMA_URL": "http://127.0.0.1:9", "RAG_LLM_MODEL": "llama3.1:8b"}
    done = rag("eval", "--answers", cases(LOGS), env=env)

    assert (done.code, done.out) == (5, "")
    assert done.two_lines[0].startswith("logs: Ollama does not answer")


def test_the_same_file_measures_what_is_found(rag, cases):
    """What is to be refused has no page: it is passed over, and counted."""
    done = rag("eval", cases(LOGS, SERVER, NEAR))

    assert done.code == 0
    assert "\n2 questions; index " in done.out
    assert "1 case without a page passed over" in done.err


def test_a_pattern_that_is_none_is_told_before_anything_is_asked(rag, cases):
    """With its line, its key and its place."""
    done = rag("eval", "--answers", cases(LOGS, {**SERVER, "must": [["16"], ["("]]}))

    assert (done.code, done.out) == (2, "")
    assert "cases.jsonl, line 2: must[2][1] is no regular" in done.two_lines[0]


def test_an_answer_from_a_page_that_the_index_does_not_hold_is_no_zero(rag, cases):
    """It could not be given."""
    done = rag("eval", "--answers", cases({**LOGS, "wanted": ["gone.mdx"]}))

    assert (done.code, done.out) == (2, "")
    assert "1 wanted page not in the index: gone.mdx (line 1)" in done.two_lines[0]


@pytest.mark.parametrize(
    "flags",
    [
        ["--answers", "--at-least", "ndcg@10=.5"],
        ["--answers", "--at-least", "wrong=.5"],
        ["--answers", "--at-most", "useful=.5"],
        ["--answers", "--at-most", "wrong"],
        ["--answers", "--at-most", "wrong=3"],
        ["--answers", "--at-least", "far_refused=.9"],
        ["--answers", "--baseline", "cases.jsonl"],
        ["--at-most", "wrong=.5"],
        ["--at-most", "ndcg@10=.5"],
        ["--at-least", "useful=.5"],
        ["--no-llm"],
    ],
    ids=" ".join,
)
def test_a_gate_that_nothing_can_pass_or_fail_is_refused(rag, cases, flags):
    """Before a model is asked for half an hour."""
    done = rag("eval", cases(LOGS, NEAR), *flags)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: ")


# What is refused


@pytest.mark.parametrize(
    "flags",
    [
        ["--at-least", "ndcg@0=.5"],
        ["--at-least", "ndcg@11=.5"],
        ["--at-least", "ndcg@10"],
        ["--at-least", "ndcg@10=66"],
        ["--at-least", "ndcg@10=nan"],
        ["--at-least", "ndcg@10=-.1"],
        ["--at-least", ""],
        ["--tolerance", "nan"],
        ["--tolerance", "-1"],
        ["--json", "--markdown"],
        ["--baseline", "nowhere.json"],
        ["--baseline", "cases.jsonl"],
    ],
    ids=" ".join,
)
def test_a_flag_that_makes_no_sense_is_refused(rag, cases, flags):
    """A gate that is misread lets everything pass, or nothing."""
    done = rag("eval", cases(), *flags)

    assert done.code == 2
    assert "--json" in flags or done.out == ""
    assert done.err.startswith("error: ")


def test_a_page_that_the_index_does_not_hold_is_no_zero(rag, cases):
    """A page of cards is none of the index either: it has no text to be found by."""
    rows = [{**MISSED, "wanted": ["pages/gone.mdx", "pages/jobs/index.mdx"]}]
    done = rag("eval", cases(*rows))

    assert (done.code, done.out) == (2, "")
    assert done.two_lines[0].startswith("2 wanted pages not in the index: pages/gone")


def test_a_section_that_is_not_there_is_no_zero(rag, cases):
    """A renamed heading is an error of the cases."""
    done = rag("eval", cases({**MISSED, "wanted": [f"{JOB}#gone"]}))

    assert done.code == 2
    assert f"{JOB}#gone" in done.two_lines[0]


def test_a_row_that_is_none_is_told_with_its_line(rag, home):
    """Before anything is opened."""
    (home / "cases.jsonl").write_text(f"{json.dumps(ROWS[0])}\n{{\n")
    done = rag("eval", "cases.jsonl", "--json")

    assert done.code == 2
    assert "line 2" in done.data["error"]["what"]


def test_a_question_that_is_too_long_is_told_with_its_id(rag, cases):
    """Nothing is scored, not even the others."""
    done = rag("eval", cases(*ROWS, {**ROWS[0], "id": "long", "question": "x" * 5000}))

    assert (done.code, done.out) == (2, "")
    assert done.two_lines[0].startswith("long: the question has 5,000")


def test_without_an_index_there_is_nothing_to_measure(rag, cases, tmp_path):
    """Exit 6, as of a search."""
    done = rag("eval", cases(), env={"RAG_HOME": str(tmp_path / "other")})

    assert (done.code, done.out) == (6, "")


def test_an_index_that_is_replaced_meanwhile_is_no_index(rag, cases, home, monkeypatch):
    """Half of the questions would have been asked of another one."""

    def slowly(*asked):
        (home / "docs" / VOLUME).write_text("Attach it.\n")
        assert rag("ingest", "docs", "-q").code == 0
        return evaluate(*asked)

    monkeypatch.setattr("askdocs.flows.evaluate.evaluate", slowly)
    done = rag("eval", cases())

    assert (done.code, done.out) == (75, "")
    assert "was replaced" in done.two_lines[0]


def test_no_file_of_cases_is_a_usage_error(rag):
    """`rag eval $CASES` with an empty variable must not pass."""
    done = rag("eval")

    assert (done.code, done.out) == (2, "")


def test_an_escape_sequence_in_a_question_does_not_reach_the_terminal(rag, cases):
    """The file may be somebody else's."""
    row = {**MISSED, "id": "e\x1b[31m", "question": "job \x1b]0;owned\x07?"}
    done = rag("eval", cases(row), "-v")

    assert done.code == 0
    assert "\x1b" not in done.out + done.err


# Drafts


@pytest.fixture
def faq(home: Path) -> Path:
    text = "## How do I start over?\n\nSee [jobs](/jobs/create-job/).\n\n## Why not?\n\nNo.\n"
    (home / "docs/faq.mdx").write_text(f"---\ntitle: FAQ\n---\n\n{text}")
    return home / "docs"


def test_drafts_are_lines_that_eval_reads(rag, faq, home):
    """From the docs to the first numbers it is two commands."""
    made = rag("eval", "make", "docs", "-o", "drafts.jsonl")
    assert rag("ingest", "docs", "-q").code == 0
    done = rag("eval", "drafts.jsonl")

    assert (made.code, made.err) == (0, "")
    assert made.out == "2 drafts in drafts.jsonl: 2 faq\n"
    assert done.code == 0
    assert "2 of 2 cases drafted" in done.err


def test_drafts_on_stdout_are_the_file(rag, faq, home):
    """For a pipe; the document has the same rows."""
    rag("eval", "make", "docs", "-o", "drafts.jsonl")
    printed = rag("eval", "make", "docs")
    document = rag("eval", "make", "docs", "--json").data

    assert printed.out == (home / "drafts.jsonl").read_text()
    assert document["cases"] == 2
    assert document["drafts"] == [json.loads(row) for row in printed.out.splitlines()]


def test_drafts_replace_nothing_unless_forced(rag, faq, home):
    """The file may have been mended by hand."""
    (home / "drafts.jsonl").write_text("mine\n")

    done = rag("eval", "make", "docs", "-o", "drafts.jsonl")

    assert done.code == 2
    assert "--force" in done.two_lines[1]
    assert (home / "drafts.jsonl").read_text() == "mine\n"
    assert rag("eval", "make", "docs", "-o", "drafts.jsonl", "--force").code == 0


def test_the_help_warns_of_tuning_by_drafts(rag):
    """They are the words of the docs."""
    done = rag("eval", "make", "--help")

    assert "never tune" in done.out
