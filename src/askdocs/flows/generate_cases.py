"""Generate cases from docs: what their authors asked, and where they sent the reader."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from itertools import islice
from typing import Any

from askdocs.domain.errors import DocsNotFound
from askdocs.domain.evaluation import page_of
from askdocs.domain.ports import Docs, Spread
from askdocs.domain.text import Link, Page, PageKind, visible
from askdocs.flows.pages import AUTO, read_files, read_outline, shared_by
from askdocs.flows.read_docs import SKIPPED
from askdocs.steps.docs import urls
from askdocs.steps.docs.urls.link_targets import target_of
from askdocs.steps.docs.urls.site_index import SiteIndex
from askdocs.steps.search.question import MAX_QUESTION_CHARS

MIN_QUESTION_WORDS = 3
"""Of a link text or title: "this page" asks nothing."""

MAX_WANTED_PAGES = 2
"""Pages of one question: who sends readers to more of them sends them nowhere."""

_TEXT = re.compile(r"(?<!!)\[([^\[\]\n]{1,300})\]\(<?\s*([^()\s<>]{1,500})")
_MARKS = re.compile(r"[*_`]+|<[^<>]{0,100}>|\\(?=[^\w\s])")
_WORD = re.compile(r"\w*[^\W\d_]\w*")


@dataclass(slots=True)
class _Case:
    """One question, and all that the docs say of where its answer is."""

    question: str
    source: str
    wanted: list[str] = field(default_factory=list)
    exclude: set[str] = field(default_factory=set)

    def row(self) -> dict[str, Any]:
        digest = blake2b(self.question.casefold().encode(), digest_size=5).hexdigest()
        pages = {page_of(label) for label in self.wanted}
        return {
            "id": f"{self.source}-{digest}",
            "question": self.question,
            "wanted": self.wanted,
            "exclude": sorted(self.exclude - pages),
            "draft": True,
            "source": self.source,
        }


def generate_cases(
    docs: Docs, *, everything: Docs, slug_rule: str, base_url: str, spread: Spread
) -> list[dict[str, Any]]:
    """Return rows of a file of cases, each question once; equal docs give equal rows.

    Three kinds, in this order: questions of FAQ pages, titles of changelog entries with
    the pages they link to, and texts of links with their targets. Pages that hold the
    question are excluded, but for an FAQ that has the only answer.

    Args:
        docs: The docs as they are indexed: only their pages are wanted.
        everything: The same folder with what is not indexed, such as the changelog.
        slug_rule: How the site makes fragments, or `AUTO`.
        base_url: Where the docs are on the web.
        spread: Reads many files at once.

    Raises:
        DocsNotFound: if no case can be drafted.
    """
    sources = read_files(everything).sources
    pages = spread(partial(read_outline, shared=shared_by(sources)), sources)
    rule = slug_rule
    if slug_rule == AUTO:
        rule = urls.best(urls.score(pages, base_url))
    pages = [urls.anchored(page, rule) for page in pages]
    site = SiteIndex(pages, rule=rule, base=base_url)
    generator = _CaseGenerator(site, docs)
    cases: dict[str, _Case] = {}
    for kind in (generator.faq, generator.changelog, generator.links):
        for source, page in zip(sources, pages, strict=True):
            for case in kind(page, source.text):
                _merge(cases, case)
    rows = [case.row() for case in cases.values() if _is_usable(case)]
    if not rows:
        raise DocsNotFound(
            "the docs hold no FAQ, changelog or link to draft a case from",
            hint="check the path, RAG_SUFFIXES and RAG_IGNORE (rag config show)",
        )
    return rows


class _CaseGenerator:
    """Finds cases on a page; the docs say which pages may be wanted."""

    def __init__(self, site: SiteIndex, docs: Docs) -> None:
        self._site = site
        self._docs = docs

    def faq(self, page: Page, _text: str) -> Iterator[_Case]:
        """Yield the questions among the headings, and where the answers lead."""
        if page.kind is not PageKind.FAQ or not self._indexed(page):
            return
        starts = [section.line for section in page.sections]
        for section, end in zip(page.sections, [*starts[1:], None], strict=True):
            question = _plain_text(section.heading[-1]) if section.heading else ""
            if not question.endswith("?"):
                continue
            below = [k for k in page.links if section.line <= k.line < (end or 1 << 60)]
            linked = self._targets(page, below)
            if 1 <= len(linked) <= MAX_WANTED_PAGES:
                yield _Case(question, "faq", linked, {page.path})
            elif section.anchor:
                yield _Case(question, "faq", [f"{page.path}#{section.anchor}"])

    def changelog(self, page: Page, _text: str) -> Iterator[_Case]:
        """Yield the title of a changelog entry, and where it sends the reader."""
        title = _plain_text(page.front.title)
        if page.kind is PageKind.CHANGELOG and _can_ask(title):
            wanted = self._targets(page, page.links)
            if wanted:
                yield _Case(title, "changelog", wanted, {page.path})

    def links(self, page: Page, text: str) -> Iterator[_Case]:
        """Yield the texts of the links of an indexed page, and their targets."""
        if not self._indexed(page) or not page.links:
            return
        texts = _link_texts(visible(text).split("\n"), page.links)
        for link, written in zip(page.links, texts, strict=True):
            question = _plain_text(written)
            wanted = self._targets(page, [link]) if _can_ask(question) else []
            if wanted:
                yield _Case(question, "link", wanted, {page.path})

    def _targets(self, page: Page, links: Sequence[Link]) -> list[str]:
        """Return the indexed pages that links lead to, each once, without their own."""
        targets: dict[str, None] = {}
        for link in links:
            target = target_of(link.target, page, self._site)
            hit = self._site.find(target.places, "") if target else None
            other = hit.page if hit else None
            if other and other.path != page.path and self._indexed(other):
                targets[other.path] = None
        return list(targets)

    def _indexed(self, page: Page) -> bool:
        return page.kind not in SKIPPED and not self._docs.left_out(page.path)


def _link_texts(lines: Sequence[str], links: Sequence[Link]) -> Iterator[str]:
    """Yield the text of each link; "" of one that does not stand whole on its line."""
    passed: Counter[Link] = Counter()
    for link in links:
        line = lines[link.line - 1] if link.line <= len(lines) else ""
        pairs = (match.groups() for match in _TEXT.finditer(line))
        texts = (text for text, target in pairs if target == link.target)
        yield next(islice(texts, passed[link], None), "")
        passed[link] += 1


def _plain_text(text: str) -> str:
    """Return a text in one line and without marks of Markdown."""
    return " ".join(_MARKS.sub("", text).split())


def _can_ask(text: str) -> bool:
    return len(_WORD.findall(text)) >= MIN_QUESTION_WORDS and "://" not in text


def _merge(cases: dict[str, _Case], case: _Case) -> None:
    key = case.question.casefold()
    known = cases.setdefault(key, _Case(case.question, case.source))
    pages = {page_of(label) for label in known.wanted}
    known.wanted += [label for label in case.wanted if page_of(label) not in pages]
    known.exclude |= case.exclude


def _is_usable(case: _Case) -> bool:
    """Return whether a question can be asked, and its answer is in few enough places."""
    is_short = len(case.question) <= MAX_QUESTION_CHARS
    return len(case.wanted) <= MAX_WANTED_PAGES and is_short
