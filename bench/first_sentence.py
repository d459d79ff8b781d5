"""How long until there is something to read? `rag ask` from cold, against bare imports.

    RAG_HOME=FOLDER-OF-AN-INDEX python bench/first_sentence.py [QUESTION]

A model server that answers at once plays the model, so what is left is our own time. In
one run, each from a cold process, the median of RUNS:

listed    until the passages and their links are on the terminal
sentence  until the first sentence is there, checked
imports   what nobody can avoid who asks by LlamaIndex: its query engine and its Ollama

and how long checking takes per sentence, on the passages of the question.
"""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from askdocs import assemble
from askdocs.steps.answer.ground import Ground
from askdocs.steps.answer.sentences import has_claim, pieces

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.support.fake_ollama import FakeOllama

RUNS = 5
QUESTION = "how do I create a serverless job?"
RAG = str(Path(sys.executable).parent / "rag")
IMPORTS = """
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import get_response_synthesizer
from llama_index.core.retrievers import BaseRetriever
from llama_index.llms.ollama import Ollama
"""


def time_answer(question: str, url: str) -> tuple[float, float]:
    """Return the seconds until the passages were listed, and until the first sentence."""
    master, slave = pty.openpty()
    begin = perf_counter()
    child = subprocess.Popen(
        [RAG, "ask", question],
        env={**os.environ, "RAG_OLLAMA_URL": url},
        stdout=subprocess.PIPE,
        stderr=slave,
    )
    os.close(slave)
    os.read(master, 1)
    listed = perf_counter() - begin
    os.read(child.stdout.fileno(), 1)  # type: ignore[union-attr]
    sentence = perf_counter() - begin
    child.communicate()
    os.close(master)
    return listed, sentence


def time_imports() -> float:
    """Return the seconds of the bare imports, in a process of their own."""
    begin = perf_counter()
    subprocess.run([sys.executable, "-c", IMPORTS], check=True)
    return perf_counter() - begin


def time_checks(question: str) -> list[float]:
    """Return the milliseconds that each sentence of the passages takes to be checked.

    Each is checked against the other passages, so that the vectors are asked, too.
    """
    loaded = assemble.settings({})
    with assemble.searcher(loaded) as search:
        passages = search.retriever.find(question).passages
        spent = []
        for passage in passages:
            rest = tuple(p for p in passages if p is not passage)
            ground = Ground(rest)
            for piece in filter(has_claim, pieces(passage.text)):
                begin = perf_counter()
                ground.judge(piece)
                spent.append((perf_counter() - begin) * 1000)
    return spent


def main(question: str) -> None:
    """Print the medians, and what is above the imports."""
    with FakeOllama("Click **Create job** [^1]. ") as fake:
        time_answer(question, fake.url)
        runs = [(*time_answer(question, fake.url), time_imports()) for _ in range(RUNS)]
    listed, sentence, imports = (median(values) for values in zip(*runs, strict=True))
    print(f"listed    {listed:.2f} s")
    print(
        f"sentence  {sentence:.2f} s = imports {imports:.2f} s + {sentence - imports:.2f}"
    )
    spent = sorted(time_checks(question))
    p95 = spent[int(len(spent) * 0.95)]
    print(
        f"checking  {median(spent):.1f} ms per sentence, p95 {p95:.1f} ms ({len(spent)})"
    )


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else QUESTION)
