"""Ours against the tutorial's stack on the same chunks and vectors, in one run.

    RAG_HOME=~/askdocs-bench rag ingest PATH-OF-THE-DOCS
    RAG_HOME=~/askdocs-bench python bench/baseline.py

Baseline: LlamaIndex `VectorStoreIndex` + `HuggingFaceEmbedding` + Qdrant's local mode,
one cold process per question, as a script of the tutorial is run. Its index is filled
with the vectors of ours, so that nothing but the way to the answer differs.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import measured

QUESTION = "how do I create a serverless job?"
TIMES = 5

BASELINE = """
import sys
from llama_index.core import VectorStoreIndex
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.qdrant import QdrantVectorStore
from qdrant_client import QdrantClient

client = QdrantClient(path=sys.argv[1])
store = QdrantVectorStore("docs", client=client)
model = HuggingFaceEmbedding(sys.argv[2], device="cpu")
index = VectorStoreIndex.from_vector_store(store, embed_model=model)
found = index.as_retriever(similarity_top_k=5).retrieve(sys.argv[3])
print(found[0].metadata["path"])
client.close()
"""


def fill(folder: Path) -> int:
    """Copy the live index into Qdrant's local mode, as LlamaIndex would write it."""
    from llama_index.core.schema import TextNode
    from llama_index.vector_stores.qdrant import QdrantVectorStore
    from qdrant_client import QdrantClient
    from qdrant_edge import EdgeShard, ScrollRequest

    index = Path(os.environ["RAG_HOME"]).absolute() / "data" / "scw_docs"
    live = (index / "current").read_text().strip()
    shard = EdgeShard.load(str(index / live / "shard"))
    records, _ = shard.scroll(
        ScrollRequest(limit=10**6, with_payload=True, with_vector=["dense"])
    )
    nodes = [
        TextNode(
            id_=str(r.id),
            text=r.payload["text"],
            metadata={"path": r.payload["path"], "url": r.payload["public_url"]},
            embedding=r.vector["dense"],
        )
        for r in records
    ]
    client = QdrantClient(path=str(folder))
    QdrantVectorStore("docs", client=client, batch_size=500).add(nodes)
    client.close()
    shard.close()
    return len(nodes)


def model_folder() -> str:
    """Return where the bundled model is."""
    from askdocs.adapters.embedding.model_files import locate

    return str(locate("bundled", cache=Path(os.environ["RAG_HOME"])))


def compare_runs() -> None:
    """Fill the baseline's index, time both in turn, print the table."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        chunks = fill(Path(folder) / "qdrant")
        print(f"{chunks} chunks copied in {time.perf_counter() - began:.0f} s\n")
        theirs = [
            sys.executable,
            "-c",
            BASELINE,
            f"{folder}/qdrant",
            model_folder(),
            QUESTION,
        ]
        rag = [sys.executable, "-m", "askdocs"]
        commands = {
            "baseline": theirs,
            "rag search": [*rag, "search", QUESTION],
            "rag ask, quoted": [*rag, "ask", "--no-llm", QUESTION],
        }
        rows = {name: [] for name in commands}
        for _ in range(TIMES):
            for name, command in commands.items():
                rows[name].append(measured(command))
    print(f"cold, one question, median of {TIMES}    seconds   peak MB")
    median = {
        name: (
            statistics.median(m.seconds for m in found),
            statistics.median(m.peak_mb for m in found),
        )
        for name, found in rows.items()
    }
    for name, (seconds, peak) in median.items():
        times = [
            a / b for a, b in zip(median["baseline"], (seconds, peak), strict=True)
        ]
        ratios = f"   baseline is {times[0]:5.1f}x, {times[1]:4.1f}x"
        print(f"{name:34} {seconds:7.2f}   {peak:7.0f}{ratios}")


if __name__ == "__main__":
    if "RAG_HOME" not in os.environ:
        sys.exit("set RAG_HOME to a folder with an index (rag ingest PATH)")
    subprocess.run(
        [sys.executable, "-m", "askdocs", "search", "-q", QUESTION],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    compare_runs()
