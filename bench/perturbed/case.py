"""A sentence that a model may have written, and the passages it was given: one case."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from askdocs.domain.answer import Passage
from askdocs.domain.text import Chunk


@dataclass(frozen=True)
class PerturbedSentence:
    """A sentence, true or perturbed, what it was made of, and whether its passages support it.

    Attributes:
        kind: What was done to it ("number"), or that nothing was ("verbatim").
        supported: Whether the passages say so.
        sentence: As the model wrote it, without marks.
        said: The sentence of the docs that it was made of; "" if there is none.
        was: What was changed; "" if nothing was, or all of it.
        became: What it was changed to.
        path: Of the page of the source chunk.
        nth: Place of the source chunk among the chunks of its page, from 0.
        passages: The source chunk among its distractors.
        elsewhere: Whether `became` stands in the passages all the same.
    """

    kind: str
    supported: bool
    sentence: str
    said: str
    was: str
    became: str
    path: str
    nth: int
    passages: tuple[Chunk, ...]
    place: int
    elsewhere: bool = False

    @cached_property
    def id(self) -> str:
        """Equal for the same sentence made of the same place."""
        key = [self.kind, self.path, self.nth, self.said, self.sentence]
        digest = sha256(json.dumps(key).encode()).hexdigest()
        return f"{self.kind.replace(' ', '-')}-{digest[:12]}"

    @property
    def source_chunk(self) -> Chunk:
        """The chunk that holds `said`."""
        return self.passages[self.place - 1]

    @property
    def as_dict(self) -> dict[str, Any]:
        """All that a checker sees of it and all that it is judged by; no id of a chunk."""
        passages = [[c.path, list(c.heading), c.text] for c in self.passages]
        own = {k: v for k, v in vars(self).items() if k not in {"passages", "id"}}
        return {**own, "id": self.id, "passages": passages}


@dataclass(frozen=True)
class Change:
    """One thing changed in a sentence.

    Attributes:
        sentence: As it reads now.
        was: What stood there.
        became: What stands there now; "" if it was dropped.
    """

    sentence: str
    was: str
    became: str


def passage_of(chunk: Chunk, score: float = 1.0) -> Passage:
    """Return the chunk as a search would have found it."""
    return Passage(
        id=chunk.id,
        path=chunk.path,
        file_path=chunk.page["file_path"],
        url=chunk.page["public_url"],
        anchor=chunk.anchor,
        title=chunk.page["title"],
        heading=chunk.heading,
        text=chunk.text,
        lines=chunk.lines,
        score=score,
        also=chunk.also,
    )


def passages_of(case: PerturbedSentence) -> tuple[Passage, ...]:
    """Return the passages of a case, with falling scores; `case.place` counts from 1."""
    ranked = enumerate(case.passages, start=1)
    return tuple(passage_of(chunk, 1 / n) for n, chunk in ranked)


def digest(rows: Sequence[dict[str, Any]]) -> str:
    """Return the sha256 of the rows as canonical JSON."""
    text = json.dumps(rows, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def counts(cases: Sequence[PerturbedSentence]) -> dict[str, int]:
    """Return how many cases there are of each kind, in their order."""
    return dict(Counter(case.kind for case in cases))


def draw(*parts: object) -> int:
    """Return a number that only depends on the parts, the same on every machine."""
    text = "\x1f".join(map(str, parts))
    return int(sha256(text.encode()).hexdigest()[:15], 16)
