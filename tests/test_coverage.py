"""Every word that a reader of the site sees is in the index, and no other: all real docs."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count

import pytest
from tests.support.coverage import Checked, Gap, checked, gap
from tests.support.read_markdown import Words, plain

from askdocs.domain.text import Chunk

DOCS = os.environ.get("RAG_TEST_DOCS", "")
MAX_SHARE = 0.005
"""Of the words of one page, and of all: what may be missing, what may be invented."""

EXCEPTIONS: dict[str, str] = {}
"""Pages beyond MAX_SHARE, and why the chunks are right all the same."""

pytestmark = pytest.mark.skipif(
    not DOCS, reason="RAG_TEST_DOCS does not name a clone of the Scaleway docs"
)


@pytest.fixture(scope="module")
def read() -> Checked:
    """All docs, read by us and by the oracle."""
    return checked(DOCS)


def beyond(found: Gap) -> bool:
    return max(found.missing_share, found.invented_share) > MAX_SHARE


def described(found: Iterable[Gap]) -> str:
    """What a failing test shows: the worst pages first, with their words."""
    ranked = sorted(found, key=lambda g: -max(g.missing_share, g.invented_share))
    return "\n".join(
        f"{g.path}: {g.missing_share:.2%} missing {dict(g.missing.most_common(8))},"
        f" {g.invented_share:.2%} invented {dict(g.invented.most_common(8))}"
        for g in ranked
    )


@pytest.mark.parametrize("what", ["missing", "invented"])
def test_of_all_words_next_to_none(read, what):
    """A small loss on many pages is seen here, a large one on a single page below."""
    assert sum(g.words for g in read.gaps.values()) > 800_000
    assert read.share(what) <= MAX_SHARE / 5


def test_no_page_loses_or_invents_words(read):
    """A page without its table is wrong even if the others make up for it."""
    wrong = [g for g in read.gaps.values() if beyond(g) and g.path not in EXCEPTIONS]

    assert not wrong, described(wrong)


@pytest.mark.parametrize("path", EXCEPTIONS)
def test_every_exception_is_still_one(read, path):
    """An exception that is not needed would hide the next fault of its page."""
    assert beyond(read.gaps[path]), f"{path} may leave the list"


def test_nearly_all_pages_agree_word_for_word(read):
    """The two readings share no code, so that their agreement is no accident."""
    exact = [g for g in read.gaps.values() if not g.missing and not g.invented]

    assert len(exact) / len(read.gaps) > 0.95


def test_what_is_left_out_as_a_page_of_cards_has_no_prose(read):
    """A page with a paragraph of its own is one, whatever its file is called."""
    left = [s.path for s in read.docs.pages.skipped if s.reason.startswith("card")]
    wrong = {path: text for path in left if (text := read.site.prose(path))}

    assert len(left) > 100
    assert wrong == {}


# Losses and inventions are put into pages that agree word for word, so that what is found
# there is what was put in.

Spoiled = tuple[list[Chunk], Words]
FOREIGN = "Our zebra finches yodel on Thursdays."


def spoiled_pages(
    read: Checked, spoil: Callable[[list[Chunk]], Spoiled | None], most: int = 60
) -> list[tuple[Gap, Words]]:
    """Spoil some pages; return what is found on each, and what was put in."""
    found = []
    for path, chunks in read.docs.by_page.items():
        clean = not read.gaps[path].missing and not read.gaps[path].invented
        if clean and len(found) < most and (spoiled := spoil(chunks)) and spoiled[1]:
            now, words = spoiled
            found.append((gap(path, read.site.seen(path), now), words))
    return found


def words_of(text: str) -> Words:
    return Counter(plain(text).words)


def without(chunk: Chunk, part: str) -> tuple[Chunk, Words]:
    """Return a chunk without a part of its text, and the words that went."""
    rest = replace(chunk, text=chunk.text.replace(part, "", 1))
    return rest, words_of(chunk.text) - words_of(rest.text)


def every_50th_paragraph() -> Callable[[list[Chunk]], Spoiled | None]:
    """Take every 50th paragraph out of the docs, counted from page to page."""
    at = count(1)

    def spoil(chunks: list[Chunk]) -> Spoiled | None:
        spoiled, lost = [], Words()
        for chunk in chunks:
            left = chunk
            for part in chunk.text.split("\n\n"):
                if next(at) % 50 == 0 and "`" not in chunk.text and "|" not in part:
                    left, words = without(left, part)
                    lost += words
            spoiled.append(left)
        return spoiled, lost

    return spoil


def first(pattern: str) -> Callable[[list[Chunk]], Spoiled | None]:
    """Take the first match of a pattern out of a page."""

    def spoil(chunks: list[Chunk]) -> Spoiled | None:
        for at, chunk in enumerate(chunks):
            if match := re.search(pattern, chunk.text, re.M):
                rest, lost = without(chunk, match[0])
                return [*chunks[:at], rest, *chunks[at + 1 :]], lost
        return None

    return spoil


def the_last_chunk(chunks: list[Chunk]) -> Spoiled | None:
    *rest, last = chunks
    return (rest, words_of(last.text)) if rest and "|" not in last.text else None


LOSSES = {
    "every 50th paragraph": every_50th_paragraph(),
    "a row of a table": first(r"(?<=-\|\n)\|.*\|$"),
    "the text of a macro": first(r"To complete the actions presented .* have:"),
    "the label of a message": first(r"^[ \t]*Important:"),
    "a line of code": first(r"(?<=```\n)[^`\n]*\w[^`\n]*\n"),
    "a chunk": the_last_chunk,
}


@pytest.mark.parametrize("spoil", LOSSES.values(), ids=LOSSES)
def test_a_loss_is_found_to_the_word(read, spoil):
    """Otherwise the numbers above would only say that the check is blind."""
    found = spoiled_pages(read, spoil)

    assert len(found) >= 20
    for g, lost in found:
        assert lost <= g.missing, (g.path, lost - g.missing)
        assert not g.invented


def test_most_lost_paragraphs_lift_their_page_beyond_the_limit(read):
    """Which is a share of the page: on a very long one a short paragraph is below it."""
    found = [
        g for g, lost in spoiled_pages(read, every_50th_paragraph()) if lost.total() > 9
    ]

    assert sum(map(beyond, found)) / len(found) > 0.5


def test_an_invented_sentence_is_found_to_the_word(read):
    """What stands nowhere on a page comes from somewhere else."""
    foreign = words_of(FOREIGN) - words_of("on our")

    def spoil(chunks: list[Chunk]) -> Spoiled:
        more = replace(chunks[0], text=f"{chunks[0].text}\n\n{FOREIGN}")
        return [more, *chunks[1:]], foreign

    found = spoiled_pages(read, spoil)

    assert len(found) >= 20
    assert all(foreign <= g.invented for g, _ in found)


def test_a_text_that_is_held_twice_is_found(read):
    """All its words stand on the page; only their number tells."""

    def spoil(chunks: list[Chunk]) -> Spoiled | None:
        rest = the_last_chunk(chunks)
        return ([*chunks, chunks[-1]], rest[1]) if rest else None

    found = spoiled_pages(read, spoil)

    assert len(found) >= 20
    assert all(twice <= g.invented for g, twice in found)
