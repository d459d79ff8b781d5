"""The pieces of Markdown that an answer is read by."""

from __future__ import annotations

import re

import pytest

from askdocs.steps.answer.markdown import (
    ANY_CODE_SPAN,
    ANY_FENCE_LINE,
    BULLET,
    CODE_SPAN,
    FENCE_BEGIN,
    FENCE_LINE,
    ITEM,
    ITEM_OR_ROW,
    LEAD_IN,
    LINK_TARGET,
    TABLE_RULE,
    is_row,
)

FENCES = {
    "ticks": ("```sh\n", True, True),
    "tildes": ("~~~\n", True, True),
    "in an item": ("- ```\n", True, True),
    "in a step": ("  1. ~~~~ yaml", True, True),
    "code of three ticks": ("```a b``` runs\n", False, False),
    "tildes and a tick": ("~~~ a`b\n", False, True),
    "behind an empty line": ("\n```\n", False, True),
    "two ticks": ("``\n", False, False),
}


@pytest.mark.parametrize(("text", "strict", "any_line"), FENCES.values(), ids=FENCES)
def test_a_fence_line_is_read_more_widely_where_it_is_shown(text, strict, any_line):
    """What is shown must be code for every renderer that takes it for code."""
    assert bool(FENCE_LINE.match(text)) is strict
    assert bool(ANY_FENCE_LINE.match(text)) is any_line


@pytest.mark.parametrize("text", ["```a b``` runs", "\n\n- ~~~\n", "  ```sh"])
def test_whatever_begins_like_a_fence_begins_one(text):
    """It is read with the sentence before it, whole or not."""
    assert FENCE_BEGIN.match(text)
    assert not FENCE_BEGIN.match(text.replace("`", "'").replace("~", "'"))


@pytest.mark.parametrize(
    ("text", "item", "item_or_row"),
    [
        ("- a", True, True),
        ("  12) a", True, True),
        ("+\n", True, True),
        ("-a", False, True),
        ("1.5 GB", False, True),
        ("| a |", False, True),
        ("a - b", False, False),
        ("#1 a", False, False),
    ],
)
def test_an_item_begins_with_its_bullet_and_a_blank(text, item, item_or_row):
    """ "-5" is a number; where only framing is at stake it does no harm."""
    assert bool(ITEM.match(text)) is item
    assert bool(ITEM_OR_ROW.match(text)) is item_or_row
    assert bool(re.match(rf"\s*{BULLET}\s", text)) is item


@pytest.mark.parametrize("text", ["Do this:", "**Do this:**\n", "\u3059\u308b\uff1a "])
def test_a_lead_in_ends_with_a_colon_in_any_dress(text):
    """Models write it bold, and in Japanese it is as wide as a letter."""
    assert LEAD_IN.search(text)
    assert not LEAD_IN.search(f"{text}now")


def test_code_ends_with_its_paragraph_only_for_a_renderer():
    """A judge rather reads too much as code than a command as prose."""
    across, escaped = "`a\n\nb`", r"\`a`"

    assert not CODE_SPAN.search(across)
    assert not CODE_SPAN.search(escaped)
    assert ANY_CODE_SPAN.search(across)
    assert ANY_CODE_SPAN.search(escaped)
    assert ANY_CODE_SPAN.findall("`a` ``b `c` d``") == [("`", "a"), ("``", "b `c` d")]


@pytest.mark.parametrize(
    ("text", "row"), [("| a |", True), ("\n  | a", True), ("a | b", False), ("", False)]
)
def test_a_row_begins_with_a_bar(text, row):
    """Prose has bars too, inside of commands."""
    assert is_row(text) is row


def test_the_rule_of_a_table_has_a_dash_and_nothing_but_its_signs():
    """A row of empty cells is none."""
    assert re.fullmatch(rf"\|{TABLE_RULE}", "| :--- | :-: |")
    assert not re.fullmatch(rf"\|{TABLE_RULE}", "| | |")
    assert not re.fullmatch(rf"\|{TABLE_RULE}", "| a-b |")


def test_the_target_of_a_link_ends_with_its_bracket():
    """What stands behind the link is said again."""
    assert re.sub(LINK_TARGET, "]", "See [it](/a/b/) (now).") == "See [it] (now)."
