"""What answers best is first: by words, by vectors, by its form and by its place."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.fakes import FakeEmbedder
from tests.support.passages import passage

from askdocs.steps.answer.quote.markdown_blocks import BlockKind, split_blocks
from askdocs.steps.answer.quote.page_sections import Section
from askdocs.steps.answer.quote.relevance import (
    MAX_EMBEDDED,
    WEIGHTS,
    Terms,
    group_blocks,
    score_groups,
    wants_steps,
)


def a_section(text: str, *, rank: int = 0, page_rank: int = 0, **changes) -> Section:
    """Return a section whose place and vector say nothing, unless *changes* do."""
    return Section(passage(text=text, **{"score": 0.5, **changes}), rank, page_rank)


def ranked(question: str, *sections: Section, embed=None) -> list[str]:
    """Return the texts of the groups, best first."""
    groups = score_groups(question, sections, Terms(question, ()), embed)
    return [
        "\n".join(b.text for b in sections[g.section].blocks[g.first : g.main + 1])
        for g in groups
    ]


def score_of(question: str, section: Section) -> float:
    """Return the score of the only group."""
    [group] = score_groups(question, [section], Terms(question, ()), None)
    return group.score


# Which blocks are read together


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("A.\n\nB.", [(0, 0), (1, 1)]),
        ("Do:\n\n- a\n\nB.", [(0, 1), (2, 2)]),
        ("# Run\n\nDo:\n\n- a", [(0, 2)]),
        ("A.\n\n```\na\n```", [(0, 0), (0, 1)]),
        ("A.\n\n| a |\n|---|\n| 1 |", [(0, 0), (0, 1)]),
        ("- a\n\n| a |\n|---|\n| 1 |", [(0, 0), (1, 1)]),
        ("```\na\n```\n\n```\nb\n```", [(0, 0), (1, 1)]),
        ("A.\n\nRun:\n\n```\na\n```", [(0, 0), (1, 2)]),
        ("```\na\n```", [(0, 0)]),
        ("A.\n\n- a", [(0, 0), (1, 1)]),
        ("Do:", []),
        ("A.\n\n# Run", [(0, 0)]),
        ("", []),
    ],
)
def test_what_leads_in_comes_with_what_it_leads_to_and_never_alone(text, groups):
    """ "You need:" is no answer, and a command without its purpose is a riddle."""
    assert list(group_blocks(split_blocks(text))) == groups


# Words


def test_words_that_stand_everywhere_tell_little():
    """Rare ones tell passages apart."""
    section = a_section("A job runs.\n\nA job waits.\n\nA job is deleted after a day.")

    assert ranked("when is a job deleted", section)[0].endswith("after a day.")


def test_forms_of_a_word_are_one_word():
    """A person asks for billing, the page says billed."""
    section = a_section("You run it.\n\nYou are billed by the hour.")

    assert ranked("billing", section)[0] == "You are billed by the hour."


def test_the_target_of_a_link_says_nothing():
    """A path repeats the words of a page that is elsewhere."""
    terms = Terms("pause jobs", ())

    assert terms.stems_of("See [it](/pause/jobs/)") == frozenset({"see"})


def test_a_term_of_several_parts_counts_as_a_whole_too():
    """ "pg-16" is more than a 16."""
    assert {"pg-16", "pg", "16"} <= Terms("is pg-16 there", ()).stems


@pytest.mark.parametrize("question", ["how is it that we do?", "???", "a b", ""])
def test_grammar_asks_for_nothing(question):
    """It stands in every sentence."""
    assert Terms(question, ()).stems == frozenset()
    assert Terms(question, ()).share({"job"}) == 0


def test_the_name_of_the_product_tells_nothing():
    """It stands everywhere in its own docs; in those of another it is what is asked."""
    assert Terms("pebble jobs", ["pebble"]).stems == {"job"}
    assert Terms("pebble jobs", ()).stems == {"pebbl", "job"}


def test_a_share_is_between_none_and_all_of_the_question():
    """It is compared with other signs."""
    terms = Terms("pause jobs", ())
    terms.weigh([frozenset({"job"}), frozenset({"job", "paus"})])

    assert terms.share({"other"}) == 0
    assert 0 < terms.share({"job"}) < 0.5 < terms.share({"paus"}) < 1
    assert terms.share({"job", "paus", "other"}) == pytest.approx(1)


# Form


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("how do I create a job?", True),
        ("create a job", True),
        ("I cannot connect", True),
        ("how many jobs may I have?", False),
        ("How long does it run?", False),
        ("  what is a job?", False),
        ("can I pause it?", False),
        ("whatever", True),
        ("", True),
    ],
)
def test_who_asks_how_wants_steps(question, expected):
    """Who asks for a fact does not."""
    assert wants_steps(question) is expected


def test_steps_answer_a_how_to_and_not_a_fact():
    """The same words, in another form."""
    section = a_section("Pausing jobs is free.\n\n1. Pause the jobs.")

    assert ranked("how do I pause jobs?", section)[0] == "1. Pause the jobs."
    assert score_of("pause", a_section("1. Pause.")) == pytest.approx(
        score_of("is pause", a_section("1. Pause.")) + WEIGHTS.steps
    )


@pytest.mark.parametrize(
    ("question", "text", "plain", "weight"),
    [
        ("how many jobs?", "Jobs: 100 of them.", "Jobs: some of them.", WEIGHTS.digits),
        ("job quota?", "A quota of 5.", "A quota of it.", WEIGHTS.digits),
        ("the jobs?", "Jobs: 100 of them.", "Jobs: some of them.", 0),
        ("the jobs?", "Note:\n  Jobs.", "Note: Jobs.", WEIGHTS.note),
        ("the jobs?", "```\njobs\n```", "jobs", WEIGHTS.code),
    ],
)
def test_the_form_of_a_text_counts(question, text, plain, weight):
    """A number answers "how many", whatever the words."""
    difference = score_of(question, a_section(text)) - score_of(
        question, a_section(plain)
    )

    assert difference == pytest.approx(weight)


@pytest.mark.parametrize(
    ("question", "changes", "weight"),
    [
        ("pause it", {"title": "How to pause"}, WEIGHTS.how_to),
        ("is it paused", {"title": "How to pause"}, 0),
        ("pause it", {"heading": ()}, WEIGHTS.summary),
        ("pause it", {"heading": ("Before you start",)}, WEIGHTS.prerequisites),
    ],
)
def test_where_a_text_stands_counts(question, changes, weight):
    """What is needed before one starts, and what a page says of itself, answer little."""
    plain = score_of(question, a_section("Pause."))

    assert score_of(question, a_section("Pause.", **changes)) == pytest.approx(
        plain + weight
    )


def test_steps_before_one_starts_are_steps():
    """They are no list of things to have."""
    steps = score_of("pause", a_section("1. Pause."))

    assert score_of(
        "pause", a_section("1. Pause.", heading=("Before you start",))
    ) == pytest.approx(steps)


# Place


@pytest.mark.parametrize(
    "worse",
    [{"rank": 3}, {"page_rank": 3}, {"score": 0.2}],
    ids=["rank", "page", "vector"],
)
def test_what_the_search_found_better_wins_against_its_equal(worse):
    """It has looked at the whole page."""
    better, other = a_section("The jobs end."), a_section("Jobs will end.", **worse)

    assert ranked("jobs end", other, better)[0] == "The jobs end."


# Vectors


def test_a_group_that_is_like_the_question_wins_without_its_words():
    """People do not know the words of the docs."""
    section = a_section("You may halt it.\n\nYou may name it.")

    def embed(texts):
        return np.array([[1.0, 0.0] if "name" not in t else [0.0, 1.0] for t in texts])

    assert ranked("stop that", section, embed=embed)[0] == "You may halt it."


def test_a_model_reads_where_a_text_stands_and_no_markup():
    """ "It is 5" could be about anything."""
    read = []

    def embed(texts):
        read.extend(texts)
        return np.eye(len(texts))

    text = "The **quota** is [5](/x/y):\n\n| `a` | b |\n|-----|---|\n| 1 | 2 |"
    ranked(
        "quota?", a_section(text, title="Jobs", heading=("Limits", "Runs")), embed=embed
    )

    assert read == ["quota?", "Limits > Runs: The quota is 5 : a b 1 2"]


def test_only_the_best_by_words_are_embedded():
    """It has to be on the screen before one waits for it."""
    counts = []
    embedder = FakeEmbedder()

    def embed(texts):
        counts.append(len(texts))
        return embedder.embed_questions(texts)

    text = "\n\n".join(f"Job {n}." for n in range(50)) + "\n\n" + "Long job. " * 200
    texts = ranked("job 49", a_section(text), embed=embed)

    assert counts == [1 + MAX_EMBEDDED]
    assert len(texts) == 51


@pytest.mark.parametrize("embed", [None, lambda _texts: None], ids=["none", "fails"])
def test_without_vectors_words_do(embed):
    """A model may be missing, or fail at the moment."""
    section = a_section("It runs.\n\nIt is paused.")

    assert ranked("pause", section, embed=embed)[0] == "It is paused."


def test_nothing_is_scored_where_nothing_stands():
    """A page may be empty."""
    assert ranked("job", embed=lambda _texts: pytest.fail("asked for nothing")) == []
    assert ranked("job", a_section("")) == []


def test_equals_stay_in_the_order_of_the_docs():
    """The author put first what matters."""
    assert ranked("job", a_section("A job.\n\nThe job.")) == ["A job.", "The job."]


def test_every_group_says_what_it_is():
    """What is chosen of it depends on that."""
    section = a_section("Do:\n\n1. Run a job.")
    [group] = score_groups("job", [section], Terms("job", ()), None)

    assert (group.kind, group.first, group.main) == (BlockKind.STEPS, 0, 1)
    assert "job" in group.stems
