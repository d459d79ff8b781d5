"""The nouns that are read and kept, and the one filter for hidden characters."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from dataclasses import FrozenInstanceError, replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askdocs.domain.search import Hit
from askdocs.domain.text import Block, Chunk, Front, Kind, Page, Section, visible

PAGE = {"title": "Jobs", "tags": ["a"], "page_sha": "s", "page_chunks": 2}
CHUNK = Chunk(
    path="serverless/jobs.mdx",
    heading=("Jobs", "Créer"),
    text="Run **it** [here](/x/).",
    embedded="Jobs > Créer\n\nRun it here.",
    nth=0,
    fingerprint="0123456789abcdef",
    page=PAGE,
    anchor="créer",
    lines=(3, 4),
)

# By `b2sum -l 64` and `sha256sum` of GNU coreutils 9, not by this program. Another
# value means that every index there is must be made again.
GOLDEN_ID = "29fe016c-a7d8-3223-943d-7de1e9b347e2"
GOLDEN_EMBED_SHA = "6e19a3b03226d4ee78858c4712dd5df45dd05ec9ed64e17745dccc28d7cfe1c9"
GOLDEN_PAYLOAD_SHA = "1e428ab153fb9384cc30377b4f2881123322f7c46de12522c48ca49ca91cb9d1"


def test_an_id_is_a_uuid_with_hyphens():
    """Qdrant answers with hyphens, whatever it was given."""
    assert str(UUID(CHUNK.id)) == CHUNK.id
    assert CHUNK.id.count("-") == 4


def test_ids_and_hashes_are_what_they_always_were():
    """An accidental change would embed 12,000 chunks again in every installation."""
    assert CHUNK.id == GOLDEN_ID
    assert CHUNK.embed_sha == GOLDEN_EMBED_SHA
    assert CHUNK.payload["payload_sha"] == GOLDEN_PAYLOAD_SHA


@pytest.mark.parametrize("seed", ["0", "1"])
def test_ids_do_not_depend_on_the_process(seed):
    """Python's own `hash` does, and so does the order of a set."""
    program = (
        "from askdocs.domain.text import Chunk\n"
        f"c = {CHUNK!r}\n"
        "print(c.id, c.embed_sha, c.payload['payload_sha'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == [GOLDEN_ID, GOLDEN_EMBED_SHA, GOLDEN_PAYLOAD_SHA]


@pytest.mark.parametrize(
    ("change", "id_", "embed_sha", "payload_sha"),
    [
        ({"path": "other.mdx"}, True, False, True),
        ({"heading": ("Jobs",)}, True, False, True),
        ({"nth": 1}, True, False, True),
        ({"embedded": "other"}, True, True, True),
        ({"fingerprint": "other"}, True, True, True),
        ({"text": "other"}, False, False, True),
        ({"lines": (4, 5)}, False, False, True),
        ({"anchor": "create"}, False, False, True),
        ({"also": ("create",)}, False, False, True),
        ({"page": {**PAGE, "tags": ["b"]}}, False, False, True),
        ({"page": {**PAGE, "page_chunks": 3}}, False, False, True),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
def test_each_field_changes_what_depends_on_it(change, id_, embed_sha, payload_sha):
    """What changes too much embeds for nothing, what changes too little is wrong."""
    other = replace(CHUNK, **change)

    assert (other.id != CHUNK.id) is id_
    assert (other.embed_sha != CHUNK.embed_sha) is embed_sha
    assert (other.payload["payload_sha"] != CHUNK.payload["payload_sha"]) is payload_sha


def test_the_order_of_the_fields_of_a_page_does_not_matter():
    """A payload that a store gave back may have another."""
    turned = replace(CHUNK, page=dict(reversed(PAGE.items())))

    assert turned.payload["payload_sha"] == CHUNK.payload["payload_sha"]


def test_the_chunks_of_a_page_have_ids_that_begin_alike():
    """A search tells the page of a hit by its id alone."""
    other, elsewhere = replace(CHUNK, nth=1), replace(CHUNK, path="serverless/j.mdx")

    pages = [Hit(chunk.id, 0.0).page for chunk in (CHUNK, other, elsewhere)]
    assert pages[0] == pages[1] != pages[2]
    assert other.id != CHUNK.id


def test_no_two_places_have_one_key():
    """Joined with a separator, ("a", "b") and ("a/b",) would be one chunk."""
    places = [
        ("a", "b"),
        ("a/b",),
        ("a > b",),
        ('a", "b',),
        ("a\x1fb",),
        ("a", "", "b"),
    ]

    assert len({replace(CHUNK, heading=h).id for h in places}) == len(places)


def test_a_payload_survives_json():
    """Both stores keep it as JSON."""
    assert json.loads(json.dumps(CHUNK.payload)) == CHUNK.payload


def test_a_chunk_cannot_be_changed():
    """Its id was computed from what it was."""
    with pytest.raises(FrozenInstanceError):
        CHUNK.text = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("sections", "prose"),
    [
        ((), False),
        ((Section((), "", ()), Section(("H",), "h", ())), False),
        (
            (
                Section((), "", ()),
                Section(("H",), "h", (Block("x", Kind.PROSE, (1, 1)),)),
            ),
            True,
        ),
    ],
    ids=["nothing", "headings alone", "a block"],
)
def test_headings_alone_are_no_prose(sections, prose):
    """A card page has headings as well."""
    assert Page("a.mdx", Front(), sections).has_prose is prose


@pytest.mark.parametrize(
    "hidden",
    [
        "\x00",
        "\x07",
        "\x08",
        "\r",
        "\x1b",
        "\x7f",
        "\x9b",
        "\u00ad",
        "\u061c",
        "\u200b",
        "\u200e",
        "\u200f",
        "\u202e",
        "\u2060",
        "\u2066",
        "\u2069",
        "\ufeff",
        "\ud800",
        "\U000e0041",
        "\U000e007f",
        "\U000e0100",
        "\u034f",
        "\u3164",
        "\u206a",
        "\U0001d173",
    ],
    ids=lambda c: f"U+{ord(c):04X}",
)
def test_hidden_characters_are_dropped(hidden):
    """Each shows a person something else than the model reads, or steers a terminal."""
    assert visible(f"a{hidden}b") == "ab"


@pytest.mark.parametrize(
    "text",
    [
        "two\nlines\tand a tab",
        "👩🏽\u200d🚀",
        "नमस्\u200dते",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "é e\u0301",
        "\u00a0",
    ],
    ids=["line and tab", "emoji", "devanagari", "persian", "accents", "no-break space"],
)
def test_what_people_write_stays(text):
    """A joiner is part of the word in Hindi and Persian, and of many emoji."""
    assert visible(text) == text


@settings(max_examples=300)
@given(st.text())
def test_what_is_visible_holds_no_control_character(text):
    """Also not one that this list forgot, and a second pass changes nothing."""
    shown = visible(text)

    assert visible(shown) == shown
    assert all(
        c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"} for c in shown
    )
    shown.encode()
