"""How many tokens a model in a folder knows."""

from __future__ import annotations

import pytest

from askdocs.adapters.embedding.vocabulary import vocabulary_size


@pytest.mark.parametrize(
    ("config", "size"),
    [
        ('{"vocab_size": 30522}', 30522),
        ('{"vocab_size": "many"}', None),
        ("{}", None),
        ("[]", None),
        ("{", None),
        (None, None),
    ],
)
def test_a_folder_may_tell_the_size_of_its_vocabulary(tmp_path, config, size):
    """What it does not tell is no error: the model is asked all the same."""
    if config is not None:
        (tmp_path / "config.json").write_text(config)

    assert vocabulary_size(str(tmp_path)) == size
