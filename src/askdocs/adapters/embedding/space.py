"""Describe the vectors that an embedding model makes, as its files tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from askdocs.adapters.embedding.model_files import (
    WEIGHTS,
    damaged,
    full_name,
    read_json,
    weights_sha,
)
from askdocs.adapters.embedding.model_role import EMBEDDING_MODEL, ModelRole
from askdocs.domain.errors import ConfigError, ModelUnavailable
from askdocs.domain.index import Space

_DEFAULT_MAX_TOKENS = 512
"""Tokens, for a model that names no limit: what most encoders were trained with."""

_POSITIONS_AFTER_PAD = {"roberta", "xlm-roberta", "camembert", "mpnet"}
"""These count positions from pad_token_id + 1, so two of 514 are never used."""

_PASSAGE_PROMPTS = ("document", "passage", "text", "corpus")

_MODES = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}
"""The old names of how tokens are pooled, in the order of their vectors."""


@dataclass(frozen=True, slots=True)
class Module:
    """One step of a sentence-transformers model: its class, folder and settings."""

    kind: str
    folder: Path
    config: Mapping[str, Any]


def describe(name: str, folder: Path) -> Space:
    """Return the vector space of a model, told by its files; reads all weights once.

    The distance is the one that the model names; where it names none it is cosine if
    the model normalises its vectors, else the dot product.

    Args:
        name: As the user wrote it.
        folder: Where `model_files.locate` found it.

    Raises:
        ModelUnavailable: if a file is missing or damaged, or the model needs code of
            its own.
        ConfigError: if it compares vectors in a way that no index of ours does.
    """
    config = read_json(folder / "config.json")
    own = read_json(folder / "config_sentence_transformers.json", optional=True)
    modules = _modules(folder)
    return Space(
        model=full_name(name),
        weights_sha=weights_sha(folder, name),
        dim=_dim(folder, modules, config),
        distance=_distance(name, modules, own.get("similarity_fn_name")),
        max_tokens=max_tokens(folder, config),
        question_prefix=_prompt(own, ("query",)),
        passage_prefix=_prompt(own, _PASSAGE_PROMPTS),
        pooling=", ".join(_step(m) for m in modules[1:]),
    )


def max_tokens(
    folder: Path, config: Mapping[str, Any], *, role: ModelRole = EMBEDDING_MODEL
) -> int:
    """Return the smallest of the limits that the files name."""
    read = partial(read_json, optional=True, role=role)
    own = read(folder / "sentence_bert_config.json")
    tokenizer = read(folder / "tokenizer_config.json")
    positions = config.get("max_position_embeddings")
    if positions and config.get("model_type") in _POSITIONS_AFTER_PAD:
        positions -= int(config.get("pad_token_id", 1)) + 1
    limits = (own.get("max_seq_length"), tokenizer.get("model_max_length"), positions)
    return min((int(n) for n in limits if n and n > 0), default=_DEFAULT_MAX_TOKENS)


def _modules(folder: Path) -> list[Module]:
    """Return the steps of a model; one that lists none is averaged, as upstream does."""
    path = folder / "modules.json"
    listed = read_json(path, optional=True, kind=list)
    return [_module(folder, entry) for entry in listed] or [
        Module("Transformer", folder, {}),
        Module("Pooling", folder / "1_Pooling", {}),
    ]


def _module(folder: Path, entry: Mapping[str, Any]) -> Module:
    vendor, _, _ = (kind := str(entry.get("type"))).partition(".")
    if vendor != "sentence_transformers":
        raise damaged(folder / "modules.json", f"{kind} is code of its own")
    path = folder / str(entry.get("path", ""))
    config = read_json(path / "config.json", optional=True)
    return Module(kind.rpartition(".")[2], path, config)


def _dim(folder: Path, modules: Sequence[Module], config: Mapping[str, Any]) -> int:
    dim = config.get("hidden_size") or config.get("dim") or config.get("d_model")
    for module in modules:
        if module.kind == "Pooling":
            dim = (_pooled_dim(module.config) or dim or 0) * len(_modes(module.config))
        elif module.kind == "Dense":
            dim = module.config.get("out_features")
    if not isinstance(dim, int) or dim <= 0:
        raise ModelUnavailable(
            f"the embedding model in {folder} does not say how long its vectors are",
            hint="set RAG_EMBEDDING_MODEL=bundled",
        )
    return dim


def _pooled_dim(pooling: Mapping[str, Any]) -> Any:
    return pooling.get("embedding_dimension", pooling.get("word_embedding_dimension"))


def _modes(pooling: Mapping[str, Any]) -> list[str]:
    """Return how tokens are pooled, whether said in the old way or in the new."""
    mode = pooling.get("pooling_mode")
    if mode is None:
        mode = [new for old, new in _MODES.items() if pooling.get(old)]
    return ([mode] if isinstance(mode, str) else list(mode)) or ["mean"]


def _step(module: Module) -> str:
    """Return a module in words, with the hash of the weights that it has of its own."""
    if module.kind == "Pooling":
        whole = module.config.get("include_prompt", True)
        return "+".join(_modes(module.config)) + ("" if whole else " without prompt")
    if (module.folder / WEIGHTS).is_file():
        return f"{module.kind.lower()} {weights_sha(module.folder)[:8]}"
    return module.kind.lower()


def _distance(name: str, modules: Sequence[Module], named: str | None) -> str:
    if named is None:
        return "cosine" if any(m.kind == "Normalize" for m in modules) else "dot"
    if named not in {"cosine", "dot"}:
        raise ConfigError(
            f"RAG_EMBEDDING_MODEL: {name} compares vectors by {named}",
            hint="choose a model for cosine or dot product, such as bundled",
        )
    return named


def _prompt(own: Mapping[str, Any], names: Sequence[str]) -> str:
    """Return the first prompt of these names, else the model's default, else none."""
    prompts: Mapping[str, str | None] = own.get("prompts") or {}
    for name in (*names, own.get("default_prompt_name")):
        if name is not None and (prompt := prompts.get(name)) is not None:
            return prompt
    return ""
