"""Pairs of texts as tokens: which end is cut, and what fills a row up."""

from __future__ import annotations

import pytest
from tests.support.tiny_cross import WINDOW, tiny_cross

from askdocs.adapters.cross_encoder.cross_export import load_reranker
from askdocs.adapters.cross_encoder.pairs import Claims, Pairs
from askdocs.adapters.cross_encoder.reranker import describe


def test_truncation_keeps_the_question_whole(tmp_path):
    """A text cut at its end is still judged; half a question is another question."""
    folder = tiny_cross(tmp_path / "model")
    pairs = Pairs(describe(str(folder), cache=tmp_path))
    asked = "create function cluster volume server " * 7
    short, long = (
        pairs.read(asked, [text])["input_ids"][0] for text in ("job", "job " * 500)
    )

    assert len(long) == WINDOW
    end = 1 + 35
    assert long[: end + 1].tolist() == short[: end + 1].tolist()
    assert len(set(long[end + 1 : -1].tolist())) == 1
    assert long[-1] == long[end] == short[-1]


def test_a_row_is_filled_up_with_the_model_s_own_token(tmp_path):
    """A model that reads from left to right finds the end of a pair by it."""
    folder = tiny_cross(tmp_path / "model")
    read = Pairs(describe(str(folder), cache=tmp_path)).read("a", ["job " * 9, "job"])
    end = read["attention_mask"].sum(axis=1)

    assert end.tolist() == [13, 5]
    assert read["input_ids"][1, 5:].tolist() == [1] * 8
    assert 1 not in read["input_ids"][0]


def test_a_question_longer_than_the_window_leaves_room_for_the_text(tmp_path):
    """A pasted stack trace must not be compared with nothing."""
    folder = tiny_cross(tmp_path / "model")
    pairs = Pairs(describe(str(folder), cache=tmp_path))
    read = pairs.read("server " * 20_000, ["job " * 500, "job"])

    assert read["input_ids"].shape == (2, WINDOW)
    assert read["token_type_ids"][0].sum() == WINDOW // 4 + 1
    judge = load_reranker(str(folder), cache=tmp_path)
    one, other = judge.scores("server " * 20_000, ["job", "cluster"])
    assert one != other


@pytest.mark.parametrize(
    ("words", "fits"),
    [(WINDOW - 3 - WINDOW // 4, True), (WINDOW - 2 - WINDOW // 4, False)],
    ids=["just fits", "one too many"],
)
def test_a_sentence_leaves_a_quarter_of_the_window_to_its_source(tmp_path, words, fits):
    """A source of a few words says nothing of a sentence of many."""
    folder = tiny_cross(tmp_path / "model")
    claims = Claims(describe(str(folder), cache=tmp_path))

    assert claims.readable("job " * words) == fits


def test_a_claim_puts_the_source_first_and_cuts_it(tmp_path):
    """Models for inference were trained with the premise before the hypothesis."""
    folder = tiny_cross(tmp_path / "model")
    model = describe(str(folder), cache=tmp_path)

    claim = Claims(model).read("a job", ["server " * 200])["input_ids"][0].tolist()

    pair = Pairs(model).read("server " * 58, ["a job"])["input_ids"][0].tolist()
    source = Pairs(model).read("server", ["a job"])["input_ids"][0].tolist()
    assert len(claim) == WINDOW
    assert claim[-4:] == pair[-4:] == source[-4:]
    assert set(claim[1:-4]) == {source[1]}
