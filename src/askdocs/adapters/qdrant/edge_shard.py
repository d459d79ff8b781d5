"""Create, open and scan one shard of embedded Qdrant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from qdrant_edge import (
    Distance,
    EdgeConfig,
    EdgeShard,
    EdgeSparseVectorParams,
    EdgeVectorParams,
    Modifier,
    PayloadSchemaType,
    ScrollRequest,
    UpdateOperation,
)

from askdocs.adapters.qdrant.payload import (
    FIRST,
    KEYWORD_FIELDS,
    SPARSE_VECTORS,
    STORED_FIELDS,
    VALIDATED,
    read_stored,
)
from askdocs.domain.errors import IndexDamaged
from askdocs.domain.index import Space, Stored

_SCROLL_POINTS = 2000
_DISTANCE = {"cosine": Distance.Cosine, "dot": Distance.Dot}


def create_shard(folder: Path, space: Space) -> EdgeShard:
    """Return a new, empty shard without a write-ahead log."""
    config = EdgeConfig(
        vectors={
            "dense": EdgeVectorParams(space.dim, _DISTANCE[space.distance]),
        },
        sparse_vectors={
            name: EdgeSparseVectorParams(modifier=Modifier.Idf)
            for name in SPARSE_VECTORS
        },
        wal_enabled=False,
    )
    shard = EdgeShard.create(str(folder), config)
    for name in KEYWORD_FIELDS:
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
            ScrollRequest(
                offset=offset, limit=_SCROLL_POINTS, with_payload=[*STORED_FIELDS]
            )
        )
        for record in records:
            yield str(record.id), read_stored(record.payload or {})
        if offset is None:
            return


def damaged(path: Path, err: Exception) -> IndexDamaged:
    """Return the error for a file of the index that is of no use."""
    return IndexDamaged(
        f"the index cannot be read at {path}: {str(err).splitlines()[0][:200]}",
        hint="rag ingest PATH-OF-YOUR-DOCS --rebuild",
    )
