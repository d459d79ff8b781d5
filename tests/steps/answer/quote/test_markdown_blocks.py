"""What is read as one stays one, and nothing of a section is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from tests.support.markdown_texts import MARKDOWN

from askdocs.steps.answer.quote.markdown_blocks import (
    BlockKind,
    MarkdownBlock,
    count_lines,
    open_fence,
    split_blocks,
)

TABLE = "| Plan | Limit |\n|---|---|\n| tern | 7 |\n| gull | 9 |"


def kinds(text: str) -> list[str]:
    return [block.kind.value for block in split_blocks(text)]


def squeezed(text: str) -> str:
    """Return a text without blanks, and without what only pads a table."""
    return re.sub("-{4,}", "---", "".join(text.split()))


@given(MARKDOWN)
def test_nothing_is_lost_and_nothing_added(text):
    """What no block holds could never be quoted."""
    blocks = split_blocks(text)

    assert squeezed("\n".join(b.text for b in blocks)) == squeezed(text)
    assert all(block.text.strip() for block in blocks)


@given(MARKDOWN)
def test_the_items_of_a_block_are_all_of_it(text):
    """A step that no item holds would be cut without a word."""
    for block in split_blocks(text):
        items = range(len(block.items))

        assert squeezed(block.with_items(items)) == squeezed(block.text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One line.\nand more.\n\nAnother.", ["paragraph", "paragraph"]),
        ("## Run it\nText.", ["heading", "paragraph"]),
        ("- a\n- b\n\n- c", ["bullets"]),
        ("1. a\n2. b\n\n3. c", ["steps"]),
        ("- a plan\n1. Open it.", ["bullets", "steps"]),
        ("1. Open it.\n- a plan", ["steps", "bullets"]),
        ("Text:\n- a", ["paragraph", "bullets"]),
        (TABLE, ["table"]),
        (f"{TABLE}\nText.", ["table", "paragraph"]),
        (f"Text.\n{TABLE}", ["paragraph", "table"]),
        ("```sh\na\n\nb\n```", ["code"]),
        ("Text.\n~~~\na\n~~~\nText.", ["paragraph", "code", "paragraph"]),
        ("**Note:**\n  It is so.\n\n  Still.\n\nText.", ["note", "paragraph"]),
        ("Note:\n\n  It is so.", ["paragraph", "paragraph"]),
        ("- a\n\nText.", ["bullets", "paragraph"]),
        ("- a\nand lazily more", ["bullets"]),
        (f"- a\n{TABLE}", ["bullets", "table"]),
        ("\n \n", []),
        ("", []),
    ],
)
def test_blocks_end_where_a_reader_sees_an_end(text, expected):
    """A paragraph, a list, a table, code: each is read as one."""
    assert kinds(text) == expected


@pytest.mark.parametrize(
    "below",
    [
        "\n\n   Wait for it.",
        "\n   - a\n   - b",
        "\n\n   ```sh\n   1. no step\n   ```",
        "\n```sh\n1. no step\n```",
        "\n\n```sh\n1. no step\n```\n",
        "\n\n   | a | b |\n   |---|---|\n   | 1 | 2 |",
    ],
    ids=["paragraph", "bullets", "code", "code at the margin", "apart", "table"],
)
def test_what_belongs_to_a_step_is_part_of_it(below):
    """A step without its command cannot be taken."""
    [block] = split_blocks(f"1. Run it.{below}\n2. Stop it.")

    assert block.kind is BlockKind.STEPS
    assert block.items == [f"1. Run it.{below}", "2. Stop it."]


def test_a_number_in_code_is_no_step():
    """It would tear the command from what closes it."""
    [block] = split_blocks("1. Write:\n```yaml\n2. not\n```\n2. Save it.")

    assert block.items == ["1. Write:\n```yaml\n2. not\n```", "2. Save it."]


def test_a_number_in_code_that_begins_with_its_item_is_no_step():
    """The first line of an item may be the fence."""
    [block] = split_blocks("1. ```yaml\n2. not\n   ```\n2. Save it.")

    assert block.items == ["1. ```yaml\n2. not\n   ```", "2. Save it."]


def test_code_that_a_step_announces_is_part_of_it():
    """Though nothing else comes."""
    assert kinds("1. Open it.\n2. Run:\n\n```sh\na\n```\n\nEnd.") == [
        "steps",
        "paragraph",
    ]


@pytest.mark.parametrize("after", ["", "\n\nEnd.", "\n\n1. Other.", "\n\n- a"])
def test_code_behind_steps_that_have_ended_stands_apart(after):
    """It may be what they print."""
    assert kinds(f"1. Open it.\n2. Run it.\n\n```sh\na\n```{after}")[:2] == [
        "steps",
        "code",
    ]


def test_code_within_a_line_is_no_fence():
    """All that follows would be code."""
    assert kinds("```psql -h HOST```\n\nText.") == ["paragraph", "paragraph"]


def test_text_that_stands_deeper_as_a_whole_is_read_as_if_it_did_not():
    """A section within a component is indented all over."""
    assert kinds("    1. Run it.\n    2. Stop.\n\n    End.") == ["steps", "paragraph"]


def test_code_that_never_ends_goes_on_to_the_end():
    """A chunk may be cut within it."""
    [block] = split_blocks("```sh\na\n\n- b")

    assert block == MarkdownBlock(BlockKind.CODE, "```sh\na\n\n- b")


def test_a_table_is_not_padded():
    """Columns that line up in a source of 200 columns break on every terminal."""
    [block] = split_blocks(
        "| Plan      | Limit |\n| --------- | :---- |\n| tern      | 7 |"
    )

    assert block.text == "| Plan | Limit |\n| --- | :--- |\n| tern | 7 |"


def test_code_keeps_its_blanks():
    """In some languages they mean something."""
    [block] = split_blocks("```yaml\na:\n    b:   1\n-----\n```")

    assert block.text == "```yaml\na:\n    b:   1\n-----\n```"


def test_the_items_of_a_table_are_its_rows():
    """Head and rule are no rows."""
    [table] = split_blocks(TABLE)

    assert table.items == ["| tern | 7 |", "| gull | 9 |"]


def test_a_table_of_some_rows_keeps_its_head_and_its_order():
    """A row says nothing without the names of its columns."""
    [table] = split_blocks(TABLE)

    assert table.with_items([1]) == "| Plan | Limit |\n|---|---|\n| gull | 9 |"
    assert table.with_items([1, 0]) == TABLE


def test_a_list_of_some_items_keeps_their_order():
    """Who reads "then" wants to have read "first"."""
    [block] = split_blocks("- a\n- b\n\n- c")

    assert block.with_items([2, 0]) == "- a\n- c"


@pytest.mark.parametrize(
    "text", ["To do so:", "**Do:**", "\u8fd9\u6837\uff1a", "# Run it"]
)
def test_a_lead_in_only_announces(text):
    """It is no answer by itself."""
    [block] = split_blocks(text)

    assert block.leads_in


@pytest.mark.parametrize(
    "text", ["Do: it.", "- a", "Run it", "#run", "- a\n- b:", "1. Open:"]
)
def test_what_says_something_is_no_lead_in(text):
    """It may stand alone."""
    [block] = split_blocks(text)

    assert not block.leads_in


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("a\n\n \nb", 2), ("x" * 80, 1), ("x" * 81, 2), ("x" * 161, 3)],
)
def test_lines_are_counted_as_a_terminal_shows_them(text, count):
    """A paragraph of a page is one line in its source."""
    assert count_lines(text) == count


@pytest.mark.parametrize(
    ("fence", "line", "expected"),
    [
        ("", "text", ""),
        ("", "```sh", "```"),
        ("", "  ~~~~", "~~~~"),
        ("", "- ```sh", "```"),
        ("", "10. ```sh", "```"),
        ("", "- 1. ~~~", "~~~"),
        ("", "```psql```", ""),
        ("", "~~~ a `b`", "~~~"),
        ("```", "- ```", "```"),
        ("```", "```", ""),
        ("```", "  ````  ", ""),
        ("````", "```", "````"),
        ("```", "~~~", "```"),
        ("```", "```sh", "```"),
        ("```", "text", "```"),
    ],
)
def test_a_fence_is_closed_by_its_like_alone(fence, line, expected):
    """What looks like a fence may be part of the code."""
    assert open_fence(fence, line) == expected
