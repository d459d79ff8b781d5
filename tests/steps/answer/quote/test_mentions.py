"""What is asked about by name must be named in the docs."""

from __future__ import annotations

import pytest

from askdocs.steps.answer.quote.mentions import unmentioned_names

DOCS = (
    "Scaleway > Managed Databases\nA PostgreSQL cluster runs in Paris on Open Search or K-8s.",
    "Use the GPUs. The GPU-3070-S has one. Restore at a point in time. Ask BILLs.",
)


def names(question: str, *texts: str, product: str = "Scaleway") -> tuple[str, ...]:
    return unmentioned_names(question, texts or DOCS, product=product)


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("is there a region in Tokyo?", "Tokyo"),
        ("are you HIPAA compliant?", "HIPAA"),
        ("HIPAA compliant?", "HIPAA"),
        ("how do I run ClickHouse", "ClickHouse"),
        ("can I rent a B200?", "B200"),
        ("is b200 offered", "b200"),
        ("does it have pay-as-you-go billing?", "pay-as-you-go"),
        ("how do I use the C++17 Library?", "Library"),
        ("does tls1.3 work?", "tls1.3"),
    ],
)
def test_a_name_that_no_passage_has_is_told(question, missing):
    """An answer about Paris is none about Tokyo."""
    assert missing in names(question)


@pytest.mark.parametrize(
    "question",
    [
        "does a PostgreSQL cluster run?",
        "is OpenSearch there?",
        "and Opensearch?",
        "how do I start k8s?",
        "which GPU is there?",
        "a GPU-3070-S please",
        "point-in-time restore?",
        "what does a Bill say?",
        "are there Managed Database offers?",
    ],
    ids=[
        *("as it is", "in two words", "in other capitals", "without a hyphen"),
        *("plural", "with hyphens", "compound in words", "plural of capitals"),
        "in a title",
    ],
)
def test_a_name_in_another_form_is_mentioned(question):
    """People write it as they like."""
    assert names(question) == ()


@pytest.mark.parametrize(
    "question",
    [
        "Tokens expire when?",
        "It broke. Tokens expired? Why",
        "it says: Tokens expire",
        '"Tokens expire" means what?',
        "(Tokens)",
        "Tokens",
    ],
)
def test_what_begins_a_sentence_is_no_name(question):
    """Its capital says nothing."""
    assert names(question) == ()


@pytest.mark.parametrize(
    "question",
    [
        "how do I delete a snapshot?",
        "use it in 2026",
        "is it read-only?",
        "a TV or VM?",
    ],
    ids=["plain words", "a year", "a compound without grammar", "too short"],
)
def test_plain_words_are_no_names(question):
    """A page may say the same in others."""
    assert names(question) == ()


@pytest.mark.parametrize("product", ["Pebble", "pebble", "The Pebble Cloud"])
def test_the_name_of_the_product_needs_no_mention(product):
    """Its own docs are about nothing else."""
    assert names("is Tokyo a region of Pebble?", product=product) == ("Tokyo",)


def test_names_come_once_and_in_the_order_of_the_question():
    """They are read out to the user."""
    question = "between Tokyo and Osaka, or Tokyo and Kyoto?"

    assert names(question) == ("Tokyo", "Osaka", "Kyoto")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SOC", "Volumes are associated."),
        ("SSO", "A processor."),
        ("Oslo", "It is also low."),
        ("ARM", "Set an alarm."),
        ("B200", "The GB200."),
    ],
)
def test_letters_within_a_word_mention_no_name(name, text):
    """A certificate is not there because something is associated."""
    assert names(f"does {name} work?", text) == (name,)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SQL", "A PostgreSQL database."),
        ("Postgres", "A PostgreSQL database."),
        ("ConfigMaps", "A ConfigMap holds it."),
        ("Config-Maps", "A ConfigMap holds it."),
        ("Policies", "A policy."),
        ("Llama", "Use Llama3.1."),
        ("VPCs", "A vpc_id."),
        ("Redis", "Redis\u2122 7."),
    ],
)
def test_part_of_a_name_mentions_it(name, text):
    """People say Postgres, and the docs PostgreSQL."""
    assert names(f"does {name} work?", text) == ()


@pytest.mark.parametrize(
    "question", ["", "???", "\u0645\u0627 \u0647\u0648", "\u4f60\u597d", "-/.-"]
)
def test_no_words_hold_no_names(question):
    """A question may be anything."""
    assert names(question) == ()


def test_without_passages_every_name_is_missing():
    """A search may find nothing."""
    assert unmentioned_names("is it in Tokyo?", [], product="") == ("Tokyo",)


def test_a_stack_trace_has_no_name_that_must_be_mentioned():
    """Its classes and files are nobody's question."""
    short = "botocore.exceptions.ClientError in app.py, why?"
    frames = "".join(f"line {n} in Call{n} of Module{n}Test " for n in range(9))

    assert names(short) == ()
    assert names(f"why does this fail: {frames}") == ()
    assert names("why does Module1Test fail?") == ("Module1Test",)
