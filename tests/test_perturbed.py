"""The perturbed sets: what is true in them stands there, what is false was changed in one thing."""

from __future__ import annotations

import doctest
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from bench.perturbed import (
    PerturbedSentence,
    cases,
    first,
    held_out,
    literals,
    passages_of,
    removed,
)
from bench.perturbed.addresses import Addresses
from bench.perturbed.case import Change
from bench.perturbed.frozen import docs_sha, frozen, near_scope
from bench.perturbed.held_out_parts import roles, unconditional
from bench.perturbed.held_out_words import (
    MODALITY,
    by_rules,
    places,
    quantifiers,
    units,
)
from bench.perturbed.names import Names, Products
from bench.perturbed.negation import negation
from bench.perturbed.pool import Pool, contains_value
from bench.perturbed.rewrite import paraphrase
from bench.perturbed.sentences import (
    SourceSentence,
    collapse_whitespace,
    sentences_in,
    source_sentences,
)

from askdocs.domain.text import Chunk

DOCS = os.environ.get("RAG_TEST_DOCS", "")

on_docs = pytest.mark.skipif(
    not DOCS, reason="RAG_TEST_DOCS does not name a clone of the Scaleway docs"
)


def chunk(text: str, path: str = "jobs/page.mdx", nth: int = 0) -> Chunk:
    page = {
        "title": "Page",
        "file_path": "jobs/page",
        "public_url": "https://a.example/",
    }
    return Chunk(path, ("Start",), text, text, nth, "f", page)


def a_sentence(text: str, form: str = "prose") -> SourceSentence:
    return SourceSentence(chunk(text), 0, text, form)


def changes_of(
    corrupt: Callable[[SourceSentence], Iterable[Change]], text: str
) -> set[tuple[str, str]]:
    """What is changed in a sentence, and to what."""
    return {(c.was, c.became) for c in corrupt(a_sentence(text))}


# Which sentences there are


def test_prose_items_and_commands_are_sentences():
    """Tables, headings, labels and the output of programs are none."""
    text = """## A heading that nobody takes for a sentence
Each job keeps its logs for a week. Use e.g. the console to read all of them.
1. Click **Jobs** in the side menu of the console.
Note:
| a row | of a table | is no sentence | at all |
```bash
# remove all of the jobs that have ended
scw jobs definition list region=fr-par
fr-par  three jobs were found in this region
```"""

    assert list(sentences_in(text)) == [
        ("Each job keeps its logs for a week.", "prose"),
        ("Use e.g. the console to read all of them.", "prose"),
        ("Click **Jobs** in the side menu of the console.", "item"),
        ("scw jobs definition list region=fr-par", "command"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Too short by far.",
        "What does a reader of the docs ask?",
        "Open this (the whole sentence is cut.",
        "and this is the rest of a sentence.",
        "The following steps tell you all of it:",
    ],
    ids=["short", "question", "cut", "rest", "announcement"],
)
def test_what_cannot_stand_alone_is_no_sentence(line):
    """A model would not answer with it."""
    assert list(sentences_in(line)) == []


def test_a_sentence_counts_once():
    """Macros repeat theirs on hundreds of pages."""
    text = "Each job keeps its logs for a week."

    found = source_sentences([chunk(text, "b/page.mdx"), chunk(text, "c/page.mdx")])

    assert [(s.chunk.path, s.nth) for s in found] == [("b/page.mdx", 0)]


# What is changed


CHANGED = [
    "A job of 30 minutes listens on port 8080 and costs €0.15 and 20% more.",
    "You can disable the `max_scale` field in `app/main.py` before you enable it.",
    "Connect from the server to the client with SSH if all jobs must use at least 2 GB.",
    "Read [the guide](https://docs.example.com/jobs/list/) for Ubuntu 22.04 in fr-par-1.",
    "Run `docker run --name job` in the zone where Object Storage is available.",
]
WAYS = {
    "number": literals.number,
    "price": literals.price,
    "negation": negation,
    "unit": units,
    "roles": roles,
    "quantifier": quantifiers,
    "modality": by_rules(MODALITY),
    "place": places,
    "condition": unconditional,
    "product": lambda s: Products(
        [a_sentence(CHANGED[4])] * 9 + [a_sentence("Block Storage")] * 9
    ).product(s),
    "code name": lambda s: Names([a_sentence(t) for t in CHANGED]).code_name(s),
    "url": lambda s: Addresses.of([a_sentence(t) for t in CHANGED]).url(s),
    "flag": lambda s: literals.Commands([a_sentence(t) for t in CHANGED]).flag(s),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_corruption_changes_one_thing_and_says_which(way):
    """The verdict on a sentence is the verdict on that one thing."""
    found = [(text, change) for text in CHANGED for change in way(a_sentence(text))]

    assert found
    for text, change in found:
        assert change.sentence != text
        assert is_one_replacement(text, change)


def is_one_replacement(text: str, change: Change) -> bool:
    """Whether one replacement leads from the text to the changed sentence."""
    ways = {
        text[: m.start()] + change.became + text[m.end() :]
        for m in re.finditer(re.escape(change.was), text)
    }
    return change.sentence.lower() in {way.lower() for way in ways}


def test_a_number_keeps_its_form():
    """A limit of 7.3 days would be found by its form alone."""
    found = changes_of(
        literals.number, "A job of 30 minutes keeps 1,500 lines for two weeks."
    )

    assert {was for was, _ in found} == {"30", "1,500", "two"}
    assert all(re.fullmatch(r"\d\d", b) for was, b in found if was == "30")
    assert all(re.fullmatch(r"\d,500", b) for was, b in found if was == "1,500")


@pytest.mark.parametrize(
    "text",
    [
        "Install it on Ubuntu 22 with the newest packages.",
        "Go on with step 4 when the job has ended.",
        "The price has been the same since 2021 for all.",
        "Click the button (2) to see the list of jobs.",
        "Use `sleep 30` or [the guide](/jobs/30) to wait for it.",
    ],
    ids=["version", "step", "year", "place in a picture", "code and links"],
)
def test_a_number_that_counts_nothing_stays(text):
    """To change it is another corruption, or none."""
    assert changes_of(literals.number, text) == set()


def test_a_port_becomes_another_port():
    """One that nobody listens on would be nonsense."""
    ports = {
        b
        for _, b in changes_of(literals.number, "The server listens on port 8080 here.")
    }

    assert ports
    assert ports <= set(literals.PORTS.split()) - {"8080"}


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("A job cannot be started twice at once.", ("cannot", "can")),
        ("A job can be started twice at once.", ("can", "cannot")),
        ("The volume must not be attached to it.", ("must not", "must")),
        ("This setting is required for each job.", ("required", "optional")),
        ("Logs are kept after the job has ended.", ("after", "before")),
    ],
    ids=["taken out", "put in", "must not", "required", "after"],
)
def test_a_negation_turns_the_claim_round(text, change):
    """One of the rules that fit is drawn."""
    assert len(changes_of(negation, text)) == 1
    assert changes_of(negation, text) <= {change, ("is", "is not"), ("are", "are not")}


def test_a_product_becomes_one_that_the_docs_know():
    """A made-up name would be found by looking it up."""
    known = Products([a_sentence("Grafana"), a_sentence("Prometheus")] * 9)
    text = "You can look at the logs of a job in Grafana at once."

    assert changes_of(known.product, text) == {("Grafana", "Prometheus")}


def test_a_paraphrase_says_it_in_other_words():
    """The same words in the same order are no paraphrase."""
    text = "You can attach a volume to [a job](/jobs/)."

    assert paraphrase(a_sentence(text)) == "It is possible to attach a volume to a job."
    assert paraphrase(a_sentence("A job ends by itself after a while.")) == ""


# What a case is made of


def test_a_case_has_its_source_among_five_passages():
    """Two of them are from near by, two from far away, in an order that tells nothing."""
    near = [chunk(f"A job of the sort {n} keeps logs.", nth=n) for n in range(6)]
    far = [chunk(f"Something else of sort {n}.", f"far{n}/a.mdx") for n in range(1200)]
    pool = Pool([*near, *far])
    sentences = source_sentences(near)

    found = [pool.case("verbatim", s, s.text) for s in sentences]

    assert {len({c.id for c in case.passages}) for case in found} == {5}
    assert {sum(c.path == "jobs/page.mdx" for c in f.passages) for f in found} == {3}
    assert all(f.source_chunk is s.chunk for f, s in zip(found, sentences, strict=True))
    assert len({case.place for case in found}) > 1


def test_a_value_stands_as_a_whole_or_not_at_all():
    """10 does not stand in 100, nor `--all` in `--allow`."""
    assert contains_value("Up to 10 jobs.", "10")
    assert contains_value("Use `--all` here.", "--all")
    assert not contains_value("Up to 100 jobs, or 10.5, or v10.", "10")
    assert not contains_value("Use `--allow` here.", "--all")


def test_a_removed_fact_is_asked_for_and_not_told():
    """A question that holds its answer tests nothing."""
    text = "Each Instance keeps up to 15 volumes at a time."
    kind, fact, at = next(iter(removed.facts(a_sentence(text))))

    found = removed.case(kind, a_sentence(text), fact, at)

    assert (kind, fact, found.made_up) == ("number", "15", text)
    assert found.question == (
        "Page - Start: each Instance keeps up to how many volumes at a time?"
    )


@pytest.mark.parametrize("module", [literals, removed], ids=["literals", "removed"])
def test_the_examples_are_true(module):
    """They say what no sentence says as shortly."""
    result = doctest.testmod(module)

    assert result.attempted
    assert not result.failed


# What was written by hand


def test_near_scope_holds_enough_of_each_kind():
    """A share of 90 % needs a hundred questions to be a number."""
    rows = near_scope()
    kinds = [row["kind"] for row in rows]

    assert len({row["id"] for row in rows}) == len({row["question"] for row in rows})
    assert len(rows) >= 120
    assert set(kinds) == {"other vendor", "no such feature", "detail not given"}
    assert min(map(kinds.count, set(kinds))) >= 30


def test_every_made_up_answer_is_fluent():
    """The fake model says it as a careless one would."""
    for row in near_scope():
        assert row["question"].endswith("?")
        assert row["made_up"].endswith(".")
        assert 5 <= len(row["made_up"].split()) <= 50


@on_docs
def test_the_docs_do_not_have_what_near_scope_asks_for():
    """Where a word decides that, it stands in the row."""
    text = "\n".join(p.read_text() for p in Path(DOCS).rglob("*.mdx")).lower()
    words = [row["absent"].lower() for row in near_scope() if row["absent"]]

    assert len(words) > 100
    assert [word for word in words if word in text] == []


# The frozen sets


@pytest.fixture(scope="module")
def both() -> dict[str, list[PerturbedSentence]]:
    """The set that is tuned on, and the held-out one."""
    return {"first": cases(DOCS), "held out": held_out.cases(DOCS)}


@pytest.fixture(params=["first", "held out"])
def perturbed_set(both, request) -> list[PerturbedSentence]:
    """Each of the sets in turn."""
    return both[request.param]


@on_docs
def test_the_sets_are_what_they_were_before_there_was_a_checker():
    """Who changes the questions until the answers fit has measured nothing."""
    if docs_sha(DOCS) != frozen()["docs"]:
        pytest.skip("RAG_TEST_DOCS has other docs than those that were frozen")

    assert frozen(DOCS) == frozen()


@on_docs
def test_ids_of_cases_are_unique(perturbed_set):
    """A result names a case by its id."""
    assert len({case.id for case in perturbed_set}) == len(perturbed_set)


@on_docs
def test_a_source_stands_in_every_place_alike(perturbed_set):
    """A checker that looks at the first passage alone must not do well."""
    shares = [
        sum(c.place == n for c in perturbed_set) / len(perturbed_set)
        for n in range(1, 6)
    ]

    assert all(0.15 < share < 0.25 for share in shares)


@on_docs
def test_true_sentences_stand_in_their_source(perturbed_set):
    """As a reader sees them, but for its line ends."""
    with_source = [case for case in perturbed_set if case.said]

    assert len(with_source) > 500
    assert [
        c.id
        for c in with_source
        if c.said not in collapse_whitespace(c.source_chunk.text)
    ] == []


@on_docs
def test_no_false_sentence_stands_in_its_passages(perturbed_set):
    """It would be true."""
    false = [case for case in perturbed_set if not case.supported]
    wrong = [
        case.id
        for case in false
        if any(case.sentence in collapse_whitespace(c.text) for c in case.passages)
    ]

    assert len(false) > 300
    assert wrong == []


@on_docs
def test_a_false_sentence_differs_from_a_true_one_in_what_it_says(perturbed_set):
    """Neither more nor less."""
    for case in perturbed_set:
        if case.supported or not case.said:
            continue
        text = first.as_prose(form_of(case), case.said)
        assert is_one_replacement(text, Change(case.sentence, case.was, case.became)), (
            case.id
        )


def form_of(case: PerturbedSentence) -> SourceSentence:
    """The sentence of a case, with its form looked up again."""
    forms = dict(sentences_in(case.source_chunk.text))
    return SourceSentence(case.source_chunk, case.nth, case.said, forms[case.said])


@on_docs
def test_a_value_that_stands_elsewhere_is_marked(perturbed_set):
    """That is the part which a look-up over all passages does not find."""
    hard = [case for case in perturbed_set if case.elsewhere]

    assert len(hard) > 30
    for case in hard:
        assert any(contains_value(c.text, case.became) for c in case.passages)


@on_docs
def test_what_is_supported_was_not_changed(both):
    """The controls of both sets."""
    for case in [*both["first"], *both["held out"]]:
        assert case.supported == (case.was == case.became == ""), case.id


@on_docs
def test_the_sets_share_no_sentence(both):
    """What was tuned on one must hold on the other."""
    used = {case.said for case in both["first"]}

    assert [case.id for case in both["held out"] if case.said in used] == []


@on_docs
@pytest.mark.parametrize(
    ("name", "file", "least"),
    [("first", first.PARAPHRASES, 80), ("held out", held_out.PARAPHRASES, 40)],
    ids=["first", "held out"],
)
def test_every_paraphrase_finds_its_sentence(both, name, file, least):
    """Only the hash of the sentence is kept with it."""
    rows = file.read_text().splitlines()
    kept = [case for case in both[name] if case.kind == "paraphrase"]

    assert len(kept) == len(rows) >= least


@on_docs
def test_cases_become_passages_of_a_search(both):
    """A checker is given nothing else."""
    case = both["first"][0]

    given = passages_of(case)

    assert [p.text for p in given] == [c.text for c in case.passages]
    assert given[case.place - 1].path == case.path


@on_docs
def test_a_removed_fact_stands_nowhere_else_on_its_page():
    """Otherwise the passages would still answer."""
    pages: dict[str, str] = {}
    for each in first.docs_of(DOCS).pool.chunks:
        pages[each.path] = f"{pages.get(each.path, '')}\n{each.text}"
    facts = removed.facts_removed(DOCS)

    assert len(facts) >= 60
    assert len({fact.id for fact in facts}) == len(facts)
    for fact in facts:
        path, sentence = fact.gone
        assert contains_value(pages[path], fact.fact)
        assert not contains_value(removed.without(pages[path], sentence), fact.fact)
        assert not contains_value(fact.question, fact.fact)
