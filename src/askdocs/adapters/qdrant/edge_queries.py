"""The queries that embedded Qdrant is asked, and its points as hits and passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qdrant_edge import (
    EdgeShard,
    FieldCondition,
    MatchAny,
    MatchValue,
    Query,
    QueryRequest,
    RangeFloat,
    SparseVector,
)
from qdrant_edge import Filter as EdgeFilter

from askdocs.adapters.qdrant.bm25 import Sparse
from askdocs.adapters.qdrant.payload import (
    FIRST,
    PAYLOAD_FIELDS,
    RANKINGS,
    SPARSE_VECTORS,
    VALIDATED,
    page_coverage,
    read_passage,
)
from askdocs.domain.answer import Passage
from askdocs.domain.search import COMPARED, FIELDS, Filter, Hit, Rankings

if TYPE_CHECKING:
    from qdrant_edge import PointId, Record, ScoredPoint

    from askdocs.domain.ports import Vector


def condition(only: Filter, *, first: bool = False) -> EdgeFilter | None:
    """Return a filter as the engine wants it; *first* keeps one chunk per page."""
    must: list[Any] = [
        FieldCondition(PAYLOAD_FIELDS[name], match=MatchAny(list(values)))
        for name, values in only.values.items()
    ]
    if only.validated_since:
        since = RangeFloat(gte=only.validated_since)
        must.append(FieldCondition(VALIDATED, range=since))
    if first:
        must.append(FieldCondition(FIRST, match=MatchValue(1)))
    return EdgeFilter(must=must) if must else None


def nearest(
    vector: Vector | None, words: Sparse, k: int, pages: int, where: EdgeFilter | None
) -> dict[str, QueryRequest]:
    """Return the requests of a search, by the name of the ranking that each asks for.

    Payloads are left out: what is shown of the points is read later.

    Args:
        vector: Of the question, shape (dim,); None asks for no dense ranking.
        words: Of the question; without any, no ranking by words is asked for.
        k: The most chunks of a ranking.
        pages: The most pages of a ranking of pages.
        where: What `condition` made.
    """
    queries = {}
    if vector is not None:
        queries["dense"] = Query.Nearest(vector.tolist(), using="dense")
    if words.indices:
        sparse = SparseVector(*words)
        queries |= {name: Query.Nearest(sparse, using=name) for name in SPARSE_VECTORS}
    return {
        name: QueryRequest(
            limit=pages if name in FIELDS else k,
            query=query,
            with_payload=False,
            filter=where,
        )
        for name, query in queries.items()
    }


def to_hits(
    shard: EdgeShard, rankings: Mapping[str, Sequence[ScoredPoint]], words: Sparse
) -> Rankings:
    """Return the points of each ranking; a ranking that was not asked for is empty."""
    coverages = _coverages(shard, rankings, words)
    return {
        name: [
            Hit(str(point.id), point.score, coverages.get((name, point.id), 0.0))
            for point in rankings.get(name, ())
        ]
        for name in RANKINGS
    }


def to_passage(record: Record) -> Passage:
    """Return what is shown of a point."""
    return read_passage(str(record.id), record.payload or {})


def _coverages(
    shard: EdgeShard, rankings: Mapping[str, Sequence[ScoredPoint]], words: Sparse
) -> dict[tuple[str, PointId], float]:
    """Return how much of a question the pages in each ranking cover.

    Reading a payload takes longer than finding its point, so it is read once.
    """
    pairs = [(name, point.id) for name in COMPARED for point in rankings.get(name, ())]
    ids = list(dict.fromkeys(id_ for _, id_ in pairs))
    records = shard.retrieve(ids, with_payload=["fields"], with_vector=False)
    payloads = {record.id: record.payload or {} for record in records}
    return {
        (name, id_): page_coverage(name, payloads[id_], words) for name, id_ in pairs
    }
