"""Where the site serves a page."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askdocs.steps.docs.urls import RULES, file_path, public_url

BASE = "https://docs.example/en/"


@pytest.mark.parametrize(
    ("path", "place", "url"),
    [
        ("jobs/how-to/create.mdx", "jobs/how-to/create", "jobs/how-to/create/"),
        ("tutorials/minio/index.mdx", "tutorials/minio", "tutorials/minio/"),
        ("index.mdx", "", ""),
        ("index/index.mdx", "index", "index/"),
        ("a/index.b.mdx", "a/index.b", "a/index.b/"),
        ("faq/v1.10.mdx", "faq/v1.10", "faq/v1.10/"),
        ("pages/jobs/create.mdx", "pages/jobs/create", "jobs/create/"),
        ("pages/index.mdx", "pages", ""),
        ("pages.mdx", "pages", "pages/"),
        ("pages/pages/a.mdx", "pages/pages/a", "pages/a/"),
        ("a/pages/b.mdx", "a/pages/b", "a/pages/b/"),
        ("readme", "readme", "readme/"),
        ("a/.mdx", "a/.mdx", "a/.mdx/"),
        ("a/two words & more.mdx", "a/two words & more", "a/two%20words%20%26%20more/"),
        ("a/50%.mdx", "a/50%", "a/50%25/"),
        ("a/q?x#y.mdx", "a/q?x#y", "a/q%3Fx%23y/"),
        ("é/日.mdx", "é/日", "%C3%A9/%E6%97%A5/"),
    ],
)
def test_a_path_has_one_place_and_one_url(path, place, url):
    """A link under an answer that leads nowhere is worse than none."""
    assert file_path(path) == place
    assert public_url(path, BASE) == BASE + url


@pytest.mark.parametrize("base", ["https://x.com/d", "https://x.com/d/"])
def test_a_base_url_needs_no_slash(base):
    """Half of all people type it without."""
    assert public_url("a.mdx", base) == "https://x.com/d/a/"
    assert public_url("index.mdx", base) == "https://x.com/d/"


@pytest.mark.parametrize(
    ("path", "slug", "url"),
    [
        ("guide/go.md", "/start", "start/"),
        ("guide/go.md", "/", ""),
        ("guide/go.md", "start", "guide/start/"),
        ("guide/go.md", "./a/b/", "guide/a/b/"),
        ("go.md", "start", "start/"),
        ("guide/index.md", "start", "guide/start/"),
        ("pages/guide/go.md", "/start/", "start/"),
        ("guide/go.md", "caf%C3%A9", "guide/caf%C3%A9/"),
        ("guide/go.md", "v1.2", "guide/v1.2/"),
    ],
)
def test_a_slug_says_where_a_page_is(path, slug, url):
    """Docusaurus and Hugo serve a page there, and nowhere else."""
    assert public_url(path, BASE, slug=slug) == BASE + url


@pytest.mark.parametrize(
    "slug",
    [
        "https://evil.example/x",
        "javascript:alert(1)",
        "//evil.example/x",
        "../up",
        "/a/../../b",
        "%2e%2e/up",
        "a?b",
        "a#b",
        "a b",
        "a\\b",
        "<x>",
        "{x}",
    ],
)
def test_a_slug_that_is_no_path_is_ignored(slug):
    """It would make a link that leaves the docs, or is none."""
    assert public_url("guide/go.md", BASE, slug=slug) == BASE + "guide/go/"


@pytest.mark.parametrize(
    ("path", "url"),
    [
        # As in Docusaurus' own tests of its default parser of numbers.
        ("1-My Doc.md", "My%20Doc/"),
        ("001 - My Doc.md", "My%20Doc/"),
        ("01-intro/02_go.md", "intro/go/"),
        ("2. x/3_y.mdx", "x/y/"),
        ("01.intro/index.md", "intro/"),
        ("2021-11-foo.md", "2021-11-foo/"),
        ("2024-01-01-post.md", "2024-01-01-post/"),
        ("7.0-foo.md", "7.0-foo/"),
        ("7.0.md", "7.0/"),
        ("1-.md", "1-/"),
        ("a1-My.md", "a1-My/"),
        ("404.md", "404/"),
        ("guides/README.md", "guides/"),
        ("guides/readme.mdx", "guides/"),
        ("README.md", ""),
        ("guides/Guides.md", "guides/"),
        ("01-guides/01-guides.md", "guides/"),
        ("guides/guides/a.md", "guides/guides/a/"),
    ],
)
def test_docusaurus_takes_numbers_off_and_knows_more_index_pages(path, url):
    """A number orders the sidebar; nobody sees it in an address."""
    assert public_url(path, BASE, rule="docusaurus") == BASE + url


def test_numbers_stay_elsewhere():
    """Only Docusaurus reads a name that way."""
    assert public_url("01-a/guides/guides.md", BASE) == BASE + "01-a/guides/guides/"


def test_a_slug_keeps_the_folders_without_their_numbers():
    """Docusaurus takes a relative slug from the folder as it is served."""
    url = public_url("01-a/02-b.md", BASE, slug="c", rule="docusaurus")

    assert url == BASE + "a/c/"


@settings(max_examples=300, deadline=None)
@given(st.text(min_size=1), st.text(), st.sampled_from(RULES))
def test_whatever_a_page_is_called_its_url_is_below_the_base(path, slug, rule):
    """What is printed as a link under an answer must lead to the docs."""
    path = path.replace("\ud800", "").encode("utf-8", "ignore").decode() or "a"
    slug = slug.encode("utf-8", "ignore").decode()

    url = public_url(path, BASE, slug=slug, rule=rule)

    assert url.startswith(BASE)
    assert url.isascii()
    assert not set(url.removeprefix(BASE)) & set("?#\\<> ")
    if path.isascii() and ".." not in path:
        assert ".." not in unquote(url)
