"""Rules find what parts a sentence from its source."""

from __future__ import annotations

import pytest
from tests.support.passages import passage

from askdocs.domain.answer import Verdict
from askdocs.steps.answer.ground import Ground
from askdocs.steps.answer.ground.faults import FAULT_KINDS

SOURCE = "Run `job stop --now` to stop a job. Volumes keep their files for 7 days."


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Run `job stop --all` to stop a job.", "nowhere"),
        ("Run `stop --now` and `job --now`.", "step"),
        ("Volumes of Tokyo keep their files for 7 days.", "capital"),
        ("Volumes do not keep their files for 7 days.", "contradiction"),
        ("Volumes keep their files for 8 days.", "literal"),
    ],
)
def test_each_kind_is_found_and_left_out(sentence, kind):
    """Each is what a reader would be harmed by."""
    ground = Ground([passage(1, text=SOURCE)])

    assert kind in {fault.kind for fault in ground.measure(sentence).faults}
    assert kind in FAULT_KINDS
    assert ground.judge(sentence).verdict is Verdict.UNSUPPORTED
