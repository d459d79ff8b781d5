"""What is printed for a person, and what for a program."""

from __future__ import annotations

import io
import json
import os
import sys
from threading import Thread

import pytest

from askdocs.cli.render import terminal
from askdocs.domain.errors import ConfigError
from askdocs.domain.index import Report
from askdocs.domain.text import SkippedFile

URL = "https://docs.example/"
EVIL = "a\x1b[31m\u202eb"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown_on_a_terminal(monkeypatch, **env: str) -> str:
    """Return what a terminal is sent for a line in bold with a link."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in {"TERM": "xterm", **env}.items():
        monkeypatch.setenv(name, value)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", Terminal())
        terminal.out("Jobs", bold=True, href=URL)
        return sys.stdout.getvalue()


def a_report(**more) -> Report:
    given = {
        "found": 1234, "indexed": 1200, "unchanged": 30, "skipped": (), "failed": (),
        "chunks": 5000, "embedded": 4999, "written": 5000, "deleted": 0,
        "pages_removed": 0, "withheld": "", "generation": "g", "seconds": {"read": 1.234},
    }  # fmt: skip
    return Report(**{**given, **more})


@pytest.mark.parametrize(
    "say",
    [
        lambda: terminal.out(EVIL, bold=True, href=EVIL),
        lambda: terminal.err(EVIL),
        lambda: terminal.note(EVIL),
        lambda: terminal.print_event(EVIL, {EVIL: EVIL}),
        lambda: terminal.stream(EVIL),
        lambda: terminal.err_block(EVIL),
        lambda: terminal.error(EVIL, EVIL),
        lambda: terminal.warning(EVIL),
        lambda: terminal.table([(EVIL, EVIL)]),
        lambda: terminal.print_json({EVIL: EVIL}),
        lambda: terminal.ingest_problems(
            a_report(failed=(SkippedFile(EVIL, EVIL),)), quiet=False
        ),
        lambda: terminal.ingest_report(
            a_report(generation=EVIL), dry_run=False, verbose=True
        ),
    ],
    ids="out err note event piece block problem warning table document complaint report".split(),
)
def test_every_way_out_takes_control_characters_away(say, capsys):
    """A new way to print needs a line here."""
    say()
    printed = "".join(capsys.readouterr())

    assert "a" in printed
    assert not {"\x1b", "\u202e"} & set(printed)


@pytest.mark.parametrize("parts", [["a\x1b", "[31mb"], list(EVIL)], ids=["two", "many"])
def test_a_stream_is_safe_at_its_seams(parts, capsys):
    """A model's pieces are cut anywhere."""
    for part in parts:
        terminal.stream(part)

    assert capsys.readouterr().out == "a[31mb"


def test_an_error_is_two_lines_even_if_it_says_more(capsys):
    """Vendors write paragraphs."""
    terminal.error("it broke:\n\n  here\tand there\n", "try  this\nor that")

    assert capsys.readouterr().err == (
        "error: it broke: here\tand there\n hint: try  this or that\n"
    )


LINK = f"\x1b]8;;{URL}\x1b\\Jobs\x1b]8;;\x1b\\"


@pytest.mark.parametrize(
    ("env", "line"),
    [
        ({}, f"\x1b[1m{LINK}\x1b[0m\n"),
        ({"NO_COLOR": ""}, f"\x1b[1m{LINK}\x1b[0m\n"),
        ({"NO_COLOR": "1"}, f"{LINK}\n"),
        ({"TERM": "dumb"}, "Jobs\n"),
    ],
    ids=["as it is", "an empty NO_COLOR", "no colour", "a dumb terminal"],
)
def test_a_terminal_gets_what_it_understands(monkeypatch, env, line):
    """Links are OSC 8; of NO_COLOR only a value counts, says https://no-color.org."""
    assert shown_on_a_terminal(monkeypatch, **env) == line


def test_a_transient_line_is_gone_before_anything_else_is_printed(monkeypatch):
    """From another thread, too; a pipe never sees it."""
    monkeypatch.setenv("TERM", "xterm")
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("NO_COLOR", "1")

    terminal.transient("reading 5 passages")
    terminal.transient("reading " + "9" * 500)
    terminal.out("Jobs")
    terminal.out("more")
    monkeypatch.setattr(sys, "stderr", pipe := io.StringIO())
    terminal.transient("reading")

    first, second, *rest = screen.getvalue().split(terminal.ERASE)
    assert first == "reading 5 passages"
    assert len(second) < 100
    assert rest == ["Jobs\nmore\n"]
    assert pipe.getvalue() == ""


def test_a_pipe_that_refuses_what_it_cannot_hold_is_waited_for(monkeypatch):
    """Whoever made it did not expect a document of more than 64 kB."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    monkeypatch.setattr(sys, "stdout", os.fdopen(writer, "w"))
    text = "x" * 300_000
    got = []
    thread = Thread(target=lambda: got.append(os.fdopen(reader).read()))
    thread.start()

    terminal.out(text)
    sys.stdout.close()
    thread.join()

    assert got == [text + "\n"]


def test_an_event_is_one_line_of_ascii(capsys):
    """A reader takes line by line."""
    terminal.print_event("sentence", {"text": "a\nb\u2028\x1b"})

    line = capsys.readouterr().out
    assert line.isascii()
    assert line.count("\n") == 1
    assert json.loads(line) == {"event": "sentence", "text": "a\nb\u2028\x1b"}


def test_a_note_is_dim_and_the_rest_of_the_screen_is_not(monkeypatch):
    """Nobody must read it."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys, "stderr", Terminal())

    terminal.note(EVIL)

    assert sys.stderr.getvalue() == "\x1b[2ma[31mb\x1b[0m\n"


def test_a_report_is_a_sum(capsys):
    """A person checks it at a glance."""
    terminal.ingest_report(
        a_report(skipped=(SkippedFile("m", "macro"),) * 4), dry_run=False, verbose=False
    )

    out = capsys.readouterr().out
    assert "1,234 files = 1,200 indexed + 30 unchanged + 4 skipped + 0 failed" in out
    assert "4 x macro" in out
    assert "read 1.2 s" in out


def test_quiet_leaves_failures_and_takes_warnings_away(capsys):
    """A night that lost a page must be heard."""
    done = a_report(failed=(SkippedFile("a.mdx", "binary"),), warnings=("odd",))

    terminal.ingest_problems(done, quiet=True)

    assert capsys.readouterr().err == (
        "failed: a.mdx: binary (what the index held of it stays)\n"
    )


def test_a_document_is_ascii(capsys):
    """No locale can break it, and no terminal obeys it."""
    terminal.print_json({"text": "é\u2028\x1b"})

    assert capsys.readouterr().out == (
        '{\n  "schema_version": 1,\n  "text": "\\u00e9\\u2028\\u001b"\n}\n'
    )


def test_stdin_that_is_closed_is_no_question(monkeypatch):
    """A daemon has none."""
    monkeypatch.setattr(sys, "stdin", None)

    with pytest.raises(ConfigError, match="nothing to read"):
        terminal.read_question("-")


def test_what_is_no_utf8_on_stdin_is_read_all_the_same(monkeypatch):
    """A question is for a search; a lost accent is no reason to refuse it."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"caf\xe9 jobs?")))

    assert terminal.read_question("-") == "caf\ufffd jobs?"
