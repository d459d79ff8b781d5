"""Tell the addresses of a docs folder, and check its own links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from askdocs.domain.errors import ConfigError, DocsNotFound
from askdocs.domain.ports import Docs, Spread
from askdocs.domain.site import LinkReport, Score, Table
from askdocs.domain.text import Link, Page, SkippedFile
from askdocs.flows.pages import AUTO, read_files, read_outline, shared_by
from askdocs.steps.docs import urls


@dataclass(frozen=True, slots=True)
class DocsSite:
    """What is to be known of a docs repository to tell whether a link leads somewhere.

    Attributes:
        pages: Every file that could be read, with fragments and without its text.
        ignored: Paths of those that are no part of the docs, and yet may be linked to.
        rule: The slug rule that gave the fragments.
        rules: How each rule fares with the repository's own links.
        base_url: Where the docs are on the web.
        failed: Files that could not be read.
    """

    pages: tuple[Page, ...]
    ignored: frozenset[str]
    rule: str
    rules: Mapping[str, Score]
    base_url: str
    failed: tuple[SkippedFile, ...]

    @property
    def table(self) -> Table:
        """Where the pages of the docs are; macros and the like are nowhere."""
        places = [
            urls.place_of(page, self.rule, self.base_url)
            for page in self.pages
            if page.kind.has_address and page.path not in self.ignored
        ]
        return Table(self.rule, tuple(sorted(places, key=lambda place: place.path)))


def read_site(
    docs: Docs, *, everything: Docs, slug_rule: str, base_url: str, spread: Spread
) -> DocsSite:
    """Read all files for their headings and links.

    Args:
        docs: The docs.
        everything: The same folder with the files that `docs` leaves out: their links
            are not checked, but links to them are alive.
        slug_rule: How the site makes fragments, or `AUTO`.
        base_url: Where the docs are on the web.
        spread: Reads many files at once.

    Raises:
        DocsNotFound: if the folder holds no page.
    """
    files = read_files(everything)
    sources = files.sources
    ignored = frozenset(s.path for s in sources if docs.left_out(s.path))
    if len(ignored) == len(sources):
        raise DocsNotFound(
            "the folder holds no page",
            hint="check the path, RAG_SUFFIXES and RAG_IGNORE (rag config show)",
        )
    outlines = spread(partial(read_outline, shared=shared_by(sources)), sources)
    pages = [replace(p, links=()) if p.path in ignored else p for p in outlines]
    rules = urls.score(pages, base_url)
    rule = urls.best(rules) if slug_rule == AUTO else slug_rule
    anchored = tuple(urls.anchored(page, rule) for page in pages)
    failures = tuple(file for file in files.failed if not docs.left_out(file.path))
    return DocsSite(anchored, ignored, rule, rules, base_url, failures)


def check_links(docs: Docs, site: DocsSite) -> LinkReport:
    """Hold every internal link, and every entry of the menu, against the table."""
    redirects: dict[str, str] = {}
    for name in urls.REDIRECT_FILES:
        redirects |= urls.redirects(name, docs.beside(name) or "")
    report = urls.check(
        site.pages,
        rule=site.rule,
        base=site.base_url,
        redirects=redirects,
        menu=_menu(docs),
    )
    return replace(report, rules=site.rules)


def _menu(docs: Docs) -> tuple[str, Sequence[Link]] | None:
    """Return the first menu that is there, and its entries.

    Raises:
        ConfigError: if it cannot be read: to find nothing dead in it would be a lie.
    """
    for name in urls.MENU_FILES:
        if text := docs.beside(name):
            try:
                return name, urls.menu_links(text)
            except ValueError as err:
                hint = f"python -m json.tool {name}"
                raise ConfigError(f"{name}: {err}", hint=hint) from err
    return None
