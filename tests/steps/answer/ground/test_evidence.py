"""The sentences of the passages that support a claim."""

from __future__ import annotations

from tests.support.passages import passage

from askdocs.steps.answer.ground import plain
from askdocs.steps.answer.ground.evidence import Claim, coverage, support, units_of


def test_units_know_where_they_stand():
    """The title is part of what a sentence of the page says."""
    units = list(units_of([passage(1, text="Run it. Wait 5 s."), passage(2)]))

    assert [(u.passage, u.text) for u in units] == [
        (1, "Run it."), (1, "Wait 5 s."), (2, "Fact 2."),
    ]  # fmt: skip
    assert units[0].heading_stems == {"page", "1", "start"}
    assert [str(n) for n in units[1].numbers] == ["5 second"]


def test_the_shorter_of_two_equals_is_the_best_support():
    """It says the same and nothing else."""
    long, short = "A job ends at night when it rains or snows.", "A job ends at night."
    claim = Claim.of("A job ends at night.", ())
    support_units = support(
        claim, list(units_of([passage(1, text=f"{long} {short}")])), ()
    )

    assert support_units[0].text == short
    assert coverage(claim, support_units) == 1.0


def test_nothing_supports_a_claim_without_passages():
    """There is no best of nothing."""
    assert support(Claim.of("A job ends.", ()), [], ()) == []


def test_markup_is_not_what_is_said():
    """A link has its words, bold is as plain as plain."""
    text = "# **Run** the [job](https://a.example/b)\n\n> `now`!"

    assert plain(text) == "Run the job now"
