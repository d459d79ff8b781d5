"""Build the breadcrumb that stands before every text that is embedded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from askdocs.domain.errors import ConfigError
from askdocs.domain.text import Page
from askdocs.steps.docs.chunk.ruler import Ruler

MIN_TEXT_TOKENS = 16
"""Tokens that must be left for a passage beside the embedder's prefix."""

_WORD = re.compile(r"[^\W_]+")


def breadcrumbs(
    page: Page, headings: Sequence[tuple[str, ...]], ruler: Ruler
) -> list[tuple[str, int]]:
    """Return the breadcrumb of each section, and the room that is left below it.

    It reads "words of the folders > title > headings", ends with an empty line, and takes
    at most half of the room.

    Raises:
        ConfigError: if the prefix of the model leaves no room for text.
    """
    above = folder_words(page.path, page.front.title)
    trails = [
        _breadcrumb_parts(above, page.front.title, heading) for heading in headings
    ]
    crumbs = [" > ".join(trail) for trail in trails]
    whole, *rooms = ruler.rooms(["", *(f"{crumb}\n\n" for crumb in crumbs)])
    if whole < MIN_TEXT_TOKENS:
        raise ConfigError(
            f"RAG_CHUNK_TOKENS: {ruler.limit} leaves no room beside the model's prefix",
            hint=f"RAG_CHUNK_TOKENS={ruler.limit - whole + 4 * MIN_TEXT_TOKENS} or more",
        )
    for at, (trail, room) in enumerate(zip(trails, rooms, strict=True)):
        if room < whole // 2:
            crumbs[at] = _shortened(trail, whole // 2, ruler)
            rooms[at] = ruler.rooms([f"{crumbs[at]}\n\n"])[0]
    heads = [f"{crumb}\n\n" if crumb else "" for crumb in crumbs]
    return list(zip(heads, rooms, strict=True))


def page_fields(page: Page, texts: Sequence[str]) -> dict[str, str]:
    """Return the texts that stand for a whole page, see `domain.search.FIELDS`.

    Args:
        page: The page.
        texts: What is embedded of it: each begins with its breadcrumb.
    """
    words = _WORD.findall(page.path.rsplit(".", 1)[0])
    head = " ".join((page.front.title, *words, page.front.description))
    names = dict.fromkeys(name for s in page.sections for name in s.heading)
    headings = " ".join((head, *names))
    bodies = [text.partition("\n\n")[2] or text for text in texts]
    return {"head": head, "headings": headings, "page": " ".join((headings, *bodies))}


def folder_words(path: str, title: str) -> str:
    """Return the words of a page's folders that its title does not say already.

    The file's own name is left out: it is the title again, and a page that is renamed
    keeps its vectors.

    >>> folder_words("pages/serverless/jobs/how-to/create-job.mdx", "Create a job")
    'serverless jobs how to'
    """
    stem = path.removeprefix("pages/").rsplit(".", 1)[0].removesuffix("/index")
    in_title = {word.casefold() for word in _WORD.findall(title)}
    words = dict.fromkeys(_WORD.findall(stem.rpartition("/")[0]))
    return " ".join(word for word in words if word.casefold() not in in_title)


def _breadcrumb_parts(above: str, title: str, heading: tuple[str, ...]) -> list[str]:
    """Return the parts of a breadcrumb, without what only repeats the part above it."""
    parts = [part for part in (above, title, *heading) if part]
    return [part for before, part in pairwise(["", *parts]) if part != before]


def _shortened(trail: list[str], most: int, ruler: Ruler) -> str:
    """Return as much of a breadcrumb as fits, outer parts first to go."""
    inner = [" > ".join(trail[n:]) for n in range(1, len(trail))]
    for crumb, size in zip(inner, ruler.sizes(inner), strict=True):
        if size <= most:
            return crumb
    return ruler.cut(trail[-1], most)[0].rstrip()
