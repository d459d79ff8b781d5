"""The data of `--json`: scripts find each key where they always find it."""

from __future__ import annotations

import pytest
from tests.support.passages import passages

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
