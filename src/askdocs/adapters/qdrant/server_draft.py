"""A change to the index of a Qdrant server: a collection is filled, checked, published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
from qdrant_client.models import PointStruct

from askdocs.adapters.qdrant.server_collection import ServerCollection
from askdocs.domain.errors import IndexDamaged, StoreUnavailable
from askdocs.domain.index import Manifest
from askdocs.domain.site import Table
from askdocs.domain.text import Chunk

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

Upload: TypeAlias = Callable[[Sequence[PointStruct]], None]


class PointWriter(Protocol):
    """Writes chunks as LlamaIndex nodes (see `adapters.qdrant.nodes`)."""

    def add(self, chunks: Sequence[Chunk], vectors: Vector) -> None:
        """Store chunks[i] with vectors[i]."""

    def payload(self, chunk: Chunk) -> dict[str, Any]:
        """Return what is stored beside the vectors."""


Writer: TypeAlias = Callable[[Upload], PointWriter]
"""Makes a writer that hands its points to the upload."""


class ServerDraft:
    """A collection that is being filled or changed; fulfils the port `Draft`.

    Args:
        collection: A new one, or the live one.
        writer: As `ServerStore` has it.
        switch: Makes the collection of that name the live one; None if it is.
    """

    def __init__(
        self,
        collection: ServerCollection,
        writer: Writer,
        *,
        switch: Callable[[str], None] | None,
    ) -> None:
        self._collection = collection
        self._writer = writer
        self._switch = switch
        self.published = False

    def vectors(self, ids: Iterable[str]) -> Mapping[str, Vector]:
        """Return the stored dense vectors of these ids, shape (dim,) each."""
        return self._collection.vectors(ids)

    def add(self, chunks: Sequence[Chunk], vectors: Vector) -> None:
        """Store chunks[i] with vectors[i]; replace what has the same id."""
        if chunks:
            self._nodes.add(chunks, vectors)

    def rewrite(self, chunks: Sequence[Chunk]) -> None:
        """Replace the payload of these chunks; their dense vectors stay."""
        if not chunks:
            return
        pages = [chunk for chunk in chunks if chunk.fields]
        vectors = self.vectors(chunk.id for chunk in pages)
        whole = [chunk for chunk in pages if chunk.id in vectors]
        if whole:
            self.add(whole, np.stack([vectors[chunk.id] for chunk in whole]))
        nodes, added = self._nodes, {chunk.id for chunk in whole}
        rest = [chunk for chunk in chunks if chunk.id not in added]
        self._collection.overwrite((c.id, nodes.payload(c)) for c in rest)

    def remove(self, ids: Iterable[str]) -> None:
        """Forget these chunks; ids that are not there are no error."""
        self._collection.remove(ids)

    def publish(self, manifest: Manifest, table: Table) -> None:
        """Make the change the index; the manifest is written before the alias moves.

        Raises:
            IndexDamaged: if the collection does not hold `manifest.chunks` chunks. A
                live collection then keeps its old manifest.
            StoreUnavailable: if Qdrant says that it could not finish writing.
        """
        count = self._collection.count()
        if count != manifest.chunks:
            raise IndexDamaged(
                f"the new index holds {count} chunks instead of {manifest.chunks}",
                hint="rag ingest PATH-OF-YOUR-DOCS --rebuild",
            )
        problem = self._collection.problem()
        if problem:
            raise StoreUnavailable(problem, hint="docker compose logs qdrant")
        self._collection.write_manifest(manifest, table)
        if self._switch:
            self._switch(self._collection.name)
        self.published = True

    @cached_property
    def _nodes(self) -> PointWriter:
        return self._writer(self._collection.upload)
