"""What a model's files say of its vectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from askdocs.adapters.embedding.model_files import locate
from askdocs.adapters.embedding.space import describe
from askdocs.domain.errors import ConfigError, ModelUnavailable
from askdocs.domain.index import Space

BERT = {"model_type": "bert", "hidden_size": 32, "max_position_embeddings": 512}
POOL = {"word_embedding_dimension": 32, "pooling_mode_mean_tokens": True}


def described(
    folder: Path,
    *kinds: str,
    config: dict[str, Any] | None = None,
    pooling: dict[str, Any] | None = None,
    own: dict[str, Any] | None = None,
    files: dict[str, Any] | None = None,
) -> Space:
    """Write a model of these modules and describe it."""
    (folder / "model.safetensors").write_bytes(b"weights")
    said = {"config.json": config or BERT, **(files or {})}
    if own is not None:
        said["config_sentence_transformers.json"] = own
    if kinds:
        said["modules.json"] = [
            {"type": f"sentence_transformers.models.{kind}", "path": f"{i}_{kind}"}
            for i, kind in enumerate(["Transformer", *kinds])
        ]
    if "Pooling" in kinds:
        said["1_Pooling/config.json"] = pooling or POOL
    for name, data in said.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(data))
    return describe(str(folder), folder)


def test_the_bundled_model_is_what_upstream_documents(tmp_path):
    """384 numbers, cosine, 256 tokens: the model card of all-MiniLM-L6-v2."""
    space = describe("bundled", locate("bundled", cache=tmp_path))

    assert space == Space(
        model="bundled",
        weights_sha="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        dim=384,
        distance="cosine",
        max_tokens=256,
        pooling="mean, normalize",
    )


@pytest.mark.parametrize(
    ("kinds", "own", "distance"),
    [
        (["Pooling", "Normalize"], None, "cosine"),
        (["Pooling"], None, "dot"),
        (["Pooling"], {"similarity_fn_name": None}, "dot"),
        (["Pooling"], {"similarity_fn_name": "cosine"}, "cosine"),
        (["Pooling", "Normalize"], {"similarity_fn_name": "dot"}, "dot"),
    ],
    ids=[
        "normalised",
        "not normalised",
        "null names none",
        "cosine is named",
        "dot is named",
    ],
)
def test_the_distance_follows_the_model(tmp_path, kinds, own, distance):
    """multi-qa-distilbert-dot-v1 names none and does not normalise: it is a dot model."""
    assert described(tmp_path, *kinds, own=own).distance == distance


def test_a_model_for_another_distance_is_refused(tmp_path):
    """Ranking its vectors by cosine would look like an answer."""
    with pytest.raises(ConfigError, match="manhattan"):
        described(tmp_path, "Pooling", own={"similarity_fn_name": "manhattan"})


@pytest.mark.parametrize(
    ("config", "files", "tokens"),
    [
        (BERT, {"sentence_bert_config.json": {"max_seq_length": 256}}, 256),
        (BERT, {"sentence_bert_config.json": {"max_seq_length": None}}, 512),
        (BERT, {"sentence_bert_config.json": {"max_seq_length": 9999}}, 512),
        (BERT, {"tokenizer_config.json": {"model_max_length": 128}}, 128),
        (BERT, {"tokenizer_config.json": {"model_max_length": 10**30}}, 512),
        ({**BERT, "model_type": "mpnet", "max_position_embeddings": 514}, {}, 512),
        (
            {**BERT, "model_type": "roberta", "max_position_embeddings": 514}
            | {"pad_token_id": 1},
            {},
            512,
        ),
        ({"model_type": "t5", "d_model": 32}, {}, 512),
    ],
    ids=[
        "its own limit",
        "no limit of its own",
        "a limit beyond its positions",
        "the tokenizer's limit",
        "a limit that means none",
        "mpnet leaves two positions free",
        "roberta leaves two positions free",
        "no limit anywhere",
    ],
)
def test_the_window_is_the_smallest_limit_named(tmp_path, config, files, tokens):
    """Beyond it text is cut in silence, or the model crashes."""
    space = described(tmp_path, "Pooling", "Normalize", config=config, files=files)

    assert space.max_tokens == tokens


@pytest.mark.parametrize(
    ("own", "prefixes"),
    [
        (
            {"prompts": {"query": "query: ", "passage": "passage: "}},
            "query: |passage: ",
        ),
        ({"prompts": {"query": "Q: ", "document": ""}}, "Q: |"),
        ({"prompts": {"query": None, "document": None}}, "|"),
        (
            {"prompts": {"query": "", "s": "S: "}, "default_prompt_name": "s"},
            "|S: ",
        ),
        ({"prompts": {"s": "S: "}, "default_prompt_name": "s"}, "S: |S: "),
        ({"prompts": {}, "default_prompt_name": None}, "|"),
        ({}, "|"),
    ],
    ids=[
        "query and passage",
        "query only",
        "nulls",
        "an empty one is chosen, a missing one is the default",
        "one default for both",
        "none",
        "not mentioned",
    ],
)
def test_prefixes_are_the_model_s_own(tmp_path, own, prefixes):
    """E5 without "query: " finds other passages than E5 with it."""
    space = described(tmp_path, "Pooling", "Normalize", own=own)

    assert f"{space.question_prefix}|{space.passage_prefix}" == prefixes


@pytest.mark.parametrize(
    ("pooling", "words", "dim"),
    [
        (POOL, "mean", 32),
        ({"word_embedding_dimension": 32, "pooling_mode_cls_token": True}, "cls", 32),
        ({"embedding_dimension": 32, "pooling_mode": "lasttoken"}, "lasttoken", 32),
        ({"embedding_dimension": 32, "pooling_mode": ["cls", "max"]}, "cls+max", 64),
        ({**POOL, "pooling_mode_max_tokens": True}, "max+mean", 64),
        ({**POOL, "include_prompt": False}, "mean without prompt", 32),
    ],
    ids=["mean", "cls", "the new way", "two", "two in the old way", "without prompt"],
)
def test_the_pooling_is_part_of_the_space(tmp_path, pooling, words, dim):
    """The same weights pooled otherwise are other vectors; the index must know."""
    space = described(tmp_path, "Pooling", pooling=pooling)

    assert (space.pooling, space.dim) == (words, dim)


def test_a_dense_module_decides_the_length_and_is_told_by_its_weights(tmp_path):
    """Two models may share a transformer and differ in what follows it."""
    dense = {"2_Dense/config.json": {"in_features": 32, "out_features": 16}}
    (tmp_path / "2_Dense").mkdir()
    (tmp_path / "2_Dense" / "model.safetensors").write_bytes(b"one")
    one = described(tmp_path, "Pooling", "Dense", files=dense)
    (tmp_path / "2_Dense" / "model.safetensors").write_bytes(b"two")
    two = described(tmp_path, "Pooling", "Dense", files=dense)

    assert (one.dim, one.weights_sha) == (16, two.weights_sha)
    assert one.pooling.startswith("mean, dense ")
    assert one.pooling != two.pooling


def test_a_model_without_modules_is_averaged(tmp_path):
    """So does sentence-transformers with a plain transformer."""
    space = described(tmp_path, config={"model_type": "distilbert", "dim": 24})

    assert (space.pooling, space.dim, space.distance) == ("mean", 24, "dot")


def test_a_module_that_is_code_of_the_model_is_refused(tmp_path):
    """Loading it would import what the model's folder names."""
    modules = [{"type": "custom_st.Transformer", "path": ""}]
    with pytest.raises(ModelUnavailable, match="custom_st"):
        described(tmp_path, files={"modules.json": modules})


@pytest.mark.parametrize("text", ["", "{", "[]", "\xff"], ids=repr)
def test_a_damaged_file_is_named(tmp_path, text):
    """The traceback of a JSON parser names no file."""
    described(tmp_path, "Pooling")
    (tmp_path / "config.json").write_bytes(text.encode("latin-1"))

    with pytest.raises(ModelUnavailable, match=r"config\.json"):
        describe(str(tmp_path), tmp_path)


def test_a_model_that_does_not_say_how_long_its_vectors_are_is_refused(tmp_path):
    """An index must be created before the first vector is known."""
    with pytest.raises(ModelUnavailable, match="how long"):
        described(tmp_path, config={"model_type": "mystery"})
