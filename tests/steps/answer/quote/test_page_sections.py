"""A section that was cut into chunks is whole again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.passages import passage

from askdocs.steps.answer.quote.markdown_blocks import BlockKind
from askdocs.steps.answer.quote.page_sections import UNRANKED, join_sections

HEAD = "| Plan | Limit |\n|---|---|\n"


def chunk(n: int, text: str, **changes):
    """Return the nth chunk of one section."""
    fields = {"path": "jobs.mdx", "lines": (10 * n, 10 * n + 5), "text": text}
    return passage(n, **{**fields, **changes})


def joined(*texts: str):
    """Return the one section that these chunks make."""
    [section] = join_sections(
        [chunk(n, text) for n, text in enumerate(texts, start=1)], []
    )
    return section


def test_steps_that_were_cut_go_on_from_the_first():
    """Who starts at step 4 does not arrive."""
    section = joined("1. Open it.\n2. Click.", "3. Wait.\n4. Stop.")

    [block] = section.blocks

    assert block.kind is BlockKind.STEPS
    assert [item[0] for item in block.items] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("- a\n- b", "- c"),
        ("1. Run:\n\n   ```sh\n   a\n   ```", "2. Stop."),
        ("1. Run it.", "   Wait for it."),
        ("Note:\n  It is so.", "  And so."),
    ],
    ids=["bullets", "behind what belongs to a step", "within a step", "note"],
)
def test_a_list_that_was_cut_is_one(first, second):
    """The boundary of a chunk means nothing to a reader."""
    [block] = joined(first, second).blocks

    assert block.text == f"{first}\n{second}"


def test_a_table_that_was_cut_has_its_head_once():
    """Each chunk repeats it so that it can be read alone."""
    section = joined(f"{HEAD}| tern | 7 |", f"{HEAD}| gull | 9 |\n| auk | 1 |")

    assert section.passage.text == f"{HEAD}| tern | 7 |\n| gull | 9 |\n| auk | 1 |"


def test_a_table_that_was_cut_without_its_head_goes_on():
    """Its rows belong to the names above."""
    [table] = joined(f"{HEAD}| tern | 7 |", "| gull | 9 |").blocks

    assert table.text == f"{HEAD}| tern | 7 |\n| gull | 9 |"


def test_another_table_keeps_its_own_head():
    """Its columns are others."""
    other = "| Region | Price |\n|---|---|\n| here | 1 |"

    assert other in joined(f"{HEAD}| tern | 7 |", other).passage.text


def test_paragraphs_stay_apart():
    """Two of them are not one sentence."""
    assert joined("A job runs.", "It ends.\n").passage.text == "A job runs.\n\nIt ends."


@pytest.mark.parametrize("order", [1, -1])
def test_chunks_stand_in_the_order_of_the_page(order):
    """A store gives them in any."""
    chunks = [chunk(2, "Second."), chunk(10, "Third."), chunk(1, "First.")]

    [section] = join_sections(chunks[::order], [])

    assert section.passage.text == "First.\n\nSecond.\n\nThird."


def test_a_section_ends_at_the_next_heading_and_page():
    """What stands there has another address."""
    chunks = [
        chunk(1, "A."),
        chunk(2, "B.", heading=("End",)),
        chunk(3, "C.", path="pods.mdx", heading=("End",)),
    ]

    assert [s.passage.text for s in join_sections(chunks, [])] == ["A.", "B.", "C."]


def test_a_heading_that_comes_twice_is_two_sections():
    """Their addresses differ, and so does what stands between them."""
    chunks = [chunk(1, "A."), chunk(2, "B.", heading=("End",)), chunk(3, "C.")]

    assert [s.passage.text for s in join_sections(chunks, [])] == ["A.", "B.", "C."]


def test_a_section_has_the_best_of_its_chunks_and_the_address_of_the_first():
    """A mark leads to where the reader begins."""
    first = chunk(1, "A.", score=0.2, anchor="start", also=("one",))
    second = chunk(2, "B.", score=0.9, anchor="start", also=("two", "one", ""))

    [section] = join_sections([first, second], [])

    assert section.passage.id == second.id
    assert section.passage.score == 0.9
    assert section.passage.anchor == "start"
    assert section.passage.also == ("one", "two")
    assert section.passage.lines == (10, 25)


def test_sections_stand_in_the_order_in_which_their_pages_were_found():
    """The search has put first what matters."""
    jobs, more, pods = chunk(1, "A."), chunk(2, "B."), chunk(3, "C.", path="pods.mdx")
    other = chunk(4, "D.", path="aaa.mdx")

    sections = join_sections([other, jobs, more, pods], [pods, more])

    assert [s.passage.text for s in sections] == ["C.", "A.\n\nB.", "D."]
    assert [s.rank for s in sections] == [0, 1, UNRANKED]
    assert [s.page_rank for s in sections] == [0, 1, UNRANKED]


def test_nothing_makes_no_section():
    """A search may find nothing."""
    assert join_sections([], []) == []


ITEMS = st.lists(
    st.sampled_from(["Run it.", "Stop:\n\n   ```\n   a\n   ```"]), min_size=1
)


@given(ITEMS, st.data())
def test_wherever_steps_were_cut_they_are_whole(texts, data):
    """A chunk ends where its tokens end."""
    steps = [f"{n}. {text}" for n, text in enumerate(texts, start=1)]
    at = data.draw(st.integers(0, len(steps) - 1))
    halves = ["\n".join(part) for part in (steps[:at], steps[at:]) if part]

    [block] = joined(*halves).blocks

    assert block.items == steps
