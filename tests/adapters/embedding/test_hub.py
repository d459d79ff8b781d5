"""A hub id is downloaded once, as data, or refused with what to do instead."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.fake_hub import COMMIT, FakeHub, fake_hub

from askdocs.adapters.embedding.hub import fetch
from askdocs.adapters.embedding.model_files import locate
from askdocs.domain.errors import ModelUnavailable

PROBE = """
import sys
from pathlib import Path
from askdocs.adapters.embedding.hub import fetch
from askdocs.domain.errors import ModelUnavailable
try:
    print(fetch(sys.argv[1], cache=Path(sys.argv[2])))
except ModelUnavailable as err:
    print(err, err.hint, sep="\\n")
"""


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with fake_hub() as hub:
        yield hub


def fetched(
    name: str, cache: Path, endpoint: str, *, offline: bool = False
) -> list[str]:
    """Fetch in a program of its own: the hub's client reads its address at import."""
    changed = {
        "HF_ENDPOINT": endpoint,
        "HF_HUB_OFFLINE": "1" if offline else "0",
        "HF_HOME": str(cache / "home"),
        "NO_PROXY": "127.0.0.1",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROBE, name, str(cache)],
        env={**os.environ, **changed},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_a_model_is_fetched_once_as_data(hub, tmp_path):
    """Pickles and Python files run when they are loaded; ours never are."""
    first = fetched("org/tiny", tmp_path, hub.url)
    wanted = sorted(hub.given)
    again = fetched("org/tiny", tmp_path, "http://127.0.0.1:9")

    folder = tmp_path / "hub" / "models--org--tiny" / "snapshots" / COMMIT
    assert first == again == [str(folder)]
    assert locate("org/tiny", cache=tmp_path) == folder
    assert wanted == [
        "1_Pooling/config.json",
        "config.json",
        "model.safetensors",
        "modules.json",
        "tokenizer.json",
        "vocab.txt",
    ]
    assert hub.given[-1] == "model.safetensors"


def test_what_is_fetched_is_ours_alone(hub, tmp_path):
    """The cache may lie in a home that others can read."""
    fetched("org/tiny", tmp_path, hub.url)

    kept = tmp_path / "hub" / "models--org--tiny"
    found = [p for p in kept.rglob("*") if not p.is_symlink()]
    assert {oct(p.stat().st_mode & 0o777) for p in found if p.is_file()} == {"0o600"}
    assert {oct(p.stat().st_mode & 0o777) for p in found if p.is_dir()} == {"0o700"}


def test_a_download_that_was_cut_off_is_taken_up_again(hub, tmp_path):
    """Half a model must not be found, nor stand in the way."""
    hub.forbidden = {"model.safetensors"}
    what, _ = fetched("org/tiny", tmp_path, hub.url)
    with pytest.raises(ModelUnavailable):
        locate("org/tiny", cache=tmp_path)
    hub.forbidden = set()

    assert "org/tiny cannot be fetched" in what
    assert fetched("org/tiny", tmp_path, hub.url)[0].endswith(COMMIT)


@pytest.mark.parametrize("offline", [True, False], ids=["told so", "nobody answers"])
def test_without_network_a_hub_model_is_unavailable_at_once(tmp_path, offline):
    """The second line is the command for a machine that has network."""
    what, hint = fetched("org/tiny", tmp_path, "http://127.0.0.1:9", offline=offline)

    assert what.startswith("the embedding model org/tiny cannot be fetched: ")
    assert hint.startswith("set RAG_EMBEDDING_MODEL=bundled")
    assert f"hf download org/tiny --cache-dir {tmp_path / 'hub'}" in hint


def test_a_model_that_the_hub_does_not_have_is_unavailable(hub, tmp_path):
    """A typo in RAG_EMBEDDING_MODEL is not a bug of ours."""
    what, _ = fetched("org/tyni", tmp_path, hub.url)

    assert what.startswith("the embedding model org/tyni cannot be fetched: ")


@pytest.mark.parametrize("name", ["/no/where", "two words", "../x"])
def test_what_is_no_hub_id_is_never_asked_for(tmp_path, name):
    """A path with a typo must not go over the network."""
    with pytest.raises(ModelUnavailable, match="no embedding model at"):
        fetch(name, cache=tmp_path)

    assert not (tmp_path / "hub").exists()


def test_an_unfit_folder_is_not_looked_for_on_the_hub(tmp_path, monkeypatch):
    """A folder wins over a hub id of the same name, whole or not."""
    (tmp_path / "tiny").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelUnavailable, match=r"tiny has no config\.json"):
        fetch("tiny", cache=tmp_path)
