"""A filter in the words of the index, and where matches are if it leaves nothing."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from tests.support.fakes import FakeEmbedder, FakeStore, a_chunk, published
from tests.support.passages import passage

from askdocs.domain.answer import SearchResult
from askdocs.domain.errors import NothingMatches
from askdocs.domain.search import FIELDS, Filter
from askdocs.flows.filter import informative_values, nothing_matches, resolve_in_index


@pytest.fixture
def store() -> FakeStore:
    """An index of one page, in a folder, with a tag."""
    chunk = a_chunk(
        "Run it.",
        path="jobs/how-to/run.mdx",
        tags=["Cron"],
        categories=["serverless"],
        products=["jobs", "how-to"],
        under=["jobs", "jobs/how-to", "jobs/how-to/run"],
    )
    whole = replace(chunk, fields=dict.fromkeys(FIELDS, "Run it."))
    return published(FakeStore(), [whole], FakeEmbedder())


def test_a_filter_takes_the_spelling_of_the_index(store):
    """People type "cron"; the page says "Cron"."""
    assert resolve_in_index(Filter(tag=("cron",)), store).tag == ("Cron",)


def test_a_value_that_no_page_has_is_refused(store):
    """An empty result would look like docs that say nothing."""
    with pytest.raises(NothingMatches, match="no page has kron"):
        resolve_in_index(Filter(tag=("kron",)), store)


def test_a_date_needs_no_page(store):
    """It is compared, not looked up."""
    since = Filter(validated_since=20240101)

    assert resolve_in_index(since, store) == since


def test_products_that_tell_something_are_folders_at_the_top(store):
    """Every folder is a product to a filter, "how-to" as well."""
    assert informative_values("product", store) == {"jobs": 1}


def test_five_places_are_named_most_first():
    """The docs have eighty products; the first few are what the question is about."""
    there = {f"t{n}": n for n in range(1, 9)}
    store = SimpleNamespace(facet=lambda _name, only: there)
    found = SearchResult((passage(),))

    said = nothing_matches(Filter(tag=("t8", "x\x1b[2J")), lambda _filter: found, store)

    assert str(said) == "0 in t8, x[2J; 7 in t7; 6 in t6; 5 in t5; 4 in t4; 3 in t3"
    assert said.hint == "--tag t7   (or leave --tag out)"


def test_where_there_is_nothing_at_all_no_option_is_to_blame():
    """An empty index finds nothing, whatever is asked of it."""
    said = nothing_matches(
        Filter(tag=("t",)), lambda _filter: SearchResult(()), SimpleNamespace()
    )

    assert (str(said), said.hint) == ("no passage was found", "rag status")
