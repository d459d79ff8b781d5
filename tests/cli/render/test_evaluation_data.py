"""The rows of an evaluation's tables, and its document."""

from __future__ import annotations

from askdocs.cli.render import evaluation_data
from askdocs.domain.evaluation import Change, Comparison, EvaluationRun, Level, Move

LEVEL = Level(2, {"mrr@10": 0.5}, {"mrr@10": (0.25, 0.75)})
RUN = EvaluationRun((), LEVEL, LEVEL, "g1")
WORSE = Move("x", "How?", 1, None, -1.0)
COMPARED = Comparison(
    2, "g0", {"mrr@10": Change(0.75, 0.5, (-0.5, 0.0), 0.25)}, {}, (), (WORSE,)
)


def test_every_row_is_as_wide_as_the_head():
    """Sections without a baseline leave its columns empty."""
    head, pages, sections = evaluation_data.metric_rows(RUN, COMPARED)

    assert len(head) == len(pages) == len(sections) == 7
    assert pages[3:] == ("0.7500", "-0.2500", "-0.5000 to +0.0000", "0.2500")
    assert sections == ("section mrr@10", "0.5000", "0.2500 to 0.7500", "", "", "", "")


def test_columns_are_as_wide_as_their_widest_cell():
    """A terminal has no table."""
    assert evaluation_data.columns([("a", "bbb", "c"), ("aa", "b", "")]) == [
        "a   bbb  c",
        "aa  b",
    ]


def test_numbers_stand_right_in_markdown():
    """All but the first column is numbers."""
    lines = evaluation_data.markdown([("metric", "value"), ("mrr@10", "0.5")])

    assert lines == ["| metric | value |", "| --- | ---: |", "| mrr@10 | 0.5 |"]


def test_a_question_that_got_worse_is_told_with_both_ranks():
    """That is where one begins to look."""
    assert list(evaluation_data.moves(COMPARED)) == [
        "this one got worse:",
        "- x: How?: rank 1 -> none (nDCG@10 -1.0000)",
    ]


def test_a_document_has_a_baseline_only_if_there_is_one():
    """Scripts ask for the key."""
    assert "baseline" not in evaluation_data.document(RUN, None)
    found = evaluation_data.document(RUN, COMPARED)["baseline"]

    assert found["metrics"]["mrr@10"]["difference"] == -0.25
    assert [move["id"] for move in found["worse"]] == ["x"]
