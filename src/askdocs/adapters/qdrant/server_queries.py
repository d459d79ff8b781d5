"""The queries that a Qdrant server is asked, and its points as hits and passages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

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
    PAYLOAD_OF,
    VALIDATED,
    compared,
    passage,
)
from askdocs.domain.answer import Passage
from askdocs.domain.errors import IndexDamaged
from askdocs.domain.search import COMPARED, Filter, Hit


def condition(only: Filter, *, first: bool = False) -> QdrantFilter | None:
    """Return a filter as Qdrant wants it; *first* keeps one chunk per page."""
    must: list[Condition] = [
        FieldCondition(key=PAYLOAD_OF[name], match=MatchAny(any=list(values)))
        for name, values in only.values.items()
    ]
    if only.validated_since:
        since = Range(gte=only.validated_since)
        must.append(FieldCondition(key=VALIDATED, range=since))
    if first:
        must.append(FieldCondition(key=FIRST, match=MatchValue(value=1)))
    return QdrantFilter(must=must) if must else None


def nearest(
    query: list[float] | SparseVector, using: str, k: int, where: QdrantFilter | None
) -> QueryRequest:
    """Return the request for one ranking; what is shown of its points is read later."""
    fields = ["fields"] if using in COMPARED else False
    return QueryRequest(
        query=query, using=using, limit=k, with_payload=fields, filter=where
    )


def to_hit(name: str, point: ScoredPoint, asked: Sparse) -> Hit:
    """Return a point of a ranking.

    Raises:
        IndexDamaged: if it is none of ours.
    """
    covers = 0.0
    with _readable(point):
        if not isinstance(point.id, str):
            raise TypeError("ours are UUIDs")
        if name in COMPARED:
            covers = compared(name, point.payload or {}, asked)
    return Hit(point.id, point.score, covers)


def to_passage(point: Record) -> Passage:
    """Return what is shown of a point.

    Raises:
        IndexDamaged: if it is none of ours.
    """
    with _readable(point):
        return passage(str(point.id), point.payload or {})


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
