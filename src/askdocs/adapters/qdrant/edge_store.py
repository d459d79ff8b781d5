"""Chunks and vectors become generations of an embedded Qdrant shard, in one folder.

    <folder>/current                 names the live generation
    <folder>/<generation>/shard/     no point is written again once it is published
    <folder>/<generation>/manifest.json
    <folder>/<generation>/urls.json    where its pages are
    <folder>/draft-<generation>/     private to the one writer; thrown away after a crash

The shards have no write-ahead log: readers then share one without a lock, and what
the log would protect is a draft that a crash throws away in any case.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from uuid import UUID

from qdrant_edge import EdgeShard, FacetRequest, QueryBatchRequest

from askdocs.adapters.local.files import (
    copy_sparsely,
    replace_text,
    sync,
    sync_tree,
)
from askdocs.adapters.qdrant.bm25 import encode_question
from askdocs.adapters.qdrant.edge_draft import EdgeDraft
from askdocs.adapters.qdrant.edge_queries import (
    condition,
    nearest,
    to_hits,
    to_passage,
)
from askdocs.adapters.qdrant.edge_shard import (
    create_shard,
    damaged,
    open_shard,
    scan_shard,
)
from askdocs.adapters.qdrant.payload import (
    PASSAGE_FIELDS,
    PAYLOAD_FIELDS,
    read_manifest,
)
from askdocs.domain.answer import Passage
from askdocs.domain.errors import IndexDamaged, IndexMissing, NotWritable
from askdocs.domain.index import Manifest, Stored
from askdocs.domain.ports import EVERYTHING, MOST_PAGES
from askdocs.domain.search import MOST_VALUES, Filter, Rankings
from askdocs.domain.site import Table

if TYPE_CHECKING:
    from qdrant_edge import PointId

    from askdocs.domain.ports import Vector

KEPT = 2
"""Generations that stay: the live one, and the one before it to go back to."""


class EdgeStore:
    """Embedded Qdrant; fulfils the port `Store`. Any number of readers, one writer.

    Args:
        folder: Holds the generations of one index; made by the first draft.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: tuple[str, EdgeShard] | None = None
        self._copy: TemporaryDirectory[str] | None = None

    def manifest(self) -> Manifest | None:
        """Return what built the live index; None before the first ingest."""
        name = self._live()
        return None if name is None else self._manifest_of(name)

    def scan(self) -> dict[str, Stored]:
        """Return every chunk of the live index by id; empty before the first ingest."""
        shard = self._shard()
        return {} if shard is None else dict(scan_shard(shard))

    def table(self) -> Table | None:
        """Return where the pages of the live index are; None before the first ingest."""
        name = self._live()
        if name is None:
            return None
        try:
            text = (self._folder / name / "urls.json").read_text(encoding="utf-8")
            return Table.from_dict(json.loads(text))
        except (OSError, KeyError, TypeError, ValueError):
            return None

    def search(
        self,
        vector: Vector | None,
        words: str,
        k: int,
        *,
        pages: int = MOST_PAGES,
        only: Filter = EVERYTHING,
    ) -> Rankings:
        """Return rankings by name from one call, best first."""
        shard = self._required()
        sparse = encode_question(words)
        requests = nearest(vector, sparse, k, pages, condition(only))
        found = shard.query_batch(QueryBatchRequest([*requests.values()]))
        return to_hits(shard, dict(zip(requests, found, strict=True)), sparse)

    def passages(self, ids: Iterable[str]) -> dict[str, Passage]:
        """Return these chunks by id, without those that are gone since they were found."""
        # What was found in one generation is read from it, though another be live by now.
        shard = self._open[1] if self._open else self._required()
        wanted: list[PointId] = [UUID(id_) for id_ in ids]
        records = shard.retrieve(
            wanted, with_payload=[*PASSAGE_FIELDS], with_vector=False
        )
        return {str(record.id): to_passage(record) for record in records}

    def facet(self, name: str, *, only: Filter = EVERYTHING) -> dict[str, int]:
        """Return how many pages have each value of a field of `Filter`; most first."""
        request = FacetRequest(
            PAYLOAD_FIELDS[name],
            limit=MOST_VALUES,
            exact=True,
            filter=condition(only, first=True),
        )
        return {str(hit.value): hit.count for hit in self._required().facet(request)}

    def _required(self) -> EdgeShard:
        shard = self._shard()
        if shard is None:
            raise IndexMissing(
                "there is no index yet", hint="rag ingest PATH-OF-YOUR-DOCS"
            )
        return shard

    @contextmanager
    def draft(self, manifest: Manifest, *, fresh: bool) -> Iterator[EdgeDraft]:
        """Open a change named `manifest.generation`; what is not published is thrown away."""
        live = None if fresh else self._live()
        private = self._folder / f"draft-{manifest.generation}"
        with _writing(self._folder):
            self._sweep()
            try:
                private.mkdir(mode=0o700)
                if live is None:
                    shard = create_shard(private / "shard", manifest.space)
                else:
                    copy_sparsely(self._folder / live / "shard", private / "shard")
                    shard = open_shard(private / "shard")
                with closing(
                    EdgeDraft(shard, partial(self._publish, private))
                ) as draft:
                    yield draft
            finally:
                shutil.rmtree(private, ignore_errors=True)

    def _publish(self, draft: Path, manifest: Manifest, table: Table) -> None:
        """Make a finished draft the live generation: fsync, rename, then the pointer."""
        text = json.dumps(manifest.as_dict(), ensure_ascii=False, indent=1)
        (draft / "manifest.json").write_text(text + "\n", encoding="utf-8")
        text = json.dumps(table.as_dict(), ensure_ascii=False)
        (draft / "urls.json").write_text(text + "\n", encoding="utf-8")
        sync_tree(draft)
        draft.rename(self._folder / manifest.generation)
        pointer = self._folder / "current"
        replace_text(pointer, manifest.generation + "\n", durable=True)
        sync(self._folder)
        self.close()
        self._sweep()

    def problems(self) -> tuple[str, ...]:
        """Return (): what can be wrong with files is said when they are opened."""
        return ()

    def close(self) -> None:
        """Release the shard that is open."""
        if self._open:
            self._open[1].close()
            self._open = None
        if self._copy:
            self._copy.cleanup()
            self._copy = None

    def _live(self) -> str | None:
        try:
            return (self._folder / "current").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as err:
            raise damaged(self._folder / "current", err) from err

    def _manifest_of(self, name: str) -> Manifest:
        file = self._folder / name / "manifest.json"
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as err:
            raise damaged(file, err) from err
        return read_manifest(data, str(file))

    def _shard(self) -> EdgeShard | None:
        """Return the live shard; None before the first ingest."""
        name = self._live()
        if name is None or (self._open and self._open[0] == name):
            return self._open[1] if name and self._open else None
        self.close()
        try:
            self._open = (name, self._loaded(name))
        except IndexDamaged:
            # Two runs may have published since we read the pointer, and swept it away.
            newer = self._live()
            if newer is None or newer == name:
                raise
            self._open = (newer, self._loaded(newer))
        return self._open[1]

    def _loaded(self, name: str) -> EdgeShard:
        folder = self._folder / name / "shard"
        if folder.is_dir() and not os.access(folder, os.W_OK):
            # The engine opens its files for writing, even to read: on a read-only
            # file system it is given a copy.
            self._copy = TemporaryDirectory()
            copy_sparsely(folder, Path(self._copy.name) / "shard")
            folder = Path(self._copy.name) / "shard"
        return open_shard(folder)

    def _sweep(self) -> None:
        """Throw away what no reader will ask for: drafts left by a crash, old generations.

        A reader that has just opened the generation before the last still has its files.
        """
        try:
            live = self._live()
        except IndexDamaged:
            live = None  # a rebuild is on its way; the newest generation stays
        folders = [p for p in self._folder.iterdir() if p.is_dir()]
        done = sorted(p.name for p in folders if not p.name.startswith("draft-"))
        keep = {live, *[name for name in done if name != live][-(KEPT - 1) :]}
        for path in folders:
            if path.name not in keep:
                shutil.rmtree(path, ignore_errors=True)


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
