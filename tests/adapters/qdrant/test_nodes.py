"""Our collections are LlamaIndex's too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from llama_index.core import MockEmbedding, VectorStoreIndex
from llama_index.core.schema import MetadataMode
from llama_index.core.vector_stores.types import (
    ExactMatchFilter,
    MetadataFilters,
    VectorStoreQuery,
)
from llama_index.vector_stores.qdrant import QdrantVectorStore
from qdrant_client import QdrantClient
from tests.support.fakes import a_chunk, a_manifest, a_space, a_table

from askdocs.adapters.qdrant.nodes import NodeWriter, to_node, to_passage
from askdocs.adapters.qdrant.server_store import ServerStore
from askdocs.domain.text import Chunk

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect")

JOBS = a_chunk("Run `scw jobs`.", title="Jobs", path="pages/jobs.mdx")
BUCKETS = a_chunk("Press it.", title="Buckets", path="pages/buckets.mdx")


@pytest.fixture
def client() -> Iterator[QdrantClient]:
    client = QdrantClient(":memory:")
    store = ServerStore(client, "docs", writer=NodeWriter)
    manifest = a_manifest(chunks=2, space=a_space(dim=3))
    with store.draft(manifest, fresh=True) as draft:
        draft.add([JOBS, BUCKETS], np.asarray([[1, 0, 0], [0, 1, 0]], np.float32))
        draft.publish(manifest, a_table())
    yield client
    client.close()


def _stock(client: QdrantClient) -> QdrantVectorStore:
    return QdrantVectorStore("docs", client=client, dense_vector_name="dense")


def test_a_stock_vector_store_finds_what_we_stored(client):
    """The collection belongs to whoever asks it by the alias, with LlamaIndex's own class."""
    query = VectorStoreQuery(query_embedding=[1, 0.1, 0], similarity_top_k=1)
    response = _stock(client).query(query)

    (node,) = response.nodes
    assert response.ids == [node.node_id] == [JOBS.id]
    assert node.get_content() == "Run `scw jobs`."
    assert node.metadata["public_url"] == "https://example.org/docs/jobs/"
    assert node.ref_doc_id == "pages/jobs.mdx"


def test_a_stock_index_retrieves_with_filters(client):
    """A filter on metadata works on our payload as it is."""
    index = VectorStoreIndex.from_vector_store(
        _stock(client), embed_model=MockEmbedding(embed_dim=3)
    )
    only = MetadataFilters(filters=[ExactMatchFilter(key="title", value="Buckets")])
    nodes = index.as_retriever(similarity_top_k=5, filters=only).retrieve("anything")

    assert [n.node.node_id for n in nodes] == [BUCKETS.id]


def test_a_node_is_rewritten_with_its_payload(client):
    """LlamaIndex reads its own copy of the metadata, which must not grow stale."""
    new = replace(JOBS, page={**JOBS.page, "public_url": "https://new/"})
    store = ServerStore(client, "docs", writer=NodeWriter)
    with store.draft(a_manifest("g2", chunks=2), fresh=False) as draft:
        draft.rewrite([new])
        draft.publish(a_manifest("g2", chunks=2), a_table())
    query = VectorStoreQuery(query_embedding=[1, 0, 0], similarity_top_k=1)

    (node,) = _stock(client).query(query).nodes
    assert node.metadata["public_url"] == "https://new/"


def test_a_rewritten_point_is_what_a_fresh_one_would_be(client):
    """Incremental equals full, also in what only LlamaIndex reads."""
    writer = NodeWriter(lambda _: None)
    (record,) = client.retrieve("docs", [JOBS.id])

    assert record.payload == writer.payload(JOBS)
    assert "embedded" not in json.loads(record.payload["_node_content"])
    assert record.payload.items() >= JOBS.payload.items()


def test_a_node_shows_its_text_and_embeds_what_the_model_reads():
    """Both vectors are made of breadcrumb and text, as in the embedded store."""
    node = to_node(JOBS)

    assert node.get_content() == JOBS.text
    assert node.get_content(MetadataMode.EMBED) == JOBS.embedded != JOBS.text


def test_a_prompt_of_llamaindex_sees_title_and_link_only():
    """Checksums in a prompt are noise, and cost context."""
    shown = to_node(JOBS).get_content(MetadataMode.LLM)

    assert "title: Jobs" in shown
    assert "https://example.org/docs/jobs/" in shown
    assert JOBS.payload["payload_sha"] not in shown


@pytest.mark.parametrize(
    "chunk",
    [JOBS, a_chunk("{content} {0} %s", heading=()), a_chunk("Zürich 🚀\u2028")],
    ids=["plain", "braces", "unicode"],
)
def test_a_node_becomes_a_passage_with_everything_it_is_cited_by(chunk: Chunk):
    """Whatever LlamaIndex retrieves can be cited as ours."""
    passage = to_passage(to_node(chunk), 0.5)

    assert (passage.id, passage.text, passage.score) == (chunk.id, chunk.text, 0.5)
    assert (passage.path, passage.heading, passage.lines) == (
        chunk.path,
        chunk.heading,
        chunk.lines,
    )
    assert passage.link.startswith(chunk.page["public_url"])
