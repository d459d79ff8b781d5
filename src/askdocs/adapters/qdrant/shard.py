"""One shard of embedded Qdrant: made, opened, scanned, and changed before it is published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import numpy as np
from qdrant_edge import (
    CountRequest,
    Distance,
    EdgeConfig,
    EdgeShard,
    EdgeSparseVectorParams,
    EdgeVectorParams,
    FieldCondition,
    MatchAny,
    MatchValue,
    Modifier,
    PayloadSchemaType,
    Point,
    PointVectors,
    RangeFloat,
    ScrollRequest,
    SparseVector,
    UpdateOperation,
)
from qdrant_edge import Filter as EdgeFilter

from askdocs.adapters.qdrant.bm25 import Sparse, encode_document
from askdocs.adapters.qdrant.passages import (
    BY_WORDS,
    FIRST,
    KEYWORDS,
    PAYLOAD_OF,
    STORED_FIELDS,
    VALIDATED,
    compared,
    stored,
)
from askdocs.domain.errors import IndexDamaged
from askdocs.domain.index import Manifest, Space, Stored
from askdocs.domain.search import COMPARED, Filter
from askdocs.domain.site import Table
from askdocs.domain.text import Chunk

if TYPE_CHECKING:
    from qdrant_edge import PointId, ScoredPoint

    from askdocs.domain.ports import Vector

_BATCH = 500
_PAGE = 2000
_DISTANCE = {"cosine": Distance.Cosine, "dot": Distance.Dot}


def create_shard(folder: Path, space: Space) -> EdgeShard:
    """Return a new, empty shard without a write-ahead log."""
    config = EdgeConfig(
        vectors={
            "dense": EdgeVectorParams(space.dim, _DISTANCE[space.distance]),
        },
        sparse_vectors={
            name: EdgeSparseVectorParams(modifier=Modifier.Idf) for name in BY_WORDS
        },
        wal_enabled=False,
    )
    shard = EdgeShard.create(str(folder), config)
    for name in KEYWORDS:
        shard.update(
            UpdateOperation.create_field_index(name, PayloadSchemaType.Keyword)
        )
    for name in (VALIDATED, FIRST):
        shard.update(
            UpdateOperation.create_field_index(name, PayloadSchemaType.Integer)
        )
    return shard


def open_shard(folder: Path) -> EdgeShard:
    """Return the shard in a folder.

    Raises:
        IndexDamaged: if there is none, or it cannot be read.
    """
    if not (folder / "segments").is_dir():
        raise damaged(folder, FileNotFoundError("no segments"))
    try:
        return EdgeShard.load(str(folder))
    except Exception as err:
        # The engine raises bare Exception, whatever is wrong with the files.
        raise damaged(folder, err) from err


def scan_shard(shard: EdgeShard) -> Iterator[tuple[str, Stored]]:
    """Yield what a shard knows of each chunk, by id."""
    offset = None
    while True:
        records, offset = shard.scroll(
            ScrollRequest(offset=offset, limit=_PAGE, with_payload=[*STORED_FIELDS])
        )
        for record in records:
            yield str(record.id), stored(record.payload or {})
        if offset is None:
            return


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


def damaged(path: Path, err: Exception) -> IndexDamaged:
    """Return the error for a file of the index that is of no use."""
    return IndexDamaged(
        f"the index cannot be read at {path}: {str(err).splitlines()[0][:200]}",
        hint="rag ingest PATH-OF-YOUR-DOCS --rebuild",
    )


class EdgeDraft:
    """A private copy of the live generation; fulfils the port `Draft`.

    Args:
        shard: The copy, open.
        publish: Makes it the live generation, once it is complete and closed.
    """

    def __init__(
        self, shard: EdgeShard, publish: Callable[[Manifest, Table], None]
    ) -> None:
        self._shard = shard
        self._publish = publish

    def vectors(self, ids: Iterable[str]) -> Mapping[str, Vector]:
        """Return the stored dense vectors of these ids, shape (dim,) each."""
        wanted: list[PointId] = [UUID(id_) for id_ in ids]
        found = {}
        for start in range(0, len(wanted), _BATCH):
            for record in self._shard.retrieve(
                wanted[start : start + _BATCH],
                with_payload=False,
                with_vector=["dense"],
            ):
                named = cast("dict[str, list[float]]", record.vector)
                found[str(record.id)] = np.asarray(named["dense"], dtype=np.float32)
        return found

    def add(self, chunks: Sequence[Chunk], vectors: Vector) -> None:
        """Store chunks[i] with vectors[i]; replace what has the same id."""
        for start in range(0, len(chunks), _BATCH):
            points = [
                _point(chunk, vector)
                for chunk, vector in zip(
                    chunks[start : start + _BATCH],
                    vectors[start : start + _BATCH],
                    strict=True,
                )
            ]
            self._shard.update(UpdateOperation.upsert_points(points))

    def rewrite(self, chunks: Sequence[Chunk]) -> None:
        """Replace the payload of these chunks; their vectors stay."""
        for chunk in chunks:
            ids: list[PointId] = [UUID(chunk.id)]
            self._shard.update(UpdateOperation.overwrite_payload(ids, chunk.payload))
            if chunk.fields:
                fields = [PointVectors(UUID(chunk.id), _fields(chunk))]
                self._shard.update(UpdateOperation.update_vectors(fields))

    def remove(self, ids: Iterable[str]) -> None:
        """Forget these chunks; ids that are not there are no error."""
        gone: list[PointId] = [UUID(id_) for id_ in ids]
        if gone:
            self._shard.update(UpdateOperation.delete_points(gone))

    def publish(self, manifest: Manifest, table: Table) -> None:
        """Make the change the index, in one step."""
        held = self._shard.count(CountRequest(exact=True))
        if held != manifest.chunks:
            raise IndexDamaged(
                f"the new index holds {held} chunks instead of {manifest.chunks}",
                hint="the live index was not touched; rag ingest PATH --rebuild",
            )
        self._shard.flush()
        self.close()
        self._publish(manifest, table)

    def close(self) -> None:
        """Release the private shard; a second time does nothing."""
        self._shard.close()


def _point(chunk: Chunk, vector: Vector) -> Point:
    words = SparseVector(*encode_document(chunk.embedded))
    vectors: dict[str, Any] = {
        "dense": vector.tolist(),
        "bm25": words,
        **_fields(chunk),
    }
    return Point(UUID(chunk.id), vectors, chunk.payload)


def _fields(chunk: Chunk) -> dict[str, Any]:
    """Return the vectors that stand for the whole page, if the chunk has any."""
    found = {name: encode_document(text) for name, text in chunk.fields.items()}
    return {name: SparseVector(*words) for name, words in found.items()}
