"""A name in the place of another one makes another claim of a sentence."""

from __future__ import annotations

import doctest

import pytest
from tests.support.judged import why

from askdocs.steps.answer.ground import substitution
from askdocs.steps.answer.ground.substitution import substituted_name


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Use a Job to run the nightly report.", ""),
        (
            "Use a Volume to run the nightly report.",
            "no passage that says the rest names Volume",
        ),
        (
            "Use Kubernetes Kapsule to run the nightly report.",
            "no passage that says the rest names Kubernetes",
        ),
        ("Scaleway: use a Job to run the nightly report.", ""),
        (
            "Use a Guide to run the nightly report.",
            'its source says "Job" instead of "Guide"',
        ),
    ],
    ids=["same", "other", "two words", "known", "that of the page"],
)
def test_another_name_is_another_claim(sentence, reason):
    """The only word that differs is the one that matters."""
    source = "Use a Job to run the nightly report. It may take long."

    assert why(sentence, source) == reason


@pytest.mark.parametrize("name", ["DNS", "Object Storage"])
def test_a_name_may_be_the_first_word(name):
    """Every sentence begins with a capital; not every one with a name."""
    source = "It runs all jobs each night, on demand, in every region of the world."
    said = f"{name} runs all jobs each night, on demand, in every region of the world."

    assert why(said, source) == f"no passage that says the rest names {name.split()[0]}"
    assert why(said.replace(name, "This thing"), source) == ""


def test_a_name_that_stands_in_the_heading_is_supported():
    """Passages name their product above, and not in each sentence."""
    assert (
        why(
            "In the Guide, use a job to run the report.", "Use a job to run the report."
        )
        == ""
    )


def test_a_name_put_for_another_one_of_the_passages_is_found():
    """Both stand in the passages, each where it belongs."""
    source = "A Volume keeps the files of the nightly run. A Bucket keeps the old logs."

    found = why("A Bucket keeps the files of the nightly run.", source)

    assert "Bucket" in found


@pytest.mark.parametrize(
    ("sentence", "source", "found"),
    [
        ("Use a Job now.", "Use a Volume now.", '"Volume" instead of "Job"'),
        ("Use a job now.", "Use a volume now.", ""),
        ("Use a Job now.", "Use jobs now.", ""),
        ("Jobs", "All of this is about something else.", ""),
        ("Use a Job and a Volume.", "Use a Volume and a Job.", ""),
        ("", "", ""),
    ],
    ids=["other", "no names", "same stem", "other sentence", "both", "empty"],
)
def test_a_swap_is_a_name_in_the_place_of_another(sentence, source, found):
    """Words that are no names may be synonyms."""
    assert substituted_name(sentence, source, str.istitle).endswith(found)
    assert bool(substituted_name(sentence, source, str.istitle)) == bool(found)


def test_the_examples_are_true():
    """They say what no sentence says as shortly."""
    result = doctest.testmod(substitution)

    assert result.attempted
    assert not result.failed
