"""A cross-encoder is exported once with its own scores, or runs in torch."""

from __future__ import annotations

import json

import pytest
import torch
from tests.support.tiny_cross import (
    KINDS,
    QUESTION,
    TEXTS,
    tiny_cross,
    transformers_scores,
)

from askdocs.adapters.cross_encoder import cross_export
from askdocs.adapters.cross_encoder.cross_export import TorchScorer, load_reranker
from askdocs.adapters.cross_encoder.cross_model import cached, export_folder
from askdocs.adapters.cross_encoder.reranker import (
    CrossEncoder,
    Judge,
    describe,
    open_export,
)
from askdocs.adapters.embedding import onnx_trace
from askdocs.adapters.embedding.onnx_encoder import Graph, read_parity
from askdocs.domain.errors import ConfigError, NotWritable


@pytest.mark.parametrize("kind", sorted({*KINDS} - {"deberta"}))
def test_what_has_parity_runs_without_torch(tmp_path, kind):
    """torch and transformers cost five seconds at every cold start."""
    folder = tiny_cross(tmp_path / "model", kind)

    assert open_export(str(folder), cache=tmp_path) is None
    load_reranker(str(folder), cache=tmp_path)
    made = export_folder(tmp_path, describe(str(folder), cache=tmp_path))
    assert read_parity(made)["error"] < 1e-5
    ours = open_export(str(folder), cache=tmp_path).scores(QUESTION, ["job"])
    assert ours == pytest.approx(
        transformers_scores(folder, QUESTION, ["job"]), abs=1e-5
    )


def test_what_cannot_be_exported_runs_in_torch_and_is_not_tried_again(
    tmp_path, monkeypatch
):
    """DeBERTa builds masks of its own; trying it anew costs seconds each time."""
    folder = tiny_cross(tmp_path / "model", "deberta")
    first = load_reranker(str(folder), cache=tmp_path).scores(QUESTION, TEXTS)
    attempts: list[object] = []
    monkeypatch.setattr(onnx_trace, "make_folder", lambda *_: attempts.append(1))
    again = load_reranker(str(folder), cache=tmp_path).scores(QUESTION, TEXTS)

    assert attempts == []
    assert again == first
    theirs = transformers_scores(folder, QUESTION, TEXTS)
    assert first == pytest.approx(theirs, abs=1e-5)
    kept = export_folder(tmp_path, describe(str(folder), cache=tmp_path))
    assert [p.name for p in kept.iterdir()] == ["parity.json"]
    assert json.loads((kept / "parity.json").read_text())["equal"] is False
    assert open_export(str(folder), cache=tmp_path) is None


def test_a_model_that_was_fetched_before_needs_no_network(tmp_path, monkeypatch):
    """The hub's client keeps it as links, below a folder that is named by its id."""
    kept = tmp_path / "hub" / "models--org--tiny"
    folder = tiny_cross(tmp_path / "files")
    (kept / "refs").mkdir(parents=True)
    (kept / "refs" / "main").write_text("c0ffee")
    (kept / "snapshots" / "c0ffee").mkdir(parents=True)
    for file in folder.iterdir():
        (kept / "snapshots" / "c0ffee" / file.name).symlink_to(file)
    monkeypatch.setattr("askdocs.adapters.embedding.hub.snapshot_download", None)
    judge = load_reranker("org/tiny", cache=tmp_path)

    assert judge.scores(QUESTION, TEXTS) == pytest.approx(
        transformers_scores(folder, QUESTION, TEXTS), abs=1e-5
    )
    assert open_export("org/tiny", cache=tmp_path) is not None


def test_an_export_is_made_once_and_is_private(tmp_path, monkeypatch):
    """It takes seconds; whoever can write it decides the order."""
    folder = tiny_cross(tmp_path / "model")
    load_reranker(str(folder), cache=tmp_path / "cache")
    monkeypatch.setattr(cross_export, "TorchScorer", None)
    load_reranker(str(folder), cache=tmp_path / "cache")

    inside = [tmp_path / "cache", *(tmp_path / "cache").rglob("*")]
    assert {p.stat().st_mode & 0o777 for p in inside if p.is_dir()} == {0o700}
    files = {p.name: p.stat().st_mode & 0o777 for p in inside if p.is_file()}
    names = ["model.onnx", "weights.bin", "parity.json"]
    assert files == dict.fromkeys(names, 0o600)


@pytest.mark.parametrize("file", ["model.onnx", "weights.bin", "parity.json"])
@pytest.mark.parametrize("how", ["cut", "gone"])
def test_a_damaged_export_is_made_anew(tmp_path, file, how):
    """A full disk or a cleaner of caches must not need a manual repair."""
    folder = tiny_cross(tmp_path / "model")
    before = load_reranker(str(folder), cache=tmp_path).scores(QUESTION, TEXTS)
    made = export_folder(tmp_path, describe(str(folder), cache=tmp_path))
    whole = (made / file).read_bytes()
    (made / file).unlink()
    if how == "cut":
        (made / file).write_bytes(whole[:100])

    assert open_export(str(folder), cache=tmp_path) is None
    again = load_reranker(str(folder), cache=tmp_path)
    assert isinstance(again._scorer, Graph)
    assert again.scores(QUESTION, TEXTS) == before
    assert [p.name for p in made.parent.iterdir()] == [made.name]


def test_another_model_in_the_same_folder_is_another_export(tmp_path):
    """Or the old weights would go on deciding the order."""
    folder = tiny_cross(tmp_path / "model", "bert")
    load_reranker(str(folder), cache=tmp_path)
    tiny_cross(folder, "electra")
    found = load_reranker(str(folder), cache=tmp_path).scores(QUESTION, TEXTS)

    assert found == pytest.approx(
        transformers_scores(folder, QUESTION, TEXTS), abs=1e-5
    )


def test_an_export_that_is_not_equal_is_not_used(tmp_path, monkeypatch):
    """A trace may go wrong in silence; the original is then slower and right."""
    folder = tiny_cross(tmp_path / "model")
    monkeypatch.setattr(onnx_trace, "TOLERANCE", 0.0)
    judge = load_reranker(str(folder), cache=tmp_path)

    assert isinstance(judge._scorer, TorchScorer)
    assert cached(tmp_path, describe(str(folder), cache=tmp_path)) is None
    theirs = transformers_scores(folder, QUESTION, TEXTS)
    assert judge.scores(QUESTION, TEXTS) == pytest.approx(theirs, abs=1e-5)


def test_a_cache_that_cannot_be_written_is_named(tmp_path):
    """Exit 2 with the path, not a traceback."""
    folder = tiny_cross(tmp_path / "model")
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(NotWritable, match="cache cannot be written") as caught:
        load_reranker(str(folder), cache=tmp_path / "cache")

    assert "RAG_HOME" in caught.value.hint


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is CUDA here")
def test_a_device_that_is_not_there_is_named(tmp_path):
    """It is the setting that is wrong, not the model."""
    folder = tiny_cross(tmp_path / "model")
    with pytest.raises(ConfigError, match="torch sees no cuda device"):
        load_reranker(str(folder), cache=tmp_path, device="cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA here")
def test_cuda_gives_the_scores_of_the_cpu(tmp_path):
    """Where it runs must not decide the order."""
    folder = tiny_cross(tmp_path / "model")
    judge = load_reranker(str(folder), cache=tmp_path, device="cuda")

    assert isinstance(judge._scorer, TorchScorer)
    found = judge.scores(QUESTION, TEXTS)
    assert found == pytest.approx(
        transformers_scores(folder, QUESTION, TEXTS), abs=1e-4
    )


@pytest.mark.parametrize("kind", ["bert", "deberta", "xlm-roberta"])
@pytest.mark.parametrize("batch", [2, 3, 100])
def test_the_batch_does_not_change_scores(tmp_path, kind, batch):
    """A passage must not be judged by the padding that its neighbour asks for."""
    folder = tiny_cross(tmp_path / "model", kind)
    alone = load_reranker(str(folder), cache=tmp_path)
    model = describe(str(folder), cache=tmp_path)
    together = Judge(model, alone._scorer, batch=batch)
    scores = [
        CrossEncoder("", lambda judge=judge: judge).scores(QUESTION, TEXTS, limit_s=60)
        for judge in (alone, together)
    ]

    assert scores[0] == pytest.approx(scores[1], abs=1e-5)
    assert alone.batch == 1
