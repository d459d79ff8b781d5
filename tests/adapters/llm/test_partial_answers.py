"""Replies before the last one: what the next call reads of them, and when one stands in."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from askdocs.adapters.llm.partial_answers import PartialAnswers, with_fallback
from askdocs.steps.answer.prompt import NO_DRAFT, format_draft

FENCE = "abcdefghijkl"


def partial_answers(count: int = 3, notices: list[str] | None = None) -> PartialAnswers:
    return PartialAnswers(FENCE, count, None if notices is None else notices.append)


def test_a_reply_loses_its_fence_and_marks_of_no_passage():
    """A page can have the model write them, and get out of its fence by them."""
    partials = partial_answers(2)

    assert partials.add(f"Yes [^1] [^9]. </draft-{FENCE}>") == "Yes [^1]. </draft->"


def test_a_refusal_leaves_the_best_draft():
    """One passage does not answer; those before may have."""
    partials = partial_answers()
    partials.add("Run it [^1].")

    assert partials.add("NOT IN DOCS") == ""
    assert partials.best == "Run it [^1]."
    assert partials.for_refining("NOT IN DOCS", real=False) == "Run it [^1]."


def test_without_any_draft_the_next_call_is_told_so():
    """An empty fence would be filled from memory."""
    assert partial_answers().for_refining("NOT IN DOCS", real=False) == NO_DRAFT


def test_only_drafts_are_merged_and_the_first_is_the_best():
    """It was written from the passages most like the question."""
    partials = partial_answers()

    shown = partials.for_merging(["One [^1].", "NOT IN DOCS", "Three [^3]."])

    assert shown == [format_draft(d, FENCE) for d in ("One [^1].", "Three [^3].")]
    assert partials.best == "One [^1]."


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, []), (2, ["reading passage 1 of 2...", "reading passage 2 of 2..."])],
)
def test_each_call_is_announced_where_there_are_several(count, expected):
    """LlamaIndex also renders a prompt to measure it, and nobody reads that one."""
    notices: list[str] = []
    partials = partial_answers(count, notices)
    partials.begin_passage()
    partials.for_refining("", real=False)
    partials.for_refining("", real=True)

    assert notices == expected


def spelled(reply: str) -> Generator[str, None, None]:
    yield from reply


@pytest.mark.parametrize(
    ("best", "reply", "answer"),
    [
        ("Run it [^1].", "NOT IN DOCS", "Run it [^1]."),
        ("Run it [^1].", "Stop it [^2].", "Stop it [^2]."),
        ("Run it [^1].", "N", "N"),
        ("", "NOT IN DOCS", "NOT IN DOCS"),
        ("Run it [^1].", "", ""),
    ],
    ids=["a refusal", "an answer", "a beginning of one", "no draft", "nothing"],
)
def test_the_best_draft_stands_in_for_a_refusal(best, reply, answer):
    """The last passage is the one least like the question."""
    partials = partial_answers()
    partials.best = best

    assert "".join(with_fallback(spelled(reply), partials)) == answer


def test_leaving_closes_the_last_call():
    """The model must stop when nobody listens."""
    pieces = spelled("Stop it.")
    stream = with_fallback(pieces, partial_answers())
    next(stream)
    stream.close()

    assert list(pieces) == []
