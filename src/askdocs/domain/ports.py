"""What the flows need from the world; an adapter fits a port, and a fake does too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from askdocs.domain.answer import Passage
from askdocs.domain.index import Manifest, Root, Space, Stored
from askdocs.domain.search import Filter, Rankings
from askdocs.domain.site import Table
from askdocs.domain.text import Chunk, SkippedFile, Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector: TypeAlias = NDArray[np.float32]

EVERYTHING = Filter()
"""Leaves nothing out."""

MAX_RANKED_PAGES = 20
"""Pages in a ranking of pages: a page counts for all its chunks, so fewer are needed."""

T = TypeVar("T")
R = TypeVar("R")

Progress: TypeAlias = Callable[[int, int], None]
"""Called with (done, total) while something long runs."""

Notify: TypeAlias = Callable[[str, int, int], None]
"""Called with (step, done, total) at least at the start and end of each step."""


class Spread(Protocol):
    """Calls a function for many items, on several processors where that is faster."""

    def __call__(self, function: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """Return function(item) of each item, in order; an exception comes through."""


class Docs(Protocol):
    """The files of a docs repository."""

    root: Root

    def read(self) -> Iterator[Source | SkippedFile]:
        """Yield every wanted file in the order of its path, or why it could not be read.

        A `SkippedFile` here is a failure: the file was wanted.
        """

    def beside(self, path: str) -> str | None:
        """Return the text of a file that is no page; None if it is not there.

        What cannot be read, or lies outside of the folder, is not there.
        """

    def left_out(self, path: str) -> str:
        """Return why `read` does not yield a file that may be there; "" if it does."""

    @property
    def complete(self) -> bool:
        """Whether the last `read` saw every folder and file there is.

        False after any error of the file system: what was not seen may still exist.
        """


class Tokenizer(Protocol):
    """The embedder's own tokenizer, without truncation."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, special tokens included."""

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return (start, end) in characters of each token, special tokens left out."""


class Embedder(Protocol):
    """Turns passages into vectors of the model's own space, in bulk.

    `notices` says what it had to do otherwise than asked ("out of memory: batch 384").
    """

    space: Space
    notices: list[str]

    def embed_passages(
        self, texts: Sequence[str], progress: Progress | None = None
    ) -> Vector:
        """Return shape (len(texts), dim), float32, one row per text, in order.

        Raises:
            ModelUnavailable: if the model cannot be loaded.
        """

    def embed_questions(self, texts: Sequence[str]) -> Vector:
        """Return shape (len(texts), dim), float32: what `QueryEmbedder` makes, in bulk."""


class QueryEmbedder(Protocol):
    """Turns one question into a vector of the same space, fast from cold."""

    space: Space
    degraded: tuple[str, ...]

    def embed_question(self, text: str) -> Vector:
        """Return shape (dim,), float32."""

    def embed_texts(self, texts: Sequence[str]) -> Vector:
        """Return shape (len(texts), dim), float32: as questions, in one go."""


class Draft(Protocol):
    """A change to the index that nobody sees before `publish`.

    (With a Qdrant server an incremental change is visible at once; it is made so that
    every state in between holds the old or the new version of a page.)
    """

    def vectors(self, ids: Iterable[str]) -> Mapping[str, Vector]:
        """Return the stored dense vectors of these ids, shape (dim,) each."""

    def add(self, chunks: Sequence[Chunk], vectors: Vector) -> None:
        """Store chunks[i] with vectors[i]; replace what has the same id."""

    def rewrite(self, chunks: Sequence[Chunk]) -> None:
        """Replace the payload of these chunks; their vectors stay."""

    def remove(self, ids: Iterable[str]) -> None:
        """Forget these chunks; ids that are not there are no error."""

    def publish(self, manifest: Manifest, table: Table) -> None:
        """Make the change the index, in one step, with the table of its pages.

        Raises:
            IndexDamaged: if the draft does not hold `manifest.chunks` chunks; the
                index is then what it was.
        """


class Store(Protocol):
    """Keeps chunks with their vectors and finds the nearest."""

    def manifest(self) -> Manifest | None:
        """Return what built the live index; None before the first ingest.

        Raises:
            StoreUnavailable: if the database does not answer.
            IndexDamaged: if there is an index that cannot be read.
            IndexMismatch: if a newer version of this program wrote it.
        """

    def scan(self) -> dict[str, Stored]:
        """Return every chunk of the live index by id; empty before the first ingest."""

    def table(self) -> Table | None:
        """Return where the pages of the live index are; None before the first ingest.

        None, too, where an index holds no table that can be read: it can be made again.
        """

    def draft(
        self, manifest: Manifest, *, fresh: bool
    ) -> AbstractContextManager[Draft]:
        """Open a change named `manifest.generation`; what is not published is thrown away.

        Args:
            manifest: Of the index to be; its counts are not yet known.
            fresh: Start from nothing instead of the live index.
        """

    def search(
        self,
        vector: Vector | None,
        words: str,
        k: int,
        *,
        pages: int = MAX_RANKED_PAGES,
        only: Filter = EVERYTHING,
    ) -> Rankings:
        """Return rankings by name from one call, best first.

        "dense" and "bm25" rank at most *k* chunks; those named in `FIELDS` rank at most
        *pages* pages, by the first chunk of each. A ranking by words is empty where no
        word is known, and "dense" without a vector.

        Raises:
            IndexMissing: if nothing was ever ingested.
            StoreUnavailable: if the database does not answer.
        """

    def passages(self, ids: Iterable[str]) -> dict[str, Passage]:
        """Return these chunks by id, without those that are gone since they were found.

        Raises:
            StoreUnavailable: if the database does not answer.
        """

    def facet(self, name: str, *, only: Filter = EVERYTHING) -> dict[str, int]:
        """Return how many pages have each value of a field of `Filter`; most first."""

    def problems(self) -> tuple[str, ...]:
        """Return what is wrong with the database itself, in words; () if nothing."""

    def close(self) -> None:
        """Release what is held."""


class Reranker(Protocol):
    """Puts passages into a better order by reading each with the question."""

    name: str

    def scores(
        self, question: str, texts: Sequence[str], *, limit_s: float
    ) -> list[float] | None:
        """Return one score per text, higher is better; None if the time was too short.

        Raises:
            ModelUnavailable: if the model cannot be loaded.
        """


class Engine(Protocol):
    """The language model, given a question and its passages.

    `model` is "" where none can be asked: then the passages are quoted.
    """

    @property
    def model(self) -> str:
        """Return the name of the model."""

    def stream(self, question: str, passages: Sequence[Passage]) -> Iterator[str]:
        """Yield the pieces of the reply as they come.

        Raises:
            ModelUnavailable: if the server does not answer or has no such model.
            AnswerIncomplete: if the reply ends before the model said it was done.
        """


class ChatModel(Protocol):
    """A language model that is told what to say, without passages."""

    @property
    def model(self) -> str:
        """Return the name of the model; "" where none can be asked."""

    def reply(self, messages: Sequence[tuple[str, str]]) -> Iterator[str]:
        """Yield the pieces of the reply to messages of (role, text).

        Raises:
            ModelUnavailable: if the server does not answer or has no such model.
            AnswerIncomplete: if the reply ends before the model said it was done.
        """


class Clock(Protocol):
    """What time it is."""

    def now(self) -> str:
        """Return UTC as ISO 8601 with seconds and "Z"."""
