"""Find the live link that comes nearest to a dead one."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import islice
from posixpath import dirname, relpath
from urllib.parse import quote, unquote

from askdocs.domain.text import Page
from askdocs.steps.docs.urls.fuzzy import (
    MAX_LOOKUPS,
    MAX_NAME_CHARS,
    MAX_NAMES,
    FuzzyNames,
)
from askdocs.steps.docs.urls.link_targets import Target, target_of
from askdocs.steps.docs.urls.site_index import (
    PAGE_SUFFIXES,
    SCHEME,
    SiteIndex,
    place_in,
)
from askdocs.steps.docs.urls.slugs import RULES, slug

_ENDS = re.compile(r"/?(?:[?#].*)?$", re.S)


class Nearest:
    """Finds live links near dead ones.

    A page with the same last part comes first, of several the one that shares the most
    parts of its path: it was moved. Else the one whose path is most alike.
    """

    def __init__(self, site: SiteIndex) -> None:
        self._site = site
        self._similar = FuzzyNames(site.pages)
        self._places_by_name: dict[str, list[str]] = defaultdict(list)
        for place in site.pages:
            self._places_by_name[place.rpartition("/")[2]].append(place)
        self._places: dict[str, str | None] = {}
        self._fragments: dict[str, _Fragments] = {}

    def to_page(self, link: str, page: Page, target: Target) -> str:
        """Return the link nearest to one whose page does not exist; "" if none is near."""
        wanted = place_in(target.places[0])
        if wanted not in self._places:
            self._places[wanted] = self._nearest_place(wanted)
        nearest = self._places[wanted]
        if nearest is None or nearest == self._site.place(page):
            return ""
        live = target.fragment in self._site.fragments(self._site.pages[nearest])
        return self._spelled(link, page, nearest, target.fragment if live else "")

    def to_fragment(self, link: str, hit: Page, fragment: str) -> str:
        """Return the link nearest to one whose page exists; that of the page at least."""
        if hit.path not in self._fragments:
            self._fragments[hit.path] = _Fragments(hit, self._site)
        name = self._fragments[hit.path].find(fragment)
        if link.startswith("#"):
            return f"#{name}" if name else ""
        return link.partition("#")[0] + (f"#{name}" if name else "")

    def _nearest_place(self, place: str) -> str | None:
        name = place.rpartition("/")[2]
        if len(place) > MAX_NAME_CHARS or len(self._places) >= MAX_LOOKUPS:
            return None
        same_name = (
            list(islice(self._places_by_name.get(name, ()), MAX_NAMES)) if name else []
        )
        if same_name:
            return max(same_name, key=lambda other: _kinship(place, other))
        return self._similar.find(place)

    def _spelled(self, link: str, page: Page, place: str, fragment: str) -> str:
        """Return the first spelling that leads there, the one most like *link* first."""
        ending = f"#{fragment}" if fragment else ""
        path = _ENDS.sub("", link, count=1)
        slash = "/" if link[len(path) :].startswith("/") else ""
        linked = self._site.pages[place]
        for spelling in self._spellings(path, page, linked, place):
            whole = spelling if spelling.endswith("/") else spelling + slash
            target = target_of(whole, page, self._site)
            hit = self._site.find(target.places, "") if target else None
            if hit and hit.page is linked:
                return whole + ending
        return ""

    def _spellings(
        self, path: str, page: Page, linked: Page, place: str
    ) -> Iterator[str]:
        site, is_file = self._site, path.endswith(PAGE_SUFFIXES)
        if SCHEME.match(path):
            yield site.base + quote(place)
        elif path.startswith("/"):
            root = f"/{site.root}/" if path.startswith(f"/{site.root}/") else "/"
            yield root + quote(linked.path if is_file else place)
        elif place_in(unquote(path)) == place:
            yield f"/{path}"
        else:
            here = dirname(page.path) if is_file else site.place(page)
            to = relpath(f"/{linked.path if is_file else place}", f"/{here}")
            yield quote(f"./{to}" if path.startswith("./") and to[0] != "." else to)
        yield f"/{site.root}/{quote(place)}" if site.from_host else f"/{quote(place)}"


class _Fragments:
    """Fragments of a page, by what other rules would call them and by likeness."""

    def __init__(self, page: Page, site: SiteIndex) -> None:
        self._similar = FuzzyNames(site.fragments(page))
        self._anchor_by_slug: dict[str, str] = {}
        for section in page.sections:
            if section.heading and section.anchor:
                for rule in RULES:
                    name = slug(section.heading[-1], rule)
                    self._anchor_by_slug.setdefault(name, section.anchor)

    def find(self, wanted: str) -> str:
        return self._anchor_by_slug.get(wanted) or self._similar.find(wanted) or ""


def _kinship(place: str, other: str) -> tuple[int, float]:
    """Return how many parts two places share, and how alike they are."""
    shared = Counter(place.split("/")) & Counter(other.split("/"))
    return shared.total(), SequenceMatcher(None, place, other).ratio()
