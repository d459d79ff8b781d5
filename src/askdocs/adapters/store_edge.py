"""Chunks and vectors become generations of an embedded Qdrant shard, in one folder.

    <folder>/current                 names the live generation
    <folder>/<generation>/shard/     never written again once it is published
    <folder>/<generation>/manifest.json
    <folder>/draft-<generation>/     private to the one writer; thrown away after a crash

The shards have no write-ahead log: readers then share one without a lock, and what
the log would protect is a draft that a crash throws away in any case.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
    Modifier,
    PayloadSchemaType,
    Point,
    Query,
    QueryBatchRequest,
    QueryRequest,
    ScoredPoint,
    ScrollRequest,
    SparseVector,
    UpdateOperation,
)

from askdocs.adapters.bm25 import encode_document, encode_question
from askdocs.adapters.files import copy_sparsely, sync, sync_tree
from askdocs.adapters.passages import STORED_FIELDS, passage, read_manifest, stored
from askdocs.domain.answer import Passage
from askdocs.domain.errors import IndexDamaged, IndexMissing, NotWritable
from askdocs.domain.index import Manifest, Stored
from askdocs.domain.text import Chunk

if TYPE_CHECKING:
    from qdrant_edge import PointId

    from askdocs.domain.ports import Vector

KEPT = 2
"""Generations that stay: the live one, and the one before it to go back to."""

_BATCH = 500
_PAGE = 2000
_INDEXED = ("path", "file_path", "categories", "tags")
_DISTANCE = {"cosine": Distance.Cosine, "dot": Distance.Dot}


class EdgeStore:
    """Embedded Qdrant; fulfils the port `Store`. Any number of readers, one writer.

    Args:
        folder: Holds the generations of one index; made by the first draft.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: tuple[str, EdgeShard] | None = None

    def manifest(self) -> Manifest | None:
        """Return what built the live index; None before the first ingest."""
        name = self._live()
        return None if name is None else self._manifest_of(name)

    def scan(self) -> dict[str, Stored]:
        """Return every chunk of the live index by id; empty before the first ingest."""
        shard = self._shard()
        return {} if shard is None else dict(_scanned(shard))

    def search(self, vector: Vector, words: str, k: int) -> list[list[Passage]]:
        """Return two rankings from one call, dense and BM25, each at most *k*, best first."""
        shard = self._shard()
        if shard is None:
            raise IndexMissing(
                "there is no index yet", hint="rag ingest PATH-OF-YOUR-DOCS"
            )
        sparse = encode_question(words)
        queries = [Query.Nearest(vector.tolist(), using="dense")]
        if sparse.indices:
            queries.append(Query.Nearest(SparseVector(*sparse), using="bm25"))
        requests = [QueryRequest(limit=k, query=q, with_payload=True) for q in queries]
        found = shard.query_batch(QueryBatchRequest(requests))
        rankings = [[_passage(point) for point in ranking] for ranking in found]
        return rankings if sparse.indices else [*rankings, []]

    @contextmanager
    def draft(self, manifest: Manifest, *, fresh: bool) -> Iterator[EdgeDraft]:
        """Open a change named `manifest.generation`; what is not published is thrown away."""
        live = None if fresh else self._live()
        private = self._folder / f"draft-{manifest.generation}"
        with _writing(self._folder):
            self._sweep()
            private.mkdir(mode=0o700)
            if live is None:
                shard = _created(private / "shard", manifest)
            else:
                copy_sparsely(self._folder / live / "shard", private / "shard")
                shard = _loaded(private / "shard")
            draft = EdgeDraft(self, shard, private)
            try:
                yield draft
            finally:
                draft.close()
                shutil.rmtree(private, ignore_errors=True)

    def publish(self, draft: Path, manifest: Manifest) -> None:
        """Make a finished draft the live generation: fsync, rename, then the pointer."""
        text = json.dumps(manifest.as_dict(), ensure_ascii=False, indent=1)
        (draft / "manifest.json").write_text(text + "\n", encoding="utf-8")
        sync_tree(draft)
        draft.rename(self._folder / manifest.generation)
        pointer = self._folder / "current.new"
        pointer.write_text(manifest.generation + "\n", encoding="utf-8")
        sync(pointer)
        pointer.rename(self._folder / "current")
        sync(self._folder)
        self.close()
        self._sweep()

    def close(self) -> None:
        """Release the shard that is open."""
        if self._open:
            self._open[1].close()
            self._open = None

    def _live(self) -> str | None:
        try:
            return (self._folder / "current").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as err:
            raise _damaged(self._folder / "current", err) from err

    def _manifest_of(self, name: str) -> Manifest:
        file = self._folder / name / "manifest.json"
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as err:
            raise _damaged(file, err) from err
        return read_manifest(data, str(file))

    def _shard(self) -> EdgeShard | None:
        """Return the live shard; None before the first ingest."""
        name = self._live()
        if name is None or (self._open and self._open[0] == name):
            return self._open[1] if name and self._open else None
        self.close()
        try:
            self._open = (name, _loaded(self._folder / name / "shard"))
        except IndexDamaged:
            # Two runs may have published since we read the pointer, and swept it away.
            newer = self._live()
            if newer is None or newer == name:
                raise
            self._open = (newer, _loaded(self._folder / newer / "shard"))
        return self._open[1]

    def _sweep(self) -> None:
        """Throw away what no reader will ask for: drafts left by a crash, old generations.

        A reader that has just opened the generation before the last still has its files.
        """
        live = self._live()
        folders = [p for p in self._folder.iterdir() if p.is_dir()]
        done = sorted(p.name for p in folders if not p.name.startswith("draft-"))
        keep = {live, *[name for name in done if name != live][-(KEPT - 1) :]}
        for path in folders:
            if path.name not in keep:
                shutil.rmtree(path, ignore_errors=True)


class EdgeDraft:
    """A private copy of the live generation; fulfils the port `Draft`."""

    def __init__(self, store: EdgeStore, shard: EdgeShard, folder: Path) -> None:
        self._store = store
        self._shard = shard
        self._folder = folder

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

    def remove(self, ids: Iterable[str]) -> None:
        """Forget these chunks; ids that are not there are no error."""
        gone: list[PointId] = [UUID(id_) for id_ in ids]
        if gone:
            self._shard.update(UpdateOperation.delete_points(gone))

    def publish(self, manifest: Manifest) -> None:
        """Make the change the index, in one step."""
        held = self._shard.count(CountRequest(exact=True))
        if held != manifest.chunks:
            raise IndexDamaged(
                f"the new index holds {held} chunks instead of {manifest.chunks}",
                hint="the live index was not touched; rag ingest PATH --rebuild",
            )
        self._shard.flush()
        self.close()
        self._store.publish(self._folder, manifest)

    def close(self) -> None:
        """Release the private shard; a second time does nothing."""
        self._shard.close()


def _scanned(shard: EdgeShard) -> Iterator[tuple[str, Stored]]:
    offset = None
    while True:
        records, offset = shard.scroll(
            ScrollRequest(offset=offset, limit=_PAGE, with_payload=[*STORED_FIELDS])
        )
        for record in records:
            yield str(record.id), stored(record.payload or {})
        if offset is None:
            return


def _passage(point: ScoredPoint) -> Passage:
    return passage(str(point.id), point.payload or {}, point.score)


def _point(chunk: Chunk, vector: Vector) -> Point:
    words = SparseVector(*encode_document(chunk.embedded))
    vectors: dict[str, Any] = {"dense": vector.tolist(), "bm25": words}
    return Point(UUID(chunk.id), vectors, chunk.payload)


def _created(folder: Path, manifest: Manifest) -> EdgeShard:
    dense = EdgeVectorParams(
        size=manifest.space.dim, distance=_DISTANCE[manifest.space.distance]
    )
    config = EdgeConfig(
        vectors={"dense": dense},
        sparse_vectors={"bm25": EdgeSparseVectorParams(modifier=Modifier.Idf)},
        wal_enabled=False,
    )
    shard = EdgeShard.create(str(folder), config)
    for name in _INDEXED:
        shard.update(
            UpdateOperation.create_field_index(name, PayloadSchemaType.Keyword)
        )
    return shard


def _loaded(folder: Path) -> EdgeShard:
    if not (folder / "segments").is_dir():
        raise _damaged(folder, FileNotFoundError("no segments"))
    try:
        return EdgeShard.load(str(folder))
    except Exception as err:
        # The engine raises bare Exception, whatever is wrong with the files.
        raise _damaged(folder, err) from err


def _damaged(path: Path, err: Exception) -> IndexDamaged:
    return IndexDamaged(
        f"the index cannot be read at {path}: {str(err).splitlines()[0][:200]}",
        hint="rag ingest PATH-OF-YOUR-DOCS --rebuild",
    )


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Make the folder, and say it our way when the disk refuses."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        yield
    except OSError as err:
        raise NotWritable(
            f"the index cannot be written at {folder}: {err.strerror or err}",
            hint=f"df -h {folder} ; ls -ld {folder}   (or set RAG_HOME)",
        ) from err
