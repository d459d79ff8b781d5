"""An answer as events: passages, sentences as they come, and the whole at the end."""

from __future__ import annotations

import json

import pytest
from tests.support.passages import passages

from askdocs.cli.render.json_views import EventStream, JsonView
from askdocs.domain.answer import Answer, Sentence, Status, Verdict

TRUE = Sentence("It is. [^1]", Verdict.SUPPORTED, passage=1)
FALSE = Sentence("It costs 7.", Verdict.UNSUPPORTED, why="no 7", shown=False)
DOCUMENT = {"status": "answered"}


def an_answer(text="It is. [^1]", **more) -> Answer:
    some = passages(2)
    return Answer(
        "How?", Status.ANSWERED, text, some[:1], some, "https://x.example", **more
    )


@pytest.fixture
def events(capsys):
    """Return what has been printed so far, event by event."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def names(events) -> list[str]:
    return [event["event"] for event in events]


def test_a_document_comes_alone(capsys):
    """Whatever is told meanwhile."""
    with JsonView() as view:
        view.listed(passages(2))
        view.judged(TRUE)
        view.show("It is.")
        view.finish(an_answer(), DOCUMENT)

    assert json.loads(capsys.readouterr().out) == {"schema_version": 1, **DOCUMENT}


def test_each_event_comes_at_once(events):
    """Sentences that are left out, too, and none twice."""
    with EventStream(held=False) as stream:
        stream.listed(passages(2))
        assert names(events()) == ["passages"]
        stream.judged(TRUE)
        stream.show("It is.")
        (first,) = events()
        stream.judged(FALSE)
        (second,) = events()
        stream.finish(an_answer(sentences=(TRUE, FALSE)), DOCUMENT)

    assert (first["verdict"], first["shown"]) == ("supported", True)
    assert (second["verdict"], second["shown"], second["why"]) == (
        "unsupported",
        False,
        "no 7",
    )
    assert events() == [{"event": "end", "schema_version": 1, **DOCUMENT}]


def test_a_guard_has_the_last_word(events):
    """Nothing that it may refuse is told before."""
    with EventStream(held=True) as stream:
        stream.listed(passages(2))
        stream.judged(TRUE)
        assert names(events()) == ["passages"]
        stream.finish(an_answer(sentences=(TRUE,)), DOCUMENT)

    assert names(events()) == ["sentence", "end"]


def test_a_quoted_answer_tells_each_group_with_its_passage(events):
    """Its marks say where one ends; the passages come first in any case."""
    text = "Do this:\n\n1. Open it.\n2. Go. [^2]\n\n```\nrun\n```\n\n[^1]"
    with EventStream(held=False) as stream:
        stream.finish(an_answer(text, quoted=True), DOCUMENT)

    told = events()
    assert names(told) == ["passages", "sentence", "sentence", "end"]
    assert [(s["passage"], s["verdict"]) for s in told[1:3]] == [
        (2, "supported"),
        (1, "supported"),
    ]
    assert "\n\n".join(s["text"] for s in told[1:3]) == text


def test_quotes_in_the_place_of_what_was_left_out_are_told(events):
    """The model's own sentences were, and were not shown."""
    with EventStream(held=False) as stream:
        stream.listed(passages(2))
        stream.judged(FALSE)
        stream.finish(an_answer(quoted=True, sentences=(FALSE,)), DOCUMENT)

    told = events()
    assert names(told) == ["passages", "sentence", "sentence", "end"]
    assert [s["verdict"] for s in told[1:3]] == ["unsupported", "supported"]
