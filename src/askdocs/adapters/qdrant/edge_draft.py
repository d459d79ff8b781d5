"""A change to an embedded index: a private shard, filled and counted before it is live."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import numpy as np
from qdrant_edge import (
    CountRequest,
    EdgeShard,
    Point,
    PointVectors,
    SparseVector,
    UpdateOperation,
)

from askdocs.adapters.qdrant.bm25 import encode_document
from askdocs.domain.errors import IndexDamaged
from askdocs.domain.index import Manifest
from askdocs.domain.site import Table
from askdocs.domain.text import Chunk

if TYPE_CHECKING:
    from qdrant_edge import PointId

    from askdocs.domain.ports import Vector


_BATCH_POINTS = 500


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
        point_ids: list[PointId] = [UUID(id_) for id_ in ids]
        vectors = {}
        for start in range(0, len(point_ids), _BATCH_POINTS):
            for record in self._shard.retrieve(
                point_ids[start : start + _BATCH_POINTS],
                with_payload=False,
                with_vector=["dense"],
            ):
                named = cast("dict[str, list[float]]", record.vector)
                vectors[str(record.id)] = np.asarray(named["dense"], dtype=np.float32)
        return vectors

    def add(self, chunks: Sequence[Chunk], vectors: Vector) -> None:
        """Store chunks[i] with vectors[i]; replace what has the same id."""
        for start in range(0, len(chunks), _BATCH_POINTS):
            points = [
                _to_point(chunk, vector)
                for chunk, vector in zip(
                    chunks[start : start + _BATCH_POINTS],
                    vectors[start : start + _BATCH_POINTS],
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
                page_vectors = [PointVectors(UUID(chunk.id), _page_vectors(chunk))]
                self._shard.update(UpdateOperation.update_vectors(page_vectors))

    def remove(self, ids: Iterable[str]) -> None:
        """Forget these chunks; ids that are not there are no error."""
        point_ids: list[PointId] = [UUID(id_) for id_ in ids]
        if point_ids:
            self._shard.update(UpdateOperation.delete_points(point_ids))

    def publish(self, manifest: Manifest, table: Table) -> None:
        """Make the change the index, in one step."""
        count = self._shard.count(CountRequest(exact=True))
        if count != manifest.chunks:
            raise IndexDamaged(
                f"the new index holds {count} chunks instead of {manifest.chunks}",
                hint="the live index was not touched; rag ingest PATH --rebuild",
            )
        self._shard.flush()
        self.close()
        self._publish(manifest, table)

    def close(self) -> None:
        """Release the private shard; a second time does nothing."""
        self._shard.close()


def _to_point(chunk: Chunk, vector: Vector) -> Point:
    sparse = SparseVector(*encode_document(chunk.embedded))
    vectors: dict[str, Any] = {
        "dense": vector.tolist(),
        "bm25": sparse,
        **_page_vectors(chunk),
    }
    return Point(UUID(chunk.id), vectors, chunk.payload)


def _page_vectors(chunk: Chunk) -> dict[str, Any]:
    """Return the vectors that stand for the whole page, if the chunk has any."""
    vectors = {name: encode_document(text) for name, text in chunk.fields.items()}
    return {name: SparseVector(*sparse) for name, sparse in vectors.items()}
