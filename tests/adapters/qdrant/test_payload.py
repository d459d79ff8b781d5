"""What either store holds is read back, and what is none of ours is told."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from dataclasses import asdict, replace

import pytest
from tests.support.fakes import a_chunk, a_manifest, a_table

from askdocs.adapters.qdrant import payload
from askdocs.adapters.qdrant.bm25 import encode_question
from askdocs.adapters.qdrant.payload import (
    KEYWORD_FIELDS,
    PASSAGE_FIELDS,
    PAYLOAD_FIELDS,
    STORED_FIELDS,
    pack_table,
    page_coverage,
    read_manifest,
    read_passage,
    read_stored,
    unpack_table,
)
from askdocs.domain.errors import IndexDamaged, IndexMismatch
from askdocs.domain.index import SCHEMA_VERSION, Stored
from askdocs.domain.search import COMPARED, Filter
from askdocs.domain.site import Table

CHUNK = replace(a_chunk(heading=("How to", "Run it"), lines=(7, 9)), also=("stop",))


def only(fields, data):
    return {name: data[name] for name in fields}


def test_a_passage_is_made_of_the_fields_that_are_asked_for():
    """A search reads these and no others over the network."""
    passage = read_passage("id", only(PASSAGE_FIELDS, CHUNK.payload), 0.5)

    assert asdict(passage) == {
        "id": "id",
        "path": "pages/jobs.mdx",
        "file_path": "pages/jobs",
        "url": "https://example.org/docs/jobs/",
        "anchor": "run-it",
        "title": "Jobs",
        "heading": ("How to", "Run it"),
        "text": "Run it.",
        "lines": (7, 9),
        "score": 0.5,
        "also": ("stop",),
    }


def test_a_passage_of_an_older_index_has_no_further_sections():
    """Before sections were joined the payload had no such field."""
    data = only(PASSAGE_FIELDS, CHUNK.payload)
    del data["also"]

    assert read_passage("id", data).also == ()


def test_a_scan_reads_the_fields_that_are_asked_for():
    """The diff is made from these alone."""
    stored = read_stored(only(STORED_FIELDS, CHUNK.payload))

    assert stored == Stored(
        path="pages/jobs.mdx",
        page_sha=CHUNK.page["page_sha"],
        page_chunks=1,
        embed_sha=CHUNK.embed_sha,
        payload_sha=CHUNK.payload["payload_sha"],
    )


def test_a_point_that_others_wrote_matches_no_chunk():
    """So the next run removes it."""
    assert read_stored({"x": 1}) == Stored("", "", 0, "", "")


def test_every_field_of_a_filter_is_in_the_payload_and_indexed():
    """A field that is forgotten here is a filter that reads every payload."""
    named = {name for name, value in asdict(Filter()).items() if value == ()}

    assert PAYLOAD_FIELDS.keys() == named
    assert set(KEYWORD_FIELDS) == set(PAYLOAD_FIELDS.values())


@pytest.mark.parametrize("name", COMPARED)
def test_coverage_compares_with_the_field_of_the_ranking(name):
    """The title may hold every word where the headings hold none."""
    fields = {**dict.fromkeys(COMPARED, "invoices"), name: "Delete a bucket"}

    assert page_coverage(name, {"fields": fields}, encode_question("bucket")) == 1.0


def test_a_manifest_is_read_back_from_plain_data():
    """JSON in a file or metadata of a collection: both hold the same."""
    manifest = a_manifest(chunks=3)
    data = json.loads(json.dumps(manifest.as_dict()))

    assert read_manifest(data, "here") == manifest


@pytest.mark.parametrize(
    ("version", "hint"),
    [(SCHEMA_VERSION + 1, "pip install --upgrade"), (SCHEMA_VERSION - 1, "--rebuild")],
    ids=["newer", "older"],
)
def test_a_manifest_of_another_format_is_refused_with_what_helps(version, hint):
    """To read it by other rules would give wrong answers; only one of the two can rebuild."""
    data = {**a_manifest().as_dict(), "schema_version": version}

    with pytest.raises(IndexMismatch, match=f"format {version}, ") as caught:
        read_manifest(data, "here")
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    "data",
    [
        [],
        "text",
        None,
        {},
        {**a_manifest().as_dict(), "space": 1},
        {**a_manifest().as_dict(), "more": 1},
        {**a_manifest().as_dict(), "cut": {"version": 1}},
    ],
    ids=["list", "text", "null", "empty", "no space", "a field more", "half a field"],
)
def test_what_is_no_manifest_is_damage_and_says_where(data):
    """An index that does not say what built it answers with nonsense."""
    with pytest.raises(IndexDamaged, match="cannot be read at here"):
        read_manifest(data, "here")


def test_a_table_is_packed_small_and_unpacked_whole():
    """It lies in the metadata, which every search reads."""
    table = a_table(*(f"pages/with/a/long/path/{n}.mdx" for n in range(200)))
    text = pack_table(table)

    assert unpack_table(text) == table
    assert len(text) < len(json.dumps(table.as_dict())) / 4


@pytest.mark.parametrize(
    "text",
    [
        None,
        7,
        "",
        "no base 64!",
        b64encode(b"not packed").decode(),
        b64encode(zlib.compress(b"[]")).decode(),
        b64encode(zlib.compress(b"{")).decode(),
        b64encode(zlib.compress(b'{"rule": "x", "places": [[1]]}')).decode(),
    ],
)
def test_what_is_no_table_is_none(text):
    """Links are made without it, and the next run writes it anew."""
    assert unpack_table(text) is None


def test_a_table_that_unpacks_without_end_is_none(monkeypatch):
    """Whoever can write metadata must not fill the memory of whoever reads it."""
    monkeypatch.setattr(payload, "MAX_TABLE_BYTES", 1000)

    assert unpack_table(pack_table(Table("x" * 900, ()))) is not None
    assert unpack_table(pack_table(Table("x" * 1000, ()))) is None
