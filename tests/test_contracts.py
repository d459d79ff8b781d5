"""What a port promises holds for the real adapters and for the fakes alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from tests.support.fakes import (
    FakeEmbedder,
    FakeStore,
    FakeTokenizer,
    a_chunk,
    a_manifest,
    a_space,
    a_table,
    chunk_rankings,
)

from askdocs.adapters.embedding.model_files import locate
from askdocs.adapters.embedding.space import describe
from askdocs.adapters.embedding.tokenizer import FastTokenizer
from askdocs.adapters.qdrant.payload import read_stored
from askdocs.domain.errors import IndexDamaged, IndexMissing
from askdocs.domain.index import Manifest
from askdocs.domain.ports import Embedder, Store, Tokenizer
from askdocs.domain.search import FIELDS, Filter, Hit
from askdocs.domain.text import Chunk

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect")

SPACE = a_space(dim=3)


@contextmanager
def _fake() -> Iterator[Store]:
    yield FakeStore()


@contextmanager
def _edge() -> Iterator[Store]:
    from askdocs.adapters.qdrant.edge_store import EdgeStore

    # Publishing waits for the disk, seconds on a busy one; nothing here asks for that.
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        store = EdgeStore(Path(folder) / "index")
        yield store
        store.close()


@contextmanager
def _server() -> Iterator[Store]:
    from qdrant_client import QdrantClient

    from askdocs.adapters.qdrant.nodes import NodeWriter
    from askdocs.adapters.qdrant.server_store import ServerStore

    store = ServerStore(QdrantClient(":memory:"), "docs", writer=NodeWriter)
    yield store
    store.close()


@contextmanager
def _http() -> Iterator[Store]:
    from tests.support.fake_qdrant import FakeQdrant

    from askdocs.adapters.qdrant.client import connect
    from askdocs.adapters.qdrant.nodes import NodeWriter
    from askdocs.adapters.qdrant.server_store import ServerStore

    with FakeQdrant() as qdrant:
        client = connect(qdrant.url, timeout_s=10)
        yield ServerStore(client, "docs", writer=NodeWriter)
        client.close()


STORES = {"fake": _fake, "edge": _edge, "server": _server, "server by http": _http}


@pytest.fixture(params=STORES.values(), ids=STORES.keys())
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    with request.param() as store:
        yield store


def _index(
    store: Store, chunks: Sequence[Chunk], vectors: object = None, **manifest: object
) -> Manifest:
    """Publish an index of exactly these chunks; without vectors, each has another one."""
    published = replace(a_manifest(chunks=len(chunks), space=SPACE), **manifest)
    with store.draft(published, fresh=True) as draft:
        draft.add(chunks, _rows(vectors or _vectors(len(chunks))))
        draft.publish(published, a_table())
    return published


def _publish(
    store: Store, manifest: Manifest, chunks: Sequence[Chunk], *, fresh: bool
) -> None:
    with store.draft(manifest, fresh=fresh) as draft:
        draft.add(chunks, _rows(_vectors(len(chunks))))
        draft.publish(manifest, a_table())


def _vectors(count: int) -> list[list[float]]:
    return [[1.0, n + 1.0, (n + 1.0) ** 2] for n in range(count)]


def _rows(rows: object) -> np.ndarray:
    return np.asarray(rows, dtype=np.float32)


def _dense(store: Store, vector: Sequence[float], k: int = 5) -> list[str]:
    return [p.id for p in chunk_rankings(store, _rows(vector), "", k)[0]]


def _by_words(store: Store, words: str, k: int = 5) -> list[str]:
    return [p.text for p in chunk_rankings(store, _rows([1, 0, 0]), words, k)[1]]


def test_a_store_that_holds_nothing_says_so(store):
    """Before the first ingest `status` and the diff ask too, and get no error."""
    assert store.manifest() is None
    assert store.scan() == {}


def test_a_search_before_the_first_ingest_names_the_command_that_helps(store):
    """Exit 6 and a hint, where an empty ranking would look like "no such page"."""
    with pytest.raises(IndexMissing) as caught:
        chunk_rankings(store, _rows([1, 0, 0]), "jobs", 5)

    assert "rag ingest" in caught.value.hint


def test_what_was_published_is_found_with_everything_it_is_cited_by(store):
    """A passage is shown from the index alone: the docs may have changed since."""
    chunk = a_chunk("Run `scw jobs`.", heading=("How to", "Run it"), lines=(7, 9))
    _index(store, [chunk])

    for ranking in chunk_rankings(store, _rows([1, 1, 1]), "jobs", 5):
        (passage,) = ranking
        assert replace(passage, score=0.0) == replace(
            passage,
            id=chunk.id,
            path="pages/jobs.mdx",
            file_path="pages/jobs",
            url="https://example.org/docs/jobs/",
            anchor="run-it",
            title="Jobs",
            heading=("How to", "Run it"),
            text="Run `scw jobs`.",
            lines=(7, 9),
            score=0.0,
        )


def test_a_page_without_headings_is_found_at_its_top(store):
    """An empty trail and an empty anchor come back as they went in."""
    _index(store, [a_chunk(heading=())])

    ((passage,), _) = chunk_rankings(store, _rows([1, 1, 1]), "", 5)
    assert (passage.heading, passage.anchor) == ((), "")


def test_the_manifest_is_read_back_whole(store):
    """What built the index decides how questions are embedded."""
    space = replace(SPACE, question_prefix="query: ", passage_prefix="passage: é")
    manifest = _index(store, [a_chunk()], space=space)

    assert store.manifest() == manifest


def test_a_scan_tells_of_each_chunk_what_the_diff_needs(store):
    """The store is the only truth of what is indexed; the ids are those that were given."""
    chunks = [a_chunk("One."), a_chunk("Two.", page_chunks=2)]
    _index(store, chunks)

    assert store.scan() == {c.id: read_stored(c.payload) for c in chunks}
    assert all(id_.count("-") == 4 for id_ in store.scan())


def test_a_scan_reads_every_page_of_a_large_index(store):
    """Listings end early by default; a chunk that is not listed is embedded for ever."""
    chunks = [a_chunk(f"Number {n}.", path=f"pages/{n}.mdx") for n in range(2_100)]
    _index(store, chunks)

    assert store.scan().keys() == {c.id for c in chunks}


@pytest.mark.parametrize(
    "text",
    ["Zürich, 東京, 🚀", "a\u0301 e\u0301", "\u202eleft", "tab\tand\nline", "\x00 nul"],
    ids=["scripts", "combining marks", "bidi", "white space", "nul"],
)
def test_text_comes_back_as_it_went_in(store, text):
    """Quotes are compared with the source; what to hide is the terminal's business."""
    _index(store, [a_chunk(text, title=text, tags=[text])])

    ((passage,), _) = chunk_rankings(store, _rows([1, 1, 1]), "", 5)
    assert (passage.text, passage.title) == (text, text)


def test_the_dense_ranking_is_by_likeness_and_ends_at_k(store):
    """Best first, and no more than were asked for."""
    chunks = [a_chunk(name) for name in ("far", "near", "nearest")]
    _index(store, chunks, [[0, 1, 0], [1, 0.5, 0], [1, 0.1, 0]])

    passages = chunk_rankings(store, _rows([1, 0, 0]), "", 2)[0]
    assert [p.text for p in passages] == ["nearest", "near"]
    assert passages[0].score > passages[1].score


def test_a_cosine_index_compares_directions(store):
    """A long vector is no better than a short one."""
    short, long = a_chunk("short"), a_chunk("long")
    _index(store, [long, short], [[9, 9, 0], [0.1, 0, 0]])

    assert _dense(store, [1, 0, 0]) == [short.id, long.id]


def test_a_dot_index_keeps_the_length_of_vectors(store):
    """Dot-product models put meaning into length; normalised they rank differently."""
    short, long = a_chunk("short"), a_chunk("long")
    space = a_space(dim=3, distance="dot")
    manifest = replace(a_manifest(chunks=2), space=space)
    with store.draft(manifest, fresh=True) as draft:
        draft.add([short, long], _rows([[0.1, 0, 0], [9, 9, 0]]))
        kept = draft.vectors([long.id])
        draft.publish(manifest, a_table())

    assert kept[long.id].tolist() == [9, 9, 0]
    ((first, second), _) = chunk_rankings(store, _rows([1, 0, 0]), "", 5)
    assert (first.id, first.score) == (long.id, pytest.approx(9))
    assert (second.id, second.score) == (short.id, pytest.approx(0.1))


def test_words_are_found_whatever_the_vectors_say(store):
    """A flag or an error code is found by its letters."""
    _index(store, [a_chunk("the flag xyzzy", heading=()), a_chunk("another text")])

    assert _by_words(store, "xyzzy") == ["the flag xyzzy"]


def test_a_rare_word_weighs_more_than_a_common_one(store):
    """Without the IDF modifier both would score alike, and "instance" would drown the rest."""
    common = [a_chunk(f"instance number{n}", heading=()) for n in range(8)]
    rare = a_chunk("xyzzy number99", heading=())
    _index(store, [*common, rare])

    first, second = chunk_rankings(store, _rows([1, 0, 0]), "instance xyzzy", 2)[1]
    assert first.text == "xyzzy number99"
    assert first.score > 1.5 * second.score


def test_words_are_looked_for_in_what_was_embedded(store):
    """The breadcrumb counts: a section "Delete" of the page "Buckets" need not say bucket."""
    _index(store, [a_chunk("Press it.", title="Buckets"), a_chunk("Press that.")])

    assert _by_words(store, "buckets") == ["Press it."]


@pytest.mark.parametrize(
    "words", ["", " ", "?!", "zzz"], ids=["none", "space", "marks", "unknown"]
)
def test_words_that_match_nothing_leave_one_ranking_empty(store, words):
    """There are always two rankings, so that whoever fuses them need not ask which is which."""
    _index(store, [a_chunk()])

    dense, by_words = chunk_rankings(store, _rows([1, 0, 0]), words, 5)
    assert (len(dense), by_words) == (1, [])


def test_the_table_of_addresses_is_that_of_the_last_publication(store):
    """Links are made from it; it must change with the pages and not before."""
    first, second = a_table("a.mdx", "b.mdx"), a_table("ü/c.mdx")
    assert store.table() is None
    _index(store, [a_chunk()])
    assert store.table() == a_table()

    for table, name in ((first, "g2"), (second, "g3")):
        manifest = a_manifest(name, chunks=1, space=SPACE)
        with store.draft(manifest, fresh=False) as draft:
            draft.publish(manifest, table)
        assert store.table() == table


def test_the_table_of_a_draft_that_is_thrown_away_is_gone(store):
    """A reader must never see addresses of pages that were not published."""
    _index(store, [a_chunk()])
    wrong = a_manifest("g2", chunks=7, space=SPACE)

    with pytest.raises(IndexDamaged), store.draft(wrong, fresh=False) as draft:
        draft.publish(wrong, a_table("new.mdx"))

    assert store.table() == a_table()


def _pages(store: Store) -> list[Chunk]:
    """Index two pages of two chunks and one of one; the first chunk stands for each."""
    pages = [
        ("jobs/run.mdx", "Run a job", ["serverless-jobs"], 20240101),
        ("jobs/stop.mdx", "Stop a job", ["serverless-jobs"], 20240630),
        ("kube/run.mdx", "Run a pod", ["kubernetes"], 0),
    ]
    chunks = []
    for path, title, products, validated in pages:
        facets = {
            "products": [*products, path.partition("/")[0]],
            "categories": products,
            "under": [path.partition("/")[0], path.removesuffix(".mdx")],
            "validated": validated,
        }
        first = a_chunk(f"{title} first.", path=path, title=title, **facets)
        other = a_chunk(f"{title} other.", path=path, title=title, nth=1, **facets)
        fields = dict.fromkeys(FIELDS, title)
        chunks += [replace(first, fields=fields), other]
    _index(store, chunks)
    return chunks


def _texts(store: Store, ranking: Sequence[Hit]) -> list[str]:
    passages = store.passages([hit.id for hit in ranking])
    return [passages[hit.id].text for hit in ranking]


@pytest.mark.parametrize("name", FIELDS)
def test_a_ranking_of_pages_holds_the_first_chunk_of_each(store, name):
    """With how much of the question stands in what was compared."""
    _pages(store)

    ranking = store.search(_rows([1, 0, 0]), "run pod", 5)[name]

    assert _texts(store, ranking) == ["Run a pod first.", "Run a job first."]
    covered = [hit.covers for hit in ranking]
    assert covered == ([0.0, 0.0] if name == "page" else [1.0, 0.5])


def test_the_id_of_a_hit_tells_its_page(store):
    """Passages are read for the few that are shown, and not to merge the rankings."""
    chunks = {chunk.id: chunk for chunk in _pages(store)}

    hits = store.search(_rows([1, 0, 0]), "run the pod", 6)["dense"]

    pages = {(hit.page, chunks[hit.id].path) for hit in hits}
    assert len(pages) == len({page for page, _ in pages}) == 3


def test_passages_are_read_by_their_ids(store):
    """One that another run removed meanwhile is left out and breaks nothing."""
    first, *_ = _pages(store)
    gone = a_chunk("Gone.")

    passages = store.passages([gone.id, first.id])

    assert {id_: p.text for id_, p in passages.items()} == {first.id: first.text}


def test_a_rewrite_changes_what_a_page_is_compared_by(store):
    """A new heading changes no other vector of its page."""
    first, *_ = _pages(store)
    new = replace(first, fields=dict.fromkeys(FIELDS, "Launch"), anchor="new")

    manifest = a_manifest("g2", chunks=6, space=SPACE)
    with store.draft(manifest, fresh=False) as draft:
        draft.rewrite([new])
        draft.publish(manifest, a_table())

    rankings = store.search(_rows([1, 0, 0]), "launch", 5)
    (hit,) = rankings["head"]
    assert store.passages([hit.id])[hit.id].anchor == "new"
    assert len(rankings["dense"]) == 5


@pytest.mark.parametrize(
    ("only", "paths"),
    [
        (Filter(), {"jobs/run.mdx", "jobs/stop.mdx", "kube/run.mdx"}),
        (Filter(product=("kubernetes",)), {"kube/run.mdx"}),
        (
            Filter(product=("jobs", "kube")),
            {"jobs/run.mdx", "jobs/stop.mdx", "kube/run.mdx"},
        ),
        (Filter(category=("serverless-jobs",), path=("jobs/stop",)), {"jobs/stop.mdx"}),
        (Filter(path=("job",)), set()),
        (Filter(validated_since=20240101), {"jobs/run.mdx", "jobs/stop.mdx"}),
        (Filter(validated_since=20240102), {"jobs/stop.mdx"}),
        (Filter(product=("kubernetes",), path=("jobs",)), set()),
    ],
    ids=lambda value: str(value)[:50] if isinstance(value, Filter) else None,
)
def test_a_filter_narrows_every_ranking(store, only, paths):
    """Values of one field are alternatives, and the fields restrict each other."""
    _pages(store)

    rankings = store.search(_rows([1, 1, 1]), "run stop job pod", 10, only=only)

    for name in ("dense", "head", "bm25"):
        passages = store.passages([hit.id for hit in rankings[name]])
        assert {p.path for p in passages.values()} == paths


def test_a_facet_counts_pages_and_not_chunks(store):
    """It is offered by the shell, and told when a filter finds nothing."""
    _pages(store)

    assert store.facet("product") == {
        "jobs": 2, "serverless-jobs": 2, "kube": 1, "kubernetes": 1,
    }  # fmt: skip
    assert store.facet("category", only=Filter(path=("jobs",))) == {
        "serverless-jobs": 2
    }


def test_a_facet_of_no_index_is_an_error(store):
    """No values is what an index without products has."""
    with pytest.raises(IndexMissing):
        store.facet("product")


def test_a_chunk_that_is_added_twice_is_held_once(store):
    """A batch that is sent again after a timeout must not double anything."""
    chunk = a_chunk()
    manifest = a_manifest(chunks=1, space=SPACE)
    with store.draft(manifest, fresh=True) as draft:
        draft.add([chunk], _rows([[0, 1, 0]]))
        draft.add([chunk], _rows([[1, 0, 0]]))
        draft.publish(manifest, a_table())

    assert list(store.scan()) == [chunk.id]


def test_a_rewrite_changes_what_is_shown_and_keeps_the_vector(store):
    """A new tag or URL costs no embedding."""
    old, other = a_chunk("Alpha text."), a_chunk("Beta text.")
    new = replace(old, page={**old.page, "public_url": "https://new/"}, anchor="new")
    _index(store, [old, other], [[1, 0, 0], [0, 1, 0]])

    manifest = a_manifest("g2", chunks=2, space=SPACE)
    with store.draft(manifest, fresh=False) as draft:
        draft.rewrite([new])
        draft.publish(manifest, a_table())

    assert store.scan()[old.id] == read_stored(new.payload) != read_stored(old.payload)
    for ranking in chunk_rankings(store, _rows([1, 0, 0]), "alpha", 1):
        assert (ranking[0].id, ranking[0].link) == (old.id, "https://new/#new")


def test_stored_vectors_can_be_used_again(store):
    """A cosine store may keep the direction only; that is all it will ever compare."""
    chunks = [a_chunk("One."), a_chunk("Two.")]
    _index(store, chunks, [[3, 4, 0], [0, 0, 2]])

    with store.draft(a_manifest("g2", chunks=2, space=SPACE), fresh=False) as draft:
        vectors = draft.vectors([chunks[0].id, a_chunk("Never stored.").id])

    assert vectors.keys() == {chunks[0].id}
    (vector,) = vectors.values()
    assert (vector.shape, vector.dtype) == ((3,), np.float32)
    assert vector / np.linalg.norm(vector) == pytest.approx([0.6, 0.8, 0])


def test_vectors_of_nothing_are_none(store):
    """A run in which no chunk is known asks for no ids."""
    with store.draft(a_manifest(space=SPACE), fresh=True) as draft:
        assert draft.vectors([]) == {}


def test_removing_what_is_not_there_is_no_error(store):
    """A run that was cut off may have removed it already."""
    kept, gone = a_chunk("Kept."), a_chunk("Gone.")
    _index(store, [kept, gone])

    manifest = a_manifest("g2", chunks=1, space=SPACE)
    with store.draft(manifest, fresh=False) as draft:
        draft.remove([gone.id, a_chunk("Never there.").id])
        draft.remove([])
        draft.publish(manifest, a_table())

    assert list(store.scan()) == [kept.id]


def test_a_change_of_nothing_can_be_published(store):
    """A new commit without new text still has its manifest written."""
    _index(store, [a_chunk()])

    manifest = a_manifest("g2", chunks=1, space=SPACE)
    with store.draft(manifest, fresh=False) as draft:
        draft.add([], np.zeros((0, 3), np.float32))
        draft.rewrite([])
        draft.publish(manifest, a_table())

    assert store.manifest() == manifest
    assert len(store.scan()) == 1


def test_a_change_keeps_what_it_does_not_touch(store):
    """An incremental run says only what differs, generation upon generation."""
    first, second, third = a_chunk("One."), a_chunk("Two."), a_chunk("Three.")
    _index(store, [first])
    for generation, chunk, count in (("g2", second, 2), ("g3", third, 3)):
        manifest = a_manifest(generation, chunks=count, space=SPACE)
        with store.draft(manifest, fresh=False) as draft:
            draft.add([chunk], _rows([[1, 2, 3]]))
            draft.publish(manifest, a_table())

    assert store.scan().keys() == {first.id, second.id, third.id}
    assert store.manifest().generation == "g3"


def test_the_first_draft_need_not_be_told_that_it_is_fresh(store):
    """Where there is nothing to change, a change starts from nothing."""
    chunk, manifest = a_chunk(), a_manifest(chunks=1, space=SPACE)
    with store.draft(manifest, fresh=False) as draft:
        draft.add([chunk], _rows([[1, 0, 0]]))
        draft.publish(manifest, a_table())

    assert list(store.scan()) == [chunk.id]


def test_a_rebuild_replaces_everything(store):
    """Also the vector space: another model has another dimension."""
    _index(store, [a_chunk("Old.")])
    new, space = a_chunk("New."), a_space(dim=2)
    manifest = a_manifest("g2", chunks=1, space=space)
    with store.draft(manifest, fresh=True) as draft:
        draft.add([new], _rows([[1, 0]]))
        draft.publish(manifest, a_table())

    assert list(store.scan()) == [new.id]
    assert _dense(store, [1, 0]) == [new.id]
    assert store.manifest() == manifest


def test_a_rebuild_can_follow_a_rebuild(store):
    """Old generations are swept away while the newest one answers."""
    for generation in ("g1", "g2", "g3", "g4"):
        _index(store, [a_chunk(generation)], generation=generation)

    assert _by_words(store, "g4") == ["g4"]
    assert store.manifest().generation == "g4"


def test_the_live_index_answers_while_it_is_rebuilt(store):
    """`ask` works during a rebuild, from exactly one generation."""
    old = a_chunk("Old.")
    manifest = _index(store, [old])

    with store.draft(a_manifest("g2", chunks=1, space=SPACE), fresh=True) as draft:
        draft.add([a_chunk("New.")], _rows([[1, 0, 0]]))
        assert list(store.scan()) == [old.id]
        assert _dense(store, [1, 0, 0]) == [old.id]
        assert store.manifest() == manifest


@pytest.mark.parametrize(
    "error", [None, KeyboardInterrupt], ids=["left", "interrupted"]
)
def test_a_rebuild_that_is_not_published_never_was(store, error):
    """A run that is cut off leaves the index that answered before."""
    old = a_chunk("Old.")
    manifest = _index(store, [old])
    try:
        with store.draft(a_manifest("g2", chunks=1, space=SPACE), fresh=True) as draft:
            draft.add([a_chunk("New.")], _rows([[1, 0, 0]]))
            if error:
                raise error
    except KeyboardInterrupt:
        pass

    assert store.manifest() == manifest
    assert list(store.scan()) == [old.id]


def test_a_first_draft_that_is_not_published_leaves_no_index(store):
    """Half an index would answer from half of the docs."""
    with store.draft(a_manifest(chunks=1, space=SPACE), fresh=True) as draft:
        draft.add([a_chunk()], _rows([[1, 0, 0]]))

    assert store.manifest() is None
    with pytest.raises(IndexMissing):
        chunk_rankings(store, _rows([1, 0, 0]), "run", 5)


def test_a_rebuild_that_lost_a_chunk_is_not_published(store):
    """Chunks wanted = chunks stored, or the index is what it was."""
    old = a_chunk("Old.")
    manifest = _index(store, [old])
    wrong = a_manifest("g2", chunks=7, space=SPACE)

    with pytest.raises(IndexDamaged, match="instead of 7"):
        _publish(store, wrong, [a_chunk("New.")], fresh=True)

    assert store.manifest() == manifest
    assert list(store.scan()) == [old.id]


def test_a_change_that_lost_a_chunk_is_not_published(store):
    """A server is changed in place: the old chunks are there, and the old manifest stays."""
    old = a_chunk("Old.")
    manifest = _index(store, [old])
    wrong = a_manifest("g2", chunks=7, space=SPACE)

    with pytest.raises(IndexDamaged, match="instead of 7"):
        _publish(store, wrong, [a_chunk("New.")], fresh=False)

    assert store.manifest() == manifest
    assert old.id in store.scan()


def test_chunks_and_vectors_come_in_pairs(store):
    """A vector too few would give a chunk the vector of another."""
    with (
        pytest.raises(ValueError),
        store.draft(a_manifest(chunks=2, space=SPACE), fresh=True) as draft,
    ):
        draft.add([a_chunk("One."), a_chunk("Two.")], _rows([[1, 0, 0]]))


def _bundled() -> Path:
    return locate("bundled", cache=Path("unused"))


def _hugging_face() -> Embedder:
    from askdocs.adapters.embedding.embedder import HuggingFaceEmbedder

    space = describe("bundled", _bundled())
    return HuggingFaceEmbedder(_bundled(), space, device="cpu")


TOKENIZERS: dict[str, Callable[[], Tokenizer]] = {
    "fake": FakeTokenizer,
    "bundled": lambda: FastTokenizer(_bundled()),
}
EMBEDDERS: dict[str, Callable[[], Embedder]] = {
    "fake": FakeEmbedder,
    "fake, dot": lambda: FakeEmbedder(a_space(distance="dot")),
    "bundled": _hugging_face,
}


@pytest.fixture(params=TOKENIZERS.values(), ids=TOKENIZERS.keys())
def tokenizer(request: pytest.FixtureRequest) -> Tokenizer:
    return request.param()


@pytest.fixture(scope="module", params=EMBEDDERS.values(), ids=EMBEDDERS.keys())
def embedder(request: pytest.FixtureRequest) -> Embedder:
    return request.param()


TEXTS = ["", "word", "How to run a job", "x\n\n  y", "`code --flag=1`", "東京 🚀"]


def test_special_tokens_are_counted_and_have_no_span(tokenizer):
    """A limit is for what the model reads; a seam is for what the page says."""
    counts = tokenizer.count(TEXTS)
    special = counts[0]

    assert [n - special for n in counts] == [len(tokenizer.spans(t)) for t in TEXTS]


def test_spans_follow_one_another_within_the_text(tokenizer):
    """Text is cut at their starts, so they must be in order and never overlap."""
    for text in TEXTS:
        ends = [0, *(end for _, end in tokenizer.spans(text))]
        starts = [*(start for start, _ in tokenizer.spans(text)), len(text)]
        assert all(end <= start for end, start in zip(ends, starts, strict=True))


def test_a_long_text_is_counted_whole(tokenizer):
    """A tokenizer that truncates would say that everything fits."""
    assert tokenizer.count(["word " * 5_000])[0] >= 5_000


def test_nothing_to_count_is_no_error(tokenizer):
    """A page without text has no blocks to measure."""
    assert tokenizer.count([]) == []


def test_vectors_come_in_the_order_of_the_texts(embedder):
    """Batches are sorted by length inside; the caller must not notice."""
    texts = ["a long text about buckets and instances", "short", "jobs run"]
    rows = embedder.embed_passages(texts)

    assert (rows.shape, rows.dtype) == ((3, embedder.space.dim), np.float32)
    for row, text in zip(rows, texts, strict=True):
        assert row == pytest.approx(embedder.embed_passages([text])[0], abs=1e-5)


def test_only_a_cosine_space_is_normalised(embedder):
    """Dot-product models put meaning into length."""
    lengths = np.linalg.norm(embedder.embed_passages(["jobs", "jobs jobs run"]), axis=1)

    unit = lengths == pytest.approx(1, abs=1e-4)
    assert unit == (embedder.space.distance == "cosine")


def test_texts_that_share_words_are_nearer(embedder):
    """Or every search test that uses this embedder would be luck."""
    a, b, c = embedder.embed_passages(
        ["delete a bucket", "delete the bucket", "invoice payment method"]
    )

    assert a @ b > a @ c


def test_no_texts_have_no_vectors(embedder):
    """A second run embeds nothing and still asks."""
    assert embedder.embed_passages([]).shape == (0, embedder.space.dim)


def test_progress_ends_at_the_number_of_texts(embedder):
    """The bar must reach its end."""
    seen: list[tuple[int, int]] = []
    embedder.embed_passages(["a", "b", "c"], progress=lambda *at: seen.append(at))

    assert seen[-1] == (3, 3)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
