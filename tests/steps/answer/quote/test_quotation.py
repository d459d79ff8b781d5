"""What is read where no model answers: the words of the docs, whole, and only those."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.fakes import FakeEmbedder
from tests.support.markdown_texts import MARKDOWN
from tests.support.passages import passage

from askdocs.steps.answer.quote.markdown_blocks import count_lines
from askdocs.steps.answer.quote.page_sections import Section, join_sections
from askdocs.steps.answer.quote.quotation import (
    MAX_LINES,
    MAX_QUOTES,
    MAX_STEP_LINES,
    Quote,
    quote,
)

STEPS = "1. Open the list.\n2. Click the name.\n3. Pause the job."


def section(n: int, text: str, **changes) -> Section:
    """Return the nth section of one page, as like the question as any."""
    fields = {
        "text": text,
        "path": "jobs.mdx",
        "score": 0.5,
        "title": "Jobs",
        **changes,
    }
    place = n - 1
    return Section(passage(n, **fields), place, 0)


def sections(*texts: str, **changes) -> list[Section]:
    return [section(n, text, **changes) for n, text in enumerate(texts, start=1)]


def pages(*texts: str) -> list[Section]:
    """Return sections of a page each."""
    found = [
        passage(n, text=text, score=0.5, title="") for n, text in enumerate(texts, 1)
    ]
    return join_sections(found, found)


def quotes(question: str, found: list[Section], product: str = "", embed=None):
    return quote(question, found, product=product, embed=embed)


def texts_of(question: str, *texts: str, **changes) -> list[str]:
    """Return what is quoted of one page with these sections."""
    return [q.text for q in quotes(question, sections(*texts, **changes))]


def lines_of(quoted: list[Quote]) -> int:
    return sum(count_lines(q.text) for q in quoted)


# What is chosen


def test_the_section_that_answers_best_is_first_and_the_page_in_its_order_within():
    """A "then" must not stand before its "first"."""
    found = sections(
        "A job is a run.", "Pause jobs at a limit first.\n\nJobs over the limit pause."
    )

    assert [q.text for q in quotes("pause jobs over the limit", found)][:2] == [
        "Pause jobs at a limit first.",
        "Jobs over the limit pause.",
    ]


def test_nothing_is_said_twice():
    """Pages of docs repeat their notes word for word."""
    note = "Jobs have a limit of 5."

    assert texts_of("limit of jobs", note, note, f"{note}\n\n{note}") == [note]


def test_a_lead_in_comes_with_what_it_leads_to_and_not_alone():
    """ "You need:" is no answer."""
    text = "To unpause jobs, you need:\n\n- a key\n- a plan"

    assert texts_of("unpause jobs", text) == [text]
    assert texts_of("unpause jobs", "To unpause jobs, you need:\n") == []
    assert texts_of("unpause", "## Unpause\n\nClick it twice.") == [
        "## Unpause\n\nClick it twice."
    ]


@pytest.mark.parametrize(
    "question", ["how do I bake bread?", "???", "how is it so?", ""]
)
def test_nothing_is_quoted_if_no_word_is_shared_and_no_model_helps(question):
    """A text about something else is worse than none."""
    assert texts_of(question, "How a job runs. It is so.") == []


def test_words_of_the_heading_count_for_what_stands_below():
    """In a list of questions, the answer need not repeat the question."""
    heading = ("When does a pelican end?",)

    assert texts_of("end of a pelican", "It stops at night.", heading=heading)


def test_nothing_is_quoted_of_nothing():
    """A search may find nothing, a page say nothing."""
    assert quotes("jobs?", []) == []
    assert texts_of("jobs?", "", " \n") == []


def test_a_passage_of_one_word_is_quoted():
    """Some sections say no more."""
    assert texts_of("which region?", "Paris", heading=("Regions",)) == ["Paris"]


def test_what_is_far_from_the_best_does_not_stand_beside_it():
    """The maximum of a volume is no answer about objects."""
    found = [
        Section(passage(1, text="An object holds at most 5 TB.", score=0.9), 0, 0),
        Section(passage(2, text="A volume holds 10 TB.", score=0.1), 9, 4),
    ]

    assert [q.text for q in quotes("maximum size of an object", found)] == [
        "An object holds at most 5 TB."
    ]


def test_what_a_page_says_of_itself_never_supports():
    """ "This page explains how to pause jobs" answers nobody."""
    summary = "This page explains how jobs are paused at night."
    found = [
        section(1, summary, heading=()),
        section(2, "Jobs are paused at night.\n\nAt night jobs are paused for hours."),
    ]

    shown = [q.text for q in quotes("when are jobs paused at night?", found)]

    assert shown == [
        "Jobs are paused at night.",
        "At night jobs are paused for hours.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "In this guide, you pause jobs.",
        "This how-to is of jobs.",
        "**The following section** pauses jobs.",
    ],
)
def test_a_page_says_of_itself_what_it_is_in_many_words(text):
    """Some do at their beginning alone; below a heading it may say more."""
    best = section(2, "Jobs pause at night.")

    above = quotes("when do jobs pause?", [best, section(1, text, heading=())])
    below = quotes("when do jobs pause?", [best, section(1, text)])

    assert [q.text for q in above] == ["Jobs pause at night."]
    assert text in [q.text for q in below]


def test_the_name_of_the_product_tells_nothing():
    """It stands everywhere in its own docs."""
    found = sections("Pebble is Pebble. It is so and so.\n\nPause it.")

    best = quotes("does pebble pause", found, product="Pebble")[-1]

    assert best.text == "Pause it."


def test_a_model_finds_what_no_word_does():
    """People do not know the words of the docs."""
    found = sections("Bread is baked.\n\nStop a job.\n\nMilk is white.")
    embedder = FakeEmbedder()

    shown = quotes("halt a job", found, embed=embedder.embed_questions)

    assert "Stop a job." in [q.text for q in shown]


def test_quotes_know_where_they_stand():
    """Their marks lead there."""
    found = pages("A job is paused.", "Bread.")

    assert quotes("is a job paused", found)[0].section is found[0]


# Steps


def test_steps_are_whole_and_from_the_first():
    """The third step alone leads nowhere."""
    assert texts_of("pause the job", f"To pause a job:\n\n{STEPS}") == [
        f"To pause a job:\n\n{STEPS}"
    ]


def test_steps_that_were_cut_into_chunks_stand_from_the_first():
    """Only the last may have been found."""
    chunks = [
        passage(n, text=text, path="a.mdx", lines=(n, n), score=0.5)
        for n, text in enumerate(STEPS.split("\n"), start=1)
    ]

    [only] = quotes("how do I pause the job?", join_sections(chunks, chunks[2:]))

    assert only.text == STEPS
    assert only.section.passage.lines == (1, 3)


def numbered(quoted: list[Quote]) -> list[Quote]:
    return [q for q in quoted if re.search(r"^1\. ", q.text, re.MULTILINE)]


@pytest.mark.parametrize("question", ["how do I pause the job?", "is the job paused?"])
def test_two_lists_of_steps_never_stand_together(question):
    """Who follows the one and goes on with the other breaks something."""
    other = "1. Open the job.\n2. Pause the job now."

    assert len(numbered(quotes(question, sections(STEPS, other)))) == 1
    assert len(numbered(quotes(question, sections(f"{STEPS}\n\nOr:\n\n{other}")))) == 1


def test_steps_of_another_page_do_not_stand_beside_the_best():
    """They are of another product."""
    found = [
        Section(passage(1, text="Pause the job now, in the list.", score=0.6), 0, 0),
        Section(passage(2, text=STEPS, score=0.55), 1, 1),
    ]

    shown = quotes("is the job paused in the list now?", found)

    assert [q.section.passage.id for q in shown] == [passage(1).id]


def test_of_equals_what_stands_by_the_best_is_quoted():
    """It says more of the same; what stands elsewhere is about something else."""
    best, more = "Jobs pause at night by rule.", "Jobs end at noon."
    elsewhere = [
        f"Jobs end at {word}." for word in ("one", "two", "three", "four", "five")
    ]
    found = [
        Section(passage(n, text=text, path=path, score=0.5), 0, 0)
        for n, (text, path) in enumerate(
            [*((t, "b.mdx") for t in elsewhere), (best, "a.mdx"), (more, "a.mdx")],
            start=1,
        )
    ]

    shown = [q.text for q in quotes("do jobs pause at night by rule or end?", found)]

    assert shown[0] == best
    assert more in shown


def test_steps_of_the_same_page_do():
    """What is said of them belongs to them."""
    found = sections("Pause the job now, in the list.", STEPS)

    shown = [q.text for q in quotes("pause the job now in the list", found)]

    assert sorted(shown) == sorted(["Pause the job now, in the list.", STEPS])


def test_steps_that_have_much_below_them_keep_their_first_lines():
    """None may be missing, and the reader must know that some say more."""
    below = "".join(f"\n   - part {n}" for n in range(6))
    text = "\n".join(f"{n}. Pause job {n}.{below}" for n in range(1, 7))

    [shown] = texts_of("how do I pause jobs?", text)

    assert [int(n) for n in re.findall(r"^(\d)\. ", shown, re.M)] == [1, 2, 3, 4, 5, 6]
    assert shown.startswith(f"1. Pause job 1.{below}\n2. Pause job 2.{below}")
    assert shown.endswith(
        "6. Pause job 6.\n\n(shortened: the page has more on some steps)"
    )
    assert count_lines(shown) <= MAX_STEP_LINES + 1


@pytest.mark.parametrize(
    ("count", "word"), [(25, "1 more step"), (60, "36 more steps")]
)
def test_more_steps_than_fit_are_counted(count, word):
    """An answer of a whole page is the page, but a silent end is a trap."""
    text = "\n".join(f"{n}. Pause job {n}." for n in range(1, count + 1))

    [shown] = texts_of("how do I pause jobs?", text)

    steps = re.findall(r"^(\d+)\. ", shown, re.M)
    assert steps == [str(n) for n in range(1, MAX_STEP_LINES + 1)]
    assert shown.endswith(f"\n\n({word} on the page)")


def test_steps_that_just_fit_are_not_touched():
    """Half of them are none."""
    text = "\n".join(f"{n}. Pause job {n}." for n in range(1, MAX_STEP_LINES + 1))

    assert texts_of("how do I pause jobs?", text) == [text]


def test_code_of_a_step_is_left_out_as_a_whole():
    """Half of a command is another one."""
    code = "\n\n   ```sh\n" + "   job run\n" * 9 + "   ```"
    text = "\n".join(f"{n}. Pause job {n}.{code}" for n in range(1, 5))

    [shown] = texts_of("how do I pause jobs?", text)

    assert shown.startswith(
        f"1. Pause job 1.{code}\n2. Pause job 2.\n3. Pause job 3.\n"
    )
    assert shown.count("```") == 2


def test_code_that_begins_with_its_step_is_closed_where_it_is_cut():
    """ "1. ```sh" alone turns the other steps into code."""
    code = "```sh\n   job run" + "\n   2. job" * 30 + "\n   ```"

    [shown] = texts_of("how do I pause the job?", f"1. {code}\n2. Pause the job.")

    assert shown.startswith(
        "1. ```sh\n   job run\n   ```\n2. Pause the job.\n\n(shortened: "
    )


def test_steps_that_end_with_a_colon_are_steps():
    """A picture stood below, and nothing is left of it."""
    text = "1. Open the job.\n2. Pause the job:"

    assert texts_of("how do I pause the job?", text) == [text]


@pytest.mark.parametrize("below", ["\n\n", "\n"])
def test_steps_with_code_at_the_margin_are_whole(below):
    """Some authors do not indent it."""
    code = f"{below}```sh\nscw job pause\n```\n\n"
    text = f"1. Open the job.{code}2. Pause the job.{code}3. Close it."

    assert texts_of("how do I pause the job?", text) == [text]


# Lists and tables


@pytest.mark.parametrize("at", [0, 7, 199, 399])
def test_of_400_rows_those_that_answer_come_with_their_head(at):
    """The row that answers may be the last."""
    rows = [f"| plan-{n} | {n} hours |" for n in range(400)]
    rows[at] = "| tern | 7 days |"
    head = "| Plan | Limit |\n|---|---|"

    assert texts_of("limit of tern", "\n".join([head, *rows])) == [
        f"{head}\n| tern | 7 days |"
    ]


def test_rows_that_answer_alike_stand_together_in_their_order():
    """Five are enough to see that there are more."""
    rows = "\n".join(f"| job {n} | {n} hours |" for n in range(400))
    head = "| Plan | Limit |\n|---|---|"

    [shown] = texts_of("limit of a job", f"{head}\n{rows}")

    assert shown.startswith(f"{head}\n| job 0 |")
    assert len(shown.split("\n")) == 2 + 5
    assert re.findall(r"\| job (\d+)", shown) == ["0", "1", "2", "3", "4"]


def test_a_head_without_rows_stands_as_it_is():
    """Nothing is there to choose from."""
    head = "| Job | Limit |\n|---|---|"

    assert texts_of("limit of a job", head) == [head]


def test_a_row_comes_with_what_is_said_of_its_table():
    """ "| tern | 7 |" is a riddle."""
    text = "What runs:\n\n| Plan | Limit |\n|---|---|\n| tern | 7 |"

    assert texts_of("limit of tern", text) == [text]


def test_of_a_long_list_the_items_that_answer_are_quoted():
    """The rest is on the page."""
    items = [f"- plan {n} is so" for n in range(40)]
    items[30] = "- a tern is paused\n  at night"

    assert texts_of("is tern paused", "Plans:\n\n" + "\n".join(items)) == [
        "Plans:\n\n- a tern is paused\n  at night"
    ]


def test_a_short_list_is_whole():
    """What must all be there must all be read."""
    text = "You need:\n\n" + "\n".join(f"- plan {n}" for n in range(8))

    assert texts_of("which plan", text) == [text]


# Code, and what is long


@pytest.mark.parametrize("mark", ["```", "~~~", "````"])
def test_code_alone_is_verbatim_in_its_fence(mark):
    """It is copied from the screen."""
    text = f"{mark}yaml\njob:\n    limit:   5\n\n    # 1. not a step\n{mark}"

    assert texts_of("job limit", text) == [text]


def test_a_command_comes_with_what_is_said_of_it():
    """Without its purpose it is a riddle."""
    text = "Pause the job.\n\n```sh\nscw job pause\n```"

    shown = texts_of("how do I pause with scw", text)

    assert shown == [text]


def test_long_code_is_cut_in_a_fence_that_ends():
    """And a word says that there is more."""
    code = "\n".join(f"job run {n}" for n in range(100))

    [shown] = texts_of("job run", f"~~~~sh\n{code}\n~~~~")

    assert shown.startswith("~~~~sh\njob run 0\njob run 1\n")
    assert shown.endswith("\n~~~~\n\n(shortened: more on the page)")
    assert count_lines(shown) <= MAX_LINES + 3


def test_a_long_paragraph_is_cut_at_a_line():
    """Its first lines say what it is."""
    text = "\n".join(f"Job {n} runs." for n in range(100))

    [shown] = texts_of("job", text)

    assert shown.split("\n")[:2] == ["Job 0 runs.", "Job 1 runs."]
    assert shown.endswith("\nJob 14 runs.\n\n(shortened: more on the page)")


@pytest.mark.parametrize("count", [1, 20, 60])
def test_no_more_than_a_screen_is_quoted(count):
    """The reader has one, not a book."""
    found = sections(
        *("\n\n".join(f"Job {n} of {m} runs." for n in range(9)) for m in range(count))
    )

    quoted = quotes("which job runs?", found)

    assert len(quoted) == MAX_QUOTES
    assert lines_of(quoted) <= MAX_LINES


def test_what_is_long_does_not_stand_beside_what_answers():
    """It would push the answer off the screen."""
    long = "Job: " + "the job runs on. " * 120
    found = sections(f"The job runs.\n\n{long}")

    assert [q.text for q in quotes("is it that the job runs?", found)] == [
        "The job runs."
    ]


# Questions that nobody planned for

TRACE = """Traceback (most recent call last):
  File "/app/main.py", line 3, in <module>
    jobs[0](*args, **{"limit": -1})  # | a | [^1] ```
botocore.exceptions.ClientError: An error occurred (NoSuchBucket)"""


@pytest.mark.parametrize(
    "question",
    [
        TRACE,
        "\u0643\u064a\u0641 \u0623\u0646\u0634\u0626 \u062d\u0627\u0648\u064a\u0629\u061f",
        "\u202eboj eht esuap\u202c",
        "\u5982\u4f55\u521b\u5efa\u5b58\u50a8\u6876\uff1f",
        "pause" * 4000,
        "?" * 4000,
        "\x00\ufeff\u200b",
    ],
    ids=[
        "stack trace",
        "Arabic",
        "overridden",
        "Chinese",
        "long word",
        "marks",
        "none",
    ],
)
def test_any_question_is_met_by_words_of_the_docs(question):
    """Nobody knows what is typed."""
    text = f"A NoSuchBucket error means that no bucket is there.\n\n{STEPS}"

    embedder = FakeEmbedder()
    for embed in (None, embedder.embed_questions):
        shown = quotes(question, sections(text), embed=embed)
        assert all(q.text in text for q in shown)


def test_a_stack_trace_finds_the_error_that_it_ends_with():
    """That is what the docs know of it."""
    text = "Bread is baked.\n\nNoSuchBucket: no bucket has that name.\n\nMilk is white."

    assert "NoSuchBucket: no bucket has that name." in texts_of(TRACE, text)


# What holds for all

PIECES = [
    *("Run a job. ", "Wait now.", "\n", "\n\n", "- a job\n", "1. Run it.\n", "Do:\n"),
    *("```\nscw run\n```\n", "| a | job |\n|---|---|\n", "| 1 | 2 |\n", "# Job\n"),
    *("2. Stop:\n\n   ```\n   job\n   ```\n", "  indented\n", "Note:\n  A job.\n"),
]
PAGES = st.lists(
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | MARKDOWN, max_size=4
)
LEFT_OUT = re.compile(r"\n\n\((?:shortened: |\d+ more )[\w ]+\)\Z")


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


@given(st.text(max_size=40), PAGES, st.booleans())
@settings(max_examples=300, deadline=None)
def test_what_is_quoted_is_made_of_the_words_of_its_section(question, texts, model):
    """Nobody checks it any more: it has to be a quotation."""
    embed = FakeEmbedder().embed_questions if model else None

    shown = quotes(f"run a job {question}", pages(*texts), embed=embed)

    assert len(shown) <= MAX_QUOTES
    for q in shown:
        rest = iter(words(q.section.passage.text))
        assert all(w in rest for w in words(LEFT_OUT.sub("", q.text)))


@given(st.text(max_size=40), PAGES)
@settings(max_examples=300, deadline=None)
def test_quotes_stand_in_the_order_of_the_docs_behind_the_best_section(question, texts):
    """One mark covers what stands together."""
    found = pages(*texts)

    places = [found.index(q.section) for q in quotes(f"run a job {question}", found)]

    runs = [
        place
        for place, last in zip(places, [None, *places], strict=False)
        if place != last
    ]
    assert len(runs) == len(set(runs))
    assert all(one < other for one, other in pairwise(runs[1:]))


@given(st.text(max_size=40), PAGES)
@settings(max_examples=300, deadline=None)
def test_no_quote_repeats_or_only_announces(question, texts):
    """Both are no answer."""
    shown = quotes(f"run a job {question}", pages(*texts))

    assert len({q.text for q in shown}) == len(shown)
    assert all(q.text.strip() for q in shown)
