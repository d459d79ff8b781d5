"""Follow every internal link of the docs; report dead ones with what is near."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from askdocs.domain.site import Dead, LinkReport, Score
from askdocs.domain.text import Front, Link, Page
from askdocs.steps.docs.urls.link_targets import Target, target_of
from askdocs.steps.docs.urls.nearest_link import Nearest
from askdocs.steps.docs.urls.site_index import SHOWN_ELSEWHERE, ResolvedLink, SiteIndex
from askdocs.steps.docs.urls.slugs import RULES, anchored


def check(
    pages: Sequence[Page],
    *,
    rule: str,
    base: str,
    redirects: Mapping[str, str],
    menu: tuple[str, Sequence[Link]] | None,
    files: Collection[str] = (),
) -> LinkReport:
    """Follow every internal link of *pages* and of the menu.

    A fragment is live if the page has exactly it. One that stands alone in a macro or
    partial is live if any page has it: the file is shown on pages that it does not
    know. Entries of the menu begin at the docs root. What a redirect leads out of the docs is live, and its fragment not counted.

    Args:
        pages: All files that were read, anchored under *rule*.
        rule: The slug rule.
        base: Address of the docs root.
        redirects: From the docs root; see `redirects`.
        menu: Path of the menu's file, and its entries.
        files: Paths below the docs root of all files, read or not. Links to those that
            were not read, or to folders with no others, cannot be judged: no links.

    Returns:
        A report whose `rules` is empty: only unanchored pages can be scored.
    """
    site = SiteIndex(pages, rule=rule, base=base, redirects=redirects, files=files)
    tally = _Tally(site, Nearest(site))
    for page in pages:
        for link in page.links:
            tally.follow(link, page)
    site.from_host = False
    path, entries = menu or ("", ())
    for entry in entries:
        tally.follow_entry(entry, path)
    return tally.report()


def score(pages: Sequence[Page], base: str) -> dict[str, Score]:
    """Score each rule on the internal links of *pages*, which have no anchors yet.

    A link is one claim if it names a page, and one more if it names a fragment; every
    rule answers all of them. "docusaurus" moves pages and names fragments as "github"
    does, "scaleway" only names fragments: claims of one kind alone would not tell all
    three apart. What is a file under one rule and a page under another is no claim of
    the first, so totals may differ by as many; `best` goes by what lives. Redirects
    files take no part, and neither do macros and partials with links to themselves:
    nearly any fragment is on some page.
    """
    return {rule: _score_rule(pages, rule, base) for rule in RULES}


def best(scores: Mapping[str, Score]) -> str:
    """Return the rule under which most links live; of equals "github", then by order."""
    names = sorted(scores, key=lambda rule: (-scores[rule].live, rule != "github"))
    return names[0] if names else "github"


def _score_rule(pages: Sequence[Page], rule: str, base: str) -> Score:
    named = [anchored(page, rule) for page in pages]
    site, count = SiteIndex(named, rule=rule, base=base), _Count()
    for page in named:
        for link in page.links:
            target = target_of(link.target, page, site)
            if target is None or (not target.places and page.kind in SHOWN_ELSEWHERE):
                continue
            hit = ResolvedLink(page, target.fragment)
            if target.places:
                found = site.find(target.places, target.fragment)
                count.add(live=found is not None)
                hit = found or ResolvedLink(None, target.fragment)
            if target.fragment:
                count.add(live=site.has(hit))
    return count.score()


@dataclass(slots=True)
class _Count:
    live: int = 0
    total: int = 0

    def add(self, *, live: bool) -> None:
        self.live += live
        self.total += 1

    def score(self) -> Score:
        return Score(self.live, self.total)


@dataclass(slots=True)
class _Tally:
    """Counts links, and keeps the dead ones.

    Attributes:
        site: Where they lead.
        nearest: Finds live links near dead ones.
    """

    site: SiteIndex
    nearest: Nearest
    pages: _Count = field(default_factory=_Count)
    fragments: _Count = field(default_factory=_Count)
    own: _Count = field(default_factory=_Count)
    menu: _Count = field(default_factory=_Count)
    dead: list[Dead] = field(default_factory=list)

    def follow(self, link: Link, page: Page) -> None:
        target = target_of(link.target, page, self.site)
        if target is None:
            return
        if target.places:
            self._follow_page(link, page, target)
        else:
            self._follow_own(link, page, target.fragment)

    def follow_entry(self, entry: Link, path: str) -> None:
        page = Page(path, Front(), ())
        target = target_of(entry.target, page, self.site)
        if target is None:
            return
        live = self.site.find(target.places, "") is not None
        self.menu.add(live=live)
        if not live:
            near = self.nearest.to_page(entry.target, page, target)
            self.dead.append(Dead(path, entry.line, entry.target, "menu", near))

    def _follow_page(self, link: Link, page: Page, target: Target) -> None:
        hit = self.site.find(target.places, target.fragment)
        self.pages.add(live=hit is not None)
        live = hit is not None and self.site.has(hit)
        if target.fragment and (hit is None or hit.page):
            self.fragments.add(live=live)
        if hit is None:
            near = self.nearest.to_page(link.target, page, target)
            self.dead.append(Dead(page.path, link.line, link.target, "page", near))
        elif hit.page and not live:
            self._dead_fragment(link, page, hit.page, hit.fragment)

    def _follow_own(self, link: Link, page: Page, fragment: str) -> None:
        names = self.site.fragments(page)
        if page.kind in SHOWN_ELSEWHERE:
            names |= self.site.all_fragments
        live = fragment in names
        self.own.add(live=live)
        if not live:
            self._dead_fragment(link, page, page, fragment)

    def _dead_fragment(self, link: Link, page: Page, hit: Page, fragment: str) -> None:
        near = self.nearest.to_fragment(link.target, hit, fragment)
        self.dead.append(Dead(page.path, link.line, link.target, "fragment", near))

    def report(self) -> LinkReport:
        return LinkReport(
            rule=self.site.rule,
            rules={},
            pages=self.pages.score(),
            fragments=self.fragments.score(),
            own=self.own.score(),
            menu=self.menu.score(),
            dead=tuple(sorted(self.dead, key=lambda dead: (dead.path, dead.line))),
        )
