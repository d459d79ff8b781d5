"""The queries that embedded Qdrant is asked, and how much of a question its hits cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qdrant_edge import (
    EdgeShard,
    FieldCondition,
    MatchAny,
    MatchValue,
    RangeFloat,
)
from qdrant_edge import Filter as EdgeFilter

from askdocs.adapters.qdrant.bm25 import Sparse
from askdocs.adapters.qdrant.payload import (
    FIRST,
    PAYLOAD_OF,
    VALIDATED,
    compared,
)
from askdocs.domain.search import COMPARED, Filter

if TYPE_CHECKING:
    from qdrant_edge import PointId, ScoredPoint


def condition(only: Filter, *, first: bool = False) -> EdgeFilter | None:
    """Return a filter as the engine wants it; *first* keeps one chunk per page."""
    must: list[Any] = [
        FieldCondition(PAYLOAD_OF[name], match=MatchAny(list(values)))
        for name, values in only.values.items()
    ]
    if only.validated_since:
        since = RangeFloat(gte=only.validated_since)
        must.append(FieldCondition(VALIDATED, range=since))
    if first:
        must.append(FieldCondition(FIRST, match=MatchValue(1)))
    return EdgeFilter(must=must) if must else None


def covered(
    shard: EdgeShard, found: Mapping[str, Sequence[ScoredPoint]], asked: Sparse
) -> dict[tuple[str, PointId], float]:
    """Return how much of a question the pages in each ranking cover.

    Reading a payload takes longer than finding its point, so it is read once.
    """
    pairs = [(name, point.id) for name in COMPARED for point in found.get(name, ())]
    ids = list(dict.fromkeys(id_ for _, id_ in pairs))
    records = shard.retrieve(ids, with_payload=["fields"], with_vector=False)
    held = {record.id: record.payload or {} for record in records}
    return {(name, id_): compared(name, held[id_], asked) for name, id_ in pairs}
