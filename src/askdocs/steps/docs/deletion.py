"""Guard against a run that would remove too much."""

from __future__ import annotations

from collections.abc import Collection

from askdocs.domain.index import Root

MAX_UNASKED_PAGES = 10
MAX_UNASKED_SHARE = 0.2
"""More pages than both (a number, and a share of the index) do not go unasked."""


def other_docs(
    before: Root, now: Root, *, indexed: Collection[str], found: Collection[str]
) -> bool:
    """Whether a folder is another one than the index was made from.

    Git tells by its remote and the folder within. Without a remote on either side the
    pages tell: a folder with less than half of the indexed pages is another one.

    >>> other_docs(Root(), Root(), indexed={"a/b.mdx"}, found={"b.mdx"})
    True
    """
    if before.remote and now.remote:
        return (before.remote, before.prefix) != (now.remote, now.prefix)
    if not indexed:
        return False
    return 2 * len(set(indexed) & set(found)) < len(set(indexed))


def reason_to_keep(
    going: Collection[str], indexed: Collection[str], *, complete: bool
) -> str:
    """Return why the pages that are *going* must stay; "" if they may go.

    Args:
        going: Pages of the index that the docs no longer have.
        indexed: All pages of the index.
        complete: Whether all of the docs could be seen.
    """
    if going and not complete:
        return f"{len(going)} pages are missing, but not all of the docs could be read"
    if len(going) > max(MAX_UNASKED_PAGES, MAX_UNASKED_SHARE * len(indexed)):
        return f"{len(going)} of {len(indexed)} pages would disappear"
    return ""
