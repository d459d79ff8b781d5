"""Keep chunks and vectors as generations of an embedded Qdrant shard, in one folder.

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
from askdocs.domain.ports import EVERYTHING, MAX_RANKED_PAGES
from askdocs.domain.search import MAX_FACET_VALUES, Filter, Rankings
from askdocs.domain.site import Table

if TYPE_CHECKING:
    from qdrant_edge import PointId

    from askdocs.domain.ports import Vector

KEPT_GENERATIONS = 2
"""Generations that stay: the live one, and the one before it to go back to."""


class EdgeStore:
    """Embedded Qdrant; fulfils the port `Store`. Any number of readers, one writer.

    Args:
        folder: Holds the generations of one index; made by the first draft.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: tuple[str, EdgeShard] | None = None
        self._copy: TemporaryDirectory[str] | None = None

    def manifest(self) -> Manifest | None:
        """Return what built the live index; None before the first ingest."""
        name = self._live_generation()
        return None if name is None else self._read_manifest(name)

    def scan(self) -> dict[str, Stored]:
        """Return every chunk of the live index by id; empty before the first ingest."""
        shard = self._live_shard()
        return {} if shard is None else dict(scan_shard(shard))

    def table(self) -> Table | None:
        """Return where the pages of the live index are; None before the first ingest."""
        name = self._live_generation()
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
        pages: int = MAX_RANKED_PAGES,
        only: Filter = EVERYTHING,
    ) -> Rankings:
        """Return rankings by name from one call, best first."""
        shard = self._required_shard()
        sparse = encode_question(words)
        requests = nearest(vector, sparse, k, pages, condition(only))
        rankings = shard.query_batch(QueryBatchRequest([*requests.values()]))
        return to_hits(shard, dict(zip(requests, rankings, strict=True)), sparse)

    def passages(self, ids: Iterable[str]) -> dict[str, Passage]:
        """Return these chunks by id, without those that are gone since they were found."""
        # What was found in one generation is read from it, though another be live by now.
        shard = self._opened[1] if self._opened else self._required_shard()
        point_ids: list[PointId] = [UUID(id_) for id_ in ids]
        records = shard.retrieve(
            point_ids, with_payload=[*PASSAGE_FIELDS], with_vector=False
        )
        return {str(record.id): to_passage(record) for record in records}

    def facet(self, name: str, *, only: Filter = EVERYTHING) -> dict[str, int]:
        """Return how many pages have each value of a field of `Filter`; most first."""
        request = FacetRequest(
            PAYLOAD_FIELDS[name],
            limit=MAX_FACET_VALUES,
            exact=True,
            filter=condition(only, first=True),
        )
        return {
            str(hit.value): hit.count for hit in self._required_shard().facet(request)
        }

    def _required_shard(self) -> EdgeShard:
        shard = self._live_shard()
        if shard is None:
            raise IndexMissing.before_first_ingest()
        return shard

    @contextmanager
    def draft(self, manifest: Manifest, *, fresh: bool) -> Iterator[EdgeDraft]:
        """Open a change named `manifest.generation`; what is not published is thrown away."""
        live = None if fresh else self._live_generation()
        draft_folder = self._folder / f"draft-{manifest.generation}"
        with _translate_errors(self._folder):
            self._remove_old()
            try:
                draft_folder.mkdir(mode=0o700)
                if live is None:
                    shard = create_shard(draft_folder / "shard", manifest.space)
                else:
                    live_shard = self._folder / live / "shard"
                    copy_sparsely(live_shard, draft_folder / "shard")
                    shard = open_shard(draft_folder / "shard")
                with closing(
                    EdgeDraft(shard, partial(self._publish, draft_folder))
                ) as draft:
                    yield draft
            finally:
                shutil.rmtree(draft_folder, ignore_errors=True)

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
        self._remove_old()

    def problems(self) -> tuple[str, ...]:
        """Return (): what can be wrong with files is said when they are opened."""
        return ()

    def close(self) -> None:
        """Release the shard that is open."""
        if self._opened:
            self._opened[1].close()
            self._opened = None
        if self._copy:
            self._copy.cleanup()
            self._copy = None

    def _live_generation(self) -> str | None:
        try:
            return (self._folder / "current").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as err:
            raise damaged(self._folder / "current", err) from err

    def _read_manifest(self, name: str) -> Manifest:
        file = self._folder / name / "manifest.json"
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as err:
            raise damaged(file, err) from err
        return read_manifest(data, str(file))

    def _live_shard(self) -> EdgeShard | None:
        """Return the live shard; None before the first ingest."""
        name = self._live_generation()
        if name is None or (self._opened and self._opened[0] == name):
            return self._opened[1] if name and self._opened else None
        self.close()
        try:
            self._opened = (name, self._load(name))
        except IndexDamaged:
            # Two runs may have published since we read the pointer, and swept it away.
            current = self._live_generation()
            if current is None or current == name:
                raise
            self._opened = (current, self._load(current))
        return self._opened[1]

    def _load(self, name: str) -> EdgeShard:
        folder = self._folder / name / "shard"
        if folder.is_dir() and not os.access(folder, os.W_OK):
            # The engine opens its files for writing, even to read: on a read-only
            # file system it is given a copy.
            self._copy = TemporaryDirectory()
            copy_sparsely(folder, Path(self._copy.name) / "shard")
            folder = Path(self._copy.name) / "shard"
        return open_shard(folder)

    def _remove_old(self) -> None:
        """Throw away what no reader will ask for: drafts left by a crash, old generations.

        A reader that has just opened the generation before the last still has its files.
        """
        try:
            live = self._live_generation()
        except IndexDamaged:
            live = None  # a rebuild is on its way; the newest generation stays
        folders = [p for p in self._folder.iterdir() if p.is_dir()]
        generations = sorted(p.name for p in folders if not p.name.startswith("draft-"))
        previous = [name for name in generations if name != live]
        kept = {live, *previous[-(KEPT_GENERATIONS - 1) :]}
        for path in folders:
            if path.name not in kept:
                shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _translate_errors(folder: Path) -> Iterator[None]:
    """Make the folder, and say it our way when the disk refuses."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        yield
    except OSError as err:
        raise NotWritable(
            f"the index cannot be written at {folder}: {err.strerror or err}",
            hint=f"df -h {folder} ; ls -ld {folder}   (or set RAG_HOME)",
        ) from err
