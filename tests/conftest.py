"""An index of docs of our own, made once, and the program to ask it with."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from tests.support.docs_of_ours import write_docs
from tests.support.program import Done, here, run

from askdocs.adapters.local.files import copy_sparsely

Rag = Callable[..., Done]


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A HOME with `docs`, and with their index in `rag`; nobody may change it."""
    home = tmp_path_factory.mktemp("indexed")
    write_docs(home / "docs")
    done = here("ingest", "docs", "--json", home=home)
    assert done.code == 0, done.err
    (home / "report.json").write_text(done.out)
    # The engine tidies a new shard when it is first opened.
    assert here("search", "settle", home=home).code == 0
    return home


@pytest.fixture
def home(indexed: Path, tmp_path: Path) -> Path:
    """A copy of `indexed` that a test may change; the exported model is shared."""
    copy = tmp_path / "home"
    shutil.copytree(indexed / "docs", copy / "docs")
    for part in ("data", "state"):
        copy_sparsely(indexed / "rag" / part, copy / "rag" / part)
    (copy / "rag" / "cache").symlink_to(indexed / "rag" / "cache")
    return copy


@pytest.fixture
def rag(home: Path) -> Rag:
    """The program in this process, in a home that a test may change."""
    return partial(here, home=home)


@pytest.fixture
def shell(home: Path) -> Rag:
    """The program in a process of its own, in the same home."""
    return partial(run, home=home)
