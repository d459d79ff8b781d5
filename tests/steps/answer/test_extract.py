"""What is read when no model answers: the words of the docs, and only those."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.passages import passage

from askdocs.steps.answer.extract import extract
from askdocs.steps.answer.sentences import pieces


def _extracted(question, *texts, limit=3, product="Scaleway", **changes):
    passages = [
        passage(n, text=t, title="", **changes) for n, t in enumerate(texts, start=1)
    ]
    return extract(question, passages, product=product, limit=limit)


def test_the_sentence_that_shares_rare_words_is_first_to_be_chosen():
    """Words that stand everywhere tell nothing."""
    text = "A job runs now. A job can be paused. It is deleted after 24 hours."

    assert _extracted("when is a job deleted?", text, limit=1) == [
        ("It is deleted after 24 hours.", 1)
    ]


def test_nothing_is_extracted_if_no_word_is_shared():
    """A sentence about something else is worse than none."""
    assert _extracted("how do I bake bread?", "A job runs now. It ends.") == []
    assert _extracted("???", "A job runs now.") == []
    assert _extracted("how is it that we do?", "It is how we do that.") == []
    assert extract("jobs?", [], product="Scaleway") == []


def test_an_early_passage_wins_against_its_equal():
    """The search found it better."""
    assert _extracted(
        "limit of jobs", "Jobs have a limit.", "No limit for jobs.", limit=1
    ) == [("Jobs have a limit.", 1)]


def test_an_early_place_wins_against_a_few_words_less():
    """The search and the author both put first what matters."""
    long, short = "Jobs have a limit everywhere.", "Jobs have a limit."

    assert _extracted("limit of jobs", long, short, limit=1) == [(long, 1)]
    assert _extracted("limit of jobs", f"{long} {short}", limit=1) == [(long, 1)]


def test_a_short_sentence_wins_against_a_much_longer_one():
    """A long one shares words by chance."""
    long = "Jobs have " + " ".join(f"word{n}" for n in range(60)) + " and a limit."

    assert _extracted("limit of jobs", f"{long} Jobs have a limit.", limit=1) == [
        ("Jobs have a limit.", 1)
    ]


def test_the_target_of_a_link_says_nothing():
    """A path repeats the words of a page that is elsewhere."""
    text = "See [the list](/pause/jobs/now/) first. You pause them here."

    assert _extracted("pause jobs", text, limit=1) == [("You pause them here.", 1)]


def test_what_is_chosen_is_read_in_the_order_of_the_docs():
    """A "then" must not stand before its "first"."""
    texts = (
        "Jobs are rare.",
        "Pause jobs at a limit first. Jobs over the limit pause.",
    )
    quotes = _extracted("pause jobs at the limit", *texts)

    assert [n for _, n in quotes] == [1, 2, 2]
    assert [t for t, _ in quotes][1:] == [
        "Pause jobs at a limit first.",
        "Jobs over the limit pause.",
    ]


def test_nothing_is_said_twice():
    """Pages of docs repeat their notes word for word."""
    assert _extracted("jobs limit", "Jobs have a limit.", "**Jobs** have a limit!") == [
        ("Jobs have a limit.", 1)
    ]


def test_forms_of_a_word_are_one_word():
    """A person asks for billing, the page says billed."""
    quotes = _extracted(
        "billing of deleted runs", "Run one. You are billed if you delete it."
    )

    assert ("You are billed if you delete it.", 1) in quotes


def test_a_lead_in_comes_with_its_items_and_not_alone():
    """ "You need:" is no answer."""
    text = "Unpause is easy. To unpause jobs, you need:\n\n- a key\n- a plan\n\nThat is all."

    assert ("To unpause jobs, you need:\n\n- a key\n- a plan", 1) in _extracted(
        "unpause jobs", text
    )
    assert _extracted("unpause jobs", "To unpause jobs, you need:\n") == []
    assert _extracted("unpause", "## How to unpause\n\nClick it twice. Go home.") == [
        ("## How to unpause\n\nClick it twice.", 1)
    ]


def test_steps_come_together_and_bullets_apart():
    """The third step alone leads nowhere."""
    text = "- a plan\n- a key\n1. Open the list.\n2. Click it. A pop-up appears.\n3. Pause the job.\n"

    assert _extracted("pause the job", text) == [
        ("1. Open the list.\n2. Click it. A pop-up appears.\n3. Pause the job.", 1)
    ]


def test_a_long_list_is_bounded():
    """An answer of a whole page is the page."""
    text = "To pause:\n\n" + "".join(f"{n}. Pause job {n}.\n" for n in range(1, 40))

    assert all(text.count("Pause job") <= 7 for text, _ in _extracted("pause", text))
    assert _extracted("pause", text, limit=1)[0][0].startswith(
        "To pause:\n\n1. Pause job 1."
    )


def test_code_and_rows_come_with_what_is_said_of_them():
    """A command without its purpose is a riddle, a row without its head too."""
    text = (
        "Pause the job.\n\n```sh\nscw job pause\n```\n\nOther text.\n\n"
        "| Plan | Limit |\n|-------|-------|\n| tern | 7 |\n"
    )

    assert ("Pause the job.\n\n```sh\nscw job pause\n```", 1) in _extracted(
        "pause", text
    )
    assert (
        "Other text.\n\n| Plan | Limit |\n|---|---|\n| tern | 7 |",
        1,
    ) in _extracted("tern limit", text)


def test_the_rows_of_a_long_table_keep_its_head():
    """The row that answers may be the last."""
    rows = "".join(f"| plan-{n} | {n} hours |\n" for n in range(40))
    quotes = _extracted(
        "tern", f"| Plan | Limit |\n|---|---|\n{rows}| tern | 7 |\n", limit=1
    )

    assert quotes[0][0].startswith("| Plan | Limit |\n|---|---|\n| ")
    assert quotes[0][0].endswith("| tern | 7 |")


def test_words_of_the_heading_count_for_what_stands_below():
    """In a list of questions, the answer need not repeat the question."""
    passages = [
        passage(1, text="It is a job.", heading=("What is a pelican?",), title=""),
        passage(
            2,
            text="It stops after a day.",
            heading=("When does a pelican end?",),
            title="",
        ),
    ]

    [(_, number)] = extract(
        "when does a pelican end?", passages, product="Scaleway", limit=1
    )

    assert number == 2


@pytest.mark.parametrize(
    ("product", "chosen"),
    [
        ("Scaleway", "Pause a job."),
        ("Acme scaleway", "Pause a job."),
        ("Acme", "Scaleway is Scaleway."),
    ],
)
def test_the_name_of_the_product_tells_nothing(product, chosen):
    """It stands everywhere in its own docs; in those of another it is what is asked."""
    text = "Scaleway is Scaleway. It is so and so. Pause a job."

    quotes = _extracted("scaleway pause", text, limit=1, product=product)

    assert quotes == [(chosen, 1)]


def test_what_a_page_says_of_itself_counts_less():
    """ "This page explains how to pause jobs" answers nobody."""
    text = "This page shows how jobs pause. Jobs pause at night, after their last run."

    assert _extracted("how do jobs pause?", text, limit=1, heading=()) == [
        ("Jobs pause at night, after their last run.", 1)
    ]


@given(
    st.text(max_size=40),
    st.lists(
        st.lists(
            st.sampled_from(
                [
                    *(
                        "Run a job. ",
                        "Wait now.",
                        "\n",
                        "\n\n",
                        "- a job\n",
                        "1. Run it.\n",
                    ),
                    *("Do:\n", "```\nscw run\n```\n", "| a | job |\n|---|---|\n"),
                    *("| 1 | 2 |\n", "# Job\n"),
                ]
            ),
            max_size=12,
        ).map("".join),
        max_size=4,
    ),
    st.integers(0, 4),
)
@settings(max_examples=200, deadline=None)
def test_what_is_extracted_stands_in_its_passage(question, texts, limit):
    """Nobody checks it any more: it has to be a quotation."""
    quotes = _extracted(f"run a job {question}", *texts, limit=limit)

    assert len(quotes) <= limit
    assert [n for _, n in quotes] == sorted(n for _, n in quotes)
    assert all(p.strip() in texts[n - 1] for t, n in quotes for p in pieces(t))


def test_what_opens_many_passages_alike_counts_less():
    """Every how-to of some docs begins with the same list of things to have."""
    have = "You must have:\n\n- a job\n- a plan\n\n"
    quotes = _extracted(
        "job plan", have + "A job can use one plan.", have + "Go on.", limit=1
    )

    assert quotes == [("A job can use one plan.", 1)]


def test_the_beginning_of_a_list_is_preferred_to_its_middle():
    """Who starts at step 7 does not arrive."""
    text = (
        "".join(f"{n}. Click on it.\n" for n in range(1, 7)) + "7. Click on it now.\n"
    )

    assert _extracted(
        "click it now", text.replace("1. Click on", "1. Now click on"), limit=1
    )[0][0].startswith("1. Now")


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_no_more_than_asked_for_are_returned(limit):
    """The reader has a screen, not a book."""
    text = " ".join(f"Job number {n} runs well." for n in range(20))

    assert len(_extracted("which job runs?", text, limit=limit)) == limit
