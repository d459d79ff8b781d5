"""What an index says of itself, and how a run is reported."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest

from askdocs.domain.errors import Exit
from askdocs.domain.index import ChunkConfig, Manifest, Report, Root, Space, fingerprint
from askdocs.domain.text import SkippedFile

SPACE = Space(
    model="bundled",
    weights_sha="w" * 64,
    dim=384,
    distance="cosine",
    max_tokens=256,
    pooling="mean, normalize",
)
CUT = ChunkConfig(version=1, tokens=256)
GOLDEN = "ff9e103f41b4209c"
"""By `sha256sum` of GNU coreutils 9, of the sorted JSON of the fields."""

MANIFEST = Manifest(
    space=SPACE,
    cut=CUT,
    root=Root("github.com/x/docs", "en", "c0ffee"),
    base_url="https://docs.example/",
    generation="20260102T030405Z",
    pages=3,
    chunks=7,
    finished="2026-01-02T03:04:05Z",
)
REPORT = Report(
    found=4,
    indexed=1,
    unchanged=1,
    skipped=(SkippedFile("a.mdx", "macro"),),
    failed=(SkippedFile("b.mdx", "not UTF-8 at byte 3"),),
    chunks=7,
    embedded=2,
    written=2,
    deleted=0,
    pages_removed=0,
    withheld="",
    generation="g",
    seconds={"read": 0.1},
)


def test_a_manifest_survives_json():
    """It lies in a file with one store and in the metadata of the other."""
    assert Manifest.from_dict(json.loads(json.dumps(MANIFEST.as_dict()))) == MANIFEST


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"space": {}},
        {**MANIFEST.as_dict(), "space": None},
        {**MANIFEST.as_dict(), "new": 1},
    ],
    ids=["empty", "half", "none", "of a later version"],
)
def test_what_is_no_manifest_is_refused(broken):
    """The stores make an "index damaged" of these two errors."""
    with pytest.raises((KeyError, TypeError)):
        Manifest.from_dict(broken)


def test_the_fingerprint_is_what_it_always_was():
    """It is in every id; another value makes every index anew."""
    assert MANIFEST.fingerprint == fingerprint(SPACE, CUT) == GOLDEN


def test_a_model_under_another_name_is_the_same_model():
    """The bundled weights are those of the hub's all-MiniLM-L6-v2."""
    renamed = replace(SPACE, model="sentence-transformers/all-MiniLM-L6-v2")

    assert fingerprint(renamed, CUT) == fingerprint(SPACE, CUT)


OTHERS = {
    "weights_sha": "x" * 64,
    "dim": 768,
    "distance": "dot",
    "max_tokens": 512,
    "question_prefix": "q: ",
    "passage_prefix": "p: ",
    "pooling": "cls",
}


def test_every_field_of_a_space_is_in_the_list_above():
    """A new field must decide whether it makes another space."""
    assert {f.name for f in fields(Space)} == {"model", *OTHERS}


@pytest.mark.parametrize("name", OTHERS)
def test_whatever_changes_a_vector_changes_the_fingerprint(name):
    """Vectors of two spaces in one index answer nonsense, and no error says so."""
    other = replace(SPACE, **{name: OTHERS[name]})

    assert fingerprint(other, CUT) != fingerprint(SPACE, CUT)


@pytest.mark.parametrize(
    "cut", [ChunkConfig(2, 256), ChunkConfig(1, 128)], ids=["rules", "tokens"]
)
def test_another_cut_is_another_fingerprint(cut):
    """The same page gives other chunks."""
    assert fingerprint(SPACE, cut) != fingerprint(SPACE, CUT)


def test_a_report_adds_up_or_says_that_it_does_not():
    """A file that is in none of the four was lost without a word."""
    assert REPORT.adds_up
    assert not replace(REPORT, found=5).adds_up
    assert not replace(REPORT, skipped=()).adds_up


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"failed": ()}, Exit.OK),
        ({}, Exit.SOME_FAILED),
        ({"failed": (), "withheld": "too many"}, Exit.DELETION_GUARD),
        ({"withheld": "too many"}, Exit.DELETION_GUARD),
    ],
    ids=["done", "some failed", "withheld", "both"],
)
def test_the_more_severe_end_wins(change, code):
    """A cron job sees one number."""
    assert replace(REPORT, **change).exit_code == code


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        ({}, True),
        ({"written": 0}, False),
        ({"written": 0, "deleted": 1}, True),
        ({"written": 1, "embedded": 0}, True),
    ],
)
def test_a_run_that_wrote_nothing_changed_nothing(change, changed):
    """The cron line is silent then."""
    assert replace(REPORT, **change).changed is changed
