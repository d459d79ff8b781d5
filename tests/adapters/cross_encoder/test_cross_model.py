"""What the files of a cross-encoder say, before anything is loaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.support.tiny_cross import (
    QUESTION,
    TEXTS,
    change,
    tiny_cross,
    transformers_scores,
)

from askdocs.adapters.cross_encoder.cross_export import load_reranker
from askdocs.adapters.cross_encoder.cross_model import export_folder, with_download
from askdocs.adapters.cross_encoder.reranker import RERANKER, describe


@pytest.mark.parametrize(
    "said",
    [
        {"tokenizer_class": "TokenizersBackend"},
        {"model_input_names": ["input_ids", "attention_mask"]},
    ],
    ids=["by its class", "by name"],
)
def test_a_model_trained_without_segments_gets_none(tmp_path, said):
    """Numbers that it never saw in training would move every score."""
    folder = tiny_cross(tmp_path / "model")
    typed = load_reranker(str(folder), cache=tmp_path).scores(QUESTION, TEXTS)
    change(folder / "tokenizer_config.json", **said)
    plain = load_reranker(str(folder), cache=tmp_path).scores(QUESTION, TEXTS)

    assert plain == pytest.approx(
        transformers_scores(folder, QUESTION, TEXTS), abs=1e-5
    )
    assert np.abs(np.subtract(plain, typed)).max() > 0.01


def test_a_window_is_never_wider_than_any_model_reads(tmp_path):
    """A mistake in its files would ask for rows of a million tokens."""
    folder = tiny_cross(tmp_path / "model", window=100_000)
    change(folder / "config.json", max_position_embeddings=1_000_000)

    assert describe(str(folder), cache=tmp_path).window == 8192


@pytest.mark.parametrize(
    "file", ["config.json", "tokenizer.json", "tokenizer_config.json"]
)
def test_another_file_is_another_export(tmp_path, file):
    """Each of them decides what a score is."""
    folder = tiny_cross(tmp_path / "model")
    before = export_folder(tmp_path, describe(str(folder), cache=tmp_path))
    (folder / file).write_text((folder / file).read_text() + "\n")

    after = export_folder(tmp_path, describe(str(folder), cache=tmp_path))

    assert after != before
    assert after.name == before.name == "v1-pairs"


@pytest.mark.parametrize(
    ("name", "download"),
    [
        ("org/model", "hf download org/model --cache-dir cache/hub"),
        ("mine", ""),
        ("/no/where", ""),
        ("bundled", ""),
    ],
    ids=["a hub id", "a folder that looks like one", "a path", "the bundled model"],
)
def test_only_a_model_of_a_hub_has_a_download(tmp_path, monkeypatch, name, download):
    """A command that cannot work is no help."""
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)

    assert with_download(RERANKER, name, cache=Path("cache")).download == download
