"""Tell the kind of a page by its place, its frontmatter and what stands on it."""

from __future__ import annotations

from collections.abc import Sequence

from askdocs.domain.text import Document, PageKind, Section

_BY_NAME = {
    "faq": PageKind.FAQ,
    "faqs": PageKind.FAQ,
    "concepts": PageKind.CONCEPTS,
    "glossary": PageKind.CONCEPTS,
    "terminology": PageKind.CONCEPTS,
}
_BY_FOLDER = {
    "faq": PageKind.FAQ,
    "faqs": PageKind.FAQ,
    "tutorial": PageKind.TUTORIAL,
    "tutorials": PageKind.TUTORIAL,
}


def kind_of(document: Document, sections: Sequence[Section]) -> PageKind:
    """Return what a page is for, by its place, its frontmatter and what stands on it."""
    *folders, name = document.path.lower().split("/")
    stem = name.partition(".")[0]
    if special := _part_or_entry(document, folders):
        return special
    if not any(s.blocks for s in sections):
        return _without_prose(document, stem)
    places = (_BY_NAME.get(stem), *(_BY_FOLDER.get(folder) for folder in folders))
    default = PageKind.FAQ if _is_mostly_questions(sections) else PageKind.PROSE
    return next((kind for kind in places if kind), default)


def _part_or_entry(document: Document, folders: Sequence[str]) -> PageKind | None:
    """Return the kind of what is no page of its own."""
    front, path = document.front, document.path
    if front.macro:
        return PageKind.MACRO
    if folders[:1] == ["snippets"] or any(p[:1] == "_" for p in path.split("/")):
        return PageKind.PARTIAL
    if front.status == "draft":
        return PageKind.DRAFT
    dated = front.status and "date" in front.dates
    return PageKind.CHANGELOG if dated and folders[:1] == ["changelog"] else None


def _without_prose(document: Document, stem: str) -> PageKind:
    if stem in {"index", "readme"}:
        return PageKind.CARDS
    described = document.front.title or document.front.description
    return PageKind.PROSE if described else PageKind.EMPTY


def _is_mostly_questions(sections: Sequence[Section]) -> bool:
    """Return whether most headings of a page are questions."""
    headings = [s.heading[-1] for s in sections if s.heading]
    questions = sum(heading.endswith("?") for heading in headings)
    return len(headings) >= 2 and questions * 2 > len(headings)
