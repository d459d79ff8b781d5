"""Quote what answers best in the words of the docs: whole steps, rows with their head."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, takewhile
from textwrap import dedent

from askdocs.steps.answer.quote.markdown_blocks import (
    BlockKind,
    MarkdownBlock,
    count_lines,
    open_fence,
)
from askdocs.steps.answer.quote.page_sections import Section
from askdocs.steps.answer.quote.relevance import (
    Embed,
    Group,
    Terms,
    score_groups,
    wants_steps,
)
from askdocs.steps.answer.words import WORD

MAX_LINES = 15
"""Lines of a terminal that quotes fill, about; steps may take more: half are none."""

MAX_STEP_LINES = 24
MAX_QUOTES = 6

_SLACK_LINES = 6
_SHORT_LINES = 8  # of a list or a table, beyond which only its best items are quoted
_MAX_ROWS = 5
_ALIKE = 0.4  # share of the best item's words that another must have to stand beside it
_NEAR_BEST = 0.7  # share of the best score that further quotes must have
_SAME_SECTION = 0.2  # what a group gains by standing in the section that answers best
_SAME_PAGE = 0.1  # ... and on its page
_STEPS_OF_PAGE = 0.5  # ... if steps are wanted, and it is some

_SUMMARY = re.compile(
    r"\W*(?:in this|this|the following) (?:article|document|guide|how-to|page|section|tutorial)\b",
    re.IGNORECASE,
)
"""The beginning of what a page says of itself."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the docs.

    Attributes:
        text: In Markdown.
        section: Where they stand.
    """

    text: str
    section: Section


def quote(
    question: str,
    sections: Sequence[Section],
    *,
    product: str,
    embed: Embed | None = None,
) -> list[Quote]:
    """Return what answers best, in the order in which it is read.

    Args:
        question: As asked.
        sections: Of the pages that were found, by the rank of these.
        product: Whose docs these are; its name stands everywhere and tells nothing.
        embed: Makes vectors of texts; None where no model is of use.

    Returns:
        The section that answers best first, the others by their page; within a section in
        the order of the docs; nothing twice. [] if no model can say what is like the
        question, and no word of it stands in a section or above.
    """
    terms = Terms(question, WORD.findall(product.casefold()))
    if embed is None and not any(_shares_words(section, terms) for section in sections):
        return []
    groups = score_groups(question, sections, terms, embed)
    chosen = _choose(groups, sections, terms, how_to=wants_steps(question))
    if not chosen:
        return []
    best = chosen[0].section
    chosen.sort(key=lambda g: (g.section != best, g.section, g.first))
    return [
        Quote(_text(g, sections[g.section], terms), sections[g.section]) for g in chosen
    ]


def _shares_words(section: Section, terms: Terms) -> bool:
    passage = section.passage
    return bool(terms.stems & terms.stems_of(f"{passage.trail}\n{passage.text}"))


def _choose(
    groups: Sequence[Group],
    sections: Sequence[Section],
    terms: Terms,
    *,
    how_to: bool,
) -> list[Group]:
    """Return groups, best first, until the lines are full."""
    chosen: list[Group] = []
    texts: set[str] = set()
    room = MAX_LINES
    rest = list(groups)
    while rest and len(chosen) < MAX_QUOTES and room > 1:
        group = max(
            rest, key=lambda g: g.score + _beside(g, chosen, sections, how_to=how_to)
        )
        rest.remove(group)
        if chosen and group.score < _NEAR_BEST * chosen[0].score:
            break
        text = _text(group, sections[group.section], terms)
        lines = count_lines(text)
        too_long = chosen and lines > room + _SLACK_LINES
        if too_long or text in texts or _clashes(group, chosen, sections):
            continue
        if chosen and _has_no_row(sections[group.section].blocks[group.main], terms):
            continue
        chosen.append(group)
        texts.add(text)
        room -= lines
    return chosen


def _beside(
    group: Group, chosen: Sequence[Group], sections: Sequence[Section], *, how_to: bool
) -> float:
    """Return what a group gains by its nearness to the best one."""
    if not chosen:
        return 0.0
    best = chosen[0].section
    if sections[group.section].passage.path != sections[best].passage.path:
        return 0.0
    steps = _STEPS_OF_PAGE if how_to and group.kind is BlockKind.STEPS else 0.0
    return steps + (_SAME_SECTION if group.section == best else _SAME_PAGE)


def _clashes(
    group: Group, chosen: Sequence[Group], sections: Sequence[Section]
) -> bool:
    """Whether a group does not go with what is quoted already.

    It overlaps, would mix two lists of steps, brings steps of another page, or only
    says what its page is about.
    """
    if not chosen:
        return False
    passage, best = sections[group.section].passage, sections[chosen[0].section].passage
    text = sections[group.section].blocks[group.main].text
    if not passage.heading and (not group.main or _SUMMARY.match(text)):
        return True
    if group.kind is BlockKind.STEPS:
        others = any(other.kind is BlockKind.STEPS for other in chosen)
        return others or passage.path != best.path
    return any(
        group.section == other.section
        and group.first <= other.main
        and other.first <= group.main
        for other in chosen
    )


def _has_no_row(block: MarkdownBlock, terms: Terms) -> bool:
    """Whether a block is a table of which no row shares a word with the question."""
    if block.kind is not BlockKind.TABLE:
        return False
    return not any(terms.stems & terms.stems_of(row) for row in block.items)


def _text(group: Group, section: Section, terms: Terms) -> str:
    """Return what is quoted of a group."""
    *lead_ins, main = section.blocks[group.first : group.main + 1]
    parts = [block.text for block in lead_ins] + [_shortened(main, terms)]
    return dedent("\n\n".join(parts)).strip("\n")


def _shortened(block: MarkdownBlock, terms: Terms) -> str:
    """Return a block, or of a long one what answers, with a word of what is left out."""
    text = block.text
    if block.kind is BlockKind.TABLE:
        text = _best_items(block, terms, most=_MAX_ROWS)
    elif block.kind is BlockKind.BULLETS and block.lines > _SHORT_LINES:
        text = _best_items(block, terms, most=MAX_LINES)
    elif block.kind is BlockKind.STEPS and block.lines > MAX_STEP_LINES:
        return _all_steps(block)
    too_long = count_lines(text) > MAX_STEP_LINES and block.kind is not BlockKind.TABLE
    return _first_lines(text) if too_long else text


def _best_items(block: MarkdownBlock, terms: Terms, *, most: int) -> str:
    """Return the items that share most with the question, in the order of the docs."""
    items = block.items
    if not items:
        return block.text
    shares = [terms.share(terms.stems_of(item)) for item in items]
    places: list[int] = []
    room = _SHORT_LINES
    for place in sorted(range(len(items)), key=lambda place: -shares[place]):
        lines = count_lines(items[place])
        unlike = shares[place] < _ALIKE * max(shares)
        if places and (lines > room or len(places) == most or unlike):
            break
        places.append(place)
        room -= lines
    return block.with_items(places)


def _all_steps(block: MarkdownBlock) -> str:
    """Return all steps of a long list, some in their first line alone.

    What belongs to a step is left out where the room ends, and a word says so; steps
    are cut off only where their first lines alone are too many.
    """
    steps = block.items
    heads = [_head(step) for step in steps]
    count = _count_fitting(heads, MAX_STEP_LINES)
    shown = heads[:count]
    room = MAX_STEP_LINES - sum(map(count_lines, shown))
    for place in range(count):
        more = count_lines(steps[place]) - count_lines(heads[place])
        if more <= room:
            shown[place] = steps[place].rstrip("\n")
            room -= more
    left = len(steps) - count
    note = f"({left} more {'step' if left == 1 else 'steps'} on the page)"
    if not left:
        note = "(shortened: the page has more on some steps)"
    return "\n".join(shown) + f"\n\n{note}"


def _count_fitting(texts: Sequence[str], room: int) -> int:
    """Return how many of some texts, from the first, fit into lines; at least one."""
    needed = accumulate(map(count_lines, texts))
    return max(1, sum(1 for _ in takewhile(lambda lines: lines <= room, needed)))


def _head(step: str) -> str:
    """Return the first line of a step; if code begins there, the first of it too."""
    first, *rest = step.split("\n")
    begins = bool(open_fence("", first))
    return _closed([first, *rest[:begins]])


def _closed(lines: Sequence[str]) -> str:
    """Return lines as a text; a fence that is open at their end is closed."""
    fence, indent = "", 0
    for line in lines:
        before, fence = fence, open_fence(fence, line)
        if fence and not before:
            indent = line.index(fence)
    return "\n".join([*lines, " " * indent + fence] if fence else lines)


def _first_lines(text: str) -> str:
    """Return the first lines of a long text, its code in a fence that ends."""
    lines = text.split("\n")
    count = _count_fitting(lines, MAX_LINES)
    return f"{_closed(lines[:count]).rstrip()}\n\n(shortened: more on the page)"
