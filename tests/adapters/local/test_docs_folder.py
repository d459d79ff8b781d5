"""A folder gives every wanted file once, and names what it could not give."""

from __future__ import annotations

import os
import subprocess

import pytest

from askdocs.adapters.local.docs_folder import MAX_FILE_BYTES, DocsFolder
from askdocs.domain.errors import ConfigError, DocsNotFound
from askdocs.domain.text import SkippedFile, Source
from askdocs.settings import DEFAULT_IGNORE


def read(folder, *, suffixes=(".mdx",), ignore=()):
    docs = DocsFolder(folder, suffixes=suffixes, ignore=ignore)
    return {item.path: item for item in docs.read()}


def reason(item):
    assert isinstance(item, SkippedFile), item
    return item.reason


@pytest.fixture
def docs(tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    return folder


def write_file(folder, path, data="text"):
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return file


def test_files_come_in_the_order_of_their_paths(docs):
    """The same docs give the same run on every file system."""
    for path in ("b.mdx", "a/z.mdx", "a.mdx", "c.txt"):
        write_file(docs, path)

    assert list(read(docs)) == ["a.mdx", "a/z.mdx", "b.mdx"]


def test_an_ignored_folder_is_one_path_segment(docs):
    """`docs/**` is the folder docs at the top, neither docs-old nor a/docs."""
    for path in (
        "docs/a.mdx",
        "docs-old/a.mdx",
        "a/docs/a.mdx",
        "contribute.mdx",
        "x/contribute.mdx",
    ):
        write_file(docs, path)

    items = read(docs, ignore=DEFAULT_IGNORE.split())

    assert list(items) == ["a/docs/a.mdx", "docs-old/a.mdx", "x/contribute.mdx"]


def test_upper_case_suffixes_count(docs):
    """`README.MDX` is a page as well."""
    write_file(docs, "A.MDX")

    assert list(read(docs)) == ["A.MDX"]


def test_a_docs_folder_below_a_hidden_one_is_read(tmp_path):
    """A checkout in ~/.cache is a checkout."""
    write_file(tmp_path, ".cache/docs/a.mdx")

    assert list(read(tmp_path / ".cache/docs")) == ["a.mdx"]


def test_line_ends_and_a_byte_order_mark_make_no_difference(docs):
    """A checkout on Windows holds the same text."""
    write_file(docs, "a.mdx", b"\xef\xbb\xbf---\r\ntitle: x\r\n---\rEnd")

    assert read(docs)["a.mdx"] == Source("a.mdx", "---\ntitle: x\n---\nEnd")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"caf\xe9", "not UTF-8 at byte 3"),
        (b"\xff\xfea\x00b\x00", "UTF-16"),
        (b"a\x00b", "binary"),
        (b"x" * (MAX_FILE_BYTES + 1), "2,097,153 bytes"),
    ],
    ids=["Latin-1", "UTF-16", "NUL bytes", "over 2 MB"],
)
def test_a_file_that_is_no_text_is_named(docs, data, why):
    """No letter is dropped in silence, and the rest is read."""
    write_file(docs, "bad.mdx", data)
    write_file(docs, "good.mdx")
    folder = DocsFolder(docs, suffixes=[".mdx"], ignore=[])

    bad, good = folder.read()

    assert why in reason(bad)
    assert isinstance(good, Source)
    assert folder.complete


def test_a_link_out_of_the_folder_is_refused(docs, tmp_path):
    """A pull request with a link to /etc/passwd must not publish it."""
    secret = write_file(tmp_path, "secret.mdx", "the key")
    (docs / "a.mdx").symlink_to(secret)
    (docs / "out").symlink_to(tmp_path)

    items = read(docs)

    assert list(items) == ["a.mdx"]
    assert "out of the docs folder" in reason(items["a.mdx"])


def test_a_link_within_the_folder_is_a_page(docs):
    """The site serves it at both addresses."""
    write_file(docs, "a.mdx")
    (docs / "b.mdx").symlink_to(docs / "a.mdx")

    assert read(docs)["b.mdx"] == Source("b.mdx", "text")


def test_a_loop_of_links_ends(docs):
    """`loop/self -> ..` would go on for ever."""
    write_file(docs, "loop/a.mdx")
    (docs / "loop/self").symlink_to("..")

    assert list(read(docs)) == ["loop/a.mdx"]


def test_a_pipe_does_not_block(docs):
    """Opening a FIFO waits for a writer that never comes."""
    os.mkfifo(docs / "a.mdx")

    assert "regular" in reason(read(docs)["a.mdx"])


def test_a_file_that_vanishes_makes_the_reading_incomplete(docs, monkeypatch):
    """What was there a moment ago may be there again: nothing is to be deleted."""
    vanishing = write_file(docs, "a.mdx")
    write_file(docs, "b.mdx")
    folder = DocsFolder(docs, suffixes=[".mdx"], ignore=[])
    walk = folder._walk

    def walked(*args):
        items = list(walk(*args))
        vanishing.unlink()
        return items

    monkeypatch.setattr(folder, "_walk", walked)
    first, second = folder.read()

    assert "cannot be read" in reason(first)
    assert isinstance(second, Source)
    assert not folder.complete


def test_a_folder_that_cannot_be_listed_makes_the_reading_incomplete(docs, monkeypatch):
    """As root no folder is unreadable, so the system call is made to fail."""
    write_file(docs, "a.mdx")
    write_file(docs, "shut/b.mdx")
    scandir = os.scandir

    def refusing(path):
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    folder = DocsFolder(docs, suffixes=[".mdx"], ignore=[])
    items = list(folder.read())

    assert [item.path for item in items] == ["a.mdx", "shut/"]
    assert not folder.complete


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("a.mdx", ""),
        ("A.MDX", ""),
        ("a.png", "not a page: RAG_SUFFIXES is .mdx .md"),
        ("x/drafts.md", ""),
        ("drafts/x/a.mdx", "ignored: RAG_IGNORE names drafts/"),
        ("x/old.mdx", "ignored: RAG_IGNORE names x/old.mdx"),
    ],
)
def test_why_a_page_is_left_out_names_the_setting(docs, path, why):
    """A link to it is dead on the site, and the report says what to change."""
    folder = DocsFolder(docs, suffixes=[".mdx", ".md"], ignore=["drafts", "x/old.mdx"])

    assert folder.left_out(path) == why


def test_a_file_that_is_no_page_is_read_for_its_text(docs, tmp_path):
    """A menu or a list of redirects; what lies outside of the folder is not there."""
    write_file(docs, "menu/navigation.json", b"\xef\xbb\xbf{}\r\n")
    write_file(docs, "latin.json", b"caf\xe9")
    write_file(tmp_path, "secret.json", "{}")
    (docs / "out.json").symlink_to(tmp_path / "secret.json")
    folder = DocsFolder(docs, suffixes=[".mdx"], ignore=[])

    assert folder.beside("menu/navigation.json") == "{}\n"
    for path in ("latin.json", "out.json", "menu", "none.json"):
        assert folder.beside(path) is None


@pytest.mark.parametrize("name", ["a b.mdx", "é.mdx", "-x.mdx", "100%.mdx", "🙂.mdx"])
def test_odd_names_are_names(docs, name):
    """What the file system allows, a docs repository holds sooner or later."""
    write_file(docs, name)

    assert list(read(docs)) == [name]


@pytest.mark.parametrize("name", [b"a\nb.mdx", b"\x1b[31m.mdx", b"\xff.mdx"])
def test_names_that_cannot_be_printed_are_named_harmlessly(docs, name):
    """A file name must not drive the terminal either."""
    with open(os.fsencode(docs) + b"/" + name, "w") as file:  # noqa: PTH123 (bytes)
        file.write("text")

    (item,) = read(docs).values()

    assert item.path.isprintable()
    assert "printable" in reason(item)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: p / "none", "there is no folder"),
        (lambda p: write_file(p, "a.mdx"), "is not a folder"),
    ],
    ids=["no such folder", "a file"],
)
def test_what_is_no_folder_is_an_error(tmp_path, make, message):
    """The hint is the next command."""
    with pytest.raises(DocsNotFound, match=message) as caught:
        DocsFolder(make(tmp_path), suffixes=[".mdx"], ignore=[])

    assert "rag ingest" in caught.value.hint


@pytest.mark.parametrize("glob", ["a/[z-a]", "\\"])
def test_a_glob_without_sense_is_a_setting_to_mend(docs, glob):
    """RAG_IGNORE is named, because that is where it came from."""
    with pytest.raises(ConfigError, match="RAG_IGNORE"):
        DocsFolder(docs, suffixes=[".mdx"], ignore=[glob])


@pytest.mark.parametrize(
    "remote",
    [
        "git@github.com:o/r.git",
        "https://x:y@github.com/o/r",
        "ssh://git@github.com:22/o/r.git/",
    ],
)
def test_every_clone_of_a_repository_is_the_same_root(docs, remote):
    """ssh or https, with or without a token: it is the same repository."""
    for words in (["init", "-q"], ["remote", "add", "origin", remote]):
        subprocess.run(["git", "-C", docs, *words], check=True)
    write_file(docs, "sub/a.mdx")

    root = DocsFolder(docs / "sub", suffixes=[".mdx"], ignore=[]).root

    assert (root.remote, root.prefix) == ("github.com/o/r", "sub")
