"""The citations of the last answer, kept and read back."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from askdocs.adapters.local.last_answer import (
    Citation,
    LastAnswer,
    is_web_url,
    read_last_answer,
    write_last_answer,
)
from askdocs.domain.errors import NotWritable

JOB = Citation(
    2, "How to create a job > Delete it", "https://docs.example/jobs/#delete"
)
LAST = LastAnswer("How do I delete a job?", "answered", (JOB,))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "state" / "last-answer.json"


def test_what_is_kept_is_read_back(file):
    """Marks, titles and addresses, and what was asked."""
    write_last_answer(file, LAST)

    assert read_last_answer(file) == LAST


def test_the_whole_answer_is_kept_with_it(file):
    """To be shown again."""
    whole = replace(LAST, document={"answer": "So it is.", "citations": []})
    write_last_answer(file, whole)

    assert read_last_answer(file) == whole


@pytest.mark.parametrize("document", [None, 7, "text", []])
def test_a_document_that_is_none_is_left(file, document):
    """What is cited can be opened all the same."""
    write_last_answer(file, LAST)
    data = {**json.loads(file.read_text()), "document": document}
    file.write_text(json.dumps(data))

    assert read_last_answer(file) == LAST


def test_what_an_older_version_kept_can_be_opened(file):
    """It had no document."""
    write_last_answer(file, LAST)
    old = {**json.loads(file.read_text()), "version": 1}
    del old["document"]
    file.write_text(json.dumps(old))

    assert read_last_answer(file) == LAST


def test_only_the_last_one_is_kept(file):
    """A refusal takes the citations of the answer before it away."""
    refused = LastAnswer("Who won?", "refused:no_match", ())
    write_last_answer(file, LAST)
    write_last_answer(file, refused)

    assert read_last_answer(file) == refused
    assert [p.name for p in file.parent.iterdir()] == [file.name]


def test_nobody_else_can_read_what_was_asked(file):
    """Questions tell what somebody works on."""
    write_last_answer(file, LAST)

    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_answers_at_the_same_time_do_not_mix(file):
    """Whoever is last is kept, whole."""
    many = [replace(LAST, question=str(n) * 5000) for n in range(20)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda last: write_last_answer(file, last), many))

    assert read_last_answer(file) in many
    assert [p.name for p in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize(
    "change",
    [
        {"version": 3},
        {"citations": None},
        {"citations": [1]},
        {"citations": [{"mark": 1}]},
        {"citations": [{"mark": "1", "title": "", "url": "https://x.example"}]},
        {"citations": [{"mark": True, "title": "", "url": "https://x.example"}]},
        {"citations": [{"mark": 1, "title": 2, "url": "https://x.example"}]},
        {"citations": [{"mark": 1, "title": "", "url": "file:///etc/passwd"}]},
        {"question": None},
        {"status": 1},
    ],
)
def test_a_file_that_says_something_else_is_not_believed(file, change):
    """Newer programs may write it, and so may whoever wants a browser opened."""
    write_last_answer(file, LAST)
    file.write_text(json.dumps({**json.loads(file.read_text()), **change}))

    assert read_last_answer(file) is None


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b"7", b"\xff", b"[" * 100_000, b'{"version": 1}'],
)
def test_a_damaged_file_is_none(file, data):
    """The next answer writes it anew."""
    file.parent.mkdir()
    file.write_bytes(data)

    assert read_last_answer(file) is None


def test_a_file_that_is_not_there_is_none(file):
    """Nothing was asked yet."""
    assert read_last_answer(file) is None


def test_a_folder_that_is_none_is_told(tmp_path):
    """And nothing is left half written."""
    (tmp_path / "state").write_text("not a folder")

    with pytest.raises(NotWritable):
        write_last_answer(tmp_path / "state" / "last-answer.json", LAST)


def test_a_file_that_cannot_be_replaced_leaves_nothing_behind(file):
    """A folder in its place, say."""
    (file / "inside").mkdir(parents=True)

    with pytest.raises(NotWritable):
        write_last_answer(file, LAST)
    assert [p.name for p in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://docs.example/a/#b", True),
        ("http://127.0.0.1:8000/", True),
        ("HTTPS://DOCS.EXAMPLE/", True),
        ("https://docs.example/café", True),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("ftp://docs.example/", False),
        ("docs.example/a", False),
        ("--new-window https://docs.example", False),
        ("https://", False),
        ("https:///etc/passwd", False),
        ("https://[", False),
        ("https://docs.example/\x1b[31m", False),
        ("https://docs.example/\nfile:///etc", False),
        ("https://docs.example/ x", False),
        ("", False),
    ],
)
def test_only_an_address_of_the_web_is_opened(url, good):
    """A browser does other things with others, and so does a shell that starts it."""
    assert is_web_url(url) is good
