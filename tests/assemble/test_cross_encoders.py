"""The reranker and the verifier of the settings: none, an export, or a model loaded."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from askdocs.adapters.cross_encoder import reranker, verifier
from askdocs.assemble import cross_encoders
from askdocs.assemble.cross_encoders import reranker_for, verifier_for
from askdocs.domain.errors import ConfigError, ModelUnavailable


class Model:
    """Fits a reranker's `Judge` and a `Verifier`; says where it comes from."""

    batch = 1

    def __init__(self, source: str) -> None:
        self.source = source

    def scores(self, question: str, texts: list[str]) -> list[str]:
        return [self.source] * len(texts)

    def supports(self, sentence: str, sources: list[str]) -> str:
        return self.source


def settings(**values: str) -> Any:
    conf = {"reranker": "", "verifier": "", "device": "auto", **values}
    return SimpleNamespace(settings=SimpleNamespace(**conf))


@pytest.fixture(autouse=True)
def loaders(monkeypatch) -> None:
    """Loading with torch is what a fresh import of `cross_export` would do."""
    fake = SimpleNamespace(
        load_reranker=lambda name, *, cache, device: Model(f"{name} {cache} {device}"),
        load_verifier=lambda name, *, cache, device: Model(f"{name} {cache} {device}"),
    )
    module = "askdocs.adapters.cross_encoder.cross_export"
    monkeypatch.setitem(sys.modules, module, fake)
    monkeypatch.setattr(
        cross_encoders, "app_folders", lambda _: {"cache": Path("cache")}
    )


def source(role: str, **values: str) -> str:
    """Return where the model of a role comes from, once it is asked."""
    loaded = settings(**{role: "m"}, **values)
    if role == "verifier":
        return verifier_for(loaded)("a", ["b"])
    return reranker_for(loaded).scores("a", ["b"], limit_s=60)[0]


ROLES = pytest.mark.parametrize(
    ("role", "module"), [("reranker", reranker), ("verifier", verifier)]
)


def exporting(monkeypatch, module: Any, result: Model | Exception | None) -> None:
    def open_export(name: str, *, cache: Path) -> Model | None:
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(module, "open_export", open_export)


def test_what_is_not_named_is_not_built():
    """Both are off unless somebody wants them."""
    assert reranker_for(settings()) is None
    assert verifier_for(settings()) is None


@ROLES
def test_an_export_is_used_where_there_is_one(monkeypatch, role, module):
    """It opens without torch, which takes seconds to import."""
    exporting(monkeypatch, module, Model("export"))

    assert source(role) == "export"


@ROLES
@pytest.mark.parametrize(
    "result", [None, ModelUnavailable("none", hint="")], ids=["no export", "no model"]
)
def test_without_an_export_the_model_is_loaded(monkeypatch, role, module, result):
    """The first time fetches it and makes one."""
    exporting(monkeypatch, module, result)

    assert source(role) == "m cache auto"


@ROLES
def test_cuda_has_no_use_for_an_export(monkeypatch, role, module):
    """It runs in torch there."""
    exporting(monkeypatch, module, Model("export"))

    assert source(role, device="cuda") == "m cache cuda"


@ROLES
def test_another_kind_of_model_is_not_loaded_instead(monkeypatch, role, module):
    """The setting is wrong, and fetching it again does not make it right."""
    exporting(monkeypatch, module, ConfigError("no cross-encoder", hint=""))

    with pytest.raises(ConfigError):
        source(role)


def test_a_reranker_is_opened_when_it_has_something_to_score(monkeypatch):
    """A search that finds nothing must not pay for it."""
    exporting(monkeypatch, reranker, AssertionError("it was opened"))

    assert reranker_for(settings(reranker="m")).scores("a", [], limit_s=60) == []
