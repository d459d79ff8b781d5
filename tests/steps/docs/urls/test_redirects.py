"""What redirects files say that is more than a pattern."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.alarm import alarm

from askdocs.steps.docs.urls import REDIRECT_FILES, redirects


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("/old /new", {"/old": "/new"}),
        ("/old/\t/new/#part 301", {"/old/": "/new/#part"}),
        ("/old /new 302! # moved", {"/old": "/new"}),
        ("/old https://example.com/x", {"/old": "https://example.com/x"}),
        ("/app /index.html 200", {"/app": "/index.html"}),
        ("/old/* /new/:splat", {"/old/*": "/new/*"}),
        ("/old/* /new/", {"/old/*": "/new/"}),
        ("/old/* https://example.com/:splat", {"/old/*": "https://example.com/*"}),
        ("# /old /new", {}),
        ("", {}),
        ("/old", {}),
        ("/gone /404 404", {}),
        ("/* /404", {}),
        ("/old /new Country=fr", {}),
        ("/old id=:id /new/:id", {}),
        ("/news/:year/* /blog/:splat", {}),
        ("/a*b /c", {}),
        ("/old /new/:splat", {}),
        ("/old/* /new/:splat/x", {}),
        ("https://old.example/* /new/:splat", {}),
        ("//old.example/x /new", {}),
        ("/old new", {}),
        ("/old javascript:alert(1)", {}),
    ],
)
def test_netlifys_rules_are_read_one_a_line(line, found):
    """A rule that needs a reader's country or a part of a path is not ours to decide."""
    assert redirects("_redirects", f"\n{line}\n") == found


RULES = [
    ({"source": "/old", "destination": "/new"}, {"/old": "/new"}),
    (
        {"source": "/old/:path*", "destination": "/new/:path*", "permanent": True},
        {"/old/*": "/new/*"},
    ),
    ({"source": "/old/(.*)", "destination": "/new/$1"}, {"/old/*": "/new/*"}),
    ({"source": "/old/:slug", "destination": "/new/:slug"}, {}),
    ({"source": "/:path*", "destination": "https://x.com/:path*"}, {}),
    ({"source": "/old", "destination": "/new", "has": [{"type": "host"}]}, {}),
    ({"source": "/old", "destination": 3}, {}),
    ({"source": "/old"}, {}),
    ("/old", {}),
]


@pytest.mark.parametrize("name", ["vercel.json", "docs.json", "mint.json"])
@pytest.mark.parametrize(("rule", "found"), RULES)
def test_rules_in_json_are_read(name, rule, found):
    """Vercel and Mintlify write them alike."""
    text = json.dumps({"name": "x", "redirects": [rule]})

    assert redirects(f"site/{name}", text) == found


def test_the_first_rule_for_a_path_counts():
    """Hosts read from the top."""
    assert redirects("_redirects", "/a /b\n/a /c\n") == {"/a": "/b"}


@pytest.mark.parametrize("name", [*REDIRECT_FILES, "other.json", ""])
@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", '{"redirects": 3}', "[" * 100_000, "\x00"]
)
def test_a_malformed_file_redirects_nothing(name, text):
    """The check goes on: links that it would have saved are told as dead."""
    assert redirects(name, text) == {}


def test_a_long_file_ends():
    """Redirects are kept for years."""
    with alarm():
        found = redirects("_redirects", f"{'/a' * 50_000} /b\n{'/a /b' * 20_000}\n" * 2)

    assert list(found.values()) == ["/b"]


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("/ab*:#?. \n\t$()1")), st.sampled_from(REDIRECT_FILES))
def test_what_is_read_is_plain(text, name):
    """A pattern taken for a path would call dead links live."""
    for old, new in redirects(name, text).items():
        assert old.startswith("/")
        assert "*" not in old.removesuffix("/*")
        assert old != "/*"
        assert not new.endswith("/*") or old.endswith("/*")
