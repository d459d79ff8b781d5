"""The nouns of an ingest: a file's Source, the Page that it holds, the Chunks of that."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from hashlib import blake2b, sha256
from typing import Any
from uuid import UUID

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069"
    "\ufeff\ud800-\udfff\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u206a-\u206f\u3164"
    "\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def visible(text: str) -> str:
    r"""Return *text* without control, bidi, zero-width and tag characters.

    Line feeds and tabs stay. What comes from a file, a model or a server passes here
    before a person or a prompt sees it.

    >>> visible("a\x1b[31mb\u202ec")
    'a[31mbc'
    """
    return _HIDDEN.sub("", text)


@dataclass(frozen=True, slots=True)
class Source:
    r"""One documentation file as it lies on disk, decoded.

    Attributes:
        path: Relative to the docs root, POSIX, with its suffix.
        text: Its text; line ends are "\n", a byte order mark is gone.
    """

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that is not in the index, and why."""

    path: str
    reason: str


class Kind(Enum):
    """What a block of text is; code is never reflowed and its fence is repeated when cut."""

    PROSE = "prose"
    CODE = "code"
    ITEM = "item"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Block:
    """The smallest piece that is cut only when it must be: a paragraph, an item, a fence.

    Attributes:
        text: As a reader sees it, in Markdown.
        kind: What it is.
        lines: First and last line in the source file, counted from 1.
    """

    text: str
    kind: Kind
    lines: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading, up to the next.

    Attributes:
        heading: Trail of headings, outermost first; () at the top of a page.
        anchor: The fragment of the innermost heading; "" at the top of a page. A reader
            of the file knows it only where it is written there; `steps.docs.urls` adds the rest.
        blocks: In the order of the page; may be empty.
        line: Of the heading in the source file, counted from 1.
    """

    heading: tuple[str, ...]
    anchor: str
    blocks: tuple[Block, ...]
    line: int = 1


@dataclass(frozen=True, slots=True)
class Front:
    """What a page says of itself in its frontmatter; everything is kept as written.

    Attributes:
        slug: Where the site serves it, if that is not its path.
        redirects: Further places that lead to it.
        status: Of a changelog entry ("added"), or of a draft.
    """

    title: str = ""
    description: str = ""
    h1: str = ""
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    dates: Mapping[str, str] = field(default_factory=dict)
    macro: str = ""
    slug: str = ""
    redirects: tuple[str, ...] = ()
    status: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file whose frontmatter has been taken off.

    Attributes:
        path: Relative to the docs root, with suffix.
        front: What the frontmatter says.
        body: The rest, unchanged.
        first_line: Number of the body's first line in the file, counted from 1.
        warnings: What was wrong with the frontmatter.
    """

    path: str
    front: Front
    body: str
    first_line: int
    warnings: tuple[str, ...] = ()


class PageKind(Enum):
    """What a page is for; only the first four hold text that a reader is sent to."""

    PROSE = "prose"
    TUTORIAL = "tutorial"
    CONCEPTS = "concepts"
    FAQ = "faq"
    CARDS = "card page"
    CHANGELOG = "changelog entry"
    DRAFT = "draft"
    MACRO = "macro"
    PARTIAL = "partial"
    EMPTY = "empty"

    @property
    def has_address(self) -> bool:
        """Whether the site serves it as a page of its own."""
        nowhere = {"changelog entry", "draft", "macro", "partial"}
        return self.value not in nowhere


@dataclass(frozen=True, slots=True)
class Link:
    """A link as its author wrote it.

    Attributes:
        target: Path, fragment or address; never empty.
        line: In the source file, counted from 1.
    """

    target: str
    line: int


@dataclass(frozen=True, slots=True)
class Seen:
    """Something in a file that is not plain Markdown, and what became of it.

    Attributes:
        line: In the source file, counted from 1.
        what: In short ("<Message>", "import", "macro requirements").
        became: What a reader sees of it ("label Note"), or why nothing ("dropped").
    """

    line: int
    what: str
    became: str


@dataclass(frozen=True, slots=True)
class Page:
    """A documentation page as a reader sees it.

    Attributes:
        path: Relative to the docs root, with suffix.
        front: Its frontmatter.
        sections: In order; sections without blocks are kept, because anchors need them.
        warnings: What could not be read as written ("line 3: unknown macro 'x'").
        kind: What it is for.
        links: Those that stand in the file itself, in order; not those of its macros.
        ids: Fragments beside those of headings (`<a id="x">`), in order.
        seen: What was resolved, renamed or dropped, in order.
    """

    path: str
    front: Front
    sections: tuple[Section, ...]
    warnings: tuple[str, ...] = ()
    kind: PageKind = PageKind.PROSE
    links: tuple[Link, ...] = ()
    ids: tuple[str, ...] = ()
    seen: tuple[Seen, ...] = ()

    @property
    def has_prose(self) -> bool:
        """Whether any block stands on the page."""
        return any(s.blocks for s in self.sections)


@dataclass(frozen=True)
class Chunk:
    """A part of a page, small enough to embed and large enough to cite.

    Attributes:
        path: Of the page it was cut from, with suffix.
        heading: Trail of headings above it, outermost first; () at the top of a page.
        text: What is shown and quoted.
        embedded: What the model reads: breadcrumb and text, within its limit.
        nth: Counts equal passages under one heading of one page, from 0.
        fingerprint: Of the embedder and chunker that made it.
        page: What all chunks of a page share (see `steps.docs.chunk.cut_page`).
        anchor: The fragment of its heading; "" at the top of a page.
        lines: First and last line in the source file, counted from 1.
        also: Fragments of further sections that were joined to it, in order.
        fields: Texts that stand for the whole page, by the name of the ranking they are
            for; the first chunk of a page has them, the others none.
    """

    path: str
    heading: tuple[str, ...]
    text: str
    embedded: str
    nth: int
    fingerprint: str
    page: Mapping[str, Any]
    anchor: str = ""
    lines: tuple[int, int] = (1, 1)
    also: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def id(self) -> str:
        """A UUID, equal for equal content in an equal place, built alike.

        The same chunk has the same id in every run, so ingesting twice writes once;
        another title, model or chunker is another id, so nothing stale survives. Its
        first half is that of the page, so that a search knows the page of a hit without
        reading what is stored of it. The form is the hyphenated one because Qdrant
        answers with hyphens even when it was given none.
        """
        key = [self.heading, self.nth, self.embedded, self.fingerprint]
        text = json.dumps(key, ensure_ascii=False)
        halves = (blake2b(t.encode(), digest_size=8) for t in (self.path, text))
        return str(UUID(bytes=b"".join(half.digest() for half in halves)))

    @cached_property
    def embed_sha(self) -> str:
        """Of the embedded input and the model: equal means that the vector is equal."""
        return sha256(f"{self.fingerprint}\x1f{self.embedded}".encode()).hexdigest()

    @cached_property
    def payload(self) -> dict[str, Any]:
        """What is stored beside the vector, with its own `payload_sha`."""
        body: dict[str, Any] = {
            **self.page,
            "path": self.path,
            "heading": list(self.heading),
            "text": self.text,
            "anchor": self.anchor,
            "also": list(self.also),
            "first": int(bool(self.fields)),
            "fields": {k: v for k, v in self.fields.items() if k != "page"},
            "lines": list(self.lines),
            "nth": self.nth,
            "embed_sha": self.embed_sha,
        }
        text = json.dumps(body, sort_keys=True, ensure_ascii=False)
        return {**body, "payload_sha": sha256(text.encode()).hexdigest()}
