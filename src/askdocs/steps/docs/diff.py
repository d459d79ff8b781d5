"""Compare docs with the index: what to embed, rewrite and remove."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from askdocs.domain.index import Stored
from askdocs.domain.text import Chunk


@dataclass(frozen=True, slots=True)
class Plan:
    """What makes the index say what the docs say.

    Attributes:
        add: Chunks that are not in the index under their id.
        donors: For each `embed_sha` of `add` that the index knows: the id of a chunk
            whose vector is the same.
        rewrite: Chunks whose vector is right and whose payload is not.
        stale: Ids of chunks that their page no longer has.
        gone: Ids of chunks whose page is gone, by the path of the page.
    """

    add: tuple[Chunk, ...]
    donors: Mapping[str, str]
    rewrite: tuple[Chunk, ...]
    stale: tuple[str, ...]
    gone: Mapping[str, tuple[str, ...]]

    @property
    def empty(self) -> bool:
        """Whether the index is right as it is."""
        return not (self.add or self.rewrite or self.stale or self.gone)


def whole_pages(stored: Mapping[str, Stored]) -> dict[str, str]:
    """Return path and `page_sha` of each page that the index holds whole, and only once.

    A page that lacks a chunk, or still has one of an older version, is not among them:
    it is read again, and what is wrong is repaired.
    """
    rows: dict[str, list[Stored]] = defaultdict(list)
    for row in stored.values():
        rows[row.path].append(row)
    return {
        path: rows_of_page[0].page_sha
        for path, rows_of_page in rows.items()
        if len({(r.page_sha, r.page_chunks) for r in rows_of_page}) == 1
        and rows_of_page[0].page_chunks == len(rows_of_page)
    }


def plan(
    wanted: Iterable[Chunk], stored: Mapping[str, Stored], *, kept: Collection[str]
) -> Plan:
    """Compare the chunks of new and changed pages with the index.

    Args:
        wanted: All chunks of every page that is new or changed.
        stored: Every chunk of the index by id.
        kept: Paths of pages that stay as they are in the index: unchanged, or wanted
            and not readable now.
    """
    by_id = {chunk.id: chunk for chunk in wanted}
    paths = {chunk.path for chunk in by_id.values()}
    known = {row.embed_sha: id_ for id_, row in stored.items()}
    add = tuple(c for id_, c in by_id.items() if id_ not in stored)
    stale: list[str] = []
    gone: dict[str, list[str]] = defaultdict(list)
    for id_, row in stored.items():
        if id_ in by_id or row.path in kept:
            continue
        (stale if row.path in paths else gone[row.path]).append(id_)
    return Plan(
        add=add,
        donors={c.embed_sha: known[c.embed_sha] for c in add if c.embed_sha in known},
        rewrite=tuple(
            c
            for id_, c in by_id.items()
            if id_ in stored and stored[id_].payload_sha != c.payload["payload_sha"]
        ),
        stale=tuple(stale),
        gone={path: tuple(ids) for path, ids in gone.items()},
    )
