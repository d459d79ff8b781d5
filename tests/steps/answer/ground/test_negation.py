"""Nearly the same words, and the contrary: denials and opposites."""

from __future__ import annotations

import doctest

import pytest
from tests.support.judged import judged, why

from askdocs.domain.answer import Verdict
from askdocs.steps.answer.ground import negation
from askdocs.steps.answer.ground.negation import contradiction, is_negated_before

DOCS = (
    "You can delete a volume after you stop the job. You cannot resize a snapshot. "
    "Backups are not encrypted by default. Jobs start only with a key."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "You can delete a volume after you stop the job.",
        "After you stop the job, you can delete a volume.",
        "You can't resize a snapshot.",
        "You can\u2019t resize a snapshot.",
        "A snapshot cannot be resized.",
        "By default, backups are not encrypted.",
        "Yes, you can delete a volume after you stop the job.",
        "No, you cannot resize a snapshot.",
    ],
    ids=["same", "turned", "short", "typographic", "passive", "order", "yes", "no"],
)
def test_the_same_in_another_form_is_supported(sentence):
    """Neither the order nor the form of a negation changes what is said."""
    assert why(sentence, DOCS) == ""


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("You can resize a snapshot.", 'its source denies "resize"'),
        ("Snapshots can be resized.", 'its source denies "resize"'),
        ("Backups are encrypted by default.", 'its source denies "encrypted"'),
        (
            "You cannot delete a volume after you stop the job.",
            'its source does not deny "delete"',
        ),
        (
            "Never delete a volume after you stop the job.",
            'its source does not deny "delete"',
        ),
        (
            "Nobody can delete a volume after you stop the job.",
            'its source does not deny "delete"',
        ),
        (
            "You can delete a volume before you stop the job.",
            'its source says "after" instead of "before"',
        ),
        (
            "You can delete a volume after you start the job.",
            'its source says "stop" instead of "start"',
        ),
        (
            "You can create a volume after you stop the job.",
            'its source says "delete" instead of "create"',
        ),
        (
            "You must delete a volume after you stop the job.",
            'its source says "can" instead of "must"',
        ),
        ("Jobs start with a key.", 'its source says "only"'),
    ],
    ids=[
        "denial dropped",
        "denial dropped, passive",
        "not dropped",
        "denial put in",
        "never put in",
        "nobody put in",
        "before for after",
        "start for stop",
        "create for delete",
        "must for can",
        "only dropped",
    ],
)
def test_one_word_turns_a_sentence_round(sentence, reason):
    """Its vector is nearer to the source than that of a true paraphrase."""
    assert why(sentence, DOCS) == reason


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Delete the volume.", "Never delete the volume."),
        ("Delete the volume.", "Do not delete the volume."),
        ("Jobs may stop.", "Only jobs may stop."),
    ],
    ids=["never", "do not", "only"],
)
def test_the_end_of_a_sentence_is_not_the_sentence(sentence, source):
    """It stands there word by word, and what stands before it turns it round."""
    assert is_negated_before(source[: -len(sentence)])
    assert why(sentence, source)


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Delete the volume.", "Do not wait. Delete the volume."),
        ("Delete the volume.", "If it is not in use: delete the volume."),
        ("Delete the volume.", "Never resize it. To save money, delete the volume."),
        ("`-v`", "What you can not\n\n- `-v`\n"),
    ],
    ids=["sentence before", "before a colon", "clause before", "line before"],
)
def test_what_another_clause_denies_is_another_matter(sentence, source):
    """A condition in front of a step does not turn it round."""
    assert why(sentence, source) == ""


@pytest.mark.parametrize(
    ("sentence", "source", "reason"),
    [
        ("It is not deleted.", "It is deleted.", 'its source does not deny "deleted"'),
        ("It is deleted.", "It isn't deleted.", 'its source denies "deleted"'),
        (
            "It runs without keys.",
            "It runs with keys.",
            'its source does not deny "keys"',
        ),
        ("It is not deleted, but stopped.", "It is stopped.", ""),
        ("It fails to delete the logs.", "It does not delete the logs.", ""),
        ("It is impossible to delete it.", "You cannot delete it.", ""),
        ("It denied deleting logs.", "It does not delete logs.", ""),
        ("Stop. Do not wait.", "Stop, wait.", 'its source does not deny "wait"'),
        ("You cannot see logs, delete them.", "You can delete them.", ""),
        ("", "", ""),
        ("It is not.", "It is.", ""),
    ],
    ids=[
        "not put in",
        "not taken out",
        "without",
        "only the source's half",
        "fails to",
        "impossible",
        "denied",
        "two sentences",
        "another clause",
        "nothing",
        "nothing to deny",
    ],
)
def test_a_denial_reaches_what_follows_it(sentence, source, reason):
    """Within its clause, three words with content far."""
    assert contradiction(sentence, source) == reason


@pytest.mark.parametrize(
    ("sentence", "source", "same"),
    [
        ("It is unavailable here.", "It is not available here.", True),
        ("It isn't encrypted.", "It is unencrypted.", True),
        ("It is unavailable here.", "It is available here.", False),
        ("It is not unencrypted.", "It is not encrypted.", False),
        ("You can lock it.", "You cannot unlock it.", False),
        ("You can enable it.", "You cannot disable it.", False),
        ("It is private.", "It is not public.", False),
    ],
)
def test_not_available_is_unavailable(sentence, source, same):
    """A state that is denied is its opposite; an act that is denied is not."""
    assert (contradiction(sentence, source) == "") is same


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Stop it and start it.", "Start it, then stop it."),
        ("Start it before and after.", "Start it after and before."),
        ("Enable the logs.", "Enable or disable the logs."),
    ],
    ids=["both", "both, turned", "one of both"],
)
def test_an_opposite_beside_the_word_is_no_contradiction(sentence, source):
    """Only one that stands in the place of the word is."""
    assert contradiction(sentence, source) == ""


def test_a_longer_word_is_another_one():
    """What stands there letter by letter must end where the sentence does."""
    for sentence, source in (
        ("Use a key.", "Use a keyboard to type."),
        ("Lock it at once.", "Unlock it at once."),
    ):
        assert judged(sentence, source).verdict is not Verdict.SUPPORTED


def test_a_denial_in_the_second_source_counts_too():
    """A sentence that joins two must not deny either, nor leave a denial out."""
    one = "A job keeps its logs for a week."
    two = "A volume does not keep its files for ever."
    joined = "A job keeps its logs for a week and a volume keeps its files for ever."

    assert why(joined, one, two.replace("does not keep", "keeps")) == ""
    assert why(joined, one, two)


def test_the_examples_are_true():
    """They say what no sentence says as shortly."""
    result = doctest.testmod(negation)

    assert result.attempted
    assert not result.failed
