"""Give the path of a file its place below the docs root, and its public URL."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

_VERSION_LIKE = re.compile(r"\d+[-_.]\d+")
_NUMBERED = re.compile(r"\d+\s*[-_.]+\s*([^-_.\s].*)")
_NO_SLUG = re.compile(
    r"""\.\.|//|^[a-z][a-z0-9+.-]*:|[?#\\<>{}"|^`\x00-\x20\x7f]""", re.I
)


def file_path(path: str) -> str:
    """Return a path without suffix and without a last "index".

    >>> file_path("tutorials/minio/index.mdx"), file_path("faq/a.b.mdx")
    ('tutorials/minio', 'faq/a.b')
    """
    folders, stem = _split(path)
    return "/".join(folders if stem == "index" else [*folders, stem])


def public_url(path: str, base: str, *, slug: str = "", rule: str = "github") -> str:
    """Return where the site serves a file; a leading "pages/" is the site's own detail.

    >>> public_url("pages/jobs/how-to/create.mdx", "https://x.com/docs/")
    'https://x.com/docs/jobs/how-to/create/'
    >>> public_url("01-intro/2. go.md", "https://x.com", rule="docusaurus")
    'https://x.com/intro/go/'
    >>> public_url("intro/go.md", "https://x.com", slug="start")
    'https://x.com/intro/start/'
    """
    place = place_at(path, slug=slug, rule=rule)
    base = base.rstrip("/") + "/"
    return f"{base}{quote(place)}/" if place else base


def place_at(path: str, *, slug: str = "", rule: str = "github") -> str:
    """Return where a file is below the docs root, without slashes around, not quoted.

    A *slug* with a leading slash is taken from the root, another from the folder of the
    file; one that is no path is ignored. Under "docusaurus" numbers in front of names
    go, and README, index or a file named as its folder is the page of the folder.

    Source:
        Docusaurus, plugin-content-docs: numberPrefix.ts, slug.ts, isCategoryIndex.
    """
    folders, stem = _split(path.removeprefix("pages/"))
    leaf = [] if _is_index(folders, stem, rule) else [stem]
    if rule == "docusaurus":
        folders, leaf = [_bare(f) for f in folders], [_bare(name) for name in leaf]
    written = _parts(slug)
    if written is not None:
        return "/".join(written if slug.startswith("/") else [*folders, *written])
    return "/".join([*folders, *leaf])


def _split(path: str) -> tuple[list[str], str]:
    *folders, name = path.split("/")
    return folders, name.rsplit(".", 1)[0] if "." in name[1:] else name


def _is_index(folders: list[str], stem: str, rule: str) -> bool:
    if rule != "docusaurus":
        return stem == "index"
    return stem.lower() in {"index", "readme", *(f.lower() for f in folders[-1:])}


def _bare(name: str) -> str:
    """Return a name without the number in front; dates and versions stay whole."""
    match = None if _VERSION_LIKE.match(name) else _NUMBERED.fullmatch(name)
    return match[1] if match else name


def _parts(slug: str) -> list[str] | None:
    """Return the parts of a slug; None of one that says nothing or no path."""
    slug = unquote(slug)
    if not slug or _NO_SLUG.search(slug):
        return None
    return [part for part in slug.split("/") if part not in {"", "."}]
