"""Make one collection of a Qdrant server, fill it in bounded requests, scan it, drop it.

Every call translates Qdrant's errors; what can be repeated without harm is tried again
while Qdrant is away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from pydantic import BaseModel
from qdrant_client import QdrantClient
from qdrant_client.conversions.common_types import PointId
from qdrant_client.models import (
    CollectionStatus,
    Distance,
    Modifier,
    OverwritePayloadOperation,
    PayloadSchemaType,
    PointIdsList,
    PointStruct,
    SetPayload,
    SparseVectorParams,
    VectorParams,
)

from askdocs.adapters.qdrant.client import address, retry, translate_errors
from askdocs.adapters.qdrant.payload import (
    FIRST,
    KEYWORD_FIELDS,
    SPARSE_VECTORS,
    STORED_FIELDS,
    VALIDATED,
    pack_table,
    read_stored,
)
from askdocs.domain.errors import StoreUnavailable
from askdocs.domain.index import Manifest, Space, Stored
from askdocs.domain.site import Table

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

T = TypeVar("T")
Sized = TypeVar("Sized", bound=BaseModel)

OWNER = "askdocs_collection"
"""Metadata key: the name of the index that a collection was made for."""

MANIFEST = "askdocs"
"""Metadata key: the manifest; a collection of ours without it was never published."""

TABLE = "askdocs_urls"
"""Metadata key: where the pages are, packed, because every search reads the metadata."""

MAX_REQUEST_BYTES = 8_000_000
"""A quarter of what Qdrant accepts; over its limit it may answer with a timeout."""

MAX_REQUEST_POINTS = 256

_SCROLL_POINTS = 1000
_DISTANCE = {"cosine": Distance.COSINE, "dot": Distance.DOT}


class ServerCollection:
    """A collection that exists, or is about to.

    Args:
        client: Connected to the server.
        name: Of the collection; an alias will not do.
        sleep: Waits between the tries of a call.
    """

    def __init__(
        self, client: QdrantClient, name: str, sleep: Callable[[float], None]
    ) -> None:
        self.client = client
        self.name = name
        self._sleep = sleep

    def create(self, space: Space, owner: str) -> None:
        """Make it, empty, with a dense and a sparse vector per point.

        Raises:
            StoreUnavailable: if there is one of that name already.
        """
        dense = VectorParams(size=space.dim, distance=_DISTANCE[space.distance])
        with translate_errors(self.client):
            self.client.create_collection(
                self.name,
                vectors_config={"dense": dense},
                sparse_vectors_config={
                    name: SparseVectorParams(modifier=Modifier.IDF)
                    for name in SPARSE_VECTORS
                },
                metadata={OWNER: owner},
            )

    def create_payload_indexes(self) -> None:
        """Index what searches filter by, before there is anything to index.

        Raises:
            StoreUnavailable: if the server is too old to have kept our metadata.
        """
        if OWNER not in self.metadata():
            raise StoreUnavailable(
                f"Qdrant at {address(self.client)} is too old to keep metadata",
                hint="update Qdrant to the version in docker-compose.yml",
            )
        field_types = dict.fromkeys(KEYWORD_FIELDS, PayloadSchemaType.KEYWORD)
        field_types |= dict.fromkeys((VALIDATED, FIRST), PayloadSchemaType.INTEGER)
        for field, field_type in field_types.items():
            self._retried(
                partial(
                    self.client.create_payload_index,
                    self.name,
                    field,
                    field_schema=field_type,
                )
            )

    def drop(self) -> None:
        """Delete it if Qdrant answers; the next rebuild deletes what is left."""
        with suppress(StoreUnavailable), translate_errors(self.client):
            self.client.delete_collection(self.name)

    def metadata(self) -> Mapping[str, Any]:
        """Return what is written on it; {} if it was made by somebody else."""
        with translate_errors(self.client):
            return self.client.get_collection(self.name).config.metadata or {}

    def write_manifest(self, manifest: Manifest, table: Table) -> None:
        """Write the manifest on it, and where its pages are."""
        metadata = {MANIFEST: manifest.as_dict(), TABLE: pack_table(table)}
        self._retried(
            lambda: self.client.update_collection(self.name, metadata=metadata)
        )

    def count(self) -> int:
        """Return how many points it holds, exactly."""
        return self._retried(lambda: self.client.count(self.name, exact=True).count)

    def problem(self) -> str:
        """Return what Qdrant says is wrong with it; "" if nothing."""
        info = self._retried(lambda: self.client.get_collection(self.name))
        if info.status != CollectionStatus.RED:
            return ""
        reason = getattr(info.optimizer_status, "error", "it does not say why")
        return f"Qdrant could not finish writing {self.name}: {reason}"

    def vectors(self, ids: Iterable[str]) -> dict[str, Vector]:
        """Return the dense vectors of these ids; one that is not there is left out."""
        vectors = {}
        for batch in _batches(list(ids)):
            request = partial(
                self.client.retrieve,
                self.name,
                batch,
                with_payload=False,
                with_vectors=["dense"],
            )
            for record in self._retried(request):
                named: Any = record.vector
                vectors[str(record.id)] = np.asarray(named["dense"], np.float32)
        return vectors

    def upload(self, points: Sequence[PointStruct]) -> None:
        """Write points; what has the same id is replaced."""
        for batch in _sized_batches(points):
            self._retried(partial(self.client.upsert, self.name, batch, wait=True))

    def overwrite(self, payloads: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Replace whole payloads, given as (id, payload); the vectors stay."""
        operations = (
            OverwritePayloadOperation(
                overwrite_payload=SetPayload(payload=payload, points=[id_])
            )
            for id_, payload in payloads
        )
        for batch in _sized_batches(operations):
            change = partial(self.client.batch_update_points, self.name, wait=True)
            self._retried(partial(change, update_operations=batch))

    def remove(self, ids: Iterable[str]) -> None:
        """Delete points; ids that are not there are no error."""
        for batch in _batches([_point_id(id_) for id_ in ids]):
            selector = PointIdsList(points=batch)
            self._retried(
                partial(
                    self.client.delete, self.name, points_selector=selector, wait=True
                )
            )

    def _retried(self, call: Callable[[], T]) -> T:
        with translate_errors(self.client):
            return retry(call, self._sleep)


def scan_collection(client: QdrantClient, name: str) -> Iterator[tuple[str, Stored]]:
    """Yield what a collection knows of each chunk, by id; an alias will do."""
    offset = None
    while True:
        records, offset = client.scroll(
            name, limit=_SCROLL_POINTS, offset=offset, with_payload=[*STORED_FIELDS]
        )
        for record in records:
            yield str(record.id), read_stored(record.payload or {})
        if offset is None:
            return


def _point_id(id_: str) -> PointId:
    """Return an id as Qdrant wants it: who wrote into our index may have used numbers."""
    return int(id_) if id_.isdecimal() else id_


def _batches(items: Sequence[T]) -> Iterator[list[T]]:
    for start in range(0, len(items), MAX_REQUEST_POINTS):
        yield list(items[start : start + MAX_REQUEST_POINTS])


def _sized_batches(items: Iterable[Sized]) -> Iterator[list[Sized]]:
    """Yield batches whose JSON stays below the limit; a larger item goes alone."""
    batch: list[Sized] = []
    batch_bytes = 0
    for item in items:
        size = len(item.model_dump_json().encode())
        if batch and (
            batch_bytes + size > MAX_REQUEST_BYTES or len(batch) == MAX_REQUEST_POINTS
        ):
            yield batch
            batch, batch_bytes = [], 0
        batch.append(item)
        batch_bytes += size
    if batch:
        yield batch
