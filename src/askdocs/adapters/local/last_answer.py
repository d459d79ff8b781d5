"""Keep the citations of the last answer in a small file, to open them by number."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from askdocs.adapters.local.files import (
    as_not_writable,
    private_folder,
    replace_text,
)

VERSION = 1


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
    """What is remembered of an answer: not its text.

    Attributes:
        status: As in the JSON of `rag ask`, or "search".
    """

    question: str
    status: str
    citations: tuple[Citation, ...]


def write_last_answer(file: Path, last: LastAnswer) -> None:
    """Replace the file in one step, readable by nobody else.

    Raises:
        NotWritable: if its folder cannot be written.
    """
    data = json.dumps({"version": VERSION, **asdict(last)}, indent=1)
    private_folder(file.parent)
    with as_not_writable(file):
        replace_text(file, data + "\n", private=True)


def read_last_answer(file: Path) -> LastAnswer | None:
    """Return what was kept; None if nothing was, or it is of another version or damaged."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        if data["version"] != VERSION:
            return None
        citations = tuple(_to_citation(c) for c in data["citations"])
        return LastAnswer(
            _checked_text(data["question"]), _checked_text(data["status"]), citations
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
