"""What a search may find."""

from __future__ import annotations

from askdocs.domain.search import Filter


def test_an_empty_filter_leaves_nothing_out():
    """It is false, so that nothing has to be looked up for it."""
    assert not Filter()
    assert Filter().values == {}


def test_a_filter_names_only_the_fields_that_restrict():
    """A date is a range, and not compared for equality like the others."""
    chosen = Filter(product=("jobs",), validated_since=20240101)

    assert chosen.values == {"product": ("jobs",)}
    assert chosen
    assert Filter(validated_since=20240101)
