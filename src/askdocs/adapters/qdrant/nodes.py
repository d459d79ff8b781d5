"""Turn chunks into LlamaIndex nodes of a Qdrant collection, and nodes into passages.

What is written is what `QdrantVectorStore` itself writes, so that any LlamaIndex
application can read the collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from llama_index.core.bridge.pydantic import Field
from llama_index.core.schema import (
    MetadataMode,
    NodeRelationship,
    RelatedNodeInfo,
    TextNode,
)
from llama_index.core.vector_stores.utils import node_to_metadata_dict
from llama_index.vector_stores.qdrant import QdrantVectorStore
from qdrant_client.models import PointStruct, SparseVector

from askdocs.adapters.qdrant.bm25 import encode_document, encode_question
from askdocs.adapters.qdrant.payload import read_passage
from askdocs.domain.answer import Passage
from askdocs.domain.text import Chunk

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

PROMPT_METADATA = frozenset({"title", "public_url"})
"""The metadata that LlamaIndex puts before the text when it prompts a language model."""


class ChunkNode(TextNode):  # type: ignore[misc]  # llama_index is not typed here
    """A node that shows its text and embeds what the model reads of it.

    It is stored as a `TextNode`; `embedded` is not stored.
    """

    embedded: str = Field(exclude=True)

    def get_content(self, metadata_mode: MetadataMode = MetadataMode.NONE) -> str:
        """Return the text, or for EMBED what dense and BM25 vectors are made of."""
        if metadata_mode == MetadataMode.EMBED:
            return self.embedded
        return str(super().get_content(metadata_mode))


def to_node(chunk: Chunk, vector: Vector | None = None) -> ChunkNode:
    """Return a node with the chunk's id, text and payload; its document is the page."""
    return ChunkNode(
        id_=chunk.id,
        text=chunk.text,
        embedded=chunk.embedded,
        embedding=None if vector is None else vector.tolist(),
        metadata=chunk.payload,
        excluded_llm_metadata_keys=sorted(chunk.payload.keys() - PROMPT_METADATA),
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=chunk.path)},
    )


def to_passage(node: TextNode, score: float) -> Passage:
    """Return what a node of ours says, wherever LlamaIndex found it."""
    return read_passage(node.node_id, node.metadata, score)


class NodeWriter:
    """Makes points of chunks, as `QdrantVectorStore` makes them, for "dense" and "bm25".

    Args:
        upload: Stores the points that it is given.
    """

    def __init__(self, upload: Callable[[Sequence[PointStruct]], None]) -> None:
        self._upload = upload
        self._fields: dict[str, Mapping[str, str]] = {}
        self._store = QdrantVectorStore(
            collection_name="",
            client=_Collection(self._send),
            enable_hybrid=True,
            dense_vector_name="dense",
            sparse_vector_name="bm25",
            sparse_doc_fn=_encode_documents,
            sparse_query_fn=_encode_questions,
        )

    def add(self, chunks: Sequence[Chunk], vectors: Vector) -> None:
        """Store chunks[i] with vectors[i]; replace what has the same id."""
        self._fields = {chunk.id: chunk.fields for chunk in chunks}
        pairs = zip(chunks, vectors, strict=True)
        self._store.add([to_node(chunk, vector) for chunk, vector in pairs])

    def _send(self, points: Sequence[PointStruct]) -> None:
        """Hand on the points with the vectors that stand for whole pages."""
        for point in points:
            for name, text in self._fields[str(point.id)].items():
                sparse = encode_document(text)
                vector = SparseVector(indices=sparse.indices, values=sparse.values)
                cast("dict[str, Any]", point.vector)[name] = vector
        self._upload(points)

    def payload(self, chunk: Chunk) -> dict[str, Any]:
        """Return what `add` stores beside the vectors."""
        return dict(node_to_metadata_dict(to_node(chunk)))


class _Collection:
    """What `QdrantVectorStore` takes for its client: a collection that it can add to.

    With a real client it would create a collection that is not there with cosine and
    without IDF, ask for the collection again before every upload, bound a request by
    count alone, and wait for ever on HTTP 429.
    """

    def __init__(self, upload: Callable[[Sequence[PointStruct]], None]) -> None:
        self._upload = upload

    def collection_exists(self, _: str) -> bool:
        return True

    def get_collection(self, _: str) -> SimpleNamespace:
        names = SimpleNamespace(vectors={"dense": None}, sparse_vectors={"bm25": None})
        return SimpleNamespace(config=SimpleNamespace(params=names))

    def upload_points(self, *, points: Sequence[PointStruct], **_: Any) -> None:
        self._upload(points)


def _encode_documents(texts: list[str]) -> tuple[list[list[int]], list[list[float]]]:
    vectors = [encode_document(text) for text in texts]
    return [s.indices for s in vectors], [s.values for s in vectors]


def _encode_questions(texts: list[str]) -> tuple[list[list[int]], list[list[float]]]:
    vectors = [encode_question(text) for text in texts]
    return [s.indices for s in vectors], [s.values for s in vectors]
