"""An export is whole and equal, or a reason is written down in its place."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from askdocs.adapters.embedding import onnx_trace


@pytest.mark.parametrize(
    ("original", "expected"),
    [([0.5, 0.25], 0.25), ([4.0, 0.5], 0.125)],
    ids=["below one as it is", "else in units of the largest"],
)
def test_a_distance_is_relative_to_large_numbers_only(original, expected):
    """Logits of forty differ by more in their last digit than a cosine does."""
    ours = np.array([original[0], original[1] + expected * max(1, *original)])

    assert onnx_trace.distance(ours, np.array(original)) == pytest.approx(expected)


@pytest.mark.parametrize(
    "ours", [[[1.0]], [[1.0, float("nan")]]], ids=["another shape", "not a number"]
)
def test_what_cannot_be_compared_has_no_distance(ours):
    """A comparison with NaN is false, and would pass for equal."""
    with pytest.raises(ValueError, match="the export makes"):
        onnx_trace.distance(np.array(ours), np.array([[1.0, 2.0]]))


def test_a_failed_export_leaves_only_its_reason(tmp_path):
    """Half a graph must not be opened, and need not be made again."""

    def make() -> float:
        (tmp_path / "model.onnx").write_text("half a graph")
        raise KeyError("rope")

    onnx_trace.write_export(tmp_path, {"model": "m"}, make)

    (file,) = tmp_path.iterdir()
    parity = json.loads(file.read_text())
    assert file.name == "parity.json"
    assert (parity["model"], parity["equal"]) == ("m", False)
    assert parity["reason"] == "KeyError: 'rope'"
    assert onnx_trace.known_unequal(parity)


def test_an_equal_export_is_kept_with_its_sizes(tmp_path):
    """By them a file that was cut off is noticed."""

    def make() -> float:
        (tmp_path / "model.onnx").write_text("a graph")
        return onnx_trace.TOLERANCE

    onnx_trace.write_export(tmp_path, {}, make)

    parity = json.loads((tmp_path / "parity.json").read_text())
    assert parity["sizes"] == {"model.onnx": 7}
    assert not onnx_trace.known_unequal(parity)


def test_a_staging_folder_goes_when_filling_it_fails(tmp_path):
    """An error that is nobody's must not leave a gigabyte behind."""

    def fail(staging: Path) -> None:
        (staging / "weights.bin").write_text("half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        onnx_trace.make_folder(tmp_path / "onnx" / "x" / "v1", tmp_path, fail)

    assert list((tmp_path / "onnx" / "x").iterdir()) == []
