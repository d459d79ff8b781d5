"""Embedding models of 2 layers and 32 numbers, written to a folder in a fraction of a second.

Their weights are random but seeded, and large enough that different texts get clearly
different vectors. The tokenizer knows every printable ASCII character.
"""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertModel,
    DistilBertConfig,
    DistilBertModel,
    MPNetConfig,
    MPNetModel,
    PreTrainedModel,
    RobertaConfig,
    RobertaModel,
)

# Two threads on a busy machine wait for each other longer than such a model computes.
torch.set_num_threads(1)

DIM = 32
WINDOW = 64
SPECIAL = ["[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]"]
_OLD_POOLING_NAMES = {
    "mean": "mean_tokens",
    "cls": "cls_token",
    "max": "max_tokens",
    "last": "lasttoken",
}
WORDS = "serverless job create function cluster volume server the a how do i".split()


def tiny_model(
    folder: Path,
    kind: str = "bert",
    *,
    pooling: str = "mean",
    normalize: bool = True,
    dense: int = 0,
    own: dict[str, Any] | None = None,
    seed: int = 0,
) -> Path:
    """Write a model and return its folder.

    Args:
        kind: "bert", "distilbert", "mpnet" or "roberta".
        dense: Length of the vectors after a Dense module; 0 for none.
        own: What config_sentence_transformers.json says; None for no such file.
    """
    torch.manual_seed(seed)
    tokenizer = wordpiece_tokenizer()
    _transformer(kind, tokenizer.get_vocab_size()).save_pretrained(folder)
    tokenizer.enable_truncation(8)
    tokenizer.enable_padding(length=8, pad_id=1, pad_token="[PAD]")
    tokenizer.save(str(folder / "tokenizer.json"))
    write(folder / "tokenizer_config.json", tokenizer_config())
    write(folder / "sentence_bert_config.json", {"max_seq_length": WINDOW})
    if own is not None:
        write(folder / "config_sentence_transformers.json", own)
    _write_modules(folder, pooling, normalize=normalize, dense=dense)
    return folder


def wordpiece_tokenizer() -> Tokenizer:
    characters = sorted(set(string.printable) - set(string.whitespace))
    pieces = [*characters, *(f"##{c}" for c in characters)]
    names = dict.fromkeys([*SPECIAL, *pieces, *WORDS])
    vocabulary = {piece: i for i, piece in enumerate(names)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 0), ("[SEP]", 2)]
    )
    return tokenizer


def tokenizer_config() -> dict[str, Any]:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": WINDOW,
        "cls_token": "[CLS]",
        "pad_token": "[PAD]",
        "sep_token": "[SEP]",
        "unk_token": "[UNK]",
        "mask_token": "[MASK]",
    }


def _transformer(kind: str, size: int) -> PreTrainedModel:
    shared = {"vocab_size": size, "pad_token_id": 1, "initializer_range": 0.3}
    if kind == "distilbert":
        config = DistilBertConfig(
            dim=DIM, n_layers=2, n_heads=2, hidden_dim=64, **shared
        )
        return DistilBertModel(config)
    classes = {
        "bert": (BertConfig, BertModel),
        "mpnet": (MPNetConfig, MPNetModel),
        "roberta": (RobertaConfig, RobertaModel),
    }
    make_config, make_model = classes[kind]
    return make_model(
        make_config(
            hidden_size=DIM,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=130,
            **shared,
        )
    )


def _write_modules(folder: Path, pooling: str, *, normalize: bool, dense: int) -> None:
    steps = ["", "1_Pooling"]
    kinds = ["Transformer", "Pooling"]
    write(
        folder / "1_Pooling" / "config.json",
        {
            "word_embedding_dimension": DIM,
            f"pooling_mode_{_OLD_POOLING_NAMES[pooling]}": True,
        },
    )
    if dense:
        steps.append("2_Dense")
        kinds.append("Dense")
        _write_dense(folder / "2_Dense", dense)
    if normalize:
        steps.append(f"{len(steps)}_Normalize")
        kinds.append("Normalize")
    modules = [
        {
            "idx": i,
            "name": str(i),
            "path": path,
            "type": f"sentence_transformers.models.{kind}",
        }
        for i, (path, kind) in enumerate(zip(steps, kinds, strict=True))
    ]
    write(folder / "modules.json", modules)


def _write_dense(folder: Path, out: int) -> None:
    from safetensors.torch import save_file

    config = {
        "in_features": DIM,
        "out_features": out,
        "bias": True,
        "activation_function": "torch.nn.modules.activation.Tanh",
    }
    write(folder / "config.json", config)
    weights = {"linear.weight": torch.randn(out, DIM), "linear.bias": torch.randn(out)}
    save_file(weights, folder / "model.safetensors")


def write(path: Path, data: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data), "utf-8")
