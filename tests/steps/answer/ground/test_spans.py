"""Evidence is shown where it stands."""

from __future__ import annotations

import pytest
from tests.support.passages import passage

from askdocs.steps.answer.ground.spans import evidence_in

TEXT = "Jobs **run** at\nnight.\n\n| Plan | vCPU |\n|---|---|\n| S | 2 |\n| M | 4 |"


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("Jobs **run** at night.", "Jobs **run** at\nnight."),
        ("Plan: M | vCPU: 4", "M | 4"),
        ("not in it", TEXT),
    ],
    ids=["over two lines", "row", "nowhere"],
)
def test_a_unit_is_found_as_its_author_wrote_it(unit, words):
    """A reader who opens the page must find the very words."""
    evidence = evidence_in(passage(1, text=TEXT), 1, unit)

    assert evidence.text == words == TEXT[evidence.start : evidence.end]


@pytest.mark.parametrize(
    ("lines", "found"), [((11, 17), (17, 17)), ((11, 30), (11, 30))]
)
def test_lines_are_known_where_the_source_has_as_many(lines, found):
    """Components of MDX may take lines that no passage has."""
    evidence = evidence_in(passage(1, text=TEXT, lines=lines), 1, "Plan: M | vCPU: 4")

    assert evidence.lines == found
