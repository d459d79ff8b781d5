"""Keep the last answer in a file: to open what it cites by number, and to show it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from askdocs.adapters.local.files import (
    as_not_writable,
    private_folder,
    replace_text,
)

VERSION = 2
_KNOWN_VERSIONS = {1, VERSION}  # the first kept no document


@dataclass(frozen=True, slots=True)
class Citation:
    """A page that an answer names.

    Attributes:
        mark: The number that the answer gives it, from 1.
        url: http or https, with the fragment.
    """

    mark: int
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """What is remembered of an answer.

    Attributes:
        status: As in the JSON of `rag ask`, or "search".
        document: What `--json` printed of it, or would have; empty if an older version
            kept it.
    """

    question: str
    status: str
    citations: tuple[Citation, ...]
    document: Mapping[str, Any] = field(default_factory=dict)


def write_last_answer(file: Path, last: LastAnswer) -> None:
    """Replace the file in one step, readable by nobody else.

    Raises:
        NotWritable: if its folder cannot be written.
    """
    data = json.dumps({"version": VERSION, **asdict(last)})
    private_folder(file.parent)
    with as_not_writable(file):
        replace_text(file, data + "\n", private=True)


def read_last_answer(file: Path) -> LastAnswer | None:
    """Return what was kept; None if nothing was, or it is of another version or damaged."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        if data["version"] not in _KNOWN_VERSIONS:
            return None
        citations = tuple(_to_citation(c) for c in data["citations"])
        document = data.get("document", {})
        return LastAnswer(
            _checked_text(data["question"]),
            _checked_text(data["status"]),
            citations,
            document if isinstance(document, dict) else {},
        )
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None


def is_web_url(url: str) -> bool:
    """Return whether *url* is an address that may be handed to a browser.

    >>> is_web_url("https://docs.example/a#b"), is_web_url("file:///etc/passwd")
    (True, False)
    """
    if not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _to_citation(data: dict[str, Any]) -> Citation:
    """Return a citation, or raise ValueError where it is none."""
    mark, url = data["mark"], _checked_text(data["url"])
    if type(mark) is not int or not is_web_url(url):
        raise ValueError(data)
    return Citation(mark, _checked_text(data["title"]), url)


def _checked_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
