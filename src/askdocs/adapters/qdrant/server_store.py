"""Keep chunks and vectors in collections of a Qdrant server; an alias names the live one.

    <name>                    the alias that readers ask
    <name>--<generation>      a collection; its metadata says whose it is, and its manifest

A rebuild fills a collection of its own, and one call moves the alias. A smaller change
is made in the live collection, which keeps its name; its manifest then names the newer
generation. Collections whose metadata does not name us are never written or dropped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, TypeVar

from qdrant_client import QdrantClient
from qdrant_client.common.version_check import is_compatible
from qdrant_client.http.exceptions import UnexpectedResponse
from qdrant_client.models import CreateAlias, CreateAliasOperation

from askdocs.adapters.qdrant.bm25 import encode_question
from askdocs.adapters.qdrant.client import address, retry, translate_errors
from askdocs.adapters.qdrant.payload import (
    PASSAGE_FIELDS,
    PAYLOAD_FIELDS,
    read_manifest,
    unpack_table,
)
from askdocs.adapters.qdrant.server_collection import (
    MANIFEST,
    OWNER,
    TABLE,
    ServerCollection,
    scan_collection,
)
from askdocs.adapters.qdrant.server_draft import ServerDraft, Writer
from askdocs.adapters.qdrant.server_queries import (
    condition,
    nearest,
    to_hits,
    to_passage,
)
from askdocs.domain.answer import Passage
from askdocs.domain.errors import (
    ConfigError,
    IndexMissing,
    StoreUnavailable,
)
from askdocs.domain.index import Manifest, Stored
from askdocs.domain.ports import EVERYTHING, MAX_RANKED_PAGES
from askdocs.domain.search import MAX_FACET_VALUES, Filter, Rankings
from askdocs.domain.site import Table

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

T = TypeVar("T")


class ServerStore:
    """A Qdrant server; fulfils the port `Store`.

    Args:
        client: Connected to the server; `close` closes it.
        name: The alias; its collections are called `<name>--<generation>`.
        writer: Called by the first write of a draft, so that it can import LlamaIndex
            then: who only searches never pays for it.
        sleep: Waits between the tries of a write.
    """

    def __init__(
        self,
        client: QdrantClient,
        name: str,
        *,
        writer: Writer,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._name = name
        self._writer = writer
        self._sleep = sleep

    def manifest(self) -> Manifest | None:
        """Return what built the live index; None before the first ingest.

        Raises:
            ConfigError: if a collection of that name is none of ours.
        """
        info = self._read(lambda: self._client.get_collection(self._name))
        if info is None:
            return None
        metadata = info.config.metadata or {}
        if MANIFEST not in metadata:
            raise self._foreign_error(self._name)
        where = f"{address(self._client)}, collection {self._name}"
        return read_manifest(metadata[MANIFEST], where)

    def scan(self) -> dict[str, Stored]:
        """Return every chunk of the live index by id; empty before the first ingest."""
        return self._read(lambda: dict(scan_collection(self._client, self._name))) or {}

    def table(self) -> Table | None:
        """Return where the pages of the live index are; None before the first ingest."""
        info = self._read(lambda: self._client.get_collection(self._name))
        return unpack_table((info.config.metadata or {}).get(TABLE)) if info else None

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
        sparse = encode_question(words)
        requests = nearest(vector, sparse, k, pages, condition(only))
        responses = self._read(
            lambda: self._client.query_batch_points(
                self._name, requests=[*requests.values()]
            )
        )
        if responses is None:
            raise IndexMissing.before_first_ingest()
        points = [response.points for response in responses]
        return to_hits(dict(zip(requests, points, strict=True)), sparse)

    def passages(self, ids: Iterable[str]) -> dict[str, Passage]:
        """Return these chunks by id, without those that are gone since they were found."""
        records = self._read(
            lambda: self._client.retrieve(
                self._name, [*ids], with_payload=PASSAGE_FIELDS
            )
        )
        if records is None:
            raise IndexMissing.before_first_ingest()
        return {str(record.id): to_passage(record) for record in records}

    def facet(self, name: str, *, only: Filter = EVERYTHING) -> dict[str, int]:
        """Return how many pages have each value of a field of `Filter`; most first."""
        where = condition(only, first=True)
        response = self._read(
            lambda: self._client.facet(
                self._name,
                PAYLOAD_FIELDS[name],
                facet_filter=where,
                limit=MAX_FACET_VALUES,
                exact=True,
            )
        )
        if response is None:
            raise IndexMissing.before_first_ingest()
        return {str(hit.value): hit.count for hit in response.hits}

    @contextmanager
    def draft(self, manifest: Manifest, *, fresh: bool) -> Iterator[ServerDraft]:
        """Open a change; a collection of its own that is not published is dropped."""
        live = self._live_collection()
        if live and not fresh:
            yield ServerDraft(self._collection(live), self._writer, switch=None)
            return
        collection = self._collection(f"{self._name}--{manifest.generation}")
        collection.create(manifest.space, self._name)
        draft = ServerDraft(
            collection, self._writer, switch=partial(self._switch, live)
        )
        try:
            collection.create_payload_indexes()
            yield draft
        finally:
            if not draft.published:
                collection.drop()

    def problems(self) -> tuple[str, ...]:
        """Return what is wrong with the server or the live index; () if nothing."""
        client_version = version("qdrant-client")
        with translate_errors(self._client):
            server_version = self._client.info().version
        live = self._live_collection()
        problems = [self._collection(live).problem()] if live else []
        if not is_compatible(client_version, server_version):
            problems.append(
                f"Qdrant {server_version} is more than a minor version "
                f"from qdrant-client {client_version}"
            )
        return tuple(problem for problem in problems if problem)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _collection(self, name: str) -> ServerCollection:
        return ServerCollection(self._client, name, self._sleep)

    def _read(self, call: Callable[[], T]) -> T | None:
        """Return what a read of the live index returns; None if there is no index.

        Asking first would cost every search a round trip. (The client in memory says
        with a ValueError that there is no such collection.)
        """
        with translate_errors(self._client):
            try:
                return call()
            except (UnexpectedResponse, ValueError):
                if self._client.collection_exists(self._name):
                    raise
                return None

    def _live_collection(self) -> str | None:
        """Return the collection behind the alias; None if there is none.

        Raises:
            ConfigError: if the name is taken by something that is none of ours.
        """
        with translate_errors(self._client):
            aliases = self._client.get_aliases().aliases
            target = {a.alias_name: a.collection_name for a in aliases}.get(self._name)
            if target is None and self._client.collection_exists(self._name):
                raise self._foreign_error(self._name)
        if target and MANIFEST not in self._collection(target).metadata():
            raise self._foreign_error(target)
        return target

    def _switch(self, previous: str | None, collection: str) -> None:
        """Move the alias to a finished collection; keep the previous to go back to."""
        alias = CreateAlias(collection_name=collection, alias_name=self._name)
        # This replaces the alias. To delete it first would be a second step on the
        # server's disk, and a crash between them would leave none.
        operations = [CreateAliasOperation(create_alias=alias)]
        with translate_errors(self._client):
            switch = partial(self._client.update_collection_aliases, operations)
            retry(switch, self._sleep)
        # The index is live: what cannot be dropped now is dropped by the next rebuild.
        with suppress(StoreUnavailable):
            self._drop_all_but(collection, previous)

    def _drop_all_but(self, live: str, previous: str | None) -> None:
        """Drop our collections but these; without a previous one, only unfinished ones."""
        with translate_errors(self._client):
            collections = self._client.get_collections().collections
        for name in {c.name for c in collections} - {live, previous}:
            if name.startswith(f"{self._name}--"):
                old = self._collection(name)
                metadata = old.metadata()
                if metadata.get(OWNER) == self._name and (
                    previous or MANIFEST not in metadata
                ):
                    old.drop()

    def _foreign_error(self, collection: str) -> ConfigError:
        return ConfigError(
            f"RAG_COLLECTION: {collection} at {address(self._client)} "
            "was not made by rag",
            hint="set RAG_COLLECTION in .env to a name that is free",
        )
