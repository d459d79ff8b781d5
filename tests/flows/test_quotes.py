"""The pages that were found are read whole and answer in their own words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.fakes import FakeEmbedder, FakeStore, a_chunk, published
from tests.support.passages import passage

from askdocs.domain.answer import Answer, SearchResult, Status
from askdocs.domain.errors import ModelUnavailable
from askdocs.flows.quotes import Quoter, with_quotes
from askdocs.flows.retrieve import Retriever
from askdocs.steps.answer.quote.page_sections import Section
from askdocs.steps.answer.quote.quotation import Quote

STEPS = ["1. Open the list.", "2. Click the name.", "3. Pause the job."]
CHUNKS = [
    a_chunk(text, path="jobs.mdx", lines=(n, n), under=["jobs"])
    for n, text in enumerate(STEPS)
]
BREAD = a_chunk("Bread is baked.", path="bread.mdx", under=["bread"])


class NoModel(FakeEmbedder):
    """The port `QueryEmbedder` where no vector is to be had."""

    def embed_question(self, text: str):
        raise ModelUnavailable("the encoder is gone", hint="rag doctor")


def quotes_of(question: str, *, k: int = 1, model: bool = True) -> list[Quote]:
    """Return what is quoted of an index whose search finds k passages."""
    embedder = FakeEmbedder()
    store = published(FakeStore(), [*CHUNKS, BREAD], embedder)
    encoder = embedder if model else NoModel()
    retriever = Retriever(encoder, store, k=k)
    quoter = Quoter(retriever, "Pebble", embedder.embed_questions)
    return quoter.quotes(question, retriever.find(question))


def answered(*texts: str, found=(), sections=None) -> Answer:
    """Return an answer with quotes of these texts, each of a section of its own."""
    sections = sections or [
        Section(passage(n, text=text)) for n, text in enumerate(texts, start=1)
    ]
    quotes = [Quote(t, s) for t, s in zip(texts, sections, strict=True)]
    blank = Answer("q", Status.ANSWERED, "", (), (), "https://docs.example/")
    return with_quotes(blank, quotes, found)


# What is chosen


def test_steps_are_whole_though_one_chunk_of_them_was_found():
    """Who starts at step 3 does not arrive."""
    [steps] = quotes_of("how do I pause the job?")

    assert steps.text == "\n".join(STEPS)
    assert steps.section.passage.lines == (0, 2)


def test_without_a_vector_what_was_found_is_quoted_by_its_words():
    """A model that is gone must not take the answer with it."""
    [step] = quotes_of("how do I pause the job?", model=False)

    assert step.text == "3. Pause the job."


def test_without_a_vector_no_vector_is_asked_for_again():
    """It would wait for the same model once more."""
    quoter = Quoter(
        Retriever(NoModel(), FakeStore(), k=1),
        "Pebble",
        lambda _texts: pytest.fail("asked"),
    )
    result = SearchResult((passage(1, text="Pause it."),))

    assert [q.text for q in quoter.quotes("pause", result)] == ["Pause it."]


def test_nothing_found_is_nothing_quoted():
    """A refusal follows."""
    quoter = Quoter(Retriever(NoModel(), FakeStore(), k=1), "Pebble", None)

    assert quoter.quotes("pause", SearchResult(())) == []


# Names


def test_names_are_looked_for_in_titles_headings_and_text():
    """A page about Paris need not say so in each section."""
    quoter = Quoter(Retriever(NoModel(), FakeStore(), k=1), "Pebble", None)
    found = [
        passage(1, title="Zones in Paris", heading=("For Redis",), text="An ARM CPU.")
    ]

    question = "can Pebble run Redis on ARM in Paris or in Tokyo?"

    assert quoter.unmentioned(question, found) == ("Tokyo",)


def test_in_another_language_a_capital_names_nothing():
    """German writes every noun with one."""
    quoter = Quoter(Retriever(NoModel(), FakeStore(), k=1), "Pebble", None)

    assert quoter.unmentioned("Wie kann ich den Speicher in Tokio mieten?", []) == ()


# What is shown


def test_marks_count_as_they_are_read_and_each_leads_to_its_passage():
    """The first thing that one reads is the first in the list."""
    first, second = Section(passage(7, text="A.")), Section(passage(2, text="B. C."))

    answer = answered("A.", "B.", "C.", sections=[first, second, second])

    assert answer.text == "A. [^1]\n\nB. [^2]\n\nC. [^2]"
    assert answer.cited == (first.passage, second.passage)
    assert answer.retrieved == answer.cited
    assert answer.link == first.passage.url
    assert answer.quoted


def test_what_else_was_found_stands_behind_what_is_quoted():
    """A chunk of a section that is quoted is there already."""
    quoted = passage(1, text="A.", path="a.mdx", heading=("X",))
    chunk = passage(2, path="a.mdx", heading=("X",))
    other = passage(3, path="a.mdx", heading=("Y",))
    more = passage(4, path="b.mdx", heading=("X",))

    answer = answered("A.", sections=[Section(quoted)], found=(more, chunk, other))

    assert answer.cited == (quoted,)
    assert answer.retrieved == (quoted, more, other)


def test_the_rest_of_the_answer_stays():
    """Its status and its warnings are none of a quote's business."""
    blank = Answer("q", Status.MODEL_UNAVAILABLE, "", (), (), "", degraded=("x",))

    answer = with_quotes(blank, [Quote("A.", Section(passage(1)))], ())

    assert answer == replace(
        blank,
        text="A. [^1]",
        quoted=True,
        cited=(passage(1),),
        retrieved=(passage(1),),
        link=passage(1).url,
    )


@pytest.mark.parametrize(
    "text",
    [
        "Run:\n\n```sh\na\n```",
        "~~~\na\n~~~",
        "````\na\n````",
        "| a |\n|---|\n| 1 |",
        "1. Run:\n\n   ```sh\n   a\n   ```",
        "- See:\n\n  | a |\n  |---|\n  | 1 |",
    ],
)
def test_a_mark_is_not_glued_to_a_fence_or_a_row(text):
    """The one would never end, the other have a cell too many."""
    assert answered(text).text == f"{text}\n\n[^1]"


@pytest.mark.parametrize(
    "text", ["A job runs.", "1. Run it.\n2. Stop it.", "Use `a`", "> A quote."]
)
def test_a_mark_stands_behind_the_last_word(text):
    """It belongs to what it proves."""
    assert answered(text).text == f"{text} [^1]"


def test_the_mark_of_another_text_within_a_passage_is_not_shown():
    """It would lead to a passage that says nothing of the kind."""
    text = "A job runs.[^3]\n\n[^3]: As said.\n\n```\na[^1]\nb[^0-9]\n```"

    shown = answered(text).text

    assert shown == (
        "A job runs.[3]\n\n[3]: As said.\n\n```\na[1]\nb[^0-9]\n```\n\n[^1]"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("See ![a picture](https://evil.example/p.png).", "See a picture."),
        ("Run\x1b[31m it.\u202e", "Run[31m it."),
        ("<script>x</script>Run <b>it</b>.", "xRun it."),
        ("[Run](javascript:x) it.", "Run it."),
        ("See [it](https://docs.example/a/).", "See [it](https://docs.example/a/)."),
    ],
    ids=["image", "escape", "html", "script link", "link of the page"],
)
def test_what_may_not_be_shown_is_not_quoted_either(text, shown):
    """Whoever writes a page writes on the terminals of its readers."""
    assert answered(text).text == f"{shown} [^1]"


@pytest.mark.parametrize("before", ["", "Run this:\n\n", "1. Run:\n\n   "])
def test_code_is_as_it_stands_in_the_docs(before):
    """It is copied from the screen; a tag may be all that it is about."""
    indent = "   " if before.endswith("   ") else ""
    lines = ["```html", "<div class='a'>", "", "<img src='b.png'>", "x[0](y)", "```"]
    code = "\n".join(
        [lines[0], *(f"{indent}{line}" if line else "" for line in lines[1:])]
    )

    assert answered(f"{before}{code}").text == f"{before}{code}\n\n[^1]"
