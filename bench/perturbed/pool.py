"""A sentence gets its five passages: the chunk that holds it and four distractors."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from bench.perturbed.case import Change, Planted, draw
from bench.perturbed.sentences import Said, flat

from askdocs.domain.text import Chunk

NEAR, FAR = 2, 2
"""Distractors of the same page or folder, and of other folders."""

RARE = 150
"""Chunks that hold a word at most, for it to say what a chunk is about."""

_UNIT = (
    "[KMGT]?i?[Bb](?:ps|it)?|[KMG]bit/s|[mun]?s|min|h|d|x|k|K|M|[MG]Hz|vCPUs?|GiB|mm|W"
)
_WORD = re.compile(r"[a-z0-9][a-z0-9_.-]*[a-z0-9]")


def words(text: str) -> set[str]:
    """Return the words of a text, in lower case."""
    return set(_WORD.findall(text.lower()))


class Pool:
    """All chunks of the docs, by place and by word."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self.chunks = chunks
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._by_page: dict[str, list[Chunk]] = defaultdict(list)
        self._by_folder: dict[str, list[Chunk]] = defaultdict(list)
        for place, chunk in enumerate(chunks):
            self._by_page[chunk.path].append(chunk)
            self._by_folder[folder(chunk)].append(chunk)
            for word in words(chunk.text):
                self._by_word[word].append(place)

    def near(self, said: Said) -> list[Chunk]:
        """Return the chunks of the same page, or else of its folder, in a drawn order."""
        page = self._by_page[said.chunk.path]
        found = page if len(page) > NEAR else self._by_folder[folder(said.chunk)]
        others = (c for c in found if c is not said.chunk)
        return self._drawn(others, "near", said)[:NEAR]

    def far(self, said: Said) -> list[Chunk]:
        """Return the chunks of other folders that share most rare words with a sentence."""
        shared: Counter[int] = Counter()
        for word in sorted(words(said.text)):
            places = self._by_word.get(word, [])
            if len(places) <= RARE:
                shared.update(places)
        own = folder(said.chunk)
        ranked = sorted(shared, key=lambda place: (-shared[place], place))
        found = [self.chunks[p] for p in ranked if folder(self.chunks[p]) != own]
        start = draw("far", said.text) % (len(self.chunks) - 1000)
        spare = (c for c in self.chunks[start:] if folder(c) != own)
        while len(found) < FAR:
            found.append(next(spare))
        return found[:FAR]

    def given(self, said: Said) -> tuple[Chunk, ...]:
        """Return the source and its distractors, in a drawn order."""
        found = [said.chunk, *self.near(said), *self.far(said)]
        return tuple(self._drawn(found, "given", said))

    @staticmethod
    def _drawn(chunks: Iterable[Chunk], what: str, said: Said) -> list[Chunk]:
        def order(chunk: Chunk) -> int:
            return draw(
                what, said.text, chunk.path, chunk.heading, chunk.nth, chunk.text
            )

        return sorted(chunks, key=order)

    def case(
        self, kind: str, said: Said, sentence: str, change: Change | None = None
    ) -> Planted:
        """Return a sentence among its passages; without a change it is supported."""
        was, became = (change.was, change.became) if change else ("", "")
        given = self.given(said)
        place = next(n for n, c in enumerate(given, start=1) if c is said.chunk)
        return Planted(
            kind=kind,
            supported=not change,
            sentence=sentence,
            said=said.text,
            was=was,
            became=became,
            path=said.chunk.path,
            nth=said.nth,
            passages=given,
            place=place,
            elsewhere=bool(became) and any(holds(c.text, became) for c in given),
        )


def folder(chunk: Chunk) -> str:
    """Return the folder of its page; each tutorial has its own."""
    return chunk.path.rpartition("/")[0]


def holds(text: str, value: str) -> bool:
    """Whether a value stands in a text as a whole; a unit may stand close to a figure."""
    after = rf"(?=(?:{_UNIT})?(?!\w))" if value[-1:].isdigit() else r"(?!\w)"
    whole = rf"(?<!\w)(?<!\d[.,]){re.escape(value)}{after}(?![.,]\d)"
    return bool(re.search(whole, flat(text)))


def bare(text: str) -> str:
    """Return the words of a text alone, in lower case."""
    plain = re.sub(r"[*`]|\]\([^)]*\)|[\[\]]", "", text)
    return flat(re.sub(r"[.,:;!]+(?=\s|$)", "", plain)).lower()
