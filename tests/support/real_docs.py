"""A docs folder as `rag ingest` reads it, nothing embedded; who wants chunks asks here.

All that the tests over real docs and bench/corpus.py know of the flow is in this module.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from askdocs.adapters.embedding.model_files import locate
from askdocs.adapters.embedding.tokenizer import FastTokenizer
from askdocs.adapters.local.docs_folder import DocsFolder
from askdocs.domain.index import ChunkConfig, Space
from askdocs.domain.text import Chunk
from askdocs.flows.pages import DocsFiles, read_files
from askdocs.flows.read_docs import Build, ReadDocs, read_and_chunk
from askdocs.settings import DEFAULT_IGNORE

LIMIT = 256
"""Tokens that the bundled model reads."""

BASE = "https://www.scaleway.com/en/docs/"


@dataclass(frozen=True)
class Read:
    """All of the docs.

    Attributes:
        texts: Of each file, by path.
        pages: What became of those that could be read.
        files: All of them, read or not.
        tokenizer: The one that measured.
    """

    texts: dict[str, str]
    pages: ReadDocs
    files: DocsFiles
    tokenizer: FastTokenizer

    @property
    def chunks(self) -> list[Chunk]:
        """Of all pages, in the order of the docs."""
        return list(self.pages.chunks)

    @property
    def by_page(self) -> dict[str, list[Chunk]]:
        """The chunks of each indexed page, in order."""
        chunks: dict[str, list[Chunk]] = {path: [] for path in self.pages.indexed}
        for chunk in self.chunks:
            chunks[chunk.path].append(chunk)
        return chunks


def _must_not_embed() -> None:
    raise AssertionError("nothing is to be embedded")


@cache
def _tokenizer() -> FastTokenizer:
    return FastTokenizer(locate("bundled", cache=Path(mkdtemp())))


def _files(folder: Path) -> DocsFiles:
    return read_files(
        DocsFolder(folder, suffixes=[".mdx"], ignore=DEFAULT_IGNORE.split())
    )


def reader(folder: Path) -> Callable[[], Read]:
    """Return what reads and cuts the whole folder anew at each call, its model loaded."""
    tokenizer = _tokenizer()
    space = Space("bundled", "0" * 64, 384, "cosine", LIMIT)
    build = Build(space, ChunkConfig(1, LIMIT), BASE, tokenizer, _must_not_embed)

    def read() -> Read:
        files = _files(folder)
        docs = read_and_chunk(
            files.sources,
            page_shas={},
            live=None,
            build=build,
            notify=lambda *_: None,
        )
        texts = {source.path: source.text for source in files.sources}
        return Read(texts, docs, files, tokenizer)

    return read


@cache
def read_docs(folder: str) -> Read:
    """Read the folder once for all tests of a run."""
    return reader(Path(folder))()
