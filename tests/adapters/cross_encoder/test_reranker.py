"""A reranker scores as transformers does, within its time, or says why not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from tests.support.tiny_cross import (
    KINDS,
    QUESTION,
    TEXTS,
    change,
    tiny_cross,
    transformers_scores,
)
from tests.support.tiny_model import tiny_model

from askdocs.adapters.cross_encoder.cross_export import load_reranker
from askdocs.adapters.cross_encoder.reranker import (
    CrossEncoder,
    Judge,
    describe,
)
from askdocs.domain.errors import ConfigError, ModelUnavailable


def reranker(name: Path | str, cache: Path) -> CrossEncoder:
    return CrossEncoder(str(name), lambda: load_reranker(str(name), cache=cache))


@pytest.mark.parametrize("kind", KINDS)
def test_scores_are_those_of_transformers(tmp_path, kind):
    """A reranker that reads pairs otherwise than it was trained makes things worse."""
    folder = tiny_cross(tmp_path / "model", kind)
    ours = reranker(folder, tmp_path / "cache").scores(QUESTION, TEXTS, limit_s=60)
    theirs = transformers_scores(folder, QUESTION, TEXTS)

    assert ours == pytest.approx(theirs, abs=1e-5)
    assert np.ptp(theirs) > 0.1


def test_an_exported_reranker_loads_neither_torch_nor_transformers(tmp_path):
    """`rag search` pays only for what it uses."""
    folder = tiny_cross(tmp_path / "model")
    load_reranker(str(folder), cache=tmp_path)
    program = (
        "import sys; from pathlib import Path\n"
        "from askdocs.adapters.cross_encoder.reranker import open_export\n"
        f"open_export({str(folder)!r}, cache=Path({str(tmp_path)!r})).scores('a', ['b'])\n"
        "heavy = {'torch', 'transformers', 'huggingface_hub', 'llama_index', 'onnx'}\n"
        "print(heavy & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )

    assert done.stdout == "set()\n", done.stderr


def test_equal_input_gives_equal_output(tmp_path):
    """Two runs of an evaluation must not differ."""
    folder = tiny_cross(tmp_path / "model")
    first = reranker(folder, tmp_path).scores(QUESTION, TEXTS, limit_s=60)
    ranker = reranker(folder, tmp_path)

    assert ranker.scores(QUESTION, TEXTS, limit_s=60) == first
    assert ranker.scores(QUESTION, TEXTS, limit_s=60) == first
    assert first[1] == first[6]


@pytest.mark.parametrize("question", ["", "🚀", "\x00\ud800", "?!", " \n", "x" * 10**5])
def test_no_question_is_too_strange(tmp_path, question):
    """Whatever is typed gets a number for each passage."""
    folder = tiny_cross(tmp_path / "model")
    scores = reranker(folder, tmp_path).scores(question, TEXTS, limit_s=60)

    assert len(scores) == len(TEXTS)
    assert np.isfinite(scores).all()


def test_nothing_to_score_needs_no_model(tmp_path):
    """A filter without a result must not cost a load, nor fail for want of a model."""
    assert reranker(tmp_path / "none", tmp_path).scores(QUESTION, [], limit_s=0) == []


@pytest.mark.parametrize("limit_s", [0, -1.0])
def test_no_time_is_no_score_and_loads_nothing(tmp_path, limit_s):
    """Half a ranking is none, and a model that cannot be used need not be read."""
    ranker = reranker(tmp_path / "none", tmp_path)

    assert ranker.scores(QUESTION, ["job"], limit_s=limit_s) is None


def a_clock(*seconds: float) -> Iterator[float]:
    yield from seconds


def test_the_time_is_looked_at_between_batches_and_loading_counts():
    """All or nothing; who loaded before has the whole time for scoring."""
    seen: list[str] = []

    def score(_: str, texts: list[str]) -> list[float]:
        seen.extend(texts)
        return [1.0] * len(texts)

    judge = SimpleNamespace(batch=2, scores=score)
    # First the start, then a look before the load and before each batch.
    times = a_clock(0, 0, 5, 9, 10, 20, 21, 29)
    ranker = CrossEncoder("m", lambda: judge, clock=lambda: next(times))
    late = ranker.scores("", ["a", "b", "c", "d", "e"], limit_s=10)
    read, seen[:] = list(seen), []
    whole = ranker.scores("", ["a", "b", "c"], limit_s=10)

    assert late is None
    assert read == ["a", "b", "c", "d"]
    assert whole == [1.0, 1.0, 1.0]
    assert seen == ["a", "b", "c"]


def test_a_model_is_loaded_once(tmp_path):
    """218 questions of an evaluation are one load."""
    folder = tiny_cross(tmp_path / "model")
    loads: list[Judge] = []

    def once() -> Judge:
        loads.append(load_reranker(str(folder), cache=tmp_path))
        return loads[-1]

    ranker = CrossEncoder("m", once)
    for _ in range(3):
        ranker.scores(QUESTION, TEXTS, limit_s=60)

    assert len(loads) == 1


def _no_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def _no_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def _config_of_a_list(folder: Path) -> None:
    (folder / "config.json").write_text("[]")


def _strange_numbers(folder: Path) -> None:
    change(folder / "config.json", pad_token_id="one")


def _tiny_window(folder: Path) -> None:
    change(folder / "tokenizer_config.json", model_max_length=4)


def _window_in_words(folder: Path) -> None:
    change(folder / "tokenizer_config.json", model_max_length="long")


def _half_the_weights(folder: Path) -> None:
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])


def _weights_of_another_shape(folder: Path) -> None:
    change(folder / "config.json", intermediate_size=128)


def _no_classifier(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    kept = {n: w for n, w in weights.items() if not n.startswith("classifier")}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})


def _broken_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{}")


def _unknown_architecture(folder: Path) -> None:
    change(folder / "config.json", model_type="nobody-knows")


def _code_of_its_own(folder: Path) -> None:
    change(
        folder / "config.json",
        model_type="own",
        auto_map={"AutoModelForSequenceClassification": "own.Own"},
    )
    (folder / "own.py").write_text("raise SystemExit('it ran')")


def _a_word_without_numbers(folder: Path) -> None:
    said = json.loads((folder / "tokenizer.json").read_text())
    said["model"]["vocab"]["job"] = 100_000
    (folder / "tokenizer.json").write_text(json.dumps(said))


def _no_numbers(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    weights["classifier.bias"][:] = float("nan")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


@pytest.mark.parametrize(
    "harm",
    [
        _no_config,
        _no_tokenizer,
        _config_of_a_list,
        _strange_numbers,
        _tiny_window,
        _window_in_words,
        _half_the_weights,
        _weights_of_another_shape,
        _no_classifier,
        _broken_tokenizer,
        _unknown_architecture,
        _code_of_its_own,
        _a_word_without_numbers,
        _no_numbers,
    ],
    ids=lambda harm: harm.__name__.strip("_").replace("_", " "),
)
def test_a_damaged_model_is_named_with_what_works_without_it(tmp_path, harm):
    """Exit 5 with a command, not a traceback, and never scores of random weights."""
    folder = tiny_cross(tmp_path / "model")
    harm(folder)
    with pytest.raises(ModelUnavailable) as caught:
        reranker(folder, tmp_path).scores(QUESTION, ["job"], limit_s=60)

    assert "reranker" in str(caught.value)
    assert "embedding" not in f"{caught.value} {caught.value.hint}".lower()
    assert "\n" not in str(caught.value)
    assert caught.value.hint == "rag search --no-rerank QUESTION"


def test_a_model_that_is_nowhere_is_named_with_the_way_to_get_it(tmp_path, monkeypatch):
    """The user of a machine without network needs the command for one with it."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    ranker = reranker("cross-encoder/ms-marco-MiniLM-L6-v2", tmp_path)
    with pytest.raises(ModelUnavailable, match="ms-marco") as caught:
        ranker.scores(QUESTION, ["job"], limit_s=60)

    assert "the reranker cross-encoder/ms-marco-MiniLM-L6-v2" in str(caught.value)
    assert "hf download cross-encoder/ms-marco-MiniLM-L6-v2" in caught.value.hint
    assert "rag search --no-rerank QUESTION" in caught.value.hint


@pytest.mark.parametrize("name", ["no such model!", "/nowhere/at/all", "", "x" * 5000])
def test_a_name_of_nothing_is_no_traceback(tmp_path, name):
    """A typing error in RAG_RERANKER."""
    with pytest.raises(ModelUnavailable, match="no reranker at"):
        reranker(name, tmp_path).scores(QUESTION, ["job"], limit_s=60)


def test_more_than_one_label_is_refused(tmp_path):
    """Which of three is relevance, only the model's author knows."""
    folder = tiny_cross(tmp_path / "model", labels=3)
    with pytest.raises(ConfigError, match=r"model gives 3 scores") as caught:
        reranker(folder, tmp_path).scores(QUESTION, ["job"], limit_s=60)

    assert "RAG_RERANKER" in str(caught.value)
    assert caught.value.hint == "rag search --no-rerank QUESTION"


def test_a_classifier_that_names_no_labels_has_two(tmp_path):
    """So says transformers; loading it for one would fail deep inside."""
    folder = tiny_cross(tmp_path / "model")
    change(folder / "config.json", id2label=None, label2id=None, num_labels=None)
    with pytest.raises(ConfigError, match="gives 2 scores"):
        describe(str(folder), cache=tmp_path)


@pytest.mark.parametrize("name", ["bundled", "folder"])
def test_an_embedding_model_is_refused(tmp_path, name):
    """transformers would give it a random classifier, and the order would be noise."""
    folder = tiny_model(tmp_path / "model")
    with pytest.raises(ConfigError, match="is no cross-encoder"):
        reranker("bundled" if name == "bundled" else folder, tmp_path).scores(
            QUESTION, ["job"], limit_s=60
        )
