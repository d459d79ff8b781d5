"""What stands under an answer, and a conversation as a file."""

from __future__ import annotations

import webbrowser

import pytest
from tests.support.passages import passage, passages

from askdocs.cli.render import answer as render
from askdocs.domain.answer import Answer, Status
from askdocs.domain.errors import ConfigError, NotWritable

URL = "https://docs.example/"


def an_answer(text: str = "It is [^2], then [^1].", **more) -> Answer:
    some = passages(3)
    given = {"cited": (some[1], some[0]), "retrieved": some, "link": URL, **more}
    return Answer("How?", Status.ANSWERED, text, **given)


def test_an_answer_is_followed_by_its_sources_and_passages_by_the_link(capsys):
    """Without a text the passages are the answer."""
    render.print_footer(an_answer(), "Example")
    with_text = capsys.readouterr().out
    render.print_footer(an_answer(""), "Example")
    without = capsys.readouterr().out

    assert "Sources:\n[2] " in with_text
    assert "Sources:" not in without
    assert without.startswith(f"1. {passage(1).trail}")
    assert without.endswith(f"Read more: {URL}\n")


def test_what_can_be_opened_has_the_numbers_that_were_shown():
    """Of an answer its citations, else every passage."""
    assert [n for n, _ in render.numbered_passages(an_answer())] == [2, 1]
    assert [n for n, _ in render.numbered_passages(an_answer(""))] == [1, 2, 3]


def test_footnotes_of_several_answers_do_not_share_a_number():
    """One file has one list of footnotes."""
    history = [("How?", an_answer()), ("And\nthen?", an_answer("Stop [^1]."))]

    text = render.transcript(history, "Example")

    assert "It is [^1-2], then [^1-1]." in text
    assert "## And then?\n\nStop [^2-1]." in text
    assert f"[^2-1]: [{passage(1).trail}]({passage(1).link})" in text


def test_a_question_without_an_answer_keeps_its_reason():
    """Who reads it later wants to know what went wrong."""
    failed = an_answer("", cited=(), problem="Ollama is gone", hint="start it")

    assert "## How?\n\nOllama is gone\n" in render.transcript([("How?", failed)], "X")


def test_a_transcript_replaces_nothing(tmp_path, capsys):
    """The file may be anything."""
    file = tmp_path / "talk.md"
    render.save_transcript(str(file), "first")

    with pytest.raises(ConfigError, match="exists"):
        render.save_transcript(str(file), "second")
    with pytest.raises(NotWritable, match="cannot be written"):
        render.save_transcript(str(tmp_path / "none" / "talk.md"), "third")

    assert file.read_text() == "first"
    assert capsys.readouterr().err == f"saved: {file}\n"


def test_a_pipe_opens_no_browser(monkeypatch, capsys):
    """The address is for the next program."""
    monkeypatch.setattr(webbrowser, "open", pytest.fail)

    render.open_url(URL)

    assert capsys.readouterr().out == f"{URL}\n"


def test_an_error_names_the_beginning_of_what_was_typed():
    """A pasted page must not fill the screen."""
    assert render.shorten("x" * 60) == "x" * 60
    assert render.shorten("x" * 61) == "x" * 60 + " ..."
