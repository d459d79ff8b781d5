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
from askdocs.flows.retrieve import Retriever
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
