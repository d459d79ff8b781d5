"""Everything that can go wrong and that the user can do something about.

AskDocsError              exit  what happened
├── ConfigError              2  a setting, flag or question makes no sense
├── DocsNotFound             2  nothing to ingest at that path
├── NothingMatches           4  a filter leaves no page to find anything in
├── IndexMissing             6  nothing has been ingested yet
├── IndexMismatch            6  the index was built by another model, chunker or schema
├── IndexDamaged             6  the index cannot be read, or does not hold what it says
├── StoreUnavailable         5  Qdrant does not answer or refuses us
├── ModelUnavailable         5  the language or embedding model does not answer
├── AnswerIncomplete         7  the model stopped before it was done
├── GateFailed               8  the docs or an index are worse than they may be
├── DeletionRefused          9  too much would disappear
├── NotWritable              2  a folder of ours cannot be written
└── Busy                    75  another run holds the lock

Anything else that escapes is a bug, and keeps its traceback in the log.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class Exit(IntEnum):
    """The exit codes; help, README and the manual are checked against this list."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    SOME_FAILED = 3
    REFUSED = 4
    BACKEND = 5
    NO_INDEX = 6
    INCOMPLETE = 7
    QUALITY_GATE = 8
    DELETION_GUARD = 9
    BUSY = 75
    INTERRUPTED = 130
    TERMINATED = 143


MEANING: dict[Exit, str] = {
    Exit.OK: "done; answered, or in part (the status says so)",
    Exit.INTERNAL: "internal error: a bug (the log has the traceback)",
    Exit.USAGE: "usage or configuration",
    Exit.SOME_FAILED: "done, but some documents failed (each is named)",
    Exit.REFUSED: "refused: the docs do not answer this",
    Exit.BACKEND: "Qdrant, Ollama or a model does not answer",
    Exit.NO_INDEX: "no index yet, or one built by another model or chunker",
    Exit.INCOMPLETE: "the answer is incomplete",
    Exit.QUALITY_GATE: "a quality gate failed",
    Exit.DELETION_GUARD: "too much would disappear; nothing was deleted",
    Exit.BUSY: "another run holds the lock",
    Exit.INTERRUPTED: "interrupted",
    Exit.TERMINATED: "terminated",
}


class AskDocsError(Exception):
    """What happened, in one line, and a hint: what to do about it."""

    exit_code: ClassVar[Exit] = Exit.INTERNAL

    def __init__(self, what: str, *, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


class ConfigError(AskDocsError):
    """A setting, a flag or the question itself makes no sense."""

    exit_code = Exit.USAGE


class DocsNotFound(AskDocsError):
    """There is nothing to ingest at that path."""

    exit_code = Exit.USAGE


class NotWritable(AskDocsError):
    """A folder that we need to write in cannot be written."""

    exit_code = Exit.USAGE


class NothingMatches(AskDocsError):
    """A filter leaves no page to find anything in."""

    exit_code = Exit.REFUSED


class IndexMissing(AskDocsError):
    """Nothing has been ingested yet."""

    exit_code = Exit.NO_INDEX

    @classmethod
    def before_first_ingest(cls) -> IndexMissing:
        """Return the error of every store that holds no index."""
        return cls("there is no index yet", hint="rag ingest PATH-OF-YOUR-DOCS")


class IndexMismatch(AskDocsError):
    """The index was built by another model, chunker or schema."""

    exit_code = Exit.NO_INDEX


class IndexDamaged(AskDocsError):
    """The index cannot be read, or does not hold what it says."""

    exit_code = Exit.NO_INDEX


class StoreUnavailable(AskDocsError):
    """Qdrant does not answer, or refuses us."""

    exit_code = Exit.BACKEND


class ModelUnavailable(AskDocsError):
    """The language model or the embedding model does not answer."""

    exit_code = Exit.BACKEND


class AnswerIncomplete(AskDocsError):
    """The model stopped before it was done; what came so far was shown."""

    exit_code = Exit.INCOMPLETE


class GateFailed(AskDocsError):
    """What was checked is worse than it may be."""

    exit_code = Exit.QUALITY_GATE


class DeletionRefused(AskDocsError):
    """Too much would disappear, so nothing was deleted."""

    exit_code = Exit.DELETION_GUARD


class Busy(AskDocsError):
    """Another run holds the lock."""

    exit_code = Exit.BUSY
