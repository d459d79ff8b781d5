"""What the docs want against what the index holds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askdocs.domain.index import Stored
from askdocs.domain.text import Chunk
from askdocs.steps.docs.diff import Plan, plan, whole_pages

PATHS = st.sampled_from(["a.mdx", "b.mdx", "c.mdx"])


def chunk(text: str, path: str = "a.mdx", **page: object) -> Chunk:
    shared = {"page_sha": "s", "page_chunks": 1, **page}
    return Chunk(path, ("H",), text, f"T > H\n\n{text}", 0, "f", shared)


def row(chunk: Chunk) -> Stored:
    return Stored(
        path=chunk.path,
        page_sha=str(chunk.page["page_sha"]),
        page_chunks=int(chunk.page["page_chunks"]),
        embed_sha=chunk.embed_sha,
        payload_sha=chunk.payload["payload_sha"],
    )


def index(*chunks: Chunk) -> dict[str, Stored]:
    return {each.id: row(each) for each in chunks}


def stored(path: str, sha: str, chunks: int) -> Stored:
    return Stored(path, sha, chunks, "e", "p")


@pytest.mark.parametrize(
    ("rows", "whole"),
    [
        ([stored("a", "1", 2), stored("a", "1", 2)], {"a": "1"}),
        ([stored("a", "1", 2)], {}),
        ([stored("a", "1", 1), stored("a", "1", 1)], {}),
        ([stored("a", "1", 2), stored("a", "2", 2)], {}),
        ([stored("a", "1", 2), stored("a", "1", 3)], {}),
        ([stored("a", "1", 1), stored("b", "2", 1)], {"a": "1", "b": "2"}),
        ([stored("a", "1", 1), stored("b", "2", 2)], {"a": "1"}),
        ([], {}),
    ],
    ids=[
        "whole",
        "a chunk is missing",
        "one too many",
        "two versions",
        "two counts",
        "two pages",
        "one of two",
        "empty index",
    ],
)
def test_only_what_is_whole_is_left_unread(rows, whole):
    """A run that was killed half-way leaves such pages; the next one repairs them."""
    assert whole_pages({str(n): each for n, each in enumerate(rows)}) == whole


def test_equal_pages_need_nothing():
    """A second run writes nothing."""
    same = [chunk("one"), chunk("two")]

    made = plan(same, index(*same), kept=())

    assert made == Plan((), {}, (), (), {})
    assert made.empty


def test_what_is_new_is_added_in_the_order_of_the_docs():
    """Progress is told by it, and a run that stops has done the first pages."""
    new = [chunk(str(n)) for n in range(5)]

    made = plan(new, index(new[2]), kept=())

    assert made.add == (new[0], new[1], new[3], new[4])
    assert not made.empty


def test_a_vector_that_is_known_is_not_computed_again():
    """A renamed page, or a line under another heading of the same name."""
    before = chunk("moved", "old.mdx")
    after = replace(before, path="new.mdx")

    made = plan([after], index(before), kept=())

    assert made.add == (after,)
    assert made.donors == {after.embed_sha: before.id}
    assert made.gone == {"old.mdx": (before.id,)}


def test_only_what_is_added_has_a_donor():
    """What stays needs none, and reading vectors costs."""
    one, two = chunk("one"), chunk("two")

    assert plan([one, two], index(one), kept=()).donors == {}


def test_another_tag_rewrites_and_embeds_nothing():
    """The vector does not know of tags."""
    before, after = chunk("x", tags=["a"]), chunk("x", tags=["b"])

    made = plan([after], index(before), kept=())

    assert made == Plan((), {}, (after,), (), {})


def test_an_old_chunk_of_a_page_that_is_here_is_stale():
    """It goes without a question: the page has a new text in its place."""
    old, new = chunk("old"), chunk("new")

    made = plan([new], index(old), kept=())

    assert (made.add, made.stale, made.gone) == ((new,), (old.id,), {})


def test_a_page_that_is_not_here_goes_as_a_page():
    """The guard counts pages; a stale chunk is none."""
    here = chunk("x", "here.mdx")
    two = [chunk("y", "gone.mdx"), chunk("z", "gone.mdx")]

    made = plan([here], index(here, *two), kept=())

    assert made.stale == ()
    assert {p: set(ids) for p, ids in made.gone.items()} == {
        "gone.mdx": {each.id for each in two}
    }


def test_what_is_kept_stays_whatever_is_wanted():
    """Unchanged pages are not cut again, and unreadable ones keep their old version."""
    held = [chunk("x", "unchanged.mdx"), chunk("y", "unreadable.mdx")]

    made = plan([], index(*held), kept={"unchanged.mdx", "unreadable.mdx"})

    assert made.empty


def test_a_chunk_that_is_wanted_twice_is_written_once():
    """Ids are unique in the index, and a count that differs would fail the publish."""
    assert len(plan([chunk("x"), chunk("x")], {}, kept=()).add) == 1


CHUNKS = st.lists(
    st.builds(chunk, st.sampled_from("uvwxyz"), PATHS, tags=st.sampled_from("kl")),
    max_size=12,
    unique_by=lambda each: each.id,
)


@settings(max_examples=300, deadline=None)
@given(before=CHUNKS, after=CHUNKS, kept=st.sets(PATHS))
def test_a_plan_makes_the_index_what_the_docs_say(before, after, kept):
    """Carried out on any index, it leaves what is wanted, what is kept, and no more."""
    after = [each for each in after if each.path not in kept]
    held = {each.id: each for each in before}

    made = plan(after, index(*before), kept=kept)
    for each in (*made.add, *made.rewrite):
        held[each.id] = each
    for id_ in (*made.stale, *(i for ids in made.gone.values() for i in ids)):
        del held[id_]

    wanted = {each.id: each.payload for each in after}
    wanted |= {each.id: each.payload for each in before if each.path in kept}
    assert {id_: each.payload for id_, each in held.items()} == wanted
    vectors = {id_: held.embed_sha for id_, held in index(*before).items()}
    assert all(vectors[donor] == sha for sha, donor in made.donors.items())
