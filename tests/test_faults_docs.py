"""Docs as somebody else could write them, each read whole or left out with a reason.

The rows of the fault list that no single module answers for; the others are tested where
the module is.
"""

from __future__ import annotations

import os
import random
import socket
import subprocess
import unicodedata
from base64 import b64encode
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from tests.support.alarm import alarm
from tests.support.real_docs import LIMIT, Read, reader

HEAD = "---\ntitle: A page\n---\n\n"
BLOB = b64encode(random.Random(1).randbytes(200_000)).decode()


@pytest.fixture
def read(tmp_path):
    """Write files below one folder and read it as `rag ingest` does."""

    def read_files(files: dict[str, str | bytes]) -> Read:
        for path, text in files.items():
            file = tmp_path / "docs" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
        with alarm():
            return reader(tmp_path / "docs")()

    return read_files


@pytest.mark.parametrize(
    "front",
    [
        "title: a: b",
        "tags: [x",
        "just text",
        "- list",
    ],
    ids=["colon", "bracket", "scalar", "list"],
)
def test_a_page_with_a_malformed_head_is_indexed_and_named(read, front):
    """Its body is what readers come for."""
    docs = read({"a.mdx": f"---\n{front}\n---\n\nThe body."})

    [warning] = docs.pages.warnings
    assert [c.text for c in docs.chunks] == ["The body."]
    assert warning.startswith("a.mdx: line ")


@pytest.mark.parametrize(
    "text",
    [BLOB, "\n".join(BLOB[n : n + 76] for n in range(0, len(BLOB), 76)), "=" * 300_000],
    ids=["one line", "lines", "a rule"],
)
@pytest.mark.parametrize("fence", ["", "```\n"], ids=["text", "code"])
def test_a_blob_is_no_text(read, fence, text):
    """What nobody reads would cost an hour of embedding, and be found by chance."""
    docs = read({"a.mdx": f"{HEAD}Before.\n\n{fence}{text}\n{fence}\nAfter."})

    embedded = " ".join(c.embedded for c in docs.chunks)
    assert "Before." in embedded
    assert "After." in embedded
    assert len(docs.chunks) < 10
    assert not any(text[n : n + 60] in embedded for n in range(0, len(text), 5_000))


def test_a_picture_that_is_written_into_the_page_is_not_shown(read):
    """100 kB of it would fill the context of the language model."""
    docs = read({"a.mdx": f"{HEAD}See ![the flow](data:image/png;base64,{BLOB})."})

    [chunk] = docs.chunks
    assert "the flow" in chunk.text
    assert len(chunk.text) < 1_000


def test_a_megabyte_of_words_is_cut_in_a_few_seconds(read):
    """It is a long page and no attack."""
    docs = read({"a.mdx": HEAD + "several words " * 75_000})

    assert sum(c.text.count("several") for c in docs.chunks) == 75_000
    assert max(docs.tokenizer.count([c.embedded for c in docs.chunks])) <= LIMIT


def test_a_table_of_5000_rows_has_its_head_on_every_chunk(read):
    """A row says nothing without it."""
    rows = "".join(f"| name {n} | value {n} |\n" for n in range(5_000))
    docs = read({"a.mdx": f"{HEAD}| Name | Value |\n|---|---|\n{rows}"})

    assert all(c.text.startswith("| Name | Value |\n|---|---|\n|") for c in docs.chunks)
    assert sum(c.text.count("\n") - 1 for c in docs.chunks) == 5_000
    assert max(docs.tokenizer.count([c.embedded for c in docs.chunks])) <= LIMIT


@pytest.mark.parametrize(
    "text",
    [
        "क्षि " * 700,
        "e\u0301" * 3_000,
        "👩\u200d👩\u200d👧 " * 700,
        "👍🏽 " * 700,
        "한 " * 700,
    ],
    ids=["Devanagari", "combining marks", "a family", "a skin", "Hangul"],
)
def test_no_cut_goes_through_a_character(read, text):
    """Half of one is another, or none."""
    docs = read({"a.mdx": f"{HEAD}Text {text}"})

    begins = [c.text[0] for c in docs.chunks]
    assert [f"{c!a}" for c in begins if unicodedata.category(c)[0] == "M"] == []
    assert not set(begins) & {"\u200d", "\ufe0f", *map(chr, range(0x1F3FB, 0x1F400))}


def test_hidden_characters_are_counted(read):
    """Whoever writes docs learns that somebody wrote what nobody can see."""
    docs = read({"a.mdx": HEAD + "Pay \u202eon \u200btime\U000e0041."})

    assert [c.text for c in docs.chunks] == ["Pay on time."]
    assert any("a.mdx" in w and "3" in w for w in docs.pages.warnings)


def test_odd_names_are_pages_with_an_address(read):
    """The longest name, and one that is an escape in a URL."""
    names = ["%2e.mdx", "a b.mdx", f"{'x' * 251}.mdx", "é.mdx"]
    docs = read(dict.fromkeys(names, HEAD + "Text."))

    paths = {c.path: urlsplit(str(c.page["public_url"])).path for c in docs.chunks}
    assert sorted(paths) == sorted(names)
    for name, path in paths.items():
        assert unquote(path).endswith(f"/{name.removesuffix('.mdx')}/")


def test_names_that_differ_in_case_or_form_alone_are_pages_of_their_own(read):
    """If they were one, every run would replace one by the other."""
    names = ["A.mdx", "a.mdx", "b.MDX", "b.mdx", "caf\u00e9.mdx", "cafe\u0301.mdx"]
    docs = read(dict.fromkeys(names, HEAD + "Text."))
    again = read({})

    assert sorted(docs.pages.indexed) == sorted(names)
    assert len({c.id for c in docs.chunks}) == len(names)
    assert [c.id for c in docs.chunks] == [c.id for c in again.chunks]


def test_two_pages_with_one_slug_are_both_indexed_and_named(read):
    """One of them cannot be reached; which, only the site knows."""
    page = "---\nslug: /x\n---\n\n"
    docs = read({"a.mdx": f"{page}One.", "b.mdx": f"{page}Two."})

    [warning] = docs.pages.warnings
    assert [c.text for c in docs.chunks] == ["One.", "Two."]
    assert "a.mdx" in warning
    assert "b.mdx" in warning


def test_a_socket_is_no_page(tmp_path):
    """Nobody answers at the other end."""
    (tmp_path / "docs").mkdir()
    before = Path.cwd()
    try:
        os.chdir(tmp_path / "docs")  # the name of a socket is short
        with socket.socket(socket.AF_UNIX) as end, alarm():
            end.bind("a.mdx")
            docs = reader(tmp_path / "docs")()
    finally:
        os.chdir(before)

    [left] = docs.files.failed
    assert "regular" in left.reason


def test_folders_of_any_depth_are_read(tmp_path):
    """A build that went wrong nests its output in its output."""
    folder = f"{tmp_path}/docs"
    Path(folder).mkdir()
    for _ in range(1_200):
        folder += "/d"
        os.mkdir(folder)  # noqa: PTH102 (pathlib is recursive itself)
    with open(f"{folder}/a.mdx", "w") as file:  # noqa: PTH123 (as above)
        file.write(HEAD + "Deep.")

    with alarm():
        docs = reader(tmp_path / "docs")()

    subprocess.run(["rm", "-r", tmp_path / "docs"], check=True)  # rmtree is recursive
    assert [c.text for c in docs.chunks] + [f.path for f in docs.files.failed] != []


@pytest.mark.parametrize(
    "folder", [".git", ".github", "node_modules", "a/node_modules", "changelog"]
)
def test_what_is_no_documentation_is_not_read(read, folder):
    """Nobody wrote it for the readers of these docs."""
    docs = read({f"{folder}/a.mdx": HEAD + "Text.", "ok.mdx": HEAD + "Text."})

    assert docs.pages.indexed == ("ok.mdx",)


def test_a_page_that_was_read_is_what_is_hashed(read, tmp_path):
    """A file that changes while it is read changes again for the next run."""
    first = read({"a.mdx": HEAD + "Old."}).chunks[0].page["page_sha"]
    second = read({"a.mdx": HEAD + "New."}).chunks[0].page["page_sha"]

    assert first != second
    assert read({"a.mdx": HEAD + "Old."}).chunks[0].page["page_sha"] == first


def test_equal_pages_are_both_found_and_one_outlives_the_other(rag, home):
    """Both can be cited; a copy that goes must not take the other's answers away."""
    text = HEAD + "The zebra finch sings at dawn."
    twins = [home / "docs/pages/zebra" / name for name in ("one.mdx", "two.mdx")]
    twins[0].parent.mkdir()
    for twin in twins:
        twin.write_text(text)

    assert rag("ingest", "docs", "--quiet").code == 0
    both = zebra_pages(rag)
    twins[0].unlink()
    assert rag("ingest", "docs", "--quiet").code == 0

    assert both == {"pages/zebra/one.mdx", "pages/zebra/two.mdx"}
    assert zebra_pages(rag) == {"pages/zebra/two.mdx"}


def zebra_pages(rag) -> set[str]:
    passages = rag("search", "zebra finch sings at dawn", "--json").data["passages"]
    return {p["path"] for p in passages if "zebra" in p["path"]}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_question_is_the_same_in_both_forms_of_unicode(rag, home, form):
    """A Mac writes é as two characters, most others as one."""
    page = home / "docs/pages/reseau.mdx"
    page.write_text(unicodedata.normalize(form, HEAD + "Le réseau privé est fermé."))
    assert rag("ingest", "docs", "--quiet").code == 0

    one, two = (
        rag("search", unicodedata.normalize(each, "réseau privé"), "--json").data
        for each in ("NFC", "NFD")
    )

    assert one["passages"][0]["path"] == "pages/reseau.mdx"
    assert [p["score"] for p in one["passages"]] == [
        p["score"] for p in two["passages"]
    ]
