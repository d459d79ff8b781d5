"""The passages that answer a question best, and each can say why it is there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.fakes import (
    FakeEmbedder,
    FakeReranker,
    FakeStore,
    a_chunk,
    published,
)

from askdocs.domain.errors import NothingMatches
from askdocs.domain.ports import EVERYTHING
from askdocs.domain.search import FIELDS, Filter, Hit
from askdocs.flows.retrieve import CHUNKS_READ, PAGES_READ, Retriever
from askdocs.steps.search.fuse import PAGE_WEIGHTS, K


def a_page(path: str, title: str, *texts: str, **facets: object):
    """Return the chunks of a page; the first stands for it."""
    first, *others = [
        a_chunk(text, path=path, title=title, heading=(), nth=n, **facets)
        for n, text in enumerate(texts)
    ]
    fields = {**dict.fromkeys(FIELDS, title), "page": f"{title} {' '.join(texts)}"}
    return [replace(first, fields=fields), *others]


CHUNKS = [
    *a_page("deep/er/jobs.mdx", "Create a job", "Click the button.", "Then save."),
    *a_page("jobs.mdx", "Jobs", "A job may create files.", products=["jobs"]),
    *a_page("pods.mdx", "Pods", "A pod runs.", products=["pods"]),
]


def find(question: str, k: int = 5, chunks=CHUNKS, only=EVERYTHING, **how):
    embedder = FakeEmbedder()
    store = published(FakeStore(), chunks, embedder)
    return Retriever(embedder, store, k=k, **how).find(question, only)


def test_a_title_that_covers_the_question_brings_its_page_to_the_top():
    """Its first passage need not repeat what the title says."""
    found = find("create job")

    assert found.passages[0].path == "deep/er/jobs.mdx"


def test_each_passage_knows_its_rank_in_every_ranking():
    """Who tunes a search, or doubts it, asks why."""
    found = find("create job")

    first = found.ranks[found.passages[0].id]
    assert first["head"] == first["headings"] == 1
    assert set(first) <= {"dense", "bm25", *FIELDS}
    assert found.ranks.keys() == {p.id for p in found.passages}


def test_each_stage_says_what_it_took():
    """Ten milliseconds are a promise; one wants to know where they go."""
    assert set(find("create job").spent_ms) == {"encode", "search", "fuse"}


def test_a_filter_holds_in_every_ranking():
    """A page that is not allowed must not come in by its title."""
    found = find("create job", only=Filter(product=("pods",)))

    assert {p.path for p in found.passages} == {"pods.mdx"}


def test_the_pages_of_a_search_are_read_whole():
    """Also below "pages/", which no filter names; no other page in their folder is."""
    chunks = [
        *a_page("pages/jobs.mdx", "Jobs", "Create a job.", "Stop.", under=["jobs"]),
        *a_page(
            "pages/jobs/cron.mdx", "Cron", "At night.", under=["jobs", "jobs/cron"]
        ),
        *a_page("pods.mdx", "Pods", "A pod runs.", under=["pods"]),
    ]
    embedder = FakeEmbedder()
    store = published(FakeStore(), chunks, embedder)
    retriever = Retriever(embedder, store, k=1)
    found = retriever.find("create a job")

    read = retriever.read_pages("create a job", found)
    by_words = retriever.read_pages("create a job", replace(found, vector=None))

    assert [p.text for p in found.passages] == ["Create a job."]
    assert sorted(p.text for p in read) == ["Create a job.", "Stop."]
    assert all(-1 <= p.score <= 1 for p in read)
    assert by_words == list(found.passages)


def test_a_reranker_has_the_last_word():
    """It has read each passage with the question."""
    reranker = FakeReranker({"A pod runs.": 9.0, "Then save.": 5.0})

    found = find("create job", 2, reranker=reranker, limit_s=1)

    assert [p.text for p in found.passages] == ["A pod runs.", "Then save."]
    assert [p.score for p in found.passages] == [9.0, 5.0]
    assert found.degraded == ()
    assert "rerank" in found.spent_ms


def test_a_reranker_reads_the_trail_of_a_passage_as_well():
    """ "Then save." could be about anything."""
    reranker = FakeReranker({})

    find("create job", reranker=reranker, limit_s=1)

    assert any(t.startswith("Create a job") and "save" in t for t in reranker.texts)


def test_a_reranker_that_is_too_slow_leaves_the_order_and_says_so():
    """Half of a new order is none."""
    plain = find("create job")

    found = find("create job", reranker=FakeReranker({}, slow=True), limit_s=0.5)

    assert found.passages == plain.passages
    assert found.degraded == ("reranker: 0.5 s were not enough, left out",)


def test_a_reranker_is_not_asked_about_nothing():
    """A filter may leave no passage."""
    reranker = FakeReranker({})

    with pytest.raises(NothingMatches):
        find("x", only=Filter(product=("no",)), reranker=reranker, limit_s=1)

    assert reranker.texts == []


@pytest.mark.parametrize("k", [1, 2, 3])
def test_no_more_than_was_asked_for(k):
    """The prompt has room for so many."""
    assert len(find("create job", k).passages) == k


def test_titles_that_say_the_same_of_every_page_decide_nothing():
    """The site's name in every title: what a page says has to find it."""
    dull = [
        *a_page("a.mdx", "Pebble manual", "A pod runs.", "It ends."),
        *a_page("b.mdx", "Pebble manual", "The quota of a bucket.", "Raise it."),
        *a_page("c.mdx", "Pebble manual", "A job may create files."),
    ]

    found = find("bucket quota in the pebble manual", chunks=dull)

    assert found.passages[0].text == "The quota of a bucket."


def read(
    question: str, *paths: str, chunks, k: int = 99, store: FakeStore | None = None
):
    """Return the chunks of the pages that a search found, whatever it found."""
    embedder = FakeEmbedder()
    store = published(store or FakeStore(), chunks, embedder)
    retriever = Retriever(embedder, store, k=k)
    result = retriever.find(question)
    found = [p for p in result.passages if p.path in paths]
    found.sort(key=lambda passage: paths.index(passage.path))
    return retriever.read_pages(question, replace(result, passages=tuple(found)))


def under(place: str) -> list[str]:
    """Return the folders of a page, and itself, as an index has them."""
    parts = place.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]


PLACED = [
    *a_page("jobs.mdx", "Jobs", "One.", "Two.", "Three.", under=under("jobs")),
    *a_page("jobs/quota.mdx", "Quota", "Four.", under=under("jobs/quota")),
    *a_page("pages/pods.mdx", "Pods", "Five.", "Six.", under=under("pods")),
    *a_page("index.mdx", "Start", "Seven.", "Eight.", under=[""], file_path=""),
]


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("jobs.mdx", {"One.", "Two.", "Three."}),
        ("jobs/quota.mdx", {"Four."}),
        ("pages/pods.mdx", {"Five.", "Six."}),
        ("index.mdx", {"Seven.", "Eight."}),
    ],
    ids=[
        "not what is in its folder",
        "below another page",
        "below pages/",
        "the first",
    ],
)
def test_a_page_that_was_found_is_read_whole(path, texts):
    """An answer may stand in a chunk that no search found."""
    assert {p.text for p in read("two", path, chunks=PLACED)} == texts


def test_what_is_read_is_scored_by_how_like_the_question_it_is():
    """A score of a fusion says nothing of a chunk that was not in it."""
    embedder = FakeEmbedder()
    question = embedder.embed_question("two")

    for passage in read("two", "jobs.mdx", chunks=PLACED):
        [vector] = embedder.embed_passages([f"Jobs\n\n{passage.text}"])
        assert passage.score == pytest.approx(float(vector @ question))


def test_only_the_first_pages_are_read():
    """Each takes its time, and the last has least to say."""
    chunks = [
        chunk
        for n in range(PAGES_READ + 3)
        for chunk in a_page(f"p{n}.mdx", f"P{n}", "Same.", "More.", under=[f"p{n}"])
    ]
    paths = [f"p{n}.mdx" for n in range(PAGES_READ + 3)]

    pages = {p.path for p in read("same", *paths[::-1], chunks=chunks)}

    assert pages == set(paths[3:])


class Counting(FakeStore):
    """A store that says how deep it was searched."""

    depths: tuple[int, ...] = ()

    def search(self, vector, words, k, **how):
        self.depths += (k,)
        return super().search(vector, words, k, **how)


def test_a_page_of_endless_length_is_read_where_it_is_like_the_question():
    """Whoever generates docs has pages of a thousand sections."""
    texts = ["Two.", *(f"Chunk {n}." for n in range(CHUNKS_READ + 50))]
    store = Counting()

    chunks = read(
        "two", "a.mdx", chunks=a_page("a.mdx", "A", *texts, under=["a"]), store=store
    )

    assert store.depths[-1] == len(chunks) == CHUNKS_READ
    assert "Two." in {p.text for p in chunks}


def test_without_a_vector_what_was_found_is_all_there_is():
    """Nothing says which chunk of a page is near."""
    embedder = FakeEmbedder()
    store = published(FakeStore(), PLACED, embedder)
    retriever = Retriever(embedder, store, k=2)
    found = retriever.find("two")

    assert retriever.read_pages("two", replace(found, vector=None)) == list(
        found.passages
    )


def test_nothing_found_is_nothing_read():
    """A search may find no passage, and no page is not every page."""
    assert read("two", chunks=PLACED) == []


class Pages(FakeStore):
    """A store that ranks whole pages alone, by scores that are set."""

    scores: tuple[float, ...] = ()

    def search(self, *args, **how):
        pages = super().search(*args, **how)["page"]
        scored = [Hit(h.id, s) for h, s in zip(pages, self.scores, strict=True)]
        return {**{name: [] for name in ("dense", "bm25", *FIELDS)}, "page": scored}


@pytest.mark.parametrize("scores", [(8.0, 4.0), (2.0, 1.0)])
def test_a_page_counts_by_its_score_against_the_best(scores):
    """Beside one that stands out by its words, the others are no rivals."""
    embedder, store = FakeEmbedder(), Pages()
    store.scores = scores
    chunks = [*a_page("a.mdx", "A", "Same."), *a_page("b.mdx", "B", "Same.")]
    published(store, chunks, embedder)

    first, second = Retriever(embedder, store, k=2).find("same").passages

    share = PAGE_WEIGHTS["page"].share
    assert first.score == pytest.approx(share / (K + 1))
    assert second.score == pytest.approx(share * 0.5 / (K + 2))


class Tied(FakeStore):
    """A store that finds one page by a chunk, the other twice for half as much."""

    def search(self, *args, **how):
        first, then = super().search(*args, **how)["dense"][:2]
        covered = [replace(then, covers=1.0)]
        rankings = {"bm25": [first], "headings": covered, "page": [then]}
        return {"dense": [], "head": [], **rankings}


@pytest.mark.parametrize("order", [1, -1])
def test_equal_scores_prefer_the_shallower_page(order):
    """The overview before the detail."""
    embedder = FakeEmbedder()
    chunks = [
        *a_page("a/b/c.mdx", "Same", "Words."),
        *a_page("b.mdx", "Same", "Words."),
    ]
    store = published(Tied(), chunks[::order], embedder)

    found = Retriever(embedder, store, k=2).find("same")

    assert [p.path for p in found.passages] == ["b.mdx", "a/b/c.mdx"]
    assert found.passages[0].score == found.passages[1].score
