"""The list under an answer: numbered as its text, and as `rag open` counts."""

from __future__ import annotations

import io
import sys

import pytest
from tests.support.passages import passage, passages

from askdocs.cli.render import sources
from askdocs.domain.answer import Answer, Status


class Terminal(io.StringIO):
    def isatty(self):
        return True


URL = "https://docs.example/"
SITE = f"The Example documentation: {URL}"


def an_answer(status=Status.ANSWERED, text="It is [^2], then [^1].", **more) -> Answer:
    some = passages(3)
    given = {"cited": (some[1], some[0]), "retrieved": some, "link": URL, **more}
    return Answer("How?", status, text, **given)


REFUSED = an_answer(
    Status.NO_MATCH,
    "I don't know.",
    cited=(),
    nearest=(passage(3), passage(1)),
    unmentioned=("Tokyo",),
)


def test_sources_carry_the_numbers_of_the_text(capsys):
    """[2] in the text is [2] in the list, whatever the order."""
    sources.print_footer(an_answer(), f"Read more: {URL}")

    lines = capsys.readouterr().out.strip().splitlines()
    assert [line[:3] for line in lines[1:3]] == ["[2]", "[1]"]
    assert lines[-1] == f"Read more: {URL}"


def test_a_refusal_says_what_is_not_mentioned_and_what_is_near(capsys):
    """So that somebody can look there."""
    sources.print_footer(REFUSED, SITE)

    assert capsys.readouterr().out.splitlines() == [
        "",
        "No passage mentions Tokyo.",
        "",
        "Nearest pages:",
        f"[1] {passage(3).trail} - {passage(3).link}",
        f"[2] {passage(1).trail} - {passage(1).link}",
        "",
        SITE,
    ]


def test_without_a_text_the_passages_are_the_answer(capsys):
    """They are numbered as in a search."""
    sources.print_footer(an_answer(text=""), f"Read more: {URL}")

    out = capsys.readouterr().out
    assert "Sources:" not in out
    assert out.startswith(f"1. {passage(1).trail}")
    assert out.endswith(f"Read more: {URL}\n")


@pytest.mark.parametrize("size", [50, 58, 70], ids=["fits", "at the edge", "too long"])
def test_an_address_is_moved_to_the_edge_where_it_then_fits(monkeypatch, size):
    """On a terminal of 60 columns."""
    url = f"{URL:a<{size}}"
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(sys, "stdout", screen := Terminal())
    sources.print_sources("Sources:", [(1, passage(1, url=url))])

    head, title, address, _ = screen.getvalue().splitlines()
    assert (head, title) == ("Sources:", f"[1] {passage(1).trail}")
    assert address == (url if size == 58 else f"    {url}")


@pytest.mark.parametrize(
    ("answer", "numbers"),
    [(an_answer(), [2, 1]), (an_answer(text=""), [1, 2, 3]), (REFUSED, [1, 2])],
    ids=["an answer", "passages", "a refusal"],
)
def test_what_can_be_opened_has_the_numbers_that_were_shown(answer, numbers):
    """Of an answer its citations, of a refusal the nearest pages, else every passage."""
    assert [n for n, _ in sources.numbered_passages(answer)] == numbers


@pytest.mark.parametrize("status", [Status.NO_MATCH, Status.NOT_IN_CONTEXT])
def test_a_refusal_ends_with_the_site(status):
    """There is nothing more to read about it."""
    assert sources.closing_line(an_answer(status), "Example") == SITE


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ((), ""),
        (("Tokyo",), "No passage mentions Tokyo."),
        (("Tokyo", "Kyoto"), "No passage mentions Tokyo or Kyoto."),
        (("A", "B", "C"), "No passage mentions A, B or C."),
    ],
)
def test_what_no_passage_mentions_is_one_sentence(words, line):
    """As somebody would say it."""
    assert sources.unmentioned_line(an_answer(unmentioned=words)) == line
