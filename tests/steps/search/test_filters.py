"""What people type to narrow a search, and what it comes to."""

from __future__ import annotations

import pytest

from askdocs.domain.errors import ConfigError, NothingMatches
from askdocs.domain.search import MAX_FACET_VALUES, Filter
from askdocs.steps.search.filters import (
    MAX_VALUES,
    complete,
    parse_filter,
    resolve_filter,
)

PRODUCTS = ("serverless-jobs", "Object Storage", "instances", "Instances")


def product(*names: str) -> tuple[str, ...]:
    return resolve_filter(
        parse_filter({"product": names}), lambda _name: PRODUCTS
    ).product


@pytest.mark.parametrize(
    "text",
    ["serverless-jobs", "Serverless Jobs", "SERVERLESS_JOBS", " serverless  jobs "],
)
def test_case_space_and_dash_do_not_matter(text):
    """Users type a product as the site shows it, or as its folder is called."""
    assert product(text) == ("serverless-jobs",)


def test_all_values_that_are_meant_are_taken():
    """A category and a folder may differ in case alone."""
    assert product("INSTANCES") == ("instances", "Instances")
    assert product("instances", "Instances") == ("instances", "Instances")


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("serverless-job", "serverless-jobs"),
        ("storage", "Object Storage"),
        ("jobs", "serverless-jobs"),
        ("x", None),
    ],
)
def test_an_unknown_value_is_told_the_nearest(text, nearest):
    """An empty result would look as if the docs said nothing."""
    with pytest.raises(NothingMatches) as refused:
        product(text)

    message = str(refused.value)
    assert message.startswith(f"--product: no page has {text}")
    assert (f"did you mean {nearest}?" in message) == (nearest is not None)


def test_a_value_that_may_not_have_been_counted_is_let_be():
    """Of a very large index not all paths are known here; the index itself knows."""
    many = [str(n) for n in range(MAX_FACET_VALUES)]

    assert resolve_filter(parse_filter({"path": ["a/b"]}), lambda _name: many).path == (
        "a/b",
    )


def test_no_filter_asks_the_index_nothing():
    """It would cost every search."""
    lookups: list[str] = []

    assert (
        resolve_filter(parse_filter({}), lambda name: lookups.append(name) or ())
        == Filter()
    )
    assert lookups == []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("jobs", "jobs"),
        ("/jobs/", "jobs"),
        ("./pages/jobs", "jobs"),
        ("pages/jobs/how-to/run.mdx", "jobs/how-to/run"),
        ("pages/jobs/index.mdx", "jobs"),
        ("tutorials//x/index", "tutorials/x"),
        ("faq/v1.2.md", "faq/v1.2"),
        ("faq/v1.2", "faq/v1.2"),
        ("pages", "pages"),
    ],
)
def test_a_path_is_a_folder_or_page_however_it_is_written(text, path):
    """It is copied from a file manager, from a link, or typed."""
    assert parse_filter({"path": [text]}).path == (path,)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024", 20240101),
        ("2024-06", 20240601),
        ("2024-06-30", 20240630),
        (" 2024-02-29 ", 20240229),
    ],
)
def test_a_date_may_be_a_year_or_a_month(text, day):
    """It stands for its first day."""
    assert parse_filter({"validated_since": [text]}).validated_since == day


def test_of_several_dates_the_oldest_counts():
    """Values of one option are alternatives."""
    since = parse_filter(
        {"validated_since": ["2024-06", "2023", "2025"]}
    ).validated_since

    assert since == 20230101


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("path", "../x", "../x is no folder"),
        ("path", "a/../..", "is no folder"),
        ("path", "/", "a value is empty|is no folder"),
        ("path", "", "a value is empty"),
        ("product", " - ", "a value is empty"),
        ("tag", "\x1b\x07", "a value is empty"),
        ("tag", "job*", r"job\* holds a wildcard"),
        ("path", "jobs/**", "holds a wildcard"),
        ("category", "[ab]", "holds a wildcard"),
        ("validated_since", "2024-13", "2024-13 is no year, month or day"),
        ("validated_since", "2023-02-29", "is no year"),
        ("validated_since", "0000", "is no year"),
        ("validated_since", "yesterday", "is no year"),
        ("validated_since", "20240630", "is no year"),
        ("validated_since", "٢٠٢٤", "is no year"),
        ("validated_since", "2024-6", "is no year"),
    ],
)
def test_nonsense_is_an_error_with_an_example(name, text, problem):
    """Who is told how it is written need not look it up."""
    with pytest.raises(ConfigError, match=problem) as wrong:
        parse_filter({name: [text]})

    assert "--" + name.replace("_", "-") in wrong.value.hint


def test_a_hundred_values_are_enough():
    """Ten thousand come from a script that went wrong."""
    assert (
        len(parse_filter({"tag": [f"t{n}" for n in range(MAX_VALUES)]}).tag)
        == MAX_VALUES
    )
    with pytest.raises(ConfigError, match="--tag: 101 values, the most is 100"):
        parse_filter({"tag": ["x"] * (MAX_VALUES + 1)})


def test_a_long_value_is_shortened_where_it_is_shown():
    """100 kB of it on the screen would hide the message."""
    with pytest.raises(NothingMatches) as refused:
        product("x\x1b" + "y" * 100_000)

    assert len(str(refused.value)) < 200
    assert "\x1b" not in str(refused.value)


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("", ["Object-Storage", "jobs", "serverless-jobs"]),
        ("OBJECT s", ["Object-Storage"]),
        ("s", ["serverless-jobs"]),
        ("x", []),
    ],
)
def test_completions_are_words_for_a_shell(prefix, expected):
    """A space would end the word, and a control character is no text."""
    values = ["Object Storage", "serverless-jobs", "jobs", "evil\x1b[2J", "two\nlines"]

    assert complete(values, prefix) == expected


def test_a_path_is_completed_folder_by_folder():
    """Four thousand pages at once are of no use."""
    values = ["jobs", "jobs/how-to", "jobs/how-to/run", "instances"]

    assert complete(values, "", path=True) == ["instances", "jobs"]
    assert complete(values, "jobs/", path=True) == ["jobs/how-to"]
