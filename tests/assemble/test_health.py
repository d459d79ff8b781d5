"""Each check stands alone; `rag doctor` from end to end is in tests/cli."""

from __future__ import annotations

from collections import namedtuple
from types import SimpleNamespace

import pytest

from askdocs.adapters.llm import memory
from askdocs.assemble import health
from askdocs.domain.errors import IndexDamaged, ModelUnavailable
from askdocs.settings import Loaded, Settings

Usage = namedtuple("Usage", "total used free")


def loaded(home, **more) -> Loaded:
    return Loaded(Settings(home=home, **more), {})


@pytest.mark.parametrize(("free_mb", "enough"), [(499, False), (500, True)])
def test_a_disk_that_is_nearly_full_is_told_before_it_is(
    tmp_path, monkeypatch, free_mb, enough
):
    """An ingest that fails half way is the worst time to learn of it."""
    usage = Usage(10**12, 0, free_mb * 1_000_000)
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _folder: usage)

    if enough:
        assert health._disk(loaded(tmp_path)).startswith("500 MB free at ")
    else:
        with pytest.raises(IndexDamaged, match="499 MB free"):
            health._disk(loaded(tmp_path))


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({}, "ollama"),
        ({"llm_url": "http://127.0.0.1:1/v1"}, "model"),
        ({"llm_model": "tiny.gguf"}, "model"),
        ({"llm_model": "None"}, "model"),
    ],
    ids=["Ollama", "a server by its URL", "a file", "none"],
)
def test_the_last_check_is_of_the_language_model(tmp_path, settings, name):
    """An answer needs it last; all others are looked at whatever it says."""
    found = health.checks(loaded(tmp_path, **settings))

    assert [check.name for check in found] == [
        "program", "disk", "index", "encoder", name,
    ]  # fmt: skip
    assert found[2].hint.startswith("rag ingest")


@pytest.mark.parametrize(
    ("free", "said"),
    [(None, "needs about 3.0 GB"), (3_000_000_000, "of 3.0 GB that are free")],
    ids=["not known", "just enough"],
)
def test_a_model_that_fits_is_told_with_its_size(monkeypatch, free, said):
    """Equal is enough; not every system tells what is free."""
    monkeypatch.setattr(memory, "available_bytes", lambda: free)
    needs = SimpleNamespace(total=3e9, weights=2e9, cache=1e9)

    assert health._memory_need(needs).endswith(said)


def test_a_model_that_does_not_fit_is_told_with_its_parts(monkeypatch):
    """The window is what a user can make smaller."""
    monkeypatch.setattr(memory, "available_bytes", lambda: 2_999_999_999)
    needs = SimpleNamespace(total=3e9, weights=2e9, cache=1e9)

    with pytest.raises(ModelUnavailable, match=r"2\.0 GB of weights, 1\.0 GB"):
        health._memory_need(needs)
