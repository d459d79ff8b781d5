"""What a Qdrant server is asked, and what its points become."""

from __future__ import annotations

import numpy as np
import pytest
from qdrant_client.models import Record, ScoredPoint
from tests.support.fakes import a_chunk

from askdocs.adapters.qdrant.bm25 import encode_question
from askdocs.adapters.qdrant.payload import RANKINGS, SPARSE_VECTORS
from askdocs.adapters.qdrant.server_queries import (
    condition,
    nearest,
    to_hits,
    to_passage,
)
from askdocs.domain.errors import IndexDamaged
from askdocs.domain.search import COMPARED, FIELDS, Filter, Hit

ID = "00000000-0000-0000-0000-000000000001"
VECTOR = np.asarray([1, 0, 0], np.float32)
WORDS = encode_question("delete bucket")
NO_WORDS = encode_question("")


def point(id_=ID, *, score=0.5, payload=None):
    return ScoredPoint(id=id_, version=0, score=score, payload=payload)


def plain(model):
    return model.model_dump(exclude_none=True)


def test_a_filter_that_leaves_nothing_out_is_none():
    """Qdrant then need not look at a payload at all."""
    assert condition(Filter()) is None


def test_every_restriction_becomes_a_condition():
    """Values of one field are alternatives, and all conditions must hold."""
    only = Filter(product=("jobs", "kube"), path=("a/b",), validated_since=20240131)

    assert plain(condition(only, first=True)) == {
        "must": [
            {"key": "products", "match": {"any": ["jobs", "kube"]}},
            {"key": "under", "match": {"any": ["a/b"]}},
            {"key": "validated", "range": {"gte": 20240131}},
            {"key": "first", "match": {"value": 1}},
        ]
    }


def test_a_search_asks_for_each_ranking_by_the_vector_of_its_name():
    """All in one call; the meaning by one vector, the words by four."""
    requests = nearest(VECTOR, WORDS, 7, 3, None)

    assert list(requests) == list(RANKINGS)
    assert {name: request.using for name, request in requests.items()} == {
        name: name for name in RANKINGS
    }
    assert requests["dense"].query == [1.0, 0.0, 0.0]
    assert requests["bm25"].query.indices == WORDS.indices


def test_rankings_of_pages_have_a_limit_of_their_own():
    """A page counts for all its chunks, so fewer are needed."""
    requests = nearest(VECTOR, WORDS, 7, 3, None)

    assert {name: request.limit for name, request in requests.items()} == {
        "dense": 7,
        "bm25": 7,
        **dict.fromkeys(FIELDS, 3),
    }


def test_only_what_a_question_is_compared_with_is_sent_with_the_points():
    """Texts are read later, for the few that are shown."""
    requests = nearest(VECTOR, WORDS, 7, 3, None)

    sent = {name for name, request in requests.items() if request.with_payload}
    assert sent == set(COMPARED)
    assert requests["head"].with_payload == ["fields"]


def test_every_ranking_is_filtered():
    """One that is not would bring pages back that were left out."""
    where = condition(Filter(tag=("x",)))

    requests = nearest(VECTOR, WORDS, 7, 3, where)

    assert all(request.filter == where for request in requests.values())


def test_what_is_not_known_of_a_question_is_not_asked_for():
    """Without a vector no meaning, without words no words."""
    assert list(nearest(None, WORDS, 7, 3, None)) == list(SPARSE_VECTORS)
    assert list(nearest(VECTOR, NO_WORDS, 7, 3, None)) == ["dense"]
    assert nearest(None, NO_WORDS, 7, 3, None) == {}


def test_points_become_hits_with_how_much_they_cover():
    """Only where a question is compared with a text is that known."""
    payload = {"fields": dict.fromkeys(COMPARED, "Delete a job")}
    rankings = {name: [point(payload=payload)] for name in RANKINGS}

    hits = to_hits(rankings, WORDS)

    assert hits == {
        name: [Hit(ID, 0.5, 0.5 if name in COMPARED else 0.0)] for name in RANKINGS
    }


def test_a_ranking_that_was_not_asked_for_is_empty():
    """Whoever fuses them finds them all."""
    hits = to_hits({"dense": [point()]}, NO_WORDS)

    assert hits == {**{name: [] for name in RANKINGS}, "dense": [Hit(ID, 0.5)]}


@pytest.mark.parametrize(
    ("name", "stranger"),
    [
        ("dense", point(7)),
        ("head", point()),
        ("head", point(payload={"fields": {}})),
        ("headings", point(payload={"fields": {"headings": 7}})),
    ],
    ids=["a number for its id", "no payload", "no such field", "no text"],
)
def test_a_hit_that_others_wrote_is_damage(name, stranger):
    """It cannot be ranked; the next run removes it."""
    with pytest.raises(IndexDamaged, match=f"no passage: {stranger.id}"):
        to_hits({name: [stranger]}, WORDS)


def test_a_record_becomes_a_passage():
    """With its id as text, as a hit has it."""
    chunk = a_chunk()

    passage = to_passage(Record(id=chunk.id, payload=chunk.payload))

    assert (passage.id, passage.text, passage.score) == (chunk.id, chunk.text, 0.0)


@pytest.mark.parametrize("payload", [None, {"x": 1}, {"lines": [1]}])
def test_a_record_that_others_wrote_is_damage(payload):
    """It cannot be shown."""
    with pytest.raises(IndexDamaged, match="no passage: 7"):
        to_passage(Record(id=7, payload=payload))
