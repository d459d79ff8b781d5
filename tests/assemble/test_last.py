"""What the last question found is kept for `rag open`."""

from __future__ import annotations

import pytest
from tests.support.passages import passages

from askdocs.assemble.last import last_answer, remember
from askdocs.domain.errors import NotWritable
from askdocs.settings import Loaded, Settings


def loaded(home) -> Loaded:
    return Loaded(Settings(home=home), {})


def test_passages_are_kept_under_the_numbers_that_were_seen(tmp_path):
    """Numbers have gaps: not every passage is cited."""
    first, _, third = passages(3)

    remember(loaded(tmp_path), "How?", "answered", [(1, first), (3, third)])

    last = last_answer(loaded(tmp_path))
    assert last
    assert (last.question, last.status) == ("How?", "answered")
    assert [(c.mark, c.title, c.url) for c in last.citations] == [
        (1, first.trail, first.link),
        (3, third.trail, third.link),
    ]


def test_the_next_question_replaces_the_last_one(tmp_path):
    """There is one last answer."""
    remember(loaded(tmp_path), "How?", "answered", enumerate(passages(1), start=1))
    remember(loaded(tmp_path), "Why?", "refused:no_match", [])

    last = last_answer(loaded(tmp_path))
    assert last
    assert (last.question, last.citations) == ("Why?", ())


def test_nothing_was_kept_before_the_first_question(tmp_path):
    """`rag open 1` is the first thing that some try."""
    assert last_answer(loaded(tmp_path)) is None


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    """Below a file there is no folder, not even for root."""
    (tmp_path / "file").write_text("")

    with pytest.raises(NotWritable):
        remember(loaded(tmp_path / "file"), "How?", "answered", [])
