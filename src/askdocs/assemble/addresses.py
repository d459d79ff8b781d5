"""Assemble the table of addresses, the report on links, and what becomes of one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from askdocs.assemble.config import app_folders, ingested_folders
from askdocs.assemble.index import build_of, docs_in, open_store, required
from askdocs.domain.errors import DocsNotFound, IndexDamaged

if TYPE_CHECKING:
    from askdocs.domain.site import Explanation, LinkReport, Table
    from askdocs.flows.links import DocsSite
    from askdocs.settings import Loaded

NO_PAGES = ".*/** **/node_modules/**"
"""What holds no page of any site. The rest of RAG_IGNORE is not indexed, and yet it may
be on the site: a link there is alive.
"""


def stored_table(loaded: Loaded) -> Table:
    """Return the addresses that the index holds.

    Raises:
        IndexMissing: if there is no index.
        IndexDamaged: if it holds no table.
    """
    with open_store(loaded) as store:
        required(store.manifest())
        table = store.table()
    if table is None:
        raise IndexDamaged(
            "the index holds no table of addresses", hint="rag ingest PATH-OF-YOUR-DOCS"
        )
    return table


def table_of(loaded: Loaded, path: Path) -> Table:
    """Return the addresses of the docs in a folder."""
    return _site(loaded, path).table


def link_report(loaded: Loaded, path: Path) -> tuple[DocsSite, LinkReport]:
    """Return what the docs in a folder hold, and how their own links fare."""
    from askdocs.flows.links import check_links

    site = _site(loaded, path)
    return site, check_links(docs_in(loaded, path), site)


def _site(loaded: Loaded, path: Path) -> DocsSite:
    from askdocs.adapters.local.processes import spread
    from askdocs.flows.links import read_site

    conf = loaded.settings
    return read_site(
        docs_in(loaded, path),
        everything=docs_in(loaded, path, ignore=NO_PAGES),
        slug_rule=conf.slug_rule,
        base_url=conf.base_url,
        spread=spread,
    )


def explanation(loaded: Loaded, folder: Path | None, file: Path) -> Explanation:
    """Return what an ingest would make of one file.

    Args:
        loaded: The settings.
        folder: The docs; None to find them from the file.
        file: Absolute, relative to here, or relative to the docs.

    Raises:
        DocsNotFound: if there is no such file, or it is not in the docs.
    """
    from askdocs.domain.site import Explanation
    from askdocs.flows.explain import explain

    if folder and not file.is_file():
        file = folder / file
    if not file.is_file():
        raise DocsNotFound(
            f"there is no file {file}", hint="rag ingest DOCS --explain FILE"
        )
    folder = folder or _docs_around(loaded, file)
    docs = docs_in(loaded, folder)
    try:
        path = file.absolute().relative_to(folder.absolute()).as_posix()
    except ValueError as err:
        raise DocsNotFound(
            f"{file} is not in {folder}", hint="rag ingest DOCS --explain FILE"
        ) from err
    if reason := docs.left_out(path):
        return Explanation(path, reason)
    with open_store(loaded) as store:
        build = build_of(loaded, store, rebuild=False)
        return explain(docs, path, live=store.table(), build=build)


def _docs_around(loaded: Loaded, file: Path) -> Path:
    """Return the docs that a file is part of: ingested before, else its git repository."""
    file = file.absolute()
    known = ingested_folders(app_folders(loaded)["state"])
    around = [folder for folder in known if file.is_relative_to(folder)]
    around += [above for above in file.parents if (above / ".git").exists()]
    around += [above for above in file.parents if (above / "macros").is_dir()]
    return around[0] if around else file.parent
