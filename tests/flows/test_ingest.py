"""Ingest makes the index say what the docs say, and loses nothing on the way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.fakes import (
    FakeDocs,
    FakeEmbedder,
    FakeStore,
    FakeTokenizer,
    FixedClock,
    a_space,
    chunk_rankings,
)

from askdocs.adapters.qdrant.edge_store import EdgeStore
from askdocs.domain.errors import (
    DeletionRefused,
    DocsNotFound,
    IndexMismatch,
    ModelUnavailable,
)
from askdocs.domain.index import ChunkConfig, IngestOptions, Report, Root
from askdocs.domain.ports import Store
from askdocs.domain.text import SkippedFile, Source
from askdocs.flows.ingest import IngestRun, ingest
from askdocs.flows.read_docs import Build, ReadDocs

BASE = "https://example.org/docs/"


def page(
    path: str, body: str = "Run the job.", *, title: str = "Jobs", tags: str = "a"
) -> Source:
    head = (
        f"---\nmeta:\n  title: {title}\n  description: How it is.\ntags: {tags}\n---\n"
    )
    return Source(path, f"{head}\n{body}\n")


class World:
    """A store, an embedder that counts, and as many runs as a test wants."""

    def __init__(self, store: Store | None = None) -> None:
        self.store = store or FakeStore()
        self.embedder = FakeEmbedder(a_space())
        self.runs = 0
        self.loads = 0
        self.loaded = False

    def load(self) -> FakeEmbedder:
        self.loads += not self.loaded
        self.loaded = True
        return self.embedder

    def lose_table(self) -> None:
        """Take the table away from the live index."""
        if isinstance(self.store, FakeStore):
            self.store.address_table = None
        else:
            folder = self.store._folder
            (folder / (folder / "current").read_text().strip() / "urls.json").unlink()

    def ingest(
        self,
        docs: FakeDocs,
        *,
        tokens: int = 64,
        base: str = BASE,
        rule: str = "auto",
        **options: bool,
    ) -> Report:
        self.runs += 1
        self.loaded = False
        build = Build(
            space=self.embedder.space,
            cut=ChunkConfig(version=1, tokens=tokens),
            base_url=base,
            tokenizer=FakeTokenizer(),
            embedder=self.load,
            slug_rule=rule,
        )
        run = IngestRun(
            self.store,
            build,
            f"g{self.runs:03}",
            FixedClock(),
            IngestOptions(**options),
        )
        report = ingest(docs, run)
        assert report.adds_up
        if not options.get("dry_run"):
            assert report.chunks == len(self.store.scan())
        return report

    def texts(self) -> set[str]:
        """Return the text of every chunk that the index holds."""
        vector = self.embedder.embed_question("anything")
        dense, _ = chunk_rankings(self.store, vector, "anything", 1000)
        return {passage.text for passage in dense}


@pytest.fixture(params=["fake", "edge"])
def world(request, tmp_path):
    store = FakeStore() if request.param == "fake" else EdgeStore(tmp_path / "index")
    yield World(store)
    store.close()


def test_a_second_run_embeds_nothing_and_writes_nothing(world):
    """The nightly run of a quiet day must cost nothing and change nothing."""
    docs = FakeDocs(page("a.mdx"), page("b.mdx", "Stop it."))
    first = world.ingest(docs)

    second = world.ingest(docs)

    assert (first.indexed, first.embedded) == (2, 2)
    assert (second.unchanged, second.embedded, second.written, second.deleted) == (
        2,
        0,
        0,
        0,
    )
    assert second.generation == first.generation
    assert world.loads == 1


def test_a_new_title_embeds_its_page_and_no_other(world):
    """The title is part of what is embedded."""
    world.ingest(FakeDocs(page("a.mdx"), page("b.mdx")))

    report = world.ingest(FakeDocs(page("a.mdx", title="Tasks"), page("b.mdx")))

    assert (report.indexed, report.unchanged) == (1, 1)
    assert (report.embedded, report.written, report.deleted) == (1, 1, 1)


def test_a_new_tag_is_written_without_embedding(world):
    """A tag is payload; the vector has never heard of it."""
    world.ingest(FakeDocs(page("a.mdx")))

    report = world.ingest(FakeDocs(page("a.mdx", tags="b")))

    assert (report.embedded, report.written, report.deleted) == (0, 1, 0)
    assert world.loads == 1


def test_a_new_macro_text_changes_only_the_pages_that_use_it(world):
    """The bytes of the page are the same; what a reader sees is not."""
    use, other = page("a.mdx", 'First.\n\n<Macro id="need" />'), page("b.mdx")
    macro = Source("macros/need.mdx", "---\nmacro: need\n---\n\nYou need a key.")
    world.ingest(FakeDocs(use, other, macro))

    report = world.ingest(
        FakeDocs(use, other, replace(macro, text=macro.text.replace("key", "token")))
    )

    assert (report.indexed, report.unchanged, len(report.skipped)) == (1, 1, 1)
    assert any("token" in text for text in world.texts())
    assert not any("You need a key" in text for text in world.texts())


def test_a_line_above_moves_the_lines_and_embeds_nothing(world):
    """A passage that only moved down is the same passage."""
    before = page("a.mdx", "## One\n\nRun it.")
    world.ingest(FakeDocs(before))

    report = world.ingest(FakeDocs(page("a.mdx", "\n\n## One\n\nRun it.")))

    assert (report.embedded, report.deleted) == (0, 0)
    assert report.written > 0


def test_two_equal_passages_are_two_chunks_and_one_embedding(world):
    """Both can be cited; the model has to read the text once."""
    long = "word " * 50
    body = f"## Same\n\n{long}\n\n## Same\n\n{long}"

    report = world.ingest(FakeDocs(page("a.mdx", body)))

    assert report.chunks == 3
    assert report.embedded == 2


@pytest.mark.parametrize(
    ("path", "embedded"), [("jobs/new.mdx", 0), ("tasks/p0.mdx", 1)]
)
def test_a_renamed_page_reuses_its_vectors_and_one_that_moves_is_embedded(
    world, path, embedded
):
    """A new name is no new text; the folders are read by the model."""
    many = [page(f"jobs/p{n}.mdx", f"Text {n}.") for n in range(20)]
    world.ingest(FakeDocs(*many))

    moved = [replace(many[0], path=path), *many[1:]]
    report = world.ingest(FakeDocs(*moved))

    assert (report.embedded, report.written, report.deleted) == (embedded, 1, 1)


def test_a_new_heading_of_a_page_of_cards_changes_the_table_and_no_chunk(world):
    """It is a place on the site, and there is nothing in it to embed."""
    cards = '<SummaryCard title="A" href="/a/" />'
    world.ingest(FakeDocs(page("a.mdx"), page("index.mdx", cards)))

    docs = FakeDocs(page("a.mdx"), page("index.mdx", f"## Soon\n\n{cards}"))
    report = world.ingest(docs)

    assert (report.embedded, report.written, report.generation) == (0, 0, "g002")
    assert [a.anchor for a in world.store.table().places[1].anchors] == ["soon"]


def test_a_page_whose_old_version_stays_keeps_its_address(world):
    """What is found of it is shown with a link."""
    docs = FakeDocs(page("a.mdx"), page("b.mdx"))
    world.ingest(docs)
    before = world.store.table()

    docs.items[1] = SkippedFile("b.mdx", "cannot be read")
    world.ingest(docs)

    assert world.store.table() == before


def test_an_index_without_a_table_is_read_anew_and_not_embedded(world):
    """It is lost with a file of its own; all that it held stands in the docs."""
    docs = FakeDocs(page("a.mdx"), page("b.mdx"))
    world.ingest(docs)
    before = world.store.table()
    world.lose_table()

    report = world.ingest(docs)

    assert (report.indexed, report.embedded, report.written) == (2, 0, 0)
    assert world.store.table() == before


def test_the_rule_of_an_index_stays_until_it_is_rebuilt_or_set(world):
    """One new link must not give every heading of the docs another fragment."""
    old = page("a.mdx", "## What's new\n\nSee [it](#whats-new).")
    new = page("b.mdx", "See [it](/a/#what's-new) and [it](/a/#what's-new).")
    world.ingest(FakeDocs(old))

    kept = world.ingest(FakeDocs(old, new))
    rebuilt = world.ingest(FakeDocs(old, new), rebuild=True)
    asked = world.ingest(FakeDocs(old, new), rule="github")

    assert [r.slug_rule for r in (kept, rebuilt, asked)] == [
        "github",
        "scaleway",
        "github",
    ]
    assert (asked.embedded, asked.written) == (0, asked.chunks)


def test_two_pages_with_one_address_are_both_indexed_and_named(world):
    """One of them cannot be reached; which, only the site knows."""
    docs = FakeDocs(page("a.mdx"), page("a/index.mdx", "Stop it."))

    first, second = world.ingest(docs), world.ingest(docs)

    assert first.indexed == 2
    assert [w for w in first.warnings if f"{BASE}a/" in w] == [
        f"a.mdx, a/index.mdx: all of them have the address {BASE}a/"
    ]
    assert second.warnings == ()


def test_unknown_components_are_counted(world):
    """Whoever writes docs learns which of their own we know nothing about."""
    report = world.ingest(FakeDocs(page("a.mdx", "<Foo>One.</Foo>\n\n<Foo>Two.</Foo>")))

    assert report.unknown == {"<Foo>": 2}


def test_few_pages_may_go(world):
    """Pages are deleted every day; ten of them raise no alarm."""
    many = [page(f"p{n}.mdx") for n in range(30)]
    world.ingest(FakeDocs(*many))

    report = world.ingest(FakeDocs(*many[10:]))

    assert (report.pages_removed, report.withheld, report.exit_code) == (10, "", 0)


def test_many_pages_do_not_go_unasked(world):
    """A half-finished checkout must not empty the index; what is new gets in."""
    many = [page(f"p{n}.mdx") for n in range(30)]
    world.ingest(FakeDocs(*many))

    held = world.ingest(FakeDocs(*many[11:], page("new.mdx", "Brand new.")))
    allowed = world.ingest(FakeDocs(*many[11:]), allow_delete=True)

    assert (held.exit_code, held.deleted, held.chunks) == (9, 0, 31)
    assert "11 of 30 pages" in held.withheld
    assert allowed.pages_removed == 12


def test_other_docs_touch_nothing(world):
    """`rag ingest docs/tutorials` after `rag ingest docs` is a slip, not a wish."""
    docs = FakeDocs(page("a/x.mdx"), page("b/y.mdx"), root=Root())
    first = world.ingest(docs)

    with pytest.raises(DeletionRefused, match="other docs") as caught:
        world.ingest(FakeDocs(page("x.mdx"), root=Root()))

    assert "--allow-delete" in caught.value.hint
    assert world.store.manifest().generation == first.generation


def test_another_clone_of_the_same_repository_is_the_same_docs(world):
    """The absolute path says nothing; the remote and the folder in it do."""
    world.ingest(FakeDocs(page("a.mdx"), root=Root("h/docs", "", "c1")))

    report = world.ingest(FakeDocs(page("b.mdx"), root=Root("h/docs", "", "c2")))

    assert report.pages_removed == 1


def test_a_page_that_cannot_be_read_keeps_its_old_version(world):
    """A broken file must not take its answers away."""
    world.ingest(FakeDocs(page("a.mdx", "Old truth."), page("b.mdx")))

    report = world.ingest(
        FakeDocs(SkippedFile("a.mdx", "not UTF-8 at byte 7"), page("b.mdx"))
    )

    assert (report.exit_code, report.deleted, len(report.failed)) == (3, 0, 1)
    assert any("Old truth." in text for text in world.texts())


def test_nothing_goes_while_something_cannot_be_seen(world):
    """A folder that cannot be listed may hold the pages that seem to be gone."""
    world.ingest(FakeDocs(page("a.mdx"), page("b.mdx"), page("c.mdx")))

    unseen = FakeDocs(page("a.mdx", "New."), page("b.mdx"), complete=False)
    report = world.ingest(unseen)

    assert (report.exit_code, report.pages_removed) == (9, 0)
    assert any("New." in text for text in world.texts())
    assert report.chunks == 3


def test_no_page_at_all_is_an_error_and_no_deletion(world):
    """An empty mount is not an empty documentation."""
    first = world.ingest(FakeDocs(page("a.mdx")))

    with pytest.raises(DocsNotFound):
        world.ingest(FakeDocs(), allow_delete=True)

    assert len(world.store.scan()) == first.chunks


@pytest.mark.parametrize(
    ("body", "path", "reason"),
    [
        ('<SummaryCard title="x" />', "a/index.mdx", "card page"),
        ("", "a.mdx", None),
    ],
    ids=["an index of cards is left out", "a page of its title alone is kept"],
)
def test_a_page_without_prose(world, body, path, reason):
    """Cards lead elsewhere; a title and a description can be asked for."""
    report = world.ingest(FakeDocs(page("ok.mdx"), page(path, body)))

    reasons = [left.reason for left in report.skipped]
    assert [reason in r for r in reasons] == ([True] if reason else [])


def test_chunks_lost_behind_our_back_come_back(world):
    """The store is the only truth, so what it lacks is seen and mended."""
    docs = FakeDocs(page("a.mdx", "## One\n\nText.\n\n## Two\n\nMore."), page("b.mdx"))
    first = world.ingest(docs)
    manifest = world.store.manifest()
    lost = next(id_ for id_, row in world.store.scan().items() if row.path == "a.mdx")
    with world.store.draft(replace(manifest, generation="g0x"), fresh=False) as draft:
        draft.remove([lost])
        draft.publish(
            replace(manifest, generation="g0x", chunks=first.chunks - 1),
            world.store.table(),
        )

    report = world.ingest(docs)

    assert (report.indexed, report.written, report.chunks) == (1, 1, first.chunks)


def test_another_chunk_size_needs_a_rebuild(world):
    """Two ways of cutting must never lie in one index."""
    docs = FakeDocs(page("a.mdx"))
    world.ingest(docs)

    with pytest.raises(IndexMismatch) as caught:
        world.ingest(docs, tokens=32)

    assert "--rebuild" in caught.value.hint
    assert world.ingest(docs, tokens=32, rebuild=True).embedded == 1


def test_a_rebuild_does_not_lose_a_page_that_cannot_be_read_now(world):
    """Its old version cannot be carried over, so the rebuild is refused."""
    world.ingest(FakeDocs(page("a.mdx"), page("b.mdx")))

    with pytest.raises(DeletionRefused):
        world.ingest(
            FakeDocs(SkippedFile("a.mdx", "binary"), page("b.mdx")), rebuild=True
        )

    assert len(world.store.scan()) == 2


def test_a_dry_run_says_and_does_not(world):
    """What would be done is counted; nothing is embedded or written."""
    world.ingest(FakeDocs(page("a.mdx")))
    before = world.store.scan()

    report = world.ingest(FakeDocs(page("a.mdx", "New."), page("b.mdx")), dry_run=True)

    assert (report.indexed, report.written, report.embedded) == (2, 2, 0)
    assert world.store.scan() == before


def test_a_failing_model_leaves_the_index_as_it_was(world):
    """Half an index is worse than yesterday's."""
    world.ingest(FakeDocs(page("a.mdx")))
    before = world.store.scan()

    def broken(_texts, _progress=None):
        raise ModelUnavailable("the model is gone", hint="get it back")

    world.embedder.embed_passages = broken
    with pytest.raises(ModelUnavailable):
        world.ingest(FakeDocs(page("a.mdx", "New."), page("b.mdx")))

    assert world.store.scan() == before


def test_another_base_url_rewrites_and_embeds_nothing(world):
    """The site moved; the text did not."""
    docs = FakeDocs(page("a.mdx"), page("b.mdx"))
    world.ingest(docs)

    report = world.ingest(docs, base="https://example.com/new/")

    assert (report.embedded, report.written, report.deleted) == (0, 2, 0)


BODIES = st.sampled_from(
    ["Run it.", "Stop it.", "## A\n\nOne.\n\n## B\n\nTwo.", "Run it.\n\nStop."]
)
STATES = st.dictionaries(
    st.sampled_from([f"{c}.mdx" for c in "abcdef"]), BODIES, min_size=1
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STATES, min_size=2, max_size=4))
def test_step_by_step_is_the_same_as_from_nothing(states):
    """Whatever was edited, added, moved or removed, the index equals a fresh one."""
    stepwise, fresh = World(), World()
    for state in states:
        stepwise.ingest(
            FakeDocs(*(page(p, b) for p, b in state.items())), allow_delete=True
        )

    fresh.ingest(FakeDocs(*(page(p, b) for p, b in states[-1].items())))

    assert stepwise.store.scan() == fresh.store.scan()


def test_a_file_that_is_lost_on_the_way_is_a_bug_and_said(world, monkeypatch):
    """The files are counted where they are read, so the sum can be wrong."""
    nothing = ReadDocs((), (), (), (), {}, "github", {}, ())
    monkeypatch.setattr("askdocs.flows.ingest.read_and_chunk", lambda *_, **__: nothing)

    with pytest.raises(RuntimeError, match="does not add up"):
        world.ingest(FakeDocs(page("a.mdx")))
