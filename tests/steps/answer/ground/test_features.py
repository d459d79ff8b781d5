"""A sentence and its passage become numbers that can be told in words."""

from __future__ import annotations

import pytest
from tests.support.passages import passage

from askdocs.steps.answer.ground import Ground

SOURCE = "Backups are stored for 7 days, up to 10 GB each. Run `job stop`."


def features(sentence: str, source: str = SOURCE) -> dict[str, float]:
    return Ground([passage(1, text=source)]).measure(sentence).features


@pytest.mark.parametrize(
    ("sentence", "feature", "value"),
    [
        ("Backups are stored for one week.", "amount_same", 1),
        ("Backups are stored for 7 hours.", "amount_other_unit", 1),
        ("Backups are stored for 9 days.", "amount_rival", 1),
        ("Backups have at least 10 GB.", "bound_turned", 1),
        ("Run `job kill`.", "code_nowhere", 1),
        ("Backups are stored in Paris.", "capitals_nowhere", 1),
        ("Backups are never stored.", "denial_added", 1),
        ("Backups are stored.", "covered", 1),
    ],
)
def test_a_feature_says_what_differs(sentence, feature, value):
    """Whoever asks why is told by these."""
    assert features(sentence)[feature] == value


def test_all_sentences_have_the_same_features():
    """What was learned of one applies to another."""
    assert features("Pigs fly.", "").keys() == features(SOURCE).keys()
