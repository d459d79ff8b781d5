"""JSON lines, however they are cut, joined or broken."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askdocs.adapters.llm.ndjson import Lines

OBJECTS = st.lists(st.dictionaries(st.text(), st.text()), max_size=5)


def read(*data: bytes) -> bytes:
    lines = Lines()
    return b"".join(map(lines.feed, data)) + lines.end()


@given(OBJECTS, st.sampled_from(["", " ", "\n", "\r\n", "\n\n"]), st.integers(1, 9))
def test_every_object_comes_out_on_a_line_of_its_own(objects, gap, step):
    """In whatever pieces it came, and whatever stood between."""
    sent = gap.join(json.dumps(o, ensure_ascii=False) for o in objects)
    data = sent.encode(errors="replace")
    got = read(*(data[i : i + step] for i in range(0, len(data), step)))

    assert got.isascii()
    assert [json.loads(line) for line in got.splitlines()] == [
        json.loads(json.dumps(o, ensure_ascii=False).encode(errors="replace"))
        for o in objects
    ]


@pytest.mark.parametrize(
    "line",
    [b'{"a": ', b"<html>", b'{"a": 1} and more', b'{"a": 1}}', b"[" * 100_000],
    ids=["cut", "no JSON", "more behind", "a brace too many", "too deep"],
)
def test_what_is_no_json_stays_no_json(line):
    """Half of it must never pass for the whole."""
    got = read(line + b"\n", b'{"b": 2}\n')

    broken, sound = got.splitlines()
    with pytest.raises(ValueError, match="Unterminated"):
        json.loads(broken)
    assert json.loads(sound) == {"b": 2}


def test_a_line_without_an_end_is_given_up():
    """A server that sends for ever must not fill our memory."""
    with pytest.raises(ValueError, match="without an end"):
        read(*[b"x" * 65536] * 100)


def test_a_byte_that_is_no_text_becomes_a_mark():
    """And the rest of the line stays."""
    assert json.loads(read(b'{"a": "\xff\xc3b"}\n')) == {"a": "\ufffd\ufffdb"}


def test_the_last_line_needs_no_end():
    """A connection may close where a line feed was due."""
    assert read(b'{"a": 1}') == b'{"a": 1}\n'
