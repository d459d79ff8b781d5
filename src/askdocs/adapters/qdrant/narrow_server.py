"""A filter becomes one that a Qdrant server understands."""

from __future__ import annotations

from qdrant_client.models import Condition, FieldCondition, MatchAny, MatchValue, Range
from qdrant_client.models import Filter as QdrantFilter

from askdocs.adapters.qdrant.passages import FIRST, PAYLOAD_OF, VALIDATED
from askdocs.domain.search import Filter


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
