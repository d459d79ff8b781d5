"""Cross-encoders of 2 layers and 32 numbers, written to a folder in a fraction of a second.

Like `tiny_model`, with which they share the tokenizer: random but seeded weights, large
enough that different pairs get clearly different scores.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from tests.support.tiny_model import (
    DIM,
    tokenizer_config,
    wordpiece_tokenizer,
    write,
)
from tokenizers import processors
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertConfig,
    BertForSequenceClassification,
    DebertaV2Config,
    DebertaV2ForSequenceClassification,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    ElectraConfig,
    ElectraForSequenceClassification,
    MPNetConfig,
    MPNetForSequenceClassification,
    PreTrainedModel,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
)

WINDOW = 64
QUESTION = "How do I create a serverless job?"
TEXTS = [
    "A serverless job runs once.",
    "job",
    "",
    "create the server volume function " * 40,
    "naïve 🚀 \x00\x07\u202e \ufffe \ud83d text\r\n\twith what nobody types",
    "x" * 100_000,
    "job",
]
"""What a cross-encoder may be given: plain, short, empty, too long, strange, one word, again."""

_CLASSES = {
    "bert": (BertConfig, BertForSequenceClassification),
    "deberta": (DebertaV2Config, DebertaV2ForSequenceClassification),
    "electra": (ElectraConfig, ElectraForSequenceClassification),
    "mpnet": (MPNetConfig, MPNetForSequenceClassification),
    "xlm-roberta": (XLMRobertaConfig, XLMRobertaForSequenceClassification),
}
_TYPED = {"bert", "deberta", "electra"}
"""Their tokenizers number the segments of a pair."""

KINDS = sorted([*_CLASSES, "distilbert"])


def tiny_cross(
    folder: Path, kind: str = "bert", *, labels: int = 1, window: int = WINDOW
) -> Path:
    """Write a cross-encoder of that kind and return its folder."""
    torch.manual_seed(0)
    tokenizer = wordpiece_tokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 0), ("[SEP]", 2)],
    )
    model = _transformer(kind, tokenizer.get_vocab_size(), labels)
    model.save_pretrained(folder)
    # As upstream's files often come: cut and padded to some length.
    tokenizer.enable_truncation(8)
    tokenizer.enable_padding(length=8, pad_id=1, pad_token="[PAD]")
    tokenizer.save(str(folder / "tokenizer.json"))
    config = tokenizer_config() | {"model_max_length": window}
    if kind in _TYPED:
        config["tokenizer_class"] = "BertTokenizer"
    write(folder / "tokenizer_config.json", config)
    return folder


def change(path: Path, **values: Any) -> None:
    """Change what a JSON file of a model says; None takes a key out."""
    data = json.loads(path.read_text("utf-8")) | values
    write(path, {key: value for key, value in data.items() if value is not None})


def transformers_scores(folder: Path, question: str, texts: list[str]) -> list[float]:
    """Return the reference: their tokenizer and their model, one pair at a time."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    scores = []
    for text in texts:
        tokens = tokenizer(
            [question],
            [text.replace("\ud83d", "\ufffd")],
            truncation="only_second",
            max_length=WINDOW,
            padding=False,
            return_tensors="pt",
        )
        with torch.no_grad():
            scores.append(model(**tokens).logits.item())
    return scores


def _transformer(kind: str, size: int, labels: int) -> PreTrainedModel:
    shared = {
        "vocab_size": size,
        "pad_token_id": 1,
        "initializer_range": 0.3,
        "num_labels": labels,
    }
    if kind == "distilbert":
        config = DistilBertConfig(
            dim=DIM, n_layers=2, n_heads=2, hidden_dim=64, **shared
        )
        return DistilBertForSequenceClassification(config)
    make_config, make_model = _CLASSES[kind]
    return make_model(
        make_config(
            hidden_size=DIM,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=130,
            **({"embedding_size": DIM} if kind == "electra" else {}),
            **({"type_vocab_size": 1} if kind == "xlm-roberta" else {}),
            **({"relative_attention": True} if kind == "deberta" else {}),
            **shared,
        )
    )
