"""The data of `--json`: scripts find each key where they always find it."""

from __future__ import annotations

import pytest
from tests.support.passages import passage, passages

from askdocs.cli.render import json_document
from askdocs.domain.answer import Answer, SearchResult, Status

URL = "https://docs.example/"


def an_answer(status=Status.ANSWERED, text="It is [^2], then [^1].", **more) -> Answer:
    some = passages(3)
    given = {"cited": (some[1], some[0]), "retrieved": some, "link": URL, **more}
    return Answer("How?", status, text, **given)


def test_a_search_without_passages_is_a_whole_document():
    """An empty list is a result."""
    assert json_document.search_result("q", SearchResult((), ("slow",))) == {
        "question": "q",
        "passages": [],
        "degraded": ["slow"],
    }


@pytest.mark.parametrize(
    ("status", "name", "code"),
    [
        (Status.MODEL_UNAVAILABLE, "ModelUnavailable", 5),
        (Status.INCOMPLETE, "AnswerIncomplete", 7),
    ],
    ids=["no model", "half an answer"],
)
def test_what_went_wrong_stands_beside_what_could_be_shown(status, name, code):
    """A script finds `error` where it always finds it."""
    given = an_answer(status, "", problem="it broke", hint="mend it")
    document = json_document.answer(given, "Example", index={}, seconds=1.23456)

    error = {"code": code, "name": name, "what": "it broke", "hint": "mend it"}
    assert document["error"] == error
    assert document["answer"] == ""
    assert len(document["retrieved"]) == 3
    assert document["timings"] == {"total": 1.235}


def test_every_address_is_whole():
    """A script that opens one lands at the heading; the page's own is beside it."""
    (found,) = json_document.passages([passage(1, anchor="start")])

    assert found["url"] == f"{passage(1).url}#start"
    assert (found["page_url"], found["anchor"]) == (passage(1).url, "start")


def test_a_model_that_was_not_asked_has_no_name():
    """Null, not an empty string that looks like one."""
    by_model = json_document.answer(
        an_answer(model="llama"), "Example", index={}, seconds=1
    )
    quoted = json_document.answer(
        an_answer(quoted=True, hint="pull one"), "Example", index={}, seconds=1
    )

    assert (by_model["model"], quoted["model"]) == ({"name": "llama"}, None)
    assert (quoted["quoted"], quoted["hint"]) == (True, "pull one")
    assert "error" not in quoted


def test_each_stage_has_its_time_in_seconds():
    """Who tunes it wants to know which one is slow."""
    answer = an_answer(spent_ms={"search": 12.34, "extract": 100.0})
    document = json_document.answer(answer, "Example", index={}, seconds=0.5)

    assert document["timings"] == {"total": 0.5, "search": 0.012, "extract": 0.1}


def test_a_refusal_names_the_nearest_pages_by_the_numbers_that_can_be_opened():
    """`rag open 2` opens the second."""
    refused = an_answer(
        Status.NO_MATCH, "I don't know.", nearest=passages(2), unmentioned=("Tokyo",)
    )
    document = json_document.answer(refused, "Example", index={}, seconds=1)

    assert [p["mark"] for p in document["nearest"]] == [1, 2]
    assert document["unmentioned"] == ["Tokyo"]
