"""What embedded Qdrant is asked, and what its points become."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest
from qdrant_edge import CountRequest, EdgeShard, QueryBatchRequest
from tests.support.fakes import a_chunk, a_space

from askdocs.adapters.qdrant.bm25 import encode_question
from askdocs.adapters.qdrant.edge_draft import EdgeDraft
from askdocs.adapters.qdrant.edge_queries import (
    condition,
    nearest,
    to_hits,
    to_passage,
)
from askdocs.adapters.qdrant.edge_shard import create_shard
from askdocs.adapters.qdrant.payload import PASSAGE_FIELDS, RANKINGS, SPARSE_VECTORS
from askdocs.domain.search import COMPARED, FIELDS, Filter

VECTOR = np.asarray([1, 0, 0], np.float32)
WORDS = encode_question("delete bucket")
NO_WORDS = encode_question("")


def page(title, **facets):
    """Return the first and the second chunk of a page."""
    path = f"{title.replace(' ', '-')}.mdx"
    first = a_chunk(f"{title} first.", path=path, title=title, **facets)
    other = a_chunk(f"{title} other.", path=path, title=title, nth=1, **facets)
    return replace(first, fields=dict.fromkeys(FIELDS, title)), other


BUCKET = page("Delete bucket", products=["storage"], validated=20240131)
JOB = page("Delete job", products=["jobs"], validated=20240630)
CHUNKS = (*BUCKET, *JOB)


@pytest.fixture(scope="module")
def shard(tmp_path_factory: pytest.TempPathFactory):
    shard = create_shard(tmp_path_factory.mktemp("index") / "shard", a_space(dim=3))
    draft = EdgeDraft(shard, lambda *_: None)
    draft.add(CHUNKS, np.asarray([[1, n, 0] for n in range(4)], np.float32))
    yield shard
    draft.close()


def count(shard: EdgeShard, only: Filter, **first: bool) -> int:
    where = condition(only, **first)
    return shard.count(CountRequest(exact=True, filter=where))


def search(shard: EdgeShard, vector, words, k=9, pages=9, only: Filter = Filter()):  # noqa: B008
    requests = nearest(vector, words, k, pages, condition(only))
    rankings = shard.query_batch(QueryBatchRequest([*requests.values()]))
    return to_hits(shard, dict(zip(requests, rankings, strict=True)), words)


def test_a_filter_that_leaves_nothing_out_is_none():
    """The engine then need not look at a payload at all."""
    assert condition(Filter()) is None


@pytest.mark.parametrize(
    ("only", "chunks"),
    [
        (Filter(product=("storage",)), 2),
        (Filter(product=("storage", "jobs")), 4),
        (Filter(product=("none",)), 0),
        (Filter(validated_since=20240131), 4),
        (Filter(validated_since=20240201), 2),
        (Filter(product=("storage",), validated_since=20240201), 0),
    ],
)
def test_every_restriction_becomes_a_condition(shard, only, chunks):
    """Values of one field are alternatives, and all conditions must hold."""
    assert count(shard, only) == chunks


def test_a_count_of_pages_takes_the_first_chunk_of_each(shard):
    """A long page is one page."""
    assert count(shard, Filter(), first=True) == 2
    assert count(shard, Filter(product=("jobs",)), first=True) == 1


def test_what_is_not_known_of_a_question_is_not_asked_for():
    """Without a vector no meaning, without words no words."""
    assert list(nearest(VECTOR, WORDS, 7, 3, None)) == list(RANKINGS)
    assert list(nearest(None, WORDS, 7, 3, None)) == list(SPARSE_VECTORS)
    assert list(nearest(VECTOR, NO_WORDS, 7, 3, None)) == ["dense"]
    assert nearest(None, NO_WORDS, 7, 3, None) == {}


def test_rankings_of_pages_have_a_limit_of_their_own(shard):
    """A page counts for all its chunks, so fewer are needed."""
    hits = search(shard, VECTOR, WORDS, k=3, pages=1)

    assert {name: len(ranking) for name, ranking in hits.items()} == {
        "dense": 3,
        "bm25": 3,
        **dict.fromkeys(FIELDS, 1),
    }


def test_every_ranking_is_filtered(shard):
    """One that is not would bring pages back that were left out."""
    hits = search(shard, VECTOR, WORDS, only=Filter(product=("jobs",)))

    assert {hit.id for ranking in hits.values() for hit in ranking} == {
        chunk.id for chunk in JOB
    }


def test_hits_come_best_first_with_how_much_they_cover(shard):
    """Only where a question is compared with a text is that known."""
    hits = search(shard, VECTOR, WORDS)

    assert [hit.id for hit in hits["dense"]] == [chunk.id for chunk in CHUNKS]
    for name in FIELDS:
        assert [hit.id for hit in hits[name]] == [BUCKET[0].id, JOB[0].id]
        covers = [hit.covers for hit in hits[name]]
        assert covers == ([1.0, 0.5] if name in COMPARED else [0.0, 0.0])
    assert hits["dense"][0].score > hits["dense"][1].score


def test_a_ranking_that_was_not_asked_for_is_empty(shard):
    """Whoever fuses them finds them all."""
    hits = search(shard, VECTOR, NO_WORDS)

    assert list(hits) == list(RANKINGS)
    assert all(hits[name] == [] for name in SPARSE_VECTORS)


def test_a_record_becomes_a_passage(shard):
    """With its id as text, as a hit has it."""
    ids = [UUID(JOB[1].id)]
    (record,) = shard.retrieve(ids, with_payload=[*PASSAGE_FIELDS], with_vector=False)

    passage = to_passage(record)

    assert (passage.id, passage.text, passage.score) == (JOB[1].id, JOB[1].text, 0.0)
