"""A setting has one value, one source and bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from askdocs.domain.errors import ConfigError
from askdocs.settings import Settings, env_file, folders, load, masked


@pytest.fixture
def home(tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


def test_a_flag_beats_the_environment_beats_the_file_beats_the_default(home):
    """The nearest to the user wins, and it is told where each value came from."""
    (home / "work/.env").write_text(
        "RAG_PASSAGES=3\nRAG_PRODUCT=File\nRAG_DEVICE=cpu\n"
    )
    environ = {"HOME": str(home), "RAG_PASSAGES": "4", "RAG_PRODUCT": "Env"}

    loaded = load({"passages": "6"}, environ)

    conf = loaded.settings
    assert (conf.passages, conf.product, conf.device) == (6, "Env", "cpu")
    assert conf.collection == "scw_docs"
    assert [loaded.origin[n] for n in ("passages", "product", "collection")] == [
        "flag",
        "environment",
        "default",
    ]
    assert loaded.origin["device"].endswith(".env")


def test_the_users_own_file_comes_before_that_of_the_folder(home):
    """What lies in the working directory may be anybody's."""
    own = home / ".config/askdocs/.env"
    own.parent.mkdir(parents=True)
    own.write_text("RAG_PASSAGES=2")
    (home / "work/.env").write_text("RAG_PASSAGES=3")

    assert load({}, {"HOME": str(home)}).settings.passages == 2


def test_a_file_inside_the_docs_is_never_read(home):
    """A pull request to the docs must not send the questions elsewhere."""
    (home / "work/.env").write_text("RAG_OLLAMA_URL=http://evil.example")
    (home / "work/deep").mkdir()

    assert env_file({"HOME": str(home)}, (home / "work",)) is None
    assert env_file({"HOME": str(home)}, (home / "work/deep",)) is not None


def test_a_misspelt_key_in_the_file_is_an_error_with_the_right_one(home):
    """A setting that does nothing is worse than none."""
    (home / "work/.env").write_text("RAG_PASAGES=3")

    with pytest.raises(ConfigError, match="RAG_PASAGES") as caught:
        load({}, {"HOME": str(home)})

    assert "RAG_PASSAGES" in caught.value.hint


def test_a_misspelt_variable_is_a_warning(home):
    """The environment belongs to other programs too."""
    loaded = load({}, {"HOME": str(home), "RAG_PASAGES": "3", "RAG_TEST_DOCS": "x"})

    assert len(loaded.warnings) == 1
    assert "did you mean RAG_PASSAGES?" in loaded.warnings[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("passages", "0"),
        ("passages", "many"),
        ("llm_temperature", "nan"),
        ("llm_num_ctx", "-1"),
        ("chunk_tokens", "5"),
        ("device", "tpu"),
        ("base_url", "scaleway.com"),
        ("qdrant_url", "localhost:6333"),
        ("collection", "a/b"),
        ("suffixes", "mdx"),
        ("llm_keep_alive", "soon"),
    ],
)
def test_a_value_out_of_bounds_names_its_setting(home, name, value):
    """The message says which setting, the hint where it was set."""
    key = f"RAG_{name.upper()}"

    with pytest.raises(ConfigError, match=key) as caught:
        load({}, {"HOME": str(home), key: value})

    assert "environment" in caught.value.hint


def test_a_base_url_ends_in_one_slash(home):
    """Page paths are put behind it."""
    for given in ("https://x.org/docs", "https://x.org/docs//"):
        assert (
            load({"base_url": given}, {"HOME": str(home)}).settings.base_url
            == "https://x.org/docs/"
        )


@pytest.mark.parametrize(
    ("name", "value"),
    [("qdrant_api_key", "canary\n"), ("qdrant_url", "https://me:canary@q.example")],
)
def test_a_secret_is_not_shown(name, value):
    """`rag config show` ends up in bug reports."""
    conf = Settings.model_validate({name: value})

    assert "canary" not in str(masked(conf, name))
    assert "canary" not in repr(conf).replace(value, "") or name == "qdrant_url"


def test_a_key_is_trimmed():
    """A key pasted into a file has a line feed at its end."""
    assert (
        Settings.model_validate(
            {"qdrant_api_key": " k\n"}
        ).qdrant_api_key.get_secret_value()
        == "k"
    )


def test_things_live_where_xdg_says_and_rag_home_moves_them_all(tmp_path):
    """A relative XDG folder is to be ignored, says the specification."""
    environ = {"HOME": "/home/u", "XDG_DATA_HOME": "relative", "XDG_STATE_HOME": "/s"}

    spread = folders(Settings(), environ)
    moved = folders(Settings(home=tmp_path), environ)

    assert spread == {
        "data": Path("/home/u/.local/share/askdocs"),
        "state": Path("/s/askdocs"),
        "cache": Path("/home/u/.cache/askdocs"),
    }
    assert {p.parent for p in moved.values()} == {tmp_path}
