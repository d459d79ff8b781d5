"""The error tree, its picture and its exit codes."""

from __future__ import annotations

import re

import pytest

from askdocs.domain import errors
from askdocs.domain.answer import Answer, Status
from askdocs.domain.errors import MEANING, AskDocsError, Exit

KINDS = AskDocsError.__subclasses__()


def test_the_picture_is_the_tree():
    """It is the first thing that anybody reads about errors."""
    drawn = re.findall(r"^[├└]── (\w+) +(\d+) ", errors.__doc__ or "", re.M)

    assert {name: int(code) for name, code in drawn} == {
        kind.__name__: kind.exit_code for kind in KINDS
    }


def test_every_exit_code_has_a_meaning():
    """Help and the manual are made of this list."""
    assert set(MEANING) == set(Exit)
    assert all(MEANING.values())


def test_the_codes_are_those_that_scripts_rely_on():
    """They are an interface: the table is in the README."""
    assert [code.value for code in Exit] == [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 75, 130, 143,
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_error_says_what_and_what_next(kind):
    """Two lines on the screen; the second is a command."""
    error = kind("the thing is not there", hint="rag doctor")

    assert (str(error), error.hint) == ("the thing is not there", "rag doctor")
    assert error.exit_code not in {Exit.OK, Exit.INTERNAL}


def test_an_error_without_a_hint_cannot_be_made():
    """Somebody would forget it."""
    with pytest.raises(TypeError):
        AskDocsError("the thing is not there")  # type: ignore[call-arg]


@pytest.mark.parametrize("status", Status, ids=lambda status: status.name)
def test_every_end_of_a_question_has_an_exit_code(status):
    """A status that the table forgot would be a traceback after the answer."""
    answer = Answer("q", status, "", (), (), "https://docs.example/")

    assert answer.exit_code in Exit
