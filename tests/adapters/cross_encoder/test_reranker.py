"""A cross-encoder scores as transformers does, within its time, or says why not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tests.support.tiny_cross import KINDS, WINDOW, change, tiny_cross
from tests.support.tiny_model import tiny_model
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from askdocs.adapters.cross_encoder import cross_export
from askdocs.adapters.cross_encoder.cross_export import TorchScorer, load
from askdocs.adapters.cross_encoder.cross_model import cached, describe, parity, place
from askdocs.adapters.cross_encoder.reranker import CrossEncoder, Judge, Pairs, exported
from askdocs.adapters.embedding import onnx_trace
from askdocs.adapters.embedding.onnx_encoder import Graph
from askdocs.domain.errors import ConfigError, ModelUnavailable, NotWritable

ASKED = "How do I create a serverless job?"
TEXTS = [
    "A serverless job runs once.",
    "job",
    "",
    "create the server volume function " * 40,
    "naïve 🚀 \x00\x07\u202e \ufffe \ud83d text\r\n\twith what nobody types",
    "x" * 100_000,
    "job",
]


def reranker(name: Path | str, cache: Path) -> CrossEncoder:
    return CrossEncoder(str(name), lambda: load(str(name), cache=cache))


def by_transformers(folder: Path, texts: list[str]) -> list[float]:
    """The reference: their tokenizer and their model, one pair at a time."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    scores = []
    for text in texts:
        tokens = tokenizer(
            [ASKED],
            [text.replace("\ud83d", "\ufffd")],
            truncation="only_second",
            max_length=WINDOW,
            padding=False,
            return_tensors="pt",
        )
        with torch.no_grad():
            scores.append(model(**tokens).logits.item())
    return scores


@pytest.mark.parametrize("kind", KINDS)
def test_scores_are_those_of_transformers(tmp_path, kind):
    """A reranker that reads pairs otherwise than it was trained makes things worse."""
    folder = tiny_cross(tmp_path / "model", kind)
    ours = reranker(folder, tmp_path / "cache").scores(ASKED, TEXTS, limit_s=60)
    theirs = by_transformers(folder, TEXTS)

    assert ours == pytest.approx(theirs, abs=1e-5)
    assert np.ptp(theirs) > 0.1


@pytest.mark.parametrize("kind", sorted({*KINDS} - {"deberta"}))
def test_what_has_parity_runs_without_torch(tmp_path, kind):
    """torch and transformers cost five seconds at every cold start."""
    folder = tiny_cross(tmp_path / "model", kind)

    assert exported(str(folder), cache=tmp_path) is None
    load(str(folder), cache=tmp_path)
    assert parity(tmp_path, describe(str(folder), cache=tmp_path))["error"] < 1e-5
    ours = exported(str(folder), cache=tmp_path).scores(ASKED, ["job"])
    assert ours == pytest.approx(by_transformers(folder, ["job"]), abs=1e-5)


def test_an_exported_reranker_loads_neither_torch_nor_transformers(tmp_path):
    """`rag search` pays only for what it uses."""
    folder = tiny_cross(tmp_path / "model")
    load(str(folder), cache=tmp_path)
    program = (
        "import sys; from pathlib import Path\n"
        "from askdocs.adapters.cross_encoder.reranker import exported\n"
        f"exported({str(folder)!r}, cache=Path({str(tmp_path)!r})).scores('a', ['b'])\n"
        "heavy = {'torch', 'transformers', 'huggingface_hub', 'llama_index', 'onnx'}\n"
        "print(heavy & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )

    assert done.stdout == "set()\n", done.stderr


def test_what_cannot_be_exported_runs_in_torch_and_is_not_tried_again(
    tmp_path, monkeypatch
):
    """DeBERTa builds masks of its own; trying it anew costs seconds each time."""
    folder = tiny_cross(tmp_path / "model", "deberta")
    first = load(str(folder), cache=tmp_path).scores(ASKED, TEXTS)
    tries: list[object] = []
    monkeypatch.setattr(onnx_trace, "keep", lambda *_: tries.append(1))
    again = load(str(folder), cache=tmp_path).scores(ASKED, TEXTS)

    assert tries == []
    assert again == first
    theirs = by_transformers(folder, TEXTS)
    assert first == pytest.approx(theirs, abs=1e-5)
    kept = place(tmp_path, describe(str(folder), cache=tmp_path))
    assert [p.name for p in kept.iterdir()] == ["parity.json"]
    assert json.loads((kept / "parity.json").read_text())["equal"] is False
    assert exported(str(folder), cache=tmp_path) is None


@pytest.mark.parametrize("kind", ["bert", "deberta", "xlm-roberta"])
@pytest.mark.parametrize("batch", [2, 3, 100])
def test_the_batch_does_not_change_scores(tmp_path, kind, batch):
    """A passage must not be judged by the padding that its neighbour asks for."""
    folder = tiny_cross(tmp_path / "model", kind)
    alone = load(str(folder), cache=tmp_path)
    model = describe(str(folder), cache=tmp_path)
    together = Judge(model, alone._scorer, batch=batch)
    scores = [
        CrossEncoder("", lambda judge=judge: judge).scores(ASKED, TEXTS, limit_s=60)
        for judge in (alone, together)
    ]

    assert scores[0] == pytest.approx(scores[1], abs=1e-5)
    assert alone.batch == 1


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
    typed = load(str(folder), cache=tmp_path).scores(ASKED, TEXTS)
    change(folder / "tokenizer_config.json", **said)
    plain = load(str(folder), cache=tmp_path).scores(ASKED, TEXTS)

    assert plain == pytest.approx(by_transformers(folder, TEXTS), abs=1e-5)
    assert np.abs(np.subtract(plain, typed)).max() > 0.01


def test_equal_input_gives_equal_output(tmp_path):
    """Two runs of an evaluation must not differ."""
    folder = tiny_cross(tmp_path / "model")
    first = reranker(folder, tmp_path).scores(ASKED, TEXTS, limit_s=60)
    ranker = reranker(folder, tmp_path)

    assert ranker.scores(ASKED, TEXTS, limit_s=60) == first
    assert ranker.scores(ASKED, TEXTS, limit_s=60) == first
    assert first[1] == first[6]


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
    ranker = reranker(folder, tmp_path)
    one, other = ranker.scores("server " * 20_000, ["job", "cluster"], limit_s=60)
    assert one != other


@pytest.mark.parametrize("question", ["", "🚀", "\x00\ud800", "?!", " \n", "x" * 10**5])
def test_no_question_is_too_strange(tmp_path, question):
    """Whatever is typed gets a number for each passage."""
    folder = tiny_cross(tmp_path / "model")
    scores = reranker(folder, tmp_path).scores(question, TEXTS, limit_s=60)

    assert len(scores) == len(TEXTS)
    assert np.isfinite(scores).all()


def test_nothing_to_score_needs_no_model(tmp_path):
    """A filter without a result must not cost a load, nor fail for want of a model."""
    assert reranker(tmp_path / "none", tmp_path).scores(ASKED, [], limit_s=0) == []


@pytest.mark.parametrize("limit_s", [0, -1.0])
def test_no_time_is_no_score_and_loads_nothing(tmp_path, limit_s):
    """Half a ranking is none, and a model that cannot be used need not be read."""
    ranker = reranker(tmp_path / "none", tmp_path)

    assert ranker.scores(ASKED, ["job"], limit_s=limit_s) is None


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
        loads.append(load(str(folder), cache=tmp_path))
        return loads[-1]

    ranker = CrossEncoder("m", once)
    for _ in range(3):
        ranker.scores(ASKED, TEXTS, limit_s=60)

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
        reranker(folder, tmp_path).scores(ASKED, ["job"], limit_s=60)

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
        ranker.scores(ASKED, ["job"], limit_s=60)

    assert "the reranker cross-encoder/ms-marco-MiniLM-L6-v2" in str(caught.value)
    assert "hf download cross-encoder/ms-marco-MiniLM-L6-v2" in caught.value.hint
    assert "rag search --no-rerank QUESTION" in caught.value.hint


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
    judge = load("org/tiny", cache=tmp_path)

    assert judge.scores(ASKED, TEXTS) == pytest.approx(
        by_transformers(folder, TEXTS), abs=1e-5
    )
    assert exported("org/tiny", cache=tmp_path) is not None


@pytest.mark.parametrize("name", ["no such model!", "/nowhere/at/all", "", "x" * 5000])
def test_a_name_of_nothing_is_no_traceback(tmp_path, name):
    """A typing error in RAG_RERANKER."""
    with pytest.raises(ModelUnavailable, match="no reranker at"):
        reranker(name, tmp_path).scores(ASKED, ["job"], limit_s=60)


def test_more_than_one_label_is_refused(tmp_path):
    """Which of three is relevance, only the model's author knows."""
    folder = tiny_cross(tmp_path / "model", labels=3)
    with pytest.raises(ConfigError, match=r"model gives 3 scores") as caught:
        reranker(folder, tmp_path).scores(ASKED, ["job"], limit_s=60)

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
            ASKED, ["job"], limit_s=60
        )


def test_an_export_is_made_once_and_is_private(tmp_path, monkeypatch):
    """It takes seconds; whoever can write it decides the order."""
    folder = tiny_cross(tmp_path / "model")
    load(str(folder), cache=tmp_path / "cache")
    monkeypatch.setattr(cross_export, "TorchScorer", None)
    load(str(folder), cache=tmp_path / "cache")

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
    before = load(str(folder), cache=tmp_path).scores(ASKED, TEXTS)
    made = place(tmp_path, describe(str(folder), cache=tmp_path))
    whole = (made / file).read_bytes()
    (made / file).unlink()
    if how == "cut":
        (made / file).write_bytes(whole[:100])

    assert exported(str(folder), cache=tmp_path) is None
    again = load(str(folder), cache=tmp_path)
    assert isinstance(again._scorer, Graph)
    assert again.scores(ASKED, TEXTS) == before
    assert [p.name for p in made.parent.iterdir()] == [made.name]


def test_another_model_in_the_same_folder_is_another_export(tmp_path):
    """Or the old weights would go on deciding the order."""
    folder = tiny_cross(tmp_path / "model", "bert")
    load(str(folder), cache=tmp_path)
    tiny_cross(folder, "electra")
    found = load(str(folder), cache=tmp_path).scores(ASKED, TEXTS)

    assert found == pytest.approx(by_transformers(folder, TEXTS), abs=1e-5)


def test_an_export_that_is_not_equal_is_not_used(tmp_path, monkeypatch):
    """A trace may go wrong in silence; the original is then slower and right."""
    folder = tiny_cross(tmp_path / "model")
    monkeypatch.setattr(onnx_trace, "TOLERANCE", 0.0)
    judge = load(str(folder), cache=tmp_path)

    assert isinstance(judge._scorer, TorchScorer)
    assert cached(tmp_path, describe(str(folder), cache=tmp_path)) is None
    theirs = by_transformers(folder, TEXTS)
    assert judge.scores(ASKED, TEXTS) == pytest.approx(theirs, abs=1e-5)


def test_a_cache_that_cannot_be_written_is_named(tmp_path):
    """Exit 2 with the path, not a traceback."""
    folder = tiny_cross(tmp_path / "model")
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(NotWritable, match="cache cannot be written") as caught:
        load(str(folder), cache=tmp_path / "cache")

    assert "RAG_HOME" in caught.value.hint


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is CUDA here")
def test_a_device_that_is_not_there_is_named(tmp_path):
    """It is the setting that is wrong, not the model."""
    folder = tiny_cross(tmp_path / "model")
    with pytest.raises(ConfigError, match="torch sees no cuda device"):
        load(str(folder), cache=tmp_path, device="cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA here")
def test_cuda_gives_the_scores_of_the_cpu(tmp_path):
    """Where it runs must not decide the order."""
    folder = tiny_cross(tmp_path / "model")
    judge = load(str(folder), cache=tmp_path, device="cuda")

    assert isinstance(judge._scorer, TorchScorer)
    found = judge.scores(ASKED, TEXTS)
    assert found == pytest.approx(by_transformers(folder, TEXTS), abs=1e-4)
