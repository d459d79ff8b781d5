"""What is a bug: two lines for the user, and a traceback for who mends it."""

from __future__ import annotations

import subprocess
import sys

from tests.support.program import Done, environment
from tests.support.screen import OBEYED, checked

QUESTION = "how do I create a job?"
CANARY = "canary-5f1b"
CRASH = f"""
import sys
from askdocs import assemble
from askdocs.cli.app import main

def broken(_loaded, **_how):
    secret = {CANARY!r}
    raise ZeroDivisionError("one\\x1b[31m\\ntwo")

assemble.searcher = broken
sys.argv[0] = "rag"
main()
"""


def crash(home, *words: str, env=None) -> Done:
    done = subprocess.run(
        [sys.executable, "-c", CRASH, "search", QUESTION, *words],
        env=environment(home, {"RAG_QDRANT_API_KEY": CANARY, **(env or {})}),
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def test_a_bug_is_two_lines_and_its_traceback_is_kept(home):
    """A person wants to get on; who mends it wants every frame."""
    done = checked(crash(home))

    what, hint = done.two_lines
    log = home / "rag/state/bug.log"
    assert (done.code, done.out) == (1, "")
    assert what == "internal error: ZeroDivisionError: one[31m two"
    assert str(log) in hint
    assert (
        'raise ZeroDivisionError("one' in log.read_text() or "broken" in log.read_text()
    )
    assert log.stat().st_mode & 0o077 == 0
    assert CANARY not in log.read_text()


def test_a_bug_is_a_document_too(home):
    """A script must not have to read stderr to know."""
    done = checked(crash(home, "--json"))

    assert done.code == 1
    assert done.data["error"]["code"] == 1
    assert done.data["error"]["name"] == "ZeroDivisionError"


def test_debug_shows_the_traceback_and_keeps_it_as_well(home):
    """Wherever the word stands in the line."""
    done = crash(home, "--debug")

    assert done.code == 1
    assert "Traceback (most recent call last)" in done.err
    assert not OBEYED.search(done.err)
    assert CANARY not in done.err
    assert (home / "rag/state/bug.log").exists()


def test_a_bug_where_nothing_can_be_written_is_still_told(home):
    """The log is a convenience."""
    (home / "file").write_text("")
    done = checked(crash(home, env={"RAG_HOME": str(home / "file/deep")}))

    assert done.code == 1
    assert "try --debug" in done.two_lines[1]
