"""A GGUF file for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.tiny_llama import tiny_llama


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    """A file that llama.cpp can run."""
    return tiny_llama(tmp_path_factory.mktemp("gguf") / "tiny.gguf")
