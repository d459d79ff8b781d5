"""The queries that a Qdrant server is asked, and its points as hits and passages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from qdrant_client.models import (
    Condition,
    FieldCondition,
    MatchAny,
    MatchValue,
    QueryRequest,
    Range,
    Record,
    ScoredPoint,
    SparseVector,
)
from qdrant_client.models import Filter as QdrantFilter

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
from askdocs.domain.errors import IndexDamaged
from askdocs.domain.search import COMPARED, FIELDS, Filter, Hit, Rankings

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector


def condition(only: Filter, *, first: bool = False) -> QdrantFilter | None:
    """Return a filter as Qdrant wants it; *first* keeps one chunk per page."""
    must: list[Condition] = [
        FieldCondition(key=PAYLOAD_FIELDS[name], match=MatchAny(any=list(values)))
        for name, values in only.values.items()
    ]
    if only.validated_since:
        since = Range(gte=only.validated_since)
        must.append(FieldCondition(key=VALIDATED, range=since))
    if first:
        must.append(FieldCondition(key=FIRST, match=MatchValue(value=1)))
    return QdrantFilter(must=must) if must else None


def nearest(
    vector: Vector | None, words: Sparse, k: int, pages: int, where: QdrantFilter | None
) -> dict[str, QueryRequest]:
    """Return the requests of a search, by the name of the ranking that each asks for.

    Of a payload comes what a question is compared with; the rest is read later.

    Args:
        vector: Of the question, shape (dim,); None asks for no dense ranking.
        words: Of the question; without any, no ranking by words is asked for.
        k: The most chunks of a ranking.
        pages: The most pages of a ranking of pages.
        where: What `condition` made.
    """
    queries: dict[str, list[float] | SparseVector] = {}
    if vector is not None:
        queries["dense"] = vector.tolist()
    if words.indices:
        sparse = SparseVector(indices=words.indices, values=words.values)
        queries |= dict.fromkeys(SPARSE_VECTORS, sparse)
    return {
        name: QueryRequest(
            query=query,
            using=name,
            limit=pages if name in FIELDS else k,
            with_payload=["fields"] if name in COMPARED else False,
            filter=where,
        )
        for name, query in queries.items()
    }


def to_hits(rankings: Mapping[str, Sequence[ScoredPoint]], words: Sparse) -> Rankings:
    """Return the points of each ranking; a ranking that was not asked for is empty.

    Raises:
        IndexDamaged: if a point is none of ours.
    """
    return {
        name: [_hit(name, point, words) for point in rankings.get(name, ())]
        for name in RANKINGS
    }


def to_passage(record: Record) -> Passage:
    """Return what is shown of a point.

    Raises:
        IndexDamaged: if it is none of ours.
    """
    with _readable(record):
        return read_passage(str(record.id), record.payload or {})


def _hit(name: str, point: ScoredPoint, words: Sparse) -> Hit:
    covers = 0.0
    with _readable(point):
        if not isinstance(point.id, str):
            raise TypeError("ours are UUIDs")
        if name in COMPARED:
            covers = page_coverage(name, point.payload or {}, words)
    return Hit(point.id, point.score, covers)


@contextmanager
def _readable(point: ScoredPoint | Record) -> Iterator[None]:
    """Translate what it means when a payload is none of ours."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as err:
        raise IndexDamaged(
            f"the index holds a point that is no passage: {point.id}",
            hint="rag ingest PATH-OF-YOUR-DOCS",
        ) from err
