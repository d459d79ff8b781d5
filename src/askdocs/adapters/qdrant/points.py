"""What a Qdrant server is asked for, and the points it answers with, become ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from qdrant_client.models import Filter as QdrantFilter
from qdrant_client.models import QueryRequest, Record, ScoredPoint, SparseVector

from askdocs.adapters.qdrant.bm25 import Sparse
from askdocs.adapters.qdrant.passages import compared, passage
from askdocs.domain.answer import Passage
from askdocs.domain.errors import IndexDamaged
from askdocs.domain.search import COMPARED, Hit


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
