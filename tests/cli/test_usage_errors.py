"""What is wrong with a command line, and what to type instead."""

from __future__ import annotations

import pytest
from tests.support.program import here


@pytest.mark.parametrize(
    ("line", "what", "hint"),
    [
        ("ask what does --force do?", "No such option: --force",
         "if it is a word of the question: rag ask what does -- --force 'do?'"),
        ("search what is -x", "No such option: -x",
         "if it is a word of the question: rag search what is -- -x"),
        ("ask --jsn why", "No such option: --jsn",
         "did you mean --json? if it is a word of the question: rag ask -- --jsn why"),
        ("ask why --passage 3", "No such option: --passage",
         "did you mean --passages? if it is a word of the question:"
         " rag ask why -- --passage 3"),
        ("ingest docs --dry-rnu", "No such option: --dry-rnu", "did you mean --dry-run?"),
        ("ingest docs --wombat", "No such option: --wombat", "rag ingest --help"),
        ("search why --tag", "Option '--tag' requires an argument.", "rag search --help"),
        ("serch is there a CLI", "No such command 'serch'. Did you mean 'search'?",
         "rag search is there a CLI"),
        ("urls chek docs", "No such command 'chek'. Did you mean 'check'?",
         "rag urls check docs"),
        ("xyzzy", "No such command 'xyzzy'.", "rag --help"),
        ("ask", "there is no QUESTION",
         "rag ask how do I create a serverless job   (- reads it from stdin)"),
        ("ask --", "there is no QUESTION",
         "rag ask how do I create a serverless job   (- reads it from stdin)"),
        ("urls check", "Missing argument 'PATH'.", "rag urls check --help"),
        ("--nope ask why", "No such option: --nope", "rag --help"),
    ],
)  # fmt: skip
def test_a_wrong_line_says_what_would_be_right(tmp_path, line, what, hint):
    """The hint can be typed as it stands."""
    done = here(*line.split(), home=tmp_path)

    assert (done.code, done.out) == (2, "")
    assert done.two_lines == (what, hint)


def test_a_setting_in_a_question_is_told_to_be_one(tmp_path):
    """Its next word is its value, and no number."""
    asked = here("ask", "what", "does", "--passages", "do", home=tmp_path)
    other = here("status", "--passages", "do", home=tmp_path)

    assert asked.two_lines[0].startswith("RAG_PASSAGES: ")
    assert asked.two_lines[1].endswith("; behind -- it is a word of the question")
    assert "behind --" not in other.two_lines[1]


def test_the_line_of_the_hint_is_quoted_for_the_shell(tmp_path):
    """A question may hold what a shell would obey."""
    hint = here("ask", "a; b", "--$x", home=tmp_path).two_lines[1]

    assert hint.endswith("rag ask 'a; b' -- '--$x'")
