"""Is the right page found? Ours against what is simpler, in one run on equal vectors.

    RAG_EVAL_DATA=FOLDER RAG_TEST_DOCS=PATH-OF-THE-DOCS python bench/quality.py
    python bench/quality.py FOLDER [--only scifact|feedbackqa|scaleway] [--ablation] [--quick]

FOLDER holds scifact/, feedbackqa/ and scaleway-dev.jsonl. The settings are those that we
ship, the model is the bundled one, and nothing changes from set to set. Each way gives
50 chunks, a page has the rank of its best, and what a case excludes is taken out. The
last columns count chunks: is one of a wanted page among the first 5, the first 8?

tutorial  LlamaIndex's `SentenceSplitter(chunk_size=1024)` on the files as they are, by
          cosine; of each chunk the model reads what fits. Same pages as our index.
          It embeds all of them anew; --quick leaves it out.
BM25      Our chunks, ranked by their words alone.
dense     Our chunks, ranked by meaning alone.
RRF       These two rankings, merged by 1 / (60 + rank).
ours      `flows.retrieve` on an index that `flows.ingest` made.

Before that the vectors are held against a number that others published. What was made is
kept in RAG_EVAL_CACHE; an index of the docs in RAG_HOME is read if it is built like ours.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from askdocs import assemble
from askdocs.adapters.local.clock import UtcClock
from askdocs.adapters.local.docs_folder import DocsFolder
from askdocs.adapters.local.eval_files import read_cases
from askdocs.adapters.local.lock import only_writer
from askdocs.adapters.qdrant.edge_store import EdgeStore
from askdocs.assemble.answer import encoder_for
from askdocs.assemble.config import app_folders
from askdocs.assemble.index import build_of, docs_in, index_folder
from askdocs.domain.answer import Passage
from askdocs.domain.errors import AskDocsError
from askdocs.domain.evaluation import Case, page_of, pages_of
from askdocs.domain.index import SCHEMA_VERSION, IngestOptions, Root
from askdocs.domain.search import Rankings
from askdocs.domain.text import Source
from askdocs.flows.ingest import ingest
from askdocs.flows.plan import IngestRun
from askdocs.flows.retrieve import Retriever, fused
from askdocs.settings import load
from askdocs.steps.evaluate import bootstrap, metrics
from askdocs.steps.search.fuse import CHUNK_WEIGHTS, PAGE_WEIGHTS, Weight

SETS = ("scifact", "feedbackqa", "scaleway")
METRICS = ("success@1", "success@5", "ndcg@10")
READ = (5, 8)
COLUMNS = (*METRICS, *(f"in {n} passages" for n in READ))
PASSAGES = 50
ALLOW_DELETE = IngestOptions(allow_delete=True)
PUBLISHED, TOLERANCE = 0.64508, 0.001
"""nDCG@10 of all-MiniLM-L6-v2 on BEIR's SciFact, title and text of each abstract."""

OURS = {**CHUNK_WEIGHTS, **PAGE_WEIGHTS}
WAYS = {
    "BM25": {"bm25": Weight()},
    "dense": {"dense": Weight()},
    "RRF": dict.fromkeys(CHUNK_WEIGHTS, Weight(k=60)),
    "ours": OURS,
}
CHANGES: dict[str, dict[str, Weight | None]] = {
    **{f"without {name}": {name: None} for name in OURS},
    "without titles": {"head": None, "headings": None},
    "dense as bm25": {"dense": Weight()},
    "page without fit": {"page": replace(OURS["page"], power=0)},
    "all by 60 + rank": {name: replace(each, k=60) for name, each in OURS.items()},
}
ABLATIONS = {
    name: {n: weight for n, weight in {**OURS, **change}.items() if weight}
    for name, change in CHANGES.items()
}

Ranking = list[str]  # the page of each passage, best first


@dataclass(frozen=True)
class Task:
    """A set of questions, and the docs that hold the answers."""

    name: str
    docs: Any
    cases: tuple[Case, ...]


class Bench:
    """What all sets share: the settings we ship, the model, and what it made before."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        # No variable and no file of the user's is read: the settings are those we ship.
        flags = {"home": str(cache), "embedding_model": "bundled"}
        self.loaded = load(flags, {"HOME": str(cache)}, docs=(Path.cwd(),))
        self.build = build_of(self.loaded, EdgeStore(cache / "none"), rebuild=True)

    def passages(self, texts: list[str]) -> np.ndarray:
        """Return unit vectors of texts as the embedder makes them, by row."""
        embedder = self.build.embedder
        return self._cached("passage", texts, lambda: embedder().embed_passages(texts))

    def questions(self, task: Task) -> np.ndarray:
        """Return unit vectors of questions as the encoder makes them, by row."""
        texts, live = [case.question for case in task.cases], self.build
        encode = encoder_for(self.loaded, live).embed_question  # type: ignore[arg-type]
        return self._cached("question", texts, lambda: np.stack([*map(encode, texts)]))

    def _cached(self, kind: str, texts: list[str], make: Any) -> np.ndarray:
        key = json.dumps([kind, self.build.fingerprint, *texts])
        file = self.cache / f"{sha256(key.encode()).hexdigest()[:16]}.npy"
        if not file.exists():
            np.save(self.cache / "new.npy", make())
            (self.cache / "new.npy").rename(file)
        rows = np.load(file)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def store(self, task: Task) -> EdgeStore:
        """Return an index of the docs: one in RAG_HOME, or our own, brought up to date."""
        home = os.environ.get("RAG_HOME")
        if task.name == "scaleway" and home:
            settings = self.loaded.settings.model_copy(update={"home": Path(home)})
            store = EdgeStore(index_folder(replace(self.loaded, settings=settings)))
            with suppress(AskDocsError):
                live = store.manifest()
                if live and live.fingerprint == self.build.fingerprint:
                    return store
        name = f"{task.name}-{self.build.fingerprint}-{SCHEMA_VERSION}"
        store, run = EdgeStore(self.cache / name), secrets.token_hex(4)
        ingest(task.docs, IngestRun(store, self.build, run, UtcClock(), ALLOW_DELETE))
        return store


def kinds(weights: Mapping[str, Weight]) -> dict[str, Mapping[str, Weight]]:
    """Return weights of rankings by what they rank, for `fused`."""
    every = {"chunks": CHUNK_WEIGHTS, "pages": PAGE_WEIGHTS}
    return {
        kind: {name: weights[name] for name in those if name in weights}
        for kind, those in every.items()
    }


def paths(passages: Sequence[Passage]) -> Ranking:
    """Return the page of each passage."""
    return [p.path for p in passages]


def rankings_by_way(
    task: Task, bench: Bench, store: EdgeStore
) -> dict[str, list[Ranking]]:
    """Search once for each question; return what each way makes of what was found."""
    vectors, seen = iter(bench.questions(task)), deque[Rankings](maxlen=1)

    def search(*args: Any, **rest: Any) -> Rankings:
        seen.append(store.search(*args, **rest))
        return seen[-1]

    encoder: Any = SimpleNamespace(degraded=(), embed_question=lambda _: next(vectors))
    watched: Any = SimpleNamespace(search=search, passages=store.passages)
    found: dict[str, list[Ranking]] = {name: [] for name in (*WAYS, *ABLATIONS)}
    for case in task.cases:
        real = Retriever(encoder, watched, k=PASSAGES).find(case.question)
        for name, weights in {**WAYS, **ABLATIONS}.items():
            found[name].append(
                paths(fused(seen[-1], store, PASSAGES, **kinds(weights)))
            )
        if found["ours"][-1] != paths(real.passages):
            raise RuntimeError(f"flows.retrieve finds something else: {case.id}")
    return found


def tutorial(task: Task, bench: Bench, pages: set[str]) -> list[Ranking]:
    """Return what the tutorial's way finds on the same pages, for each question."""
    from llama_index.core.node_parser import SentenceSplitter

    splitter = SentenceSplitter(chunk_size=1024)
    names, texts = [], []
    for source in task.docs.read():
        if isinstance(source, Source) and source.path in pages:
            found = splitter.split_text(source.text)
            names += [source.path] * len(found)
            texts += found
    return nearest(bench.questions(task), bench.passages(texts), names)


def nearest(
    questions: np.ndarray, passages: np.ndarray, names: list[str]
) -> list[Ranking]:
    """Return the names of the nearest vectors of each question."""
    order = np.argsort(-(questions @ passages.T), axis=1, kind="stable")[:, :PASSAGES]
    return [[names[i] for i in row] for row in order]


def calibrate(task: Task, bench: Bench) -> None:
    """Print how far the vectors are from the published number; stop if it is too far."""
    vectors = bench.passages([*task.docs.whole.values()])
    found = nearest(bench.questions(task), vectors, [*task.docs.whole])
    value = np.mean(scores_of(task, found), axis=0)[METRICS.index("ndcg@10")]
    off = value - PUBLISHED
    print(f"calibration, SciFact, dense, whole abstracts: nDCG@10 {value:.5f}")
    print(f"published {PUBLISHED:.5f}, difference {off:+.5f}, at most {TOLERANCE}\n")
    if abs(off) > TOLERANCE:
        sys.exit("the vectors are not those of the model: nothing else would count")


def scores_of(task: Task, found: Sequence[Ranking]) -> list[list[float]]:
    """Return the values of each question, in the order of COLUMNS."""
    rows = []
    for case, ranking in zip(task.cases, found, strict=True):
        excluded = {*map(page_of, case.exclude)}
        ranked = [page for page in ranking if page not in excluded]
        wanted = pages_of(case.wanted)
        values = metrics.scores(list(dict.fromkeys(ranked)), wanted)
        read = [float(not {*wanted}.isdisjoint(ranked[:n])) for n in READ]
        rows.append([*(values[name] for name in METRICS), *read])
    return rows


def table(task: Task, ways: Mapping[str, Sequence[Ranking]]) -> None:
    """Print a row for each way with 95 % intervals, and how much better ours is than RRF."""
    print(f"{'':18}" + "".join(f"{name:>25}" for name in COLUMNS))
    rows = {name: scores_of(task, found) for name, found in ways.items()}
    for name, values in rows.items():
        row(name, np.mean(values, axis=0), bootstrap.intervals(values), "")
    if "RRF" in rows:
        better = bootstrap.paired(rows["RRF"], rows["ours"])
        ends = [each.interval for each in better]
        row("ours - RRF", [each.difference for each in better], ends, "+")
        print(f"{'  p':18}" + "".join(f"{each.p:>25.4f}" for each in better))
    print(flush=True)


def row(name: str, values: Any, ends: Sequence[bootstrap.Interval], sign: str) -> None:
    """Print one line of a table."""
    form = f"{{:{sign}.3f}} [{{.low:{sign}.3f}}, {{.high:{sign}.3f}}]"
    cells = [form.format(v, end, end) for v, end in zip(values, ends, strict=True)]
    print(f"{name:18}" + "".join(f"{cell:>25}" for cell in cells))


def report(task: Task, bench: Bench, *, ablation: bool, quick: bool) -> None:
    """Print the tables of one set."""
    store = bench.store(task)
    paths_of_chunks = [row.path for row in store.scan().values()]
    sizes = f"{len(task.cases)} questions, {len({*paths_of_chunks})} pages, {len(paths_of_chunks)} chunks"
    found = rankings_by_way(task, bench, store)
    if not quick:
        found = {"tutorial": tutorial(task, bench, {*paths_of_chunks}), **found}
    print(f"{task.name}: {sizes}")
    table(task, {name: found[name] for name in found if name not in ABLATIONS})
    if ablation:
        table(task, {name: found[name] for name in ("ours", *ABLATIONS)})


def scifact(folder: Path) -> Task:
    """Return SciFact's claims, each abstract a page with a title."""
    lines = (folder / "corpus.jsonl").read_text("utf-8").splitlines()
    rows = {f"{row['_id']}.md": row for row in map(json.loads, lines)}
    pages = []
    for path, row in sorted(rows.items()):
        title = json.dumps(row["title"], ensure_ascii=False)
        pages.append(Source(path, f"---\ntitle: {title}\n---\n\n{row['text']}\n"))
    whole = {path: f"{row['title']} {row['text']}" for path, row in rows.items()}
    docs = SimpleNamespace(root=Root(), complete=True, read=lambda: pages, whole=whole)
    cases = read_cases(folder / "cases.jsonl")
    paged = (replace(c, wanted=tuple(f"{w}.md" for w in c.wanted)) for c in cases)
    return Task("scifact", docs, tuple(paged))


def main(data: Path, names: Sequence[str], *, ablation: bool, quick: bool) -> None:
    """Print the tables of each set that is asked for."""
    cache_folder = os.environ.get("RAG_EVAL_CACHE")
    cache = (
        Path(cache_folder)
        if cache_folder
        else app_folders(assemble.settings({}))["cache"] / "quality"
    )
    with only_writer(cache / "lock"):
        bench = Bench(cache.absolute())
        for name in names:
            task = task_of(name, data, bench)
            if task and name == "scifact" and not quick:
                calibrate(task, bench)
            if task:
                report(task, bench, ablation=ablation, quick=quick)


def task_of(name: str, data: Path, bench: Bench) -> Task | None:
    """Return a set; None for the Scaleway docs if nobody said where they are."""
    if name == "scifact":
        return scifact(data / name)
    if name == "feedbackqa":
        docs = DocsFolder(data / name / "docs", suffixes=[".md"], ignore=[])
        return Task(name, docs, read_cases(data / name / "cases-valid.jsonl"))
    if folder := os.environ.get("RAG_TEST_DOCS"):
        docs = docs_in(bench.loaded, Path(folder))
        return Task(name, docs, read_cases(data / "scaleway-dev.jsonl"))
    print("scaleway is left out: RAG_TEST_DOCS names no docs", file=sys.stderr)
    return None


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("data", nargs="?", default=os.environ.get("RAG_EVAL_DATA"))
    parser.add_argument("--only", choices=SETS)
    parser.add_argument("--ablation", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if options.data:
        names = (options.only,) if options.only else SETS
        try:
            flags = {"ablation": options.ablation, "quick": options.quick}
            main(Path(options.data), names, **flags)
        except (AskDocsError, OSError) as err:
            sys.exit(f"{err} (the head of this file says what FOLDER holds)")
    else:
        print("(no data: name a folder, or set RAG_EVAL_DATA)")
