"""A verifier is as sure as transformers is, whichever head it has, or says why not."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.support.tiny_cross import KINDS, WINDOW, change, tiny_cross
from tests.support.tiny_model import tiny_model
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from askdocs.adapters.cross_encoder.cross_export import TorchScorer, load_verifier
from askdocs.adapters.cross_encoder.cross_model import export_folder
from askdocs.adapters.cross_encoder.verifier import (
    Head,
    Verifier,
    describe,
    open_export,
)
from askdocs.adapters.embedding import onnx_trace
from askdocs.adapters.embedding.onnx_encoder import read_parity
from askdocs.domain.errors import ConfigError, ModelUnavailable

SENTENCE = "A job runs once."
SOURCES = [
    "You create a serverless job in the console.",
    "job",
    "",
    "create the server volume function " * 40,
    "naïve 🚀 \x00\x07\u202e \ufffe \ud83d text\r\n\twith what nobody types",
]
NLI = ["CONTRADICTION", "entailment", "Neutral"]


def nli(folder: Path, kind: str = "bert", labels: list[str] = NLI) -> Path:
    """Write a model for natural language inference and return its folder."""
    tiny_cross(folder, kind, labels=len(labels))
    change(
        folder / "config.json",
        id2label={str(n): label for n, label in enumerate(labels)},
        label2id={label: n for n, label in enumerate(labels)},
    )
    return folder


def by_transformers(folder: Path, sentence: str, source: str) -> np.ndarray:
    """The reference: their tokenizer, their model, and torch's own functions."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokens = tokenizer(
        [source.replace("\ud83d", "\ufffd")],
        [sentence],
        truncation="only_first",
        max_length=WINDOW,
        padding=False,
        return_tensors="pt",
    )
    with torch.no_grad():
        return model(**tokens).logits


@pytest.mark.parametrize("kind", KINDS)
def test_one_score_becomes_a_probability(tmp_path, kind):
    """A threshold of one half must mean the same for every model."""
    folder = tiny_cross(tmp_path / "model", kind)
    verifier = load_verifier(str(folder), cache=tmp_path / "cache")

    ours = [verifier.supports(SENTENCE, [source]) for source in SOURCES]

    theirs = [by_transformers(folder, SENTENCE, s).sigmoid().item() for s in SOURCES]
    assert ours == pytest.approx(theirs, abs=1e-5)
    assert np.ptp(theirs) > 0.02


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_of_three_labels_entailment_counts(tmp_path, kind, place):
    """Models number their labels as they like; the name tells."""
    labels = ["neutral", "contradiction"]
    labels.insert(place, "ENTAILMENT")
    folder = nli(tmp_path / "model", kind, labels)
    verifier = load_verifier(str(folder), cache=tmp_path / "cache")

    ours = [verifier.supports(SENTENCE, [source]) for source in SOURCES]

    theirs = [
        by_transformers(folder, SENTENCE, s).softmax(1)[0, place] for s in SOURCES
    ]
    assert ours == pytest.approx([float(p) for p in theirs], abs=1e-5)
    assert np.ptp(ours) > 0.02


def test_a_head_of_two_labels_is_understood(tmp_path):
    """Models for zero-shot classification only know what follows and what does not."""
    folder = nli(tmp_path / "model", labels=["entailment", "not_entailment"])

    sure = load_verifier(str(folder), cache=tmp_path).supports(SENTENCE, SOURCES[:1])

    theirs = by_transformers(folder, SENTENCE, SOURCES[0]).softmax(1)[0, 0]
    assert sure == pytest.approx(float(theirs), abs=1e-5)


def test_the_best_source_counts(tmp_path):
    """A sentence needs one passage that says it, not all."""
    verifier = load_verifier(str(nli(tmp_path / "model")), cache=tmp_path)

    alone = [verifier.supports(SENTENCE, [source]) for source in SOURCES]

    assert verifier.supports(SENTENCE, SOURCES) == max(alone)
    assert len({round(sure, 4) for sure in alone}) > 2


def test_the_source_comes_first(tmp_path):
    """That birds fly follows from sparrows flying, and not the other way round."""
    verifier = load_verifier(str(nli(tmp_path / "model")), cache=tmp_path)

    there, back = (
        verifier.supports(*pair) for pair in (("job", ["server"]), ("server", ["job"]))
    )

    assert there != pytest.approx(back, abs=1e-4)


@pytest.mark.parametrize("batch", [2, 100])
def test_the_batch_does_not_change_what_is_supported(tmp_path, batch):
    """A source must not be judged by the padding that its neighbour asks for."""
    folder = nli(tmp_path / "model")
    alone = load_verifier(str(folder), cache=tmp_path)
    model, head = describe(str(folder), cache=tmp_path)

    together = Verifier(model, head, alone._scorer, batch=batch)

    assert together.supports(SENTENCE, SOURCES) == pytest.approx(
        alone.supports(SENTENCE, SOURCES), abs=1e-5
    )


def test_without_sources_nothing_is_supported(tmp_path):
    """A sentence that nothing is like has no support."""
    assert (
        load_verifier(str(nli(tmp_path / "model")), cache=tmp_path).supports(
            SENTENCE, []
        )
        == 0.0
    )


def test_a_sentence_is_read_whole_or_not_at_all(tmp_path):
    """A lie behind what is true must not be cut off before it is judged."""
    verifier = load_verifier(str(nli(tmp_path / "model")), cache=tmp_path)
    room = WINDOW - 3 - WINDOW // 4
    source = ["server " * 200]

    fits, longer = ("job " * (room - 1) + end for end in ("job", "cluster"))

    assert verifier.supports(fits, source) > 0.0
    assert verifier.supports(fits, source) != verifier.supports(longer, source)
    assert verifier.supports(f"{fits} job", source) == 0.0


@pytest.mark.parametrize("sentence", ["", "🚀", "\x00\ud800", "?!", " \n", "x" * 10**5])
def test_no_sentence_is_too_strange(tmp_path, sentence):
    """Whatever a model writes gets a number."""
    verifier = load_verifier(str(nli(tmp_path / "model")), cache=tmp_path)

    assert 0.0 <= verifier.supports(sentence, SOURCES) <= 1.0


@pytest.mark.parametrize("logit", [-1000.0, -20.0, 0.0, 20.0, 1000.0])
def test_no_logit_is_too_large(logit):
    """exp(1000) is no number."""
    with np.errstate(all="raise", under="ignore"):
        one = Head(1).sure(np.array([[logit]], np.float32))
        three = Head(3, 0).sure(np.array([[logit, 0.0, 0.0]], np.float32))

    assert 0.0 <= one[0] <= 1.0
    assert 0.0 <= three[0] <= 1.0
    assert (one[0] > 0.5) == (logit > 0)


@pytest.mark.parametrize("labels", [["score"], NLI], ids=["one score", "inference"])
def test_an_exported_verifier_loads_neither_torch_nor_transformers(tmp_path, labels):
    """A check of each sentence must not cost five seconds at every cold start."""
    folder = nli(tmp_path / "model", labels=labels)
    assert open_export(str(folder), cache=tmp_path) is None
    sure = load_verifier(str(folder), cache=tmp_path).supports(SENTENCE, ["job"])
    program = (
        "import sys; from pathlib import Path\n"
        "from askdocs.adapters.cross_encoder.verifier import open_export\n"
        f"v = open_export({str(folder)!r}, cache=Path({str(tmp_path)!r}))\n"
        f"print(v.supports({SENTENCE!r}, ['job']))\n"
        "heavy = {'torch', 'transformers', 'huggingface_hub', 'llama_index', 'onnx'}\n"
        "print(heavy & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )

    assert done.stdout == f"{sure}\nset()\n", done.stderr


def test_the_export_has_parity(tmp_path):
    """What runs without torch gives the numbers of the original."""
    folder = nli(tmp_path / "model")
    load_verifier(str(folder), cache=tmp_path)
    model, head = describe(str(folder), cache=tmp_path)

    parity = read_parity(export_folder(tmp_path, model))

    assert head == Head(3, 1)
    assert parity["equal"]
    assert parity["error"] < 1e-5


def test_what_cannot_be_exported_is_not_tried_again(tmp_path, monkeypatch):
    """DeBERTa builds masks of its own; trying it anew costs seconds each time."""
    folder = nli(tmp_path / "model", "deberta")
    first = load_verifier(str(folder), cache=tmp_path).supports(SENTENCE, SOURCES)
    attempts: list[object] = []
    monkeypatch.setattr(onnx_trace, "make_folder", lambda *_: attempts.append(1))

    again = load_verifier(str(folder), cache=tmp_path).supports(SENTENCE, SOURCES)

    assert attempts == []
    assert again == first


@pytest.mark.parametrize(
    "labels",
    [
        ["positive", "negative"],
        ["entailment", "neutral"],
        ["entailment", "neutral", "contradiction", "other"],
        ["entailment", "entailment", "neutral", "contradiction"],
        ["LABEL_0", "LABEL_1", "LABEL_2"],
    ],
    ids=" ".join,
)
def test_labels_that_mean_something_else_are_refused(tmp_path, labels):
    """Anger is a probability too."""
    folder = nli(tmp_path / "model", labels=labels)

    with pytest.raises(ConfigError, match=r"^RAG_VERIFIER: .* gives ") as caught:
        load_verifier(str(folder), cache=tmp_path)

    assert "RAG_VERIFIER" in caught.value.hint


def test_labels_without_numbers_in_order_are_refused(tmp_path):
    """Which logit is whose would be a guess."""
    folder = nli(tmp_path / "model")
    names = {"0": "entailment", "1": "neutral", "7": "contradiction"}
    change(folder / "config.json", id2label=names)

    with pytest.raises(ConfigError, match="gives entailment, neutral"):
        describe(str(folder), cache=tmp_path)


def test_a_model_that_embeds_is_no_verifier(tmp_path):
    """It reads one text at a time."""
    folder = tiny_model(tmp_path / "model")

    with pytest.raises(ConfigError, match=r"^RAG_VERIFIER: .*no cross-encoder"):
        load_verifier(str(folder), cache=tmp_path)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_file_that_is_missing_is_said_of_the_verifier(tmp_path, name):
    """The embedding model, of which the same may be said, is well."""
    folder = nli(tmp_path / "model")
    (folder / name).unlink()

    with pytest.raises(ModelUnavailable, match="verifier") as caught:
        load_verifier(str(folder), cache=tmp_path)

    assert "embedding" not in str(caught.value)
    assert "RAG_VERIFIER" in caught.value.hint


def test_a_model_that_makes_no_number_is_unavailable(tmp_path):
    """NaN is neither above nor below a threshold."""
    folder = nli(tmp_path / "model")
    model, head = describe(str(folder), cache=tmp_path)

    class Broken:
        def run(self, tokens):
            return np.full((len(tokens["input_ids"]), 3), np.nan, np.float32)

    with pytest.raises(ModelUnavailable, match="3 finite numbers"):
        Verifier(model, head, Broken()).supports(SENTENCE, ["job"])


def test_what_fails_is_said_to_be_the_verifier(tmp_path, monkeypatch):
    """The reranker, whose code runs it, may be well, or not even named."""
    model, head = describe(str(nli(tmp_path / "model")), cache=tmp_path)
    scorer = TorchScorer(replace(model, name="m"), "cpu")

    def fail(*_, **__):
        raise RuntimeError("no")

    monkeypatch.setattr(scorer.original, "forward", fail)

    with pytest.raises(ModelUnavailable, match=r"^the verifier m failed") as caught:
        Verifier(model, head, scorer).supports(SENTENCE, ["job"])

    assert "RAG_VERIFIER" in caught.value.hint
