"""What a search asks the index, and which rankings come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

FIELDS = ("head", "headings", "page")
"""Rankings by words that compare whole pages: by title, path and description; by these
and all headings; by all that a page says. The first chunk of a page stands for it.
"""

COMPARED = ("head", "headings")
"""Those that know how much of a question they cover."""

MAX_FACET_VALUES = 10_000
"""Values of one field that are counted; the Scaleway docs have 600 tags."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk in a ranking.

    Attributes:
        id: Of the chunk.
        score: Higher is better; comparable within one ranking only.
        covers: In a ranking of `COMPARED`, the share of the question's words, from 0 to 1,
            that are found in what was compared.
    """

    id: str
    score: float
    covers: float = 0.0

    @property
    def page(self) -> str:
        """What the ids of all chunks of a page begin with (see `Chunk.id`)."""
        return self.id[:18]


Rankings = Mapping[str, Sequence[Hit]]
"""By name, best first; "dense" and "bm25" rank chunks, those of `FIELDS` pages."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which pages a search may find; empty fields allow all.

    The values of one field are alternatives, the fields restrict each other.

    Attributes:
        product: Names of products: a category, or a folder ("jobs", "serverless-jobs").
        category: From the frontmatter.
        tag: From the frontmatter.
        path: Folders or pages, relative to the docs, without suffix.
        validated_since: The oldest date of validation, as 20241131; 0 for any.
    """

    product: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    validated_since: int = 0

    @property
    def values(self) -> dict[str, tuple[str, ...]]:
        """The fields that are compared for equality, by name, where they restrict."""
        named = {f.name: getattr(self, f.name) for f in fields(self)}
        del named["validated_since"]
        return {name: values for name, values in named.items() if values}

    def __bool__(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.values or self.validated_since)
