"""A store on a Qdrant server that is none, with one chunk in it or with somebody's data."""

from __future__ import annotations

import numpy as np
from qdrant_client import QdrantClient, models
from tests.support.fake_qdrant import FakeQdrant
from tests.support.fakes import a_chunk, a_manifest, a_space, a_table

from askdocs.adapters.qdrant.server_store import ServerStore

KEY = "canary-5ec7e7"
SPACE = a_space(dim=3)
ROW = np.asarray([[1, 0, 0]], np.float32)


def publish_one(
    store: ServerStore, generation: str = "g1", *, fresh: bool = True
) -> None:
    """Publish one chunk more, or one in all."""
    count = 1 if fresh else len(store.scan()) + 1
    manifest = a_manifest(generation, chunks=count, space=SPACE)
    with store.draft(manifest, fresh=fresh) as draft:
        draft.add([a_chunk(generation)], ROW)
        draft.publish(manifest, a_table())


def collection_names(qdrant: FakeQdrant) -> set[str]:
    return {c.name for c in qdrant.client.get_collections().collections}


def create_foreign(client: QdrantClient, name: str, metadata: object = None) -> None:
    """Make a collection as another program would."""
    params = models.VectorParams(size=2, distance=models.Distance.COSINE)
    client.create_collection(name, vectors_config=params, metadata=metadata)
    client.upsert(name, [models.PointStruct(id=1, vector=[1, 0])])


def point_alias(client: QdrantClient, alias: str, name: str) -> None:
    creation = models.CreateAlias(alias_name=alias, collection_name=name)
    operation = models.CreateAliasOperation(create_alias=creation)
    client.update_collection_aliases([operation])
