"""What a model says becomes what the reader is shown, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support.passages import passage

from askdocs.domain.answer import NOT_IN_DOCS, Passage, Sentence, Verdict
from askdocs.flows.checked_answer import CheckedAnswer, Rules, Unverified

DOCS = (
    "Jobs run at night. Jobs stop after 5 minutes. Click **Run**. Use a key. "
    "See [the log](https://logs.example/a/)."
)
TWO = (passage(1, text=DOCS), passage(2, text="Volumes keep files for ever."))

UNPROVEN = "Use a key. Volumes keep their files at night. Pigs fly."


def teller(
    pieces: Iterable[str],
    *,
    passages: Sequence[Passage] = TWO,
    unverified: Unverified = Unverified.STRIKE,
) -> CheckedAnswer:
    """Return what has heard all pieces; what it showed is what it says."""
    shown: list[str] = []
    made = CheckedAnswer(passages, Rules(unverified=unverified), shown.append)
    for piece in pieces:
        made.hear(piece)
        assert "".join(shown) == made.text
    made.end()
    assert "".join(shown) == made.text
    return made


def text(reply: str, **rules: Unverified) -> str:
    return teller([reply], **rules).text.rstrip()


def verdicts(reply: str) -> list[tuple[Verdict, bool]]:
    return [(s.verdict, s.shown) for s in teller([reply]).sentences]


def test_what_the_passages_say_is_shown_as_it_is():
    """The checker changes nothing where there is nothing to change."""
    reply = "## Jobs\n\nJobs run at night [^1].\n\n1. Click **Run**.\n2. Use a key.\n"

    assert text(reply) == reply.rstrip()


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        ("Jobs run at night. Pigs fly.", "Jobs run at night."),
        ("Pigs fly. Jobs run at night.", "Jobs run at night."),
        ("Pigs fly. Jobs stop after 9 minutes.", ""),
        ("You cannot do that. Use a key.", "Use a key."),
        ("1. Click **Run**.\n2. Click **Fly**.\n", "1. Click **Run**."),
        ("Use a key.\n\n```\nrm -rf /\n```\n", "Use a key."),
    ],
    ids=["after", "before", "all", "denial", "item", "code"],
)
def test_what_no_passage_says_is_left_out(reply, shown):
    """It is the model's own, and nobody can check it."""
    assert text(reply) == shown


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        (
            "- Jobs run at night. Pigs fly.\n- Use a key.\n",
            "- Jobs run at night.\n- Use a key.",
        ),
        (
            "Jobs run at night. Pigs fly.\n\nUse a key.",
            "Jobs run at night.\n\nUse a key.",
        ),
        (
            "Jobs run at night.\n\nPigs fly.\n\nUse a key.",
            "Jobs run at night.\n\nUse a key.",
        ),
        (
            "Use a key. Pigs fly.\n\n## Jobs\n\nJobs run at night.",
            "Use a key.\n\n## Jobs\n\nJobs run at night.",
        ),
        (
            "1. Use a key.\n   Pigs fly.\n2. Click **Run**.",
            "1. Use a key.\n2. Click **Run**.",
        ),
    ],
    ids=[
        "end of an item",
        "end of a paragraph",
        "a paragraph",
        "before a heading",
        "in an item",
    ],
)
def test_what_is_left_keeps_its_shape(reply, shown):
    """An item must not run into the one before, nor a paragraph or a heading."""
    lines = [line.rstrip() for line in text(reply).split("\n")]

    assert "\n".join(lines) == shown


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        ("## Fly\n\nPigs fly.\n\n## Jobs\n\nUse a key.", "## Jobs\n\nUse a key."),
        ("To fly:\n\n- Pigs fly.\n\nUse a key.", "Use a key."),
        ("To go:\n\n- Pigs fly.\n- Use a key.", "To go:\n\n- Use a key."),
        ("## Jobs\n\nPigs fly. Use a key.", "## Jobs\n\nUse a key."),
    ],
    ids=["a heading", "a lead-in", "the next item", "the next sentence"],
)
def test_what_announced_something_else_is_left_out_with_it(reply, shown):
    """A heading or a lead-in must not speak for what stands under the next one."""
    assert text(reply) == shown


def test_what_is_shown_first_begins_with_text():
    """Blank lines of what was left out before it are left out too."""
    assert text("Pigs fly.\n\nJobs run at night.") == "Jobs run at night."


def test_a_lead_in_waits_for_what_it_announces():
    """It claims nothing, and alone it helps nobody."""
    assert (
        text("To run a job:\n\n1. Click **Run**.\n")
        == "To run a job:\n\n1. Click **Run**."
    )
    assert text("To fly:\n\n1. Click **Fly**.\n") == ""
    assert verdicts("To fly:\n\n1. Click **Fly**.\n") == [
        (Verdict.NO_CLAIM, False),
        (Verdict.UNSURE, False),
    ]


@pytest.mark.parametrize(
    ("unverified", "shown"),
    [
        (Unverified.KEEP, "Use a key. Volumes keep their files at night."),
        (Unverified.STRIKE, "Use a key."),
        (Unverified.SHOW, UNPROVEN),
        (Unverified.REFUSE, ""),
    ],
)
def test_what_is_neither_proven_nor_contradicted_is_kept(unverified, shown):
    """A check that leaves out what it cannot prove leaves out half of what is true."""
    made = teller([UNPROVEN], unverified=unverified)

    assert [s.verdict for s in made.sentences] == [
        Verdict.SUPPORTED,
        Verdict.UNSURE,
        Verdict.UNSUPPORTED,
    ]
    assert made.text.strip() == shown
    assert made.struck


def test_what_is_unproven_waits_for_what_is_proven():
    """And comes in its place, told in the order in which it is shown."""
    shown: list[str] = []
    told: list[Sentence] = []
    made = CheckedAnswer(TWO, Rules(judged=told.append), shown.append)
    made.hear("At night:\n\n- Volumes keep their files at night.\n- Pigs fly.\n\n")
    assert (shown, told, made.text) == ([], [], "")
    made.hear("Use a key. Jobs run at night.\n\nJobs run at night.")

    kept = "At night:\n\n- Volumes keep their files at night."
    assert shown[:2] == [kept, "\n\nUse a key."]
    assert "".join(shown) == made.text
    assert told == made.sentences
    assert [s.shown for s in told[:4]] == [True, True, False, True]


def test_of_a_reply_without_a_proven_sentence_nothing_is_shown():
    """Whoever makes all of it up must not be read, however well it sounds."""
    told: list[Sentence] = []
    shown: list[str] = []
    made = CheckedAnswer(TWO, Rules(judged=told.append), shown.append)
    made.hear("At night:\n\nVolumes keep their files at night. Pigs fly.")
    made.end()

    assert (shown, made.text) == ([], "")
    assert [s.verdict for s in told] == [
        Verdict.NO_CLAIM,
        Verdict.UNSURE,
        Verdict.UNSUPPORTED,
    ]
    assert told == made.sentences
    assert not any(s.shown for s in told)


def test_evidence_holds_nothing_that_may_not_be_shown():
    """It quotes a page, and a page may link anywhere and hide anything."""
    text = "Use a key ![x](https://evil.example/?q) from <https://evil.example/a>."
    made = teller(["Use a key."], passages=[passage(1, text=text)])

    (said,) = made.sentences[0].evidence
    assert "Use a key" in said.text
    assert "evil.example" not in said.text
    assert text[said.start : said.end].startswith("Use a key")


def test_a_sentence_is_shown_once_it_is_whole_and_judged():
    """A reader reads while the model writes, and never what is taken back."""
    shown: list[str] = []
    made = CheckedAnswer(TWO, Rules(), shown.append)
    made.hear("Jobs run at")
    assert shown == []
    made.hear(" night. Pigs")

    assert "".join(shown).strip() == "Jobs run at night."


def test_unverified_sentences_can_be_shown():
    """They have their verdict all the same."""
    made = teller(["Pigs fly. Use a key."], unverified=Unverified.SHOW)

    assert made.text.rstrip() == "Pigs fly. Use a key."
    assert [s.shown for s in made.sentences] == [True, True]
    assert made.struck


def test_one_unverified_sentence_can_refuse_all():
    """Nothing is shown before the last one is judged."""
    shown: list[str] = []
    made = CheckedAnswer(TWO, Rules(unverified=Unverified.REFUSE), shown.append)
    made.hear("Use a key. Jobs run at night. ")
    assert shown == []
    made.end()
    assert "".join(shown).rstrip() == "Use a key. Jobs run at night."

    assert text("Use a key. Pigs fly.", unverified=Unverified.REFUSE) == ""


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        ("Use a key [^1].", "Use a key [^1]."),
        ("Use a key [^2].", "Use a key [^1]."),
        ("Volumes keep files for ever [^1].", "Volumes keep files for ever [^2]."),
        ("Use a key.", "Use a key."),
        ("Use a key [^2][^1].", "Use a key [^2][^1]."),
    ],
    ids=["right", "wrong", "the other one", "none", "among others"],
)
def test_a_mark_is_that_of_the_passage_which_says_so(reply, shown):
    """Whoever opens it finds the sentence."""
    assert text(reply) == shown


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        ("See [the log](https://logs.example/a/).", "https://logs.example/a"),
        ("See [the log](https://evil.example/a/).", ""),
    ],
    ids=["of the passage", "of nobody"],
)
def test_an_address_is_one_of_the_passages(reply, shown):
    """No other leaves this program."""
    found = text(reply)

    assert shown in found
    assert bool(found) == bool(shown)


def test_an_address_is_one_of_the_passage_that_is_cited():
    """Those of another page say nothing about this sentence."""
    link = "[the log](https://logs.example/a/)"
    replies = [f"Use a key in {link} [^1].", f"Volumes keep files in {link} [^2]."]

    one, two = (text(reply, unverified=Unverified.SHOW) for reply in replies)

    assert link in one
    assert "logs.example" not in two


def test_an_address_that_is_told_in_a_reason_is_not_shown():
    """Verdicts stand in JSON, and somebody renders that."""
    made = teller(["See [the log](https://evil.example/a/)."])

    assert "evil.example" not in str(made.sentences)


@pytest.mark.parametrize("cut", [1, 3, 7, 1000])
def test_the_sentinel_is_heard_in_pieces_of_any_size(cut):
    """It is not text that the reader sees."""
    pieces = [NOT_IN_DOCS[n : n + cut] for n in range(0, len(NOT_IN_DOCS), cut)]
    made = teller(pieces)

    assert made.refused
    assert made.text == ""


REPLY = (
    "To run a job:\n\n1. Click **Run** [^1]. Pigs fly.\n2. Use a key.\n\n"
    "Jobs stop after 9 minutes. Volumes keep files for ever [^2].\n\n"
    "```\nrm -rf /\n```\n\nNo way. Jobs run at night."
)


@settings(deadline=None, max_examples=60)
@given(cuts=st.sets(st.integers(0, len(REPLY))))
def test_where_a_reply_is_cut_makes_no_difference(cuts):
    """Tokens are of any size."""
    ends = [0, *sorted(cuts), len(REPLY)]
    pieces = [REPLY[a:b] for a, b in pairwise(ends)]
    cut, whole = teller(pieces), teller([REPLY])

    assert cut.text == whole.text
    assert cut.sentences == whole.sentences


@settings(deadline=None, max_examples=100)
@given(
    words=st.lists(
        st.sampled_from(
            "`Pigs`|fly.|\n|\n\n|Use|a|key.|- |1. |## |:|```|[^1]|[^9]|`x`|not|| |".split(
                "|"
            )
        ),
        max_size=25,
    ),
    unverified=st.sampled_from(Unverified),
)
@example(["## ", "`Pigs`", "\n", "Use"], Unverified.STRIKE)
def test_nothing_unproven_is_shown_where_that_is_asked_for(words, unverified):
    """Whatever the model writes, and in which form."""
    made = teller([f"{word} " for word in words], unverified=unverified)

    # A heading claims nothing, whatever it names.
    sentences = re.sub(r"^ *## .*$", "", made.text, flags=re.M)
    if unverified in (Unverified.STRIKE, Unverified.REFUSE):
        assert "Pigs" not in sentences
    assert not made.text.startswith((" \n", "\n"))


@pytest.mark.parametrize("unverified", Unverified)
@pytest.mark.parametrize(
    "reply",
    [
        "Jobs run at night. Pigs fly. Use a key.",
        "Do this:\n\n1. Use a key.\n2. Click **Fly**.",
        "Do this:\n\n- Pigs fly.\n\nUse a key.",
        "Use a key.\n\n## Jobs\n\n",
        "Pigs fly.",
        "Jobs run at night. Use a key.",
    ],
)
def test_each_sentence_is_told_once_with_what_becomes_of_it(reply, unverified):
    """A reader of events never has to take one back."""
    told: list[Sentence] = []
    rules = Rules(unverified=unverified, judged=told.append)
    made = CheckedAnswer(TWO, rules, lambda _: None)
    made.hear(reply)
    made.end()

    whole = unverified is Unverified.REFUSE and made.struck
    certain = [replace(s, shown=s.shown and not whole) for s in made.sentences]
    assert sorted(told, key=lambda s: s.text) == sorted(certain, key=lambda s: s.text)
    shown = "".join(s.text for s in told if s.shown)
    assert shown.split() == made.text.split()


def test_a_sentence_is_told_before_the_next_one_is_heard():
    """What announces waits for what it announces."""
    told: list[str] = []
    rules = Rules(judged=lambda sentence: told.append(sentence.text.strip()))
    made = CheckedAnswer(TWO, rules, lambda _: None)

    made.hear("Jobs run at night. Do this:\n\n")
    assert told == ["Jobs run at night."]
    made.hear("1. Use a key.\n2. Then")
    assert told[1:] == ["Do this:", "1. Use a key."]
