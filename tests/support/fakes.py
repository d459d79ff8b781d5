"""Stand-ins for the world, one behind each port; `test_contracts.py` keeps them honest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import blake2b
from math import log
from typing import TYPE_CHECKING

import numpy as np

from askdocs.domain.answer import Passage
from askdocs.domain.errors import IndexDamaged, IndexMissing
from askdocs.domain.index import ChunkConfig, Manifest, Root, Space, Stored
from askdocs.domain.ports import EVERYTHING, MAX_RANKED_PAGES, Progress, Store
from askdocs.domain.search import COMPARED, FIELDS, Filter, Hit, Rankings
from askdocs.domain.site import Place, Table
from askdocs.domain.text import Chunk, SkippedFile, Source

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

WORD = re.compile(r"\w+")


def a_space(*, dim: int = 8, distance: str = "cosine", max_tokens: int = 64) -> Space:
    """Return the space of a model that there is not."""
    return Space("fake", "0" * 64, dim, distance, max_tokens)


def a_manifest(
    generation: str = "g1",
    *,
    chunks: int = 0,
    space: Space | None = None,
    root: Root | None = None,
) -> Manifest:
    """Return a manifest of an index of that many chunks."""
    return Manifest(
        space=space or a_space(),
        cut=ChunkConfig(version=1, tokens=64),
        root=root or Root(remote="example.org/docs", commit="c0ffee"),
        base_url="https://example.org/docs/",
        generation=generation,
        pages=chunks,
        chunks=chunks,
        finished="2026-01-02T03:04:05Z",
    )


def a_table(*paths: str) -> Table:
    """Return a table of pages at these paths."""
    places = [Place(path, f"https://example.org/docs/{path}/", path) for path in paths]
    return Table("github", tuple(places))


def a_chunk(
    text: str = "Run it.",
    *,
    path: str = "pages/jobs.mdx",
    heading: tuple[str, ...] = ("How to run",),
    title: str = "Jobs",
    nth: int = 0,
    embedded: str | None = None,
    lines: tuple[int, int] = (3, 4),
    **page: object,
) -> Chunk:
    """Return a chunk with everything that a page gives it; *page* replaces parts of that."""
    file_path = path.removesuffix(".mdx").removesuffix("/index")
    shared = {
        "file_name": path.rpartition("/")[2],
        "file_path": file_path,
        "public_url": f"https://example.org/docs/{file_path.removeprefix('pages/')}/",
        "title": title,
        "description": "",
        "h1": title,
        "tags": ["a tag"],
        "categories": ["a category"],
        "dates": {"posted": "2026-01-02"},
        "page_sha": blake2b(path.encode(), digest_size=32).hexdigest(),
        "page_chunks": 1,
    }
    return Chunk(
        path=path,
        heading=heading,
        text=text,
        embedded=" > ".join((title, *heading)) + "\n\n" + text
        if embedded is None
        else embedded,
        nth=nth,
        fingerprint="f" * 16,
        page={**shared, **page},
        anchor="-".join(WORD.findall(heading[-1].lower())) if heading else "",
        lines=lines,
    )


def chunk_rankings(
    store: Store, vector: Vector, words: str, k: int
) -> list[list[Passage]]:
    """Return the two rankings of chunks, by meaning and by words."""
    named = store.search(vector, words, k)
    rankings = [named["dense"], named["bm25"]]
    passages = store.passages({hit.id for ranking in rankings for hit in ranking})
    return [[replace(passages[h.id], score=h.score) for h in r] for r in rankings]


class FixedClock:
    """The port `Clock`; it stands still until it is set."""

    def __init__(self, now: str = "2026-01-02T03:04:05Z") -> None:
        self.time = now

    def now(self) -> str:
        return self.time


class FakeDocs:
    """The port `Docs`: the sources and failures it was given.

    A test changes `items` and `complete` between two runs.
    """

    def __init__(
        self,
        *items: Source | SkippedFile,
        root: Root | None = None,
        complete: bool = True,
    ) -> None:
        self.root = root or Root(remote="example.org/docs", commit="c0ffee")
        self.items = list(items)
        self.complete = complete
        self.other_files: dict[str, str] = {}
        self.ignored: set[str] = set()

    def read(self) -> Iterator[Source | SkippedFile]:
        kept = [item for item in self.items if not self.left_out(item.path)]
        yield from sorted(kept, key=lambda item: item.path)

    def beside(self, path: str) -> str | None:
        return self.other_files.get(path)

    def left_out(self, path: str) -> str:
        return f"ignored: {path}" if path in self.ignored else ""


class FakeTokenizer:
    """The port `Tokenizer`: a token is a run of anything but space, and two are special."""

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) + 2 for text in texts]

    def spans(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in re.finditer(r"\S+", text)]


class FakeEmbedder:
    """The ports `Embedder` and `QueryEmbedder`: each word pushes the vector its own way.

    Texts that share words are near each other; the same text has the same vector in
    every process. `texts` keeps every passage that was embedded.
    """

    def __init__(self, space: Space | None = None) -> None:
        self.space = space or a_space()
        self.degraded: tuple[str, ...] = ()
        self.notices: list[str] = []
        self.texts: list[str] = []

    @property
    def embedded(self) -> int:
        """How many passages were embedded so far."""
        return len(self.texts)

    def embed_passages(
        self, texts: Sequence[str], progress: Progress | None = None
    ) -> Vector:
        self.texts += texts
        rows = np.zeros((len(texts), self.space.dim), np.float32)
        for row, text in enumerate(texts):
            rows[row] = self._vector(self.space.passage_prefix + text)
            if progress:
                progress(row + 1, len(texts))
        return rows

    def embed_questions(self, texts: Sequence[str]) -> Vector:
        rows = [self.embed_question(text) for text in texts]
        return np.stack(rows) if rows else np.empty((0, self.space.dim), np.float32)

    def embed_question(self, text: str) -> Vector:
        return self._vector(self.space.question_prefix + text)

    def embed_texts(self, texts: Sequence[str]) -> Vector:
        return self.embed_questions(texts)

    def _vector(self, text: str) -> Vector:
        vector = np.zeros(self.space.dim, np.float32)
        vector[0] = 0.01
        for word in WORD.findall(text.lower()):
            vector += _direction(word, self.space.dim)
        if self.space.distance == "cosine":
            vector /= np.linalg.norm(vector)
        return vector


def _direction(word: str, dim: int) -> Vector:
    seed = int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big")
    return np.random.default_rng(seed).standard_normal(dim).astype(np.float32)


class FakeReranker:
    """The port `Reranker`: scores by the text it knows; `texts` keeps what it read."""

    name = "fake"

    def __init__(self, scores: Mapping[str, float], *, slow: bool = False) -> None:
        self._scores = scores
        self._slow = slow
        self.texts: list[str] = []

    def scores(
        self, question: str, texts: Sequence[str], *, limit_s: float
    ) -> list[float] | None:
        self.texts += texts
        if self._slow:
            return None
        known = [[s for t, s in self._scores.items() if t in text] for text in texts]
        return [max(scores, default=0.0) for scores in known]


class FakeStore:
    """The port `Store`, in memory; `added`, `rewritten` and `removed` hold ids as written.

    They count drafts that were thrown away too; a test clears them between two runs.
    """

    def __init__(self) -> None:
        self.points: dict[str, tuple[Chunk, Vector]] = {}
        self.live_manifest: Manifest | None = None
        self.address_table: Table | None = None
        self.added: list[str] = []
        self.rewritten: list[str] = []
        self.removed: list[str] = []
        self.published: list[str] = []
        self.closed = False

    @property
    def written(self) -> int:
        """How many chunks were added, rewritten or removed so far."""
        return len(self.added) + len(self.rewritten) + len(self.removed)

    def manifest(self) -> Manifest | None:
        return self.live_manifest

    def scan(self) -> dict[str, Stored]:
        return {id_: _stored(chunk.payload) for id_, (chunk, _) in self.points.items()}

    def table(self) -> Table | None:
        return self.address_table

    @contextmanager
    def draft(self, manifest: Manifest, *, fresh: bool) -> Iterator[FakeDraft]:
        yield FakeDraft(self, {} if fresh else dict(self.points))

    def search(
        self,
        vector: Vector | None,
        words: str,
        k: int,
        *,
        pages: int = MAX_RANKED_PAGES,
        only: Filter = EVERYTHING,
    ) -> Rankings:
        if self.live_manifest is None:
            raise IndexMissing("there is no index yet", hint="rag ingest DOCS")
        distance = self.live_manifest.space.distance
        similarity = _cosine if distance == "cosine" else np.dot
        chunks = {i: c for i, (c, _) in self.points.items() if _passes(c, only)}
        dense = {}
        if vector is not None:
            dense = {i: float(similarity(self.points[i][1], vector)) for i in chunks}
        texts = {"bm25": {i: c.embedded for i, c in chunks.items()}}
        for name in FIELDS:
            texts[name] = {i: c.fields[name] for i, c in chunks.items() if c.fields}
        by_words = {n: _word_scores(words, those) for n, those in texts.items()}
        return {
            name: [
                Hit(i, scores[i], self._covers(name, i, words))
                for i in _best(scores, k)
            ]
            for name, scores in {"dense": dense, **by_words}.items()
        }

    def passages(self, ids: Iterable[str]) -> dict[str, Passage]:
        return {i: _passage(self.points[i][0], 0.0) for i in ids if i in self.points}

    def facet(self, name: str, *, only: Filter = EVERYTHING) -> dict[str, int]:
        if self.live_manifest is None:
            raise IndexMissing("there is no index yet", hint="rag ingest DOCS")
        first = [c for c, _ in self.points.values() if c.fields and _passes(c, only)]
        counts = Counter(v for c in first for v in _values(c, name))
        return dict(counts.most_common())

    def problems(self) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        self.closed = True

    def _covers(self, name: str, id_: str, words: str) -> float:
        if name not in COMPARED:
            return 0.0
        question, field = _words(words), _words(self.points[id_][0].fields[name])
        return len(question & field) / max(1, len(question))


class FakeDraft:
    """The port `Draft`: a copy that replaces what the store holds."""

    def __init__(
        self, store: FakeStore, points: dict[str, tuple[Chunk, Vector]]
    ) -> None:
        self._store = store
        self._points = points

    def vectors(self, ids: Iterable[str]) -> Mapping[str, Vector]:
        return {id_: self._points[id_][1] for id_ in ids if id_ in self._points}

    def add(self, chunks: Sequence[Chunk], vectors: Vector) -> None:
        for chunk, vector in zip(chunks, vectors, strict=True):
            self._points[chunk.id] = (chunk, vector.copy())
            self._store.added.append(chunk.id)

    def rewrite(self, chunks: Sequence[Chunk]) -> None:
        for chunk in chunks:
            self._points[chunk.id] = (chunk, self._points[chunk.id][1])
            self._store.rewritten.append(chunk.id)

    def remove(self, ids: Iterable[str]) -> None:
        for id_ in ids:
            self._points.pop(id_, None)
            self._store.removed.append(id_)

    def publish(self, manifest: Manifest, table: Table) -> None:
        if len(self._points) != manifest.chunks:
            raise IndexDamaged(
                f"{len(self._points)} chunks instead of {manifest.chunks}",
                hint="rag ingest DOCS --rebuild",
            )
        self._store.points = self._points
        self._store.live_manifest = manifest
        self._store.address_table = table
        self._store.published.append(manifest.generation)


def published(
    store: FakeStore, chunks: Sequence[Chunk], embedder: FakeEmbedder | None = None
) -> FakeStore:
    """Return the store with an index of these chunks and nothing counted."""
    embedder = embedder or FakeEmbedder()
    manifest = a_manifest(chunks=len(chunks), space=embedder.space)
    with store.draft(manifest, fresh=True) as draft:
        draft.add(chunks, embedder.embed_passages([c.embedded for c in chunks]))
        draft.publish(replace(manifest, chunks=len(chunks)), a_table())
    store.added.clear()
    embedder.texts.clear()
    return store


def _word_scores(words: str, texts: Mapping[str, str]) -> dict[str, float]:
    bags = {id_: _words(text) for id_, text in texts.items()}
    scores = dict.fromkeys(bags, 0.0)
    for word in _words(words):
        matching = [id_ for id_, bag in bags.items() if word in bag]
        for id_ in matching:
            scores[id_] += log(1 + len(bags) / len(matching))
    return {id_: score for id_, score in scores.items() if score}


def _best(scores: Mapping[str, float], k: int) -> list[str]:
    return sorted(scores, key=lambda id_: -scores[id_])[:k]


def _passes(chunk: Chunk, only: Filter) -> bool:
    since = chunk.page.get("validated", 0) >= only.validated_since
    return since and all(
        set(values) & set(_values(chunk, name)) for name, values in only.values.items()
    )


def _values(chunk: Chunk, name: str) -> Sequence[str]:
    fields = {
        "product": "products", "category": "categories", "tag": "tags", "path": "under",
    }  # fmt: skip
    return chunk.page.get(fields[name], ())


def _cosine(a: Vector, b: Vector) -> float:
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def _words(text: str) -> set[str]:
    return set(WORD.findall(text.lower()))


def _stored(payload: Mapping[str, object]) -> Stored:
    names = ("path", "page_sha", "page_chunks", "embed_sha", "payload_sha")
    return Stored(**{name: payload[name] for name in names})


def _passage(chunk: Chunk, score: float) -> Passage:
    return Passage(
        id=chunk.id,
        path=chunk.path,
        file_path=chunk.page["file_path"],
        url=chunk.page["public_url"],
        anchor=chunk.anchor,
        title=chunk.page["title"],
        heading=chunk.heading,
        text=chunk.text,
        lines=chunk.lines,
        score=score,
    )
