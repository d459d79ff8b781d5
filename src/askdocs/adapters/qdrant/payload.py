"""Read what either store holds: payloads, manifests, tables of addresses."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from askdocs.adapters.qdrant.bm25 import Sparse, coverage
from askdocs.domain.answer import Passage
from askdocs.domain.errors import IndexDamaged, IndexMismatch
from askdocs.domain.index import SCHEMA_VERSION, Manifest, Stored
from askdocs.domain.search import FIELDS
from askdocs.domain.site import Table

MAX_TABLE_BYTES = 64 * 1024 * 1024
"""Bytes of an unpacked table; that of the Scaleway docs has 0.6 MB."""

SPARSE_VECTORS = ("bm25", *FIELDS)
"""Sparse vectors of a point; those of `FIELDS` only the first chunk of a page has."""

RANKINGS = ("dense", *SPARSE_VECTORS)
"""Rankings of a search, each by the vector of its name."""

PAYLOAD_FIELDS = {
    "product": "products",
    "category": "categories",
    "tag": "tags",
    "path": "under",
}
"""What the fields of a `Filter` are called in the payload."""

KEYWORD_FIELDS = (*PAYLOAD_FIELDS.values(),)
VALIDATED = "validated"
FIRST = "first"
"""Fields of the payload that are indexed: no search asks for others."""

PASSAGE_FIELDS = (
    "path file_path public_url anchor also title heading text lines".split()
)
"""Fields of the payload that a passage is made of."""

STORED_FIELDS = ("path", "page_sha", "page_chunks", "embed_sha", "payload_sha")


def read_passage(id_: str, payload: Mapping[str, Any], score: float = 0.0) -> Passage:
    """Return what a search found; *payload* is as `Chunk.payload` made it."""
    first, last = payload["lines"]
    return Passage(
        id=id_,
        path=payload["path"],
        file_path=payload["file_path"],
        url=payload["public_url"],
        anchor=payload["anchor"],
        title=payload["title"],
        heading=tuple(payload["heading"]),
        text=payload["text"],
        lines=(first, last),
        score=score,
        also=tuple(payload.get("also", ())),
    )


def page_coverage(name: str, payload: Mapping[str, Any], words: Sparse) -> float:
    """Return which share of a question's words a ranking found in a page, from 0 to 1."""
    return coverage(words, payload["fields"][name])


def read_stored(payload: Mapping[str, Any]) -> Stored:
    """Return what a scan found; fields that are not there are empty, so they never match."""
    return Stored(
        path=payload.get("path", ""),
        page_sha=payload.get("page_sha", ""),
        page_chunks=payload.get("page_chunks", 0),
        embed_sha=payload.get("embed_sha", ""),
        payload_sha=payload.get("payload_sha", ""),
    )


def read_manifest(data: Mapping[str, Any], place: str) -> Manifest:
    """Return a manifest from what was stored at *place*.

    Raises:
        IndexMismatch: if a newer version of this program wrote it.
        IndexDamaged: if it is none of ours.
    """
    version = data.get("schema_version") if isinstance(data, Mapping) else None
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise IndexMismatch(
            f"the index has format {version}, this program knows {SCHEMA_VERSION}",
            hint="pip install --upgrade askdocs   (or rag ingest PATH --rebuild)",
        )
    if isinstance(version, int) and version < SCHEMA_VERSION:
        raise IndexMismatch(
            f"the index has format {version}, this program wants {SCHEMA_VERSION}",
            hint="rag ingest PATH-OF-YOUR-DOCS --rebuild",
        )
    try:
        return Manifest.from_dict(data)
    except (KeyError, TypeError, AttributeError) as err:
        raise IndexDamaged(
            f"the manifest cannot be read at {place}",
            hint="rag ingest PATH-OF-YOUR-DOCS --rebuild",
        ) from err


def pack_table(table: Table) -> str:
    """Return a table as a short text."""
    text = json.dumps(table.as_dict(), ensure_ascii=False)
    return b64encode(zlib.compress(text.encode())).decode()


def unpack_table(text: object) -> Table | None:
    """Return the table that `pack_table` made a text of; None of anything else."""
    if not isinstance(text, str):
        return None
    try:
        data = zlib.decompressobj().decompress(b64decode(text), MAX_TABLE_BYTES)
        return Table.from_dict(json.loads(data))
    except (zlib.error, KeyError, TypeError, ValueError):
        return None
