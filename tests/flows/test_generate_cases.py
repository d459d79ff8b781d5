"""Cases are generated from docs; each is what an author wrote and linked."""

from __future__ import annotations

import pytest
from tests.support.fakes import FakeDocs

from askdocs.domain.errors import DocsNotFound
from askdocs.domain.text import Source
from askdocs.flows.generate_cases import generate_cases

PAGE = "---\ntitle: {}\n---\n\nText.\n"
JOBS = "pages/jobs.mdx"
RUNS = "pages/runs.mdx"
FAQ = "faq/jobs.mdx"
LOG = "changelog/one.mdx"
BASE = {JOBS: PAGE.format("Jobs"), RUNS: PAGE.format("Runs")}


def generated(**files: str) -> list[dict]:
    """Draft from two pages and more; a key is a path with "__" for "/"."""
    texts = BASE | {f"{k.replace('__', '/')}.mdx": v for k, v in files.items()}
    sources = [Source(path, text) for path, text in texts.items()]
    docs, everything = FakeDocs(*sources), FakeDocs(*sources)
    docs.ignored = {path for path in texts if path.startswith("changelog/")}
    return generate_cases(
        docs,
        everything=everything,
        slug_rule="github",
        base_url="https://x.example/docs/",
        spread=lambda function, items: [function(item) for item in items],
    )


def faq(*answers: str) -> str:
    return "\n\n".join(
        f"## How do I do {n} things?\n\n{answer}" for n, answer in enumerate(answers)
    )


def entry(title: str, text: str) -> str:
    return f"---\ntitle: {title}\nstatus: added\ndate: 2026-01-02\n---\n\n{text}\n"


def wanted(rows: list[dict]) -> list[tuple[str, list[str], list[str]]]:
    return [(row["question"], row["wanted"], row["exclude"]) for row in rows]


def test_an_faq_that_sends_the_reader_on_wants_that_page():
    """And not itself: it holds the question word for word."""
    text = faq("No link.", "See [it](/jobs/#x).", "None.")

    rows = generated(faq__jobs=text + "\n\n## Not a question\n\nText.\n")

    assert wanted(rows) == [
        ("How do I do 0 things?", [f"{FAQ}#how-do-i-do-0-things"], []),
        ("How do I do 1 things?", [JOBS], [FAQ]),
        ("How do I do 2 things?", [f"{FAQ}#how-do-i-do-2-things"], []),
    ]


def test_a_page_that_is_wanted_is_not_excluded():
    """Two pages call each other by the same words: a case cannot be both."""
    rows = generated(
        pages__one="[how it works](/two/)", pages__two="[how it works](/one/)"
    )

    assert wanted(rows) == [("how it works", ["pages/two.mdx", "pages/one.mdx"], [])]


def test_a_link_to_a_question_adds_nothing_to_its_section():
    """Its page beside it would make any section of that page right."""
    rows = generated(
        faq__jobs=faq("None."), pages__one="[How do I do 0 things?](/faq/jobs/)"
    )

    assert wanted(rows) == [
        ("How do I do 0 things?", [f"{FAQ}#how-do-i-do-0-things"], ["pages/one.mdx"])
    ]


def test_only_what_is_indexed_is_asked_and_wanted():
    """Texts of links in the changelog, and an FAQ that nobody can find, are left out."""
    rows = generated(
        changelog__one=entry("Jobs can now run", "See [how to run jobs](/jobs/)."),
        changelog__faq=faq("None."),
    )

    assert [row["question"] for row in rows] == ["Jobs can now run"]


def test_an_answer_with_many_links_is_the_answer_itself():
    """Nobody knows which of them was meant."""
    links = "[a](/jobs/), [b](/runs/), [c](/third/)."
    rows = generated(faq__jobs=faq(links, "No."), pages__third=PAGE.format("Third"))

    assert rows[0]["wanted"] == [f"{FAQ}#how-do-i-do-0-things"]


def test_a_changelog_title_wants_the_pages_it_links_to():
    """The changelog itself is in no index."""
    rows = generated(changelog__one=entry("Jobs can now run", "See [jobs](/jobs/)."))

    assert wanted(rows) == [("Jobs can now run", [JOBS], [LOG])]


def test_a_link_text_wants_its_target_and_excludes_all_pages_that_hold_it():
    """Two pages say it in the same words; case and marks are no words."""
    rows = generated(
        pages__one="See [how to **run** jobs](/jobs/).",
        pages__two="Learn [How to run jobs](../jobs/#x).",
    )

    assert wanted(rows) == [
        ("how to run jobs", [JOBS], ["pages/one.mdx", "pages/two.mdx"])
    ]


@pytest.mark.parametrize(
    "text",
    [
        "See [this page](/jobs/).",
        "See [how to run](https://elsewhere.example/jobs/).",
        "See [how to run](/nowhere/).",
        "See [how to run](#text).",
        "See [how to run](/one/).",
        "See [how to run](/cards/).",
        "See ![how to run](/jobs/).",
        "```\n[how to run jobs](/jobs/)\n```\n",
        "See [all the latest news](/changelog/one/).",
        "See [https://x.example/docs/jobs is there](/jobs/).",
    ],
    ids=[
        "two words",
        "another site",
        "a dead link",
        "its own page",
        "its own address",
        "cards",
        "an image",
        "code",
        "not indexed",
        "an address",
    ],
)
def test_a_link_that_asks_nothing_makes_no_draft(text):
    """Each would be a question whose answer nobody can find, or that is none."""
    rows = generated(
        pages__one=text,
        pages__cards__index='<Grid><SummaryCard title="x" href="/jobs/" /></Grid>',
        changelog__one=entry("Jobs can now run", "See [jobs](/jobs/)."),
    )

    assert [row["source"] for row in rows] == ["changelog"]


def test_each_link_of_a_line_has_its_own_text():
    """A line of a table has three, and an image beside them."""
    rows = generated(
        pages__one="![run it at once](/jobs/) [how to run](/jobs/) [how to stop](/jobs/)"
    )

    assert [row["question"] for row in rows] == ["how to run", "how to stop"]


def test_words_that_lead_to_many_pages_are_no_question():
    """ "The dedicated documentation" leads to a hundred."""
    rows = generated(
        pages__one="See [the docs of it](/jobs/) and [the two ways](/jobs/).",
        pages__two="See [the docs of it](/runs/) and [the two ways](/runs/).",
        pages__three="See [the docs of it](/one/).",
    )

    assert [(row["question"], row["wanted"]) for row in rows] == [
        ("the two ways", [JOBS, RUNS])
    ]


def test_every_row_is_a_draft_with_an_id_that_stays():
    """The next draft must not give a case that was mended another id."""
    first = generated(faq__jobs=faq("No link.", "None."))
    again = generated(
        faq__jobs=faq("No link.", "None."), pages__one="See [how to run](/jobs/)."
    )

    assert all(row["draft"] for row in again)
    assert {row["source"] for row in again} == {"faq", "link"}
    assert again[:2] == first


def test_docs_without_a_question_are_an_error():
    """An empty file would be evaluated later, elsewhere."""
    with pytest.raises(DocsNotFound, match="no FAQ"):
        generated()
