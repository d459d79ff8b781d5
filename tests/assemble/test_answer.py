"""What is said of the model that an answer was, or was not, asked of."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from askdocs import assemble
from askdocs.adapters.llm.model_choice import Choice
from askdocs.domain.answer import Answer, Status
from askdocs.domain.search import Filter
from askdocs.settings import load

QUOTED = Answer("?", Status.ANSWERED, "So. [^1]", (), (), "https://x/", quoted=True)
NOTHING = Choice("", what="no Ollama answers", hint="ollama serve")
OTHER = Choice("llama3.2:3b", notice="asking llama3.2:3b")


def answering(chosen: Choice | None, **more: Any) -> assemble.Answering:
    engine = SimpleNamespace(chosen=chosen)
    return assemble.Answering(None, Filter(), {}, engine, **more)


def test_a_quoted_answer_says_how_to_have_it_put_into_words():
    """It is an answer all the same, and no error."""
    hint = answering(NOTHING).advised(QUOTED).hint

    assert hint == "quoted from the docs; to have it put into words: ollama serve"


@pytest.mark.parametrize("unasked", ["--no-llm", "RAG_LLM_MODEL=none"])
def test_who_wants_quotes_is_reminded_of_it_only(unasked):
    """There is nothing to install."""
    none = assemble.Answering(None, Filter(), {}, unasked=unasked)

    assert none.advised(QUOTED).hint == f"quoted from the docs ({unasked})"
    assert none.notices == ()


@pytest.mark.parametrize(
    ("chosen", "answer"),
    [
        (NOTHING, Answer("?", Status.ANSWERED, "So.", (), (), "https://x/")),
        (OTHER, QUOTED),
        (None, QUOTED),
    ],
    ids=["not quoted", "a model was asked", "a model was named"],
)
def test_other_answers_stay_as_they_are(chosen, answer):
    """The hint of an error is not to be written over, either."""
    assert answering(chosen).advised(answer) == answer


def test_the_hint_of_an_error_stays():
    """It is what has to be done first."""
    failed = Answer("?", Status.MODEL_UNAVAILABLE, "So.", (), (), "https://x/",
                    problem="gone", hint="pull it", quoted=True)  # fmt: skip

    assert answering(NOTHING).advised(failed) == failed


def test_a_model_that_nobody_named_is_told():
    """The reader and the script must know who speaks."""
    assert answering(OTHER).notices == ("asking llama3.2:3b",)
    assert answering(NOTHING).notices == answering(None).notices == ()


@pytest.mark.parametrize(
    ("env", "llm", "unasked", "asked"),
    [
        ({}, True, "", True),
        ({"RAG_LLM_MODEL": "none"}, True, "RAG_LLM_MODEL=none", False),
        ({"RAG_LLM_MODEL": "None", "RAG_GUARD": "g:1b"}, False, "--no-llm", False),
        ({"RAG_RESPONSE_MODE": "no_text"}, True, "", False),
    ],
)
def test_who_asks_no_model_has_none(home, env, llm, unasked, asked):
    """Nor does anything touch the network for it."""
    ours = {"HOME": str(home), "RAG_HOME": str(Path(home) / "rag"), **env}
    with assemble.asker(load({}, ours), llm=llm) as opened:
        assert (bool(opened.chat_model), opened.unasked) == (asked, unasked)
