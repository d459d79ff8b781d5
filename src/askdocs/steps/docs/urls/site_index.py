"""Index pages by their places, and look a place up as a browser would."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from posixpath import dirname, join, normpath
from urllib.parse import quote, unquote, urlsplit

from askdocs.domain.site import Anchor, Place
from askdocs.domain.text import Page, PageKind
from askdocs.steps.docs.urls.public_urls import file_path, place_at, public_url

MAX_REDIRECTS = 10
"""Redirects that are followed; browsers give up at 20, and a good site has one."""

SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)

PAGE_SUFFIXES = (".mdx", ".md", ".markdown")
"""Ends of the names of files that are pages."""

SHOWN_ELSEWHERE = {PageKind.MACRO, PageKind.PARTIAL}


@dataclass(frozen=True, slots=True)
class ResolvedLink:
    """Where a link leads.

    Attributes:
        page: The page; None where a redirect leaves the docs.
        fragment: On the page; "" for its top.
    """

    page: Page | None
    fragment: str


def place_of(page: Page, rule: str, base: str) -> Place:
    """Return where a page is; its fragments are given already (see `anchored`).

    Fragments that stand beside headings come last. Only the first of equal ones counts,
    and "" is none.
    """
    url = public_url(page.path, base, slug=page.front.slug, rule=rule)
    texts = {s.anchor: s.heading[-1] for s in reversed(page.sections) if s.heading}
    names = dict.fromkeys([*(s.anchor for s in page.sections), *page.ids])
    anchors = tuple(Anchor(texts.get(name, ""), name) for name in names if name)
    return Place(page.path, url, page.front.title, anchors)


class SiteIndex:
    """Pages, anchored under one rule, by where they are.

    Macros and partials are shown on other pages, and are no places themselves. Of two
    pages at one place the first one counts.

    Attributes:
        base: Address of the docs root, with a last slash.
        root: Path of that address, without slashes around.
        shown: The pages that have a place.
        pages: Those by place.
        files: Place by path.
        stems: Place by path without suffix and last "index".
        from_host: Whether "/x" is meant from the root of the host, as Docusaurus does,
            rather than from that of the docs: most such links begin with `root`.
        unread: Places of files, and of folders with files, of which no page was read.
    """

    def __init__(
        self,
        pages: Sequence[Page],
        *,
        rule: str,
        base: str,
        redirects: Mapping[str, str] | None = None,
        files: Collection[str] = (),
    ) -> None:
        self.rule = rule
        self.base = base.rstrip("/") + "/"
        parts = urlsplit(self.base)
        self.root = parts.path.strip("/")
        host = re.escape(parts.netloc.removeprefix("www."))
        path = re.escape(parts.path.rstrip("/"))
        self._below = re.compile(rf"https?://(?:www\.)?{host}{path}(?=[/?#]|$)", re.I)
        self.shown = [page for page in pages if page.kind.has_address]
        self.pages: dict[str, Page] = {}
        self.files: dict[str, str] = {}
        self.stems: dict[str, str] = {}
        for page in self.shown:
            place = place_at(page.path, slug=page.front.slug, rule=rule)
            self.pages.setdefault(place, page)
            self.files[page.path] = place
            self.stems.setdefault(file_path(page.path), place)
        self.from_host = self._mostly_from_host(pages)
        self._redirects = {
            place_in(unquote(old)): new for old, new in (redirects or {}).items()
        }
        self._redirects.update(self._redirects_of_pages())
        self._deepest = max((old.count("/") for old in self._redirects), default=0)
        self._fragments: dict[str, frozenset[str]] = {}
        read = {folder for page in pages for folder in _folders(page.path)}
        left = set(files) - {page.path for page in pages}
        folders = {folder for file in left for folder in _folders(file)}
        self.unread = {
            *left,
            *(
                place_at(file, rule=rule)
                for file in left
                if file.endswith(PAGE_SUFFIXES)
            ),
            *(folders - read),
        }

    def _mostly_from_host(self, pages: Sequence[Page]) -> bool:
        links = [
            f"{k.target}/" for p in pages for k in p.links if k.target.startswith("/")
        ]
        from_host = sum(link.startswith(f"/{self.root}/") for link in links)
        return bool(self.root) and 2 * from_host > len(links)

    def place(self, page: Page) -> str:
        """Return where a page is; of a macro, where its file would be."""
        place = self.files.get(page.path)
        return place_at(page.path, rule=self.rule) if place is None else place

    def below(self, link: str) -> str | None:
        """Return what an absolute address is from the docs root; None if it is not there.

        "http" and "https" are one, and so are a host with and without "www.".
        """
        match = self._below.match(link)
        if not match:
            return None
        rest = link[match.end() :]
        return rest if rest.startswith("/") else f"/{rest}"

    def fragments(self, page: Page) -> frozenset[str]:
        """Return every fragment of a page."""
        if page.path not in self._fragments:
            names = {*(s.anchor for s in page.sections), *page.ids} - {""}
            self._fragments[page.path] = frozenset(names)
        return self._fragments[page.path]

    def has(self, hit: ResolvedLink) -> bool:
        """Whether the page of a hit is here and has its fragment; "" is on every page."""
        if hit.page is None:
            return False
        return not hit.fragment or hit.fragment in self.fragments(hit.page)

    @cached_property
    def all_fragments(self) -> frozenset[str]:
        """Every fragment of every page."""
        return frozenset().union(*map(self.fragments, self.shown))

    def find(self, places: Sequence[str], fragment: str) -> ResolvedLink | None:
        """Return where the first of *places* leads that leads anywhere.

        A fragment goes along with a redirect that has none of its own.
        """
        hits = (self._follow(place, fragment) for place in places)
        return next((hit for hit in hits if hit), None)

    def _follow(self, place: str, fragment: str) -> ResolvedLink | None:
        for _ in range(MAX_REDIRECTS):
            if place in self.pages:
                return ResolvedLink(self.pages[place], fragment)
            target = self._redirect_target(place)
            target = self.below(target) or target
            if SCHEME.match(target) or target.startswith("//"):
                return ResolvedLink(None, fragment)
            if not target:
                return None
            path, _, own = target.partition("#")
            path = unquote(path.partition("?")[0])
            place, fragment = place_in(path), unquote(own) or fragment
        return None

    def _redirect_target(self, place: str) -> str:
        """Return what a place was moved to; "" if it was not."""
        if place in self._redirects or not self._redirects:
            return self._redirects.get(place, "")
        parts = place.split("/", self._deepest + 1)
        for depth in range(min(len(parts), self._deepest), 0, -1):
            above = "/".join(parts[:depth])
            target = self._redirects.get(f"{above}/*")
            if target:
                rest = quote(place[len(above) + 1 :])
                return target[:-1] + rest if target[-1] == "*" else target
        return ""

    def _redirects_of_pages(self) -> Iterator[tuple[str, str]]:
        """Yield the place and the target of what pages say led to them before."""
        for page in self.shown:
            for source in page.front.redirects:
                old = resolved(dirname(page.path), unquote(source))
                if old:
                    yield place_in(old), quote(f"/{self.place(page)}")


def place_in(path: str) -> str:
    """Return the place that a path from the docs root names.

    Slashes around it, a last "index" and the suffix of a page say nothing.

    >>> place_in("/a/b/index.mdx"), place_in("/"), place_in("/v1.10/")
    ('a/b', '', 'v1.10')
    """
    path = re.sub(r"\.(?:mdx?|markdown)$", "", path.strip("/"))
    path = normpath(f"/{path}").strip("/") if f"/{path}/".count("/.") else path
    named = path.rpartition("/")
    return named[0] if named[2] == "index" else path


def resolved(folder: str, path: str) -> str | None:
    """Return a path relative to *folder* as one from the root; None if it leaves that."""
    path = normpath(join(folder, path))
    if path == ".":
        return ""
    return None if path == ".." or path.startswith("../") else path


def _folders(path: str) -> Iterator[str]:
    """Yield the folders that a file is in, innermost first, without the docs root."""
    while path := dirname(path):
        yield path
