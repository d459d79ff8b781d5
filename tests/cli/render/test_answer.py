"""How an answer looks on a terminal and in a pipe, and a conversation as a file."""

from __future__ import annotations

import io
import re
import sys
import time
import webbrowser
from dataclasses import replace

import pytest
from tests.support.passages import passage, passages

from askdocs.cli.render import answer as render
from askdocs.cli.render import terminal
from askdocs.domain.answer import Answer, Sentence, Status, Verdict
from askdocs.domain.errors import ConfigError, NotWritable

URL = "https://docs.example/"


def an_answer(text: str = "It is [^2], then [^1].", **more) -> Answer:
    some = passages(3)
    given = {"cited": (some[1], some[0]), "retrieved": some, "link": URL, **more}
    return Answer("How?", Status.ANSWERED, text, **given)


DOCUMENT = {"closing": f"Read more: {URL}"}


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal_of_60(monkeypatch):
    """Make both streams a terminal of 60 columns, without colour."""

    def begin() -> Terminal:
        for name, value in {"TERM": "xterm", "NO_COLOR": "1", "COLUMNS": "60"}.items():
            monkeypatch.setenv(name, value)
        both = Terminal()
        monkeypatch.setattr(sys, "stdout", both)
        monkeypatch.setattr(sys, "stderr", both)
        return both

    return begin


def read(screen: Terminal) -> str:
    """Return what stands on a terminal, without links."""
    return re.sub(r"\x1b\]8;;.*?\x1b\\", "", screen.getvalue())


def notes_of(capsys, status: Status, *sentences: Sentence) -> list[str]:
    """Return what stands beside an answer, line by line."""
    told = replace(an_answer(sentences=sentences), status=status)
    render.print_notes(told, quiet=True)
    assert capsys.readouterr().err == ""
    render.print_notes(told, quiet=False)
    return capsys.readouterr().err.splitlines()


PROVEN = Sentence("It is.", Verdict.SUPPORTED)
UNPROVEN = Sentence("It may.", Verdict.UNSURE, "no passage says so")
DENIED = Sentence("It is not.", Verdict.UNSUPPORTED, "no passage denies it")
HEADING = Sentence("So:", Verdict.NO_CLAIM)


def test_how_many_sentences_are_proven_stands_beside_an_answer(capsys):
    """Of those that claim something; where all are, nothing is said."""
    both = (HEADING, PROVEN, PROVEN, UNPROVEN)

    assert notes_of(capsys, Status.ANSWERED, *both) == [
        "2 of 3 sentences proven by the docs"
    ]
    assert notes_of(capsys, Status.ANSWERED, HEADING, PROVEN) == []
    assert notes_of(capsys, Status.ANSWERED) == []


def test_what_is_left_out_is_counted_whatever_its_verdict(capsys):
    """With `strike` what is unproven is left out like what is contradicted."""
    out = [replace(s, shown=False) for s in (UNPROVEN, DENIED)]

    assert notes_of(capsys, Status.PARTIAL, PROVEN, *out) == [
        "status: partial (2 of 3 sentences left out: no passage says so)"
    ]
    assert notes_of(capsys, Status.PARTIAL, PROVEN, UNPROVEN, out[1]) == [
        "1 of 3 sentences proven by the docs",
        "status: partial (1 of 3 sentences left out: no passage says so)",
    ]


def test_what_is_contradicted_and_shown_is_named(capsys):
    """With `show`; what is only unproven is counted."""
    assert notes_of(capsys, Status.PARTIAL, PROVEN, UNPROVEN, DENIED) == [
        "1 of 3 sentences proven by the docs",
        "status: partial",
        "not supported: It is not. (no passage denies it)",
    ]


def test_a_pipe_gets_the_text_as_it_is_and_the_sources_under_it(capsys):
    """Its Markdown is for the next program."""
    with render.AnswerView(quiet=False) as view:
        view.listed(passages(3))
        view.show("It is **so** [^2],")
        view.show(" then [^1].")
        view.finish(an_answer(), DOCUMENT)

    out, err = capsys.readouterr()
    assert out == (
        "It is **so** [^2], then [^1].\n\nSources:\n"
        f"[2] {passage(2).trail} - {passage(2).link}\n"
        f"[1] {passage(1).trail} - {passage(1).link}\n\nRead more: {URL}\n"
    )
    assert err == ""


def test_a_terminal_gets_one_list_of_sources_and_rendered_text(terminal_of_60):
    """What is read stands in a line that is gone."""
    screen = terminal_of_60()
    with render.AnswerView(quiet=False) as view:
        view.listed(passages(3))
        view.show("It is **so** [^2],")
        view.show(" then [^1].")
        view.finish(an_answer(), DOCUMENT)

    assert read(screen) == (
        "It is so [2], then [1].\n\nSources:\n"
        f"[2] {passage(2).trail}\n    {passage(2).link}\n"
        f"[1] {passage(1).trail}\n    {passage(1).link}\n\nRead more: {URL}\n"
    )
    assert f"\x1b]8;;{passage(2).link}\x1b\\[2]\x1b]8;;\x1b\\" in screen.getvalue()


def test_an_answer_that_is_shown_again_looks_the_same(terminal_of_60):
    """Whatever it came in."""
    screen = terminal_of_60()
    text = "It is **so** [^2], then [^1]."
    with render.AnswerView(quiet=True) as view:
        view.listed(passages(3))
        view.show(text)
        view.finish(an_answer(text), DOCUMENT)
    first = screen.getvalue()
    with render.AnswerView(quiet=True) as view:
        view.show_again(an_answer(text), DOCUMENT)

    assert screen.getvalue() == first * 2


def test_what_breaks_off_leaves_a_clean_line(terminal_of_60):
    """Ctrl-C, or a crash."""
    screen = terminal_of_60()
    view = render.AnswerView(quiet=False)
    view.__enter__().show("It is so.")
    view.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)

    assert read(screen) == "It is so.\n"


def test_what_a_silence_waits_for_is_told(terminal_of_60):
    """In a pipe by a line of its own; on a terminal that line goes on."""
    screen = terminal_of_60()
    with render.AnswerView(quiet=True) as view:
        view.wait_for("loading model...")
    assert screen.getvalue() == ""

    with render.AnswerView(quiet=False) as view:
        view.listed(passages(3))
        view.wait_for("loading model...")
        until(lambda: "loading model ·" in screen.getvalue())

    assert screen.getvalue().endswith(terminal.ERASE)


def until(happened) -> None:
    for _ in range(1000):
        if happened():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


def test_a_pipe_is_told_what_a_silence_waits_for(capsys):
    """Who reads a log wants to know."""
    with render.AnswerView(quiet=False) as view:
        view.wait_for("loading model...")

    assert capsys.readouterr().err == "loading model...\n"


def test_a_quoted_answer_says_how_to_get_it_in_words(capsys):
    """One line, and no error; quiet takes it away."""
    quoted = an_answer(quoted=True, hint="ollama pull llama3.1:8b")

    render.print_notes(quoted, quiet=False)
    render.print_notes(quoted, quiet=True)

    assert capsys.readouterr().err == "ollama pull llama3.1:8b\n"


def test_what_went_wrong_is_an_error_with_its_hint(capsys):
    """Also where quotes are shown instead, and even when quiet."""
    failed = replace(
        an_answer(quoted=True, problem="Ollama is gone", hint="start it"),
        status=Status.MODEL_UNAVAILABLE,
    )

    render.print_notes(failed, quiet=True)

    assert capsys.readouterr().err == "error: Ollama is gone\n hint: start it\n"


def test_a_transcript_of_a_refusal_has_its_nearest_pages():
    """Somebody else may know them."""
    refused = replace(
        an_answer("I don't know.", cited=(), nearest=passages(2)),
        status=Status.NO_MATCH,
        unmentioned=("Tokyo",),
    )

    text = render.transcript([("Where?", refused)], "X")

    assert "I don't know.\n\nNo passage mentions Tokyo.\n\n" in text
    assert f"[^1-2]: [{passage(2).trail}]({passage(2).link})" in text


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
