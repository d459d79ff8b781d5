"""What the commands cost: wall time and peak memory, each run cold, median of several.

    RAG_HOME=~/askdocs-bench rag ingest PATH-OF-THE-DOCS
    RAG_HOME=~/askdocs-bench python bench/house.py [PATH-OF-THE-DOCS]

`rag --help`, and `rag search` over the index in RAG_HOME. With a folder also an ingest of
it: the first into an index of its own, and the ones after that, which find nothing new.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from measure import Measured, measured

RAG = str(Path(sys.executable).with_name("rag"))
QUESTION = "how do I create a serverless job?"
TIMES = 7
REPEATED_INGESTS = 3


def median_of_runs(command: Sequence[str], times: int) -> Measured:
    """Return the median of several runs, after one that warms the disk cache."""
    runs = [measured(command) for _ in range(times + 1)][1:]
    seconds = statistics.median(run.seconds for run in runs)
    return Measured(seconds, statistics.median(run.peak_mb for run in runs))


def row(name: str, run: Measured, limit: str = "") -> None:
    """Print one line of the table."""
    print(f"{name:34} {run.seconds:8.3f} {run.peak_mb:9.0f}   {limit}")


def ingest_steps(docs: str, *words: str) -> dict[str, float]:
    """Run an ingest and return the seconds of its steps as it reports them."""
    done = subprocess.run(
        [RAG, "ingest", docs, "--json", *words], stdout=subprocess.PIPE, check=True
    )
    steps: dict[str, float] = json.loads(done.stdout)["seconds"]
    return steps


def ingest(docs: str) -> None:
    """Time a first ingest and what follows it, in a home of their own."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["RAG_HOME"] = home
        first = measured([RAG, "ingest", docs, "--quiet"], codes=(0, 3))
        row("rag ingest, first", first, "< 2,048 MB")
        again = median_of_runs([RAG, "ingest", docs, "--quiet"], REPEATED_INGESTS)
        row("rag ingest, nothing new", again, "20 times faster")
        began = time.perf_counter()
        steps = ingest_steps(docs)
        took = time.perf_counter() - began
    inside = " · ".join(f"{name} {s:.2f}" for name, s in steps.items())
    print(f"\nfirst / nothing new: {first.seconds / again.seconds:.0f} times")
    print(f"of {took:.2f} s with nothing new: {inside}")


def main() -> None:
    """Print the table."""
    print(f"{'median':34} {'seconds':>8} {'peak MB':>9}   limit")
    row("rag --help", median_of_runs([RAG, "--help"], TIMES), "0.25 s")
    if "RAG_HOME" in os.environ:
        search = [RAG, "search", QUESTION]
        row("rag search, cold", median_of_runs(search, TIMES), "0.8 s, 350 MB")
    else:
        print("(no RAG_HOME: no index to search)")
    if len(sys.argv) > 1:
        ingest(sys.argv[1])


if __name__ == "__main__":
    main()
