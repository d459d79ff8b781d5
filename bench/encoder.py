"""One question becomes its vector in a cold process: ours against the model's own stacks.

    python bench/encoder.py

Each way is a program of its own, run in turn TIMES times after one run that warms the
disk cache. All four make the vector of the bundled model; that it is the same is checked.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
from measure import measured

from askdocs.adapters.embedding.model_files import locate
from askdocs.adapters.embedding.onnx_export import export
from askdocs.adapters.embedding.space import describe

QUESTION = "how do I create a serverless job?"
TIMES = 5

OURS = """
import json, sys
from pathlib import Path
from askdocs.adapters.embedding.onnx_encoder import OnnxEncoder, cached
from askdocs.domain.index import Space

space = Space(**json.loads(sys.argv[4]))
encoder = OnnxEncoder(cached(Path(sys.argv[3]), space), space)
print(json.dumps(encoder.embed_question(sys.argv[1]).tolist()))
"""

TRANSFORMERS = """
import json, sys
import torch
from transformers import AutoModel, AutoTokenizer

tokens = AutoTokenizer.from_pretrained(sys.argv[2])(sys.argv[1], return_tensors="pt")
with torch.inference_mode():
    state = AutoModel.from_pretrained(sys.argv[2])(**tokens).last_hidden_state
print(json.dumps(torch.nn.functional.normalize(state.mean(1))[0].tolist()))
"""

SENTENCE_TRANSFORMERS = """
import json, sys
from sentence_transformers import SentenceTransformer

model = SentenceTransformer(sys.argv[2], device="cpu")
print(json.dumps(model.encode(sys.argv[1]).tolist()))
"""

LLAMA_INDEX = """
import json, sys
from llama_index.embeddings.huggingface import HuggingFaceEmbedding

model = HuggingFaceEmbedding(sys.argv[2], device="cpu")
print(json.dumps(model.get_query_embedding(sys.argv[1])))
"""

WAYS = {
    "onnxruntime + tokenizers (ours)": OURS,
    "torch + transformers": TRANSFORMERS,
    "sentence_transformers": SENTENCE_TRANSFORMERS,
    "HuggingFaceEmbedding": LLAMA_INDEX,
}


def main() -> None:
    """Print one line per way: seconds, peak memory, and how many times ours."""
    with tempfile.TemporaryDirectory() as cache:
        folder = locate("bundled", cache=Path(cache))
        space = describe("bundled", folder)
        if export(folder, space, Path(cache)) is None:
            raise SystemExit("the export of the bundled model has no parity")
        rest = [QUESTION, str(folder), cache, json.dumps(asdict(space))]
        commands = {w: [sys.executable, "-c", p, *rest] for w, p in WAYS.items()}
        vectors = [vector(command) for command in commands.values()]
        off = max(float(abs(v - vectors[0]).max()) for v in vectors)
        report(commands)
    print(f"\nlargest difference between their vectors: {off:.1e}")


def vector(command: list[str]) -> np.ndarray:
    """Return the vector that a program prints."""
    done = subprocess.run(command, capture_output=True, check=True)
    return np.array(json.loads(done.stdout.splitlines()[-1]))


def report(commands: dict[str, list[str]]) -> None:
    """Run the programs in turn and print what they took, in the median."""
    runs = {way: [] for way in commands}
    for _ in range(TIMES):
        for way, command in commands.items():
            runs[way].append(measured(command))
    ours = statistics.median(run.seconds for run in runs[next(iter(runs))])
    print(f"{'one question, cold process':34}{'seconds':>8}{'peak MB':>9}{'ratio':>8}")
    for way, taken in runs.items():
        seconds = statistics.median(run.seconds for run in taken)
        peak = max(run.peak_mb for run in taken)
        print(f"{way:34}{seconds:8.2f}{peak:9.0f}{seconds / ours:8.1f}")


if __name__ == "__main__":
    main()
