"""What a guard model wrote becomes a verdict."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askdocs.domain.answer import Safety
from askdocs.steps.answer.guard import read_verdict


@pytest.mark.parametrize(
    ("reply", "safe", "categories"),
    [
        ("safe", True, ()),
        ("  Safe.\n", True, ()),
        ("unsafe\nS1,S10", False, ("S1", "S10")),
        ("UNSAFE", False, ()),
        ('{"User Safety": "safe"}', True, ()),
        (
            '{"User Safety": "unsafe", "Safety Categories": "Violence, Hate"}',
            False,
            ("Violence", "Hate"),
        ),
        ('```json\n{"user_safety": "unsafe"}\n```', False, ()),
        ('{"verdict": "unsafe", "categories": ["a", "b"]}', False, ("a", "b")),
    ],
)
def test_both_forms_of_guards_are_understood(reply, safe, categories):
    """Llama Guard writes lines, NeMo Guard writes JSON."""
    assert read_verdict(reply, "question") == Safety("question", safe, categories)


@pytest.mark.parametrize(
    "reply",
    ["", "   ", "I think it is safe.", "{}", '{"User Safety": true}', "{broken", "[1]",
     "safe\nunsafe\nS1", '{"User Safety": "maybe"}'],
)  # fmt: skip
def test_what_is_no_verdict_is_not_safe(reply):
    """A guard that can be talked out of its form guards nothing."""
    assert not read_verdict(reply, "question").safe


def test_an_answer_is_judged_by_what_is_said_of_the_answer():
    """That the question is safe says nothing of what was made of it."""
    reply = '{"User Safety": "safe", "Response Safety": "unsafe"}'

    assert read_verdict(reply, "question").safe
    assert not read_verdict(reply, "answer").safe
    assert not read_verdict('{"User Safety": "safe"}', "answer").safe


@given(st.text())
def test_any_text_is_a_verdict_and_hardly_any_is_safe(reply):
    """No reply may raise, and only the two forms let anything pass."""
    if read_verdict(reply, "answer").safe:
        assert "safe" in reply.casefold()
