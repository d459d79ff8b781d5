"""What an index says of itself, and what a run did to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

from askdocs.domain.errors import Exit
from askdocs.domain.text import SkippedFile

SCHEMA_VERSION = 3


@dataclass(frozen=True, slots=True)
class Space:
    """The vector space of an embedding model: what must be equal for vectors to compare.

    Attributes:
        model: How the model is named: "bundled", a hub id, or an absolute folder.
        weights_sha: sha256 (hex) of its weights file.
        dim: Numbers per vector.
        distance: "cosine" or "dot", as the model was trained.
        max_tokens: The most tokens the model reads, special tokens included.
        question_prefix: Put before a question.
        passage_prefix: Put before a passage.
        pooling: How the vectors of the tokens become one ("mean, normalize"): equal
            weights under another pooling are another space.
    """

    model: str
    weights_sha: str
    dim: int
    distance: str
    max_tokens: int
    question_prefix: str = ""
    passage_prefix: str = ""
    pooling: str = ""


@dataclass(frozen=True, slots=True)
class ChunkConfig:
    """How pages are cut into chunks.

    Attributes:
        version: Of the chunking rules; another version is another index.
        tokens: The most tokens of a chunk with its breadcrumb, special tokens included.
    """

    version: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Root:
    """Which docs an index was made from, told without the absolute path.

    Attributes:
        remote: The git remote, as host/path without user or ".git"; "" without one.
        prefix: The folder inside that repository; "" for its top.
        commit: The commit that was ingested; "" if not known.
    """

    remote: str = ""
    prefix: str = ""
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What built an index, stored with it; `rag ask` believes this and not the settings.

    Attributes:
        thresholds: What is near and what is far in its vector space (see
            `steps.search.calibrate`); {} if that could not be told.
    """

    space: Space
    cut: ChunkConfig
    root: Root
    base_url: str
    generation: str
    pages: int
    chunks: int
    finished: str
    thresholds: Mapping[str, float] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint that the chunks of this index carry."""
        return fingerprint(self.space, self.cut)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data that JSON and Qdrant metadata can hold."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Manifest:
        """Return the manifest that `as_dict` described.

        Raises:
            KeyError, TypeError: if *data* is none of ours.
        """
        rest = {k: v for k, v in data.items() if k not in {"space", "cut", "root"}}
        return cls(
            space=Space(**data["space"]),
            cut=ChunkConfig(**data["cut"]),
            root=Root(**data["root"]),
            **rest,
        )


def fingerprint(space: Space, cut: ChunkConfig) -> str:
    """Return 16 hex digits, equal where the same text gives the same chunks and vectors.

    The model's name is left out: the same weights under another name are the same model.
    """
    what = {**asdict(space), **{f"cut_{k}": v for k, v in asdict(cut).items()}}
    del what["model"]
    return sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Stored:
    """What the index knows of one chunk without its text.

    Attributes:
        path: Of its page.
        page_sha: Of the page it was cut from, as it was then.
        page_chunks: How many chunks that page was cut into.
        embed_sha: Of what was embedded.
        payload_sha: Of its payload.
    """

    path: str
    page_sha: str
    page_chunks: int
    embed_sha: str
    payload_sha: str


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """What the user asked for beside the folder.

    Attributes:
        rebuild: Build from nothing, beside the live index.
        allow_delete: Let pages go, however many.
        dry_run: Say what would be done, and do nothing.
    """

    rebuild: bool = False
    allow_delete: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What one ingest run did.

    Always: found = indexed + unchanged + len(skipped) + len(failed).

    Attributes:
        found: Files with a wanted suffix that are not ignored.
        indexed: Pages that were new or changed.
        unchanged: Pages that the index already held as they are.
        skipped: Left out by rule: a card page, a macro, an empty file.
        failed: Wanted but not read.
        chunks: In the index at the end.
        embedded: Texts that went through the model.
        written: Chunks whose vector or payload was written.
        deleted: Chunks that were removed.
        pages_removed: Pages that are gone from the docs and now from the index.
        withheld: Why stale pages were kept; "" when nothing was withheld.
        generation: Name of the live generation.
        seconds: How long each step took.
        slug_rule: How the fragments of headings were made.
        unknown: Components of new and changed pages that are kept by their text alone.
        warnings: What was read differently from how it was written.
    """

    found: int
    indexed: int
    unchanged: int
    skipped: tuple[SkippedFile, ...]
    failed: tuple[SkippedFile, ...]
    chunks: int
    embedded: int
    written: int
    deleted: int
    pages_removed: int
    withheld: str
    generation: str
    seconds: Mapping[str, float]
    slug_rule: str = ""
    unknown: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = field(default=())

    @property
    def changed(self) -> bool:
        """Whether the index is not what it was."""
        return bool(self.written or self.deleted)

    @property
    def adds_up(self) -> bool:
        """Whether every file that was found is accounted for."""
        left = len(self.skipped) + len(self.failed)
        return self.found == self.indexed + self.unchanged + left

    @property
    def exit_code(self) -> Exit:
        """How the run ended, as the shell is told; the more severe wins."""
        if self.withheld:
            return Exit.DELETION_GUARD
        return Exit.SOME_FAILED if self.failed else Exit.OK
