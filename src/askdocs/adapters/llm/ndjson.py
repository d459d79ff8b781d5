r"""Cut a stream of bytes into lines that hold one whole JSON object each.

The client of Ollama takes a blank line for an error and every line end of Unicode
(U+0085 is one, and Go does not escape it) for the end of an object.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

_MAX_LINE_BYTES = 1 << 20
"""A token is a few hundred."""


class Lines:
    r"""Takes bytes as they come and gives back whole lines of ASCII.

    Blank lines are dropped, bytes that are no UTF-8 become U+FFFD, a line with several
    objects becomes several lines. What is no JSON is passed on, for others to complain.

    >>> lines = Lines()
    >>> lines.feed(b'{"a": "\xc3'), lines.feed(b'\xa9"} {}\n\n'), lines.end()
    (b'', b'{"a": "\\u00e9"}\n{}\n', b'')
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> bytes:
        """Return the lines that *data* completes.

        Raises:
            ValueError: if a line does not end within a mebibyte.
        """
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _MAX_LINE_BYTES:
            raise ValueError("a line without an end")
        return b"".join(_objects(line) for line in lines)

    def end(self) -> bytes:
        """Return the last line, if it did not end."""
        rest, self._rest = self._rest, b""
        return _objects(rest)


def _objects(line: bytes) -> bytes:
    """Return the objects of a line in a line each, or the line if they are none."""
    text = line.decode(errors="replace").strip()
    try:
        return b"".join(json.dumps(o).encode() + b"\n" for o in _decoded(text))
    except (ValueError, RecursionError):
        return json.dumps(text).encode()[:-1] + b"\n"


def _decoded(text: str) -> Iterator[object]:
    decoder = json.JSONDecoder()
    while text:
        value, end = decoder.raw_decode(text)
        yield value
        text = text[end:].lstrip()
