"""Where the pages of a docs repository are on the web, and how its own links fare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from askdocs.domain.text import Chunk, Page


@dataclass(frozen=True, slots=True)
class Anchor:
    """A heading and the fragment that leads to it.

    Attributes:
        text: Of the heading; "" where a fragment was written without one.
        anchor: Without "#".
    """

    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where one page is.

    Attributes:
        path: Of its file, relative to the docs root, with suffix.
        url: Absolute, without a fragment.
        title: Of the page.
        anchors: In the order of the page; each `anchor` once.
    """

    path: str
    url: str
    title: str
    anchors: tuple[Anchor, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Where every page of the site is; stored with the index.

    Attributes:
        rule: The slug rule that gave the fragments.
        places: By path.
    """

    rule: str
    places: tuple[Place, ...]

    @property
    def by_path(self) -> dict[str, Place]:
        """The places by the path of their file."""
        return {place.path: place for place in self.places}

    def as_dict(self) -> dict[str, Any]:
        """Return plain data that JSON can hold, without repeating the names of fields."""
        places = [
            [p.path, p.url, p.title, [[a.text, a.anchor] for a in p.anchors]]
            for p in self.places
        ]
        return {"rule": self.rule, "places": places}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Table:
        """Return the table that `as_dict` described.

        Raises:
            KeyError, TypeError, ValueError: if *data* is none of ours.
        """
        places = tuple(
            Place(path, url, title, tuple(Anchor(text, name) for text, name in anchors))
            for path, url, title, anchors in data["places"]
        )
        return cls(data["rule"], places)


@dataclass(frozen=True, slots=True)
class Score:
    """How many of some links lead somewhere."""

    live: int
    total: int

    @property
    def share(self) -> float:
        """From 0 to 1; of no links at all 1."""
        return self.live / self.total if self.total else 1.0


@dataclass(frozen=True, slots=True)
class Dead:
    """A link that leads nowhere.

    Attributes:
        path: Of the file it stands in.
        line: There, counted from 1.
        link: As written.
        what: "page", "fragment" or "menu".
        nearest: The live link that comes nearest, in the form of `link`; "" if none does.
    """

    path: str
    line: int
    link: str
    what: str
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class LinkReport:
    """How the internal links of a docs repository fare.

    Attributes:
        rule: The slug rule that was used.
        rules: How many parts of all links, pages and fragments, live under each rule.
        pages: Links to another page, counted by their page part.
        fragments: Those of them that carry a fragment, counted by both parts.
        own: Links to a fragment of the page they stand on.
        menu: Entries of the menu.
        dead: By path and line.
    """

    rule: str
    rules: Mapping[str, Score]
    pages: Score
    fragments: Score
    own: Score
    menu: Score
    dead: tuple[Dead, ...] = field(default=())

    @property
    def total(self) -> int:
        """How many links were checked; one with a page and a fragment is one."""
        return self.pages.total + self.own.total + self.menu.total


@dataclass(frozen=True, slots=True)
class Explanation:
    """What becomes of one file of the docs.

    Attributes:
        path: Relative to the docs root, with suffix.
        left_out: Why it is not indexed; "" if it is.
        rule: The slug rule; "" if the file could not be read.
        page: As it was read; None if it could not be.
        place: Where it is on the site; None if it is nowhere.
        chunks: What would be indexed of it.
    """

    path: str
    left_out: str
    rule: str = ""
    page: Page | None = None
    place: Place | None = None
    chunks: tuple[Chunk, ...] = ()
