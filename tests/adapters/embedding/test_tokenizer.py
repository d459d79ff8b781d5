"""Tokens are counted as the model counts them, and all of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from askdocs.adapters.embedding.model_files import locate
from askdocs.adapters.embedding.tokenizer import FastTokenizer, Window
from askdocs.domain.errors import ModelUnavailable
from askdocs.domain.index import Space

BUNDLED = locate("bundled", cache=Path("x"))


def a_space(*, max_tokens: int = 256, question_prefix: str = "") -> Space:
    return Space("bundled", "", 384, "cosine", max_tokens, question_prefix)


@pytest.fixture(scope="module")
def tokenizer() -> FastTokenizer:
    return FastTokenizer(BUNDLED)


def test_the_file_s_own_truncation_is_off(tokenizer):
    """The bundled tokenizer.json cuts at 128, so every chunk would seem to fit."""
    said = json.loads((BUNDLED / "tokenizer.json").read_text())

    assert said["truncation"]["max_length"] == 128
    assert tokenizer.count(["job " * 1000]) == [1002]


def test_the_file_s_own_padding_is_off(tokenizer):
    """It also pads to 128, so every chunk would seem to be long."""
    assert tokenizer.count(["job", "", "create a job"]) == [3, 2, 5]


def test_counts_come_in_order_for_more_texts_than_one_call_takes(tokenizer):
    """An ingest counts 60,000 blocks in pieces."""
    texts = ["job " * (n % 7) for n in range(5000)]

    assert tokenizer.count(texts) == [2 + n % 7 for n in range(5000)]


def test_spans_are_in_characters_and_leave_special_tokens_out(tokenizer):
    """Cuts are made in the text by these numbers; bytes would cut letters in half."""
    text = "naïve 東京 job"

    assert [text[a:b] for a, b in tokenizer.spans(text)] == ["naïve", "東", "京", "job"]


def test_spans_of_a_long_text_reach_its_end(tokenizer):
    """A span that is missing is text that is lost."""
    text = "job " * 1000

    assert len(tokenizer.spans(text)) == 1000


def test_a_model_that_lowercases_outside_its_tokenizer_is_counted_so(tmp_path):
    """sentence-transformers does it when sentence_bert_config.json says so."""
    said = json.loads((BUNDLED / "tokenizer.json").read_text())
    said["normalizer"]["lowercase"] = False
    (tmp_path / "tokenizer.json").write_text(json.dumps(said))
    cased = FastTokenizer(tmp_path).count(["KUBERNETES"])
    (tmp_path / "sentence_bert_config.json").write_text('{"do_lower_case": true}')

    lowered = FastTokenizer(tmp_path).count(["KUBERNETES"])
    assert lowered == FastTokenizer(BUNDLED).count(["kubernetes"])
    assert lowered != cased


def test_a_damaged_tokenizer_is_named(tmp_path):
    """The two lines of the error name the file to fetch again."""
    (tmp_path / "tokenizer.json").write_text("{}")

    with pytest.raises(ModelUnavailable, match=r"tokenizer\.json"):
        FastTokenizer(tmp_path)


@pytest.mark.parametrize(
    ("words", "note"),
    [(254, ""), (255, "question: first 254 tokens"), (1, ""), (0, "")],
    ids=["just fits", "one too many", "short", "empty"],
)
def test_a_question_is_not_cut_in_silence(words, note):
    """Who pastes a page as a question must know what of it was asked."""
    read = Window(BUNDLED, a_space()).read("job " * words)

    assert read.note == note
    assert len(read.ids) == len(read.types) == min(words, 254) + 2


def test_the_prefix_is_not_counted_as_the_question():
    """The note is about the user's words."""
    window = Window(BUNDLED, a_space(max_tokens=10, question_prefix="query: "))
    read = window.read("job " * 20)

    assert len(read.ids) == 10
    assert read.note == "question: first 6 tokens"


def test_the_end_of_a_cut_question_is_still_marked(tmp_path):
    """The model was trained to see its last special token."""
    window = Window(BUNDLED, a_space(max_tokens=10))

    assert window.read("job " * 20).ids[-1] == window.read("job").ids[-1]


def test_the_copy_in_an_export_reads_alike(tmp_path):
    """A question goes through the export's copy, an ingest through the model's."""
    shutil.copy(BUNDLED / "tokenizer.json", tmp_path)

    text = "How do I create a serverless job?"
    assert Window(tmp_path, a_space()).read(text) == Window(BUNDLED, a_space()).read(
        text
    )
