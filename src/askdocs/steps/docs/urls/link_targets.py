"""Resolve a link as written to the places that it may mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from posixpath import dirname
from urllib.parse import unquote

from askdocs.domain.text import Page
from askdocs.steps.docs.urls.site_index import (
    PAGE_SUFFIXES,
    SCHEME,
    SiteIndex,
    place_in,
    resolved,
)

_TEMPLATE = re.compile(r"[<>{}$]")
_SUFFIX = re.compile(r"\.[a-z][a-z0-9]{0,7}$", re.I)


@dataclass(frozen=True, slots=True)
class Target:
    """What an internal link asks for.

    Attributes:
        places: Below the docs root, best first; () is the page it stands on.
        fragment: Percent-decoded, without "#"; "" for the top of the page.
    """

    places: tuple[str, ...]
    fragment: str = ""


def target_of(link: str, page: Page, site: SiteIndex) -> Target | None:
    """Return what a link asks of the docs; None if it is no link to a page of theirs.

    None are other sites and schemes, templates (`{{x}}`, `$X`), what lies above the docs
    root, what has a suffix that no page has, and files and folders that the docs hold
    but that were not read.
    """
    link = site.below(link) or link
    if _TEMPLATE.search(link) or link.startswith("//") or SCHEME.match(link):
        return None
    path, _, fragment = link.partition("#")
    path = unquote(path.partition("?")[0]).strip()
    fragment = "" if fragment == "top" else unquote(fragment)
    if not path:
        return Target((), fragment) if fragment else None
    places = _places(path, page, site)
    if site.find(places, ""):
        return Target(places, fragment)
    asset = _SUFFIX.search(path) and not path.endswith(PAGE_SUFFIXES)
    if asset or not places or not site.unread.isdisjoint(places):
        return None
    return Target(places, fragment)


def _places(path: str, page: Page, site: SiteIndex) -> tuple[str, ...]:
    places = _from_root(path, site) if path[0] == "/" else _from_page(path, page, site)
    return tuple(dict.fromkeys(place for place in places if place is not None))


def _from_root(path: str, site: SiteIndex) -> list[str | None]:
    """Return the place from the docs root, and from the root of the site's host.

    Where most links begin at the root of the host, those that do not lead into the docs
    from there lead elsewhere.
    """
    place = place_in(path)
    inside = f"{place}/".startswith(f"{site.root}/") if site.root else False
    below = [place[len(site.root) :].lstrip("/")] if inside else []
    if site.from_host:
        return [*below]
    return [site.files.get(path.strip("/")), path.strip("/"), place, *below]


def _from_page(path: str, page: Page, site: SiteIndex) -> list[str | None]:
    """Return the places of a relative link: of a file by that name, or of an address.

    An address is taken from the page as from a folder, as a browser does where addresses
    end with a slash, then from the folder of the page, then from that of its file.
    """
    folder = dirname(page.path)
    file = resolved(folder, path)
    if path.endswith(PAGE_SUFFIXES):
        return [site.files.get(file or ""), site.files.get(path), file]
    here = site.place(page)
    urls = [resolved(here, path), resolved(dirname(here), path)]
    return [*urls, None if file is None else site.stems.get(place_in(file))]
