"""Give a sentence its five passages: the chunk that holds it and four distractors."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from bench.perturbed.case import Change, PerturbedSentence, draw
from bench.perturbed.sentences import SourceSentence, collapse_whitespace

from askdocs.domain.text import Chunk

NEAR_CHUNKS, FAR_CHUNKS = 2, 2
"""Distractors of the same page or folder, and of other folders."""

MAX_CHUNKS_PER_RARE_WORD = 150
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

    def near(self, source: SourceSentence) -> list[Chunk]:
        """Return the chunks of the same page, or else of its folder, in a drawn order."""
        page = self._by_page[source.chunk.path]
        candidates = (
            page if len(page) > NEAR_CHUNKS else self._by_folder[folder(source.chunk)]
        )
        others = (c for c in candidates if c is not source.chunk)
        return self._shuffled(others, "near", source)[:NEAR_CHUNKS]

    def far(self, source: SourceSentence) -> list[Chunk]:
        """Return the chunks of other folders that share most rare words with a sentence."""
        shared: Counter[int] = Counter()
        for word in sorted(words(source.text)):
            places = self._by_word.get(word, [])
            if len(places) <= MAX_CHUNKS_PER_RARE_WORD:
                shared.update(places)
        own = folder(source.chunk)
        ranked = sorted(shared, key=lambda place: (-shared[place], place))
        chunks = [self.chunks[p] for p in ranked if folder(self.chunks[p]) != own]
        start = draw("far", source.text) % (len(self.chunks) - 1000)
        spare = (c for c in self.chunks[start:] if folder(c) != own)
        while len(chunks) < FAR_CHUNKS:
            chunks.append(next(spare))
        return chunks[:FAR_CHUNKS]

    def passages_for(self, source: SourceSentence) -> tuple[Chunk, ...]:
        """Return the source and its distractors, in a drawn order."""
        chunks = [source.chunk, *self.near(source), *self.far(source)]
        return tuple(self._shuffled(chunks, "given", source))

    @staticmethod
    def _shuffled(
        chunks: Iterable[Chunk], what: str, source: SourceSentence
    ) -> list[Chunk]:
        def order(chunk: Chunk) -> int:
            return draw(
                what, source.text, chunk.path, chunk.heading, chunk.nth, chunk.text
            )

        return sorted(chunks, key=order)

    def case(
        self,
        kind: str,
        source: SourceSentence,
        sentence: str,
        change: Change | None = None,
    ) -> PerturbedSentence:
        """Return a sentence among its passages; without a change it is supported."""
        was, became = (change.was, change.became) if change else ("", "")
        passages = self.passages_for(source)
        place = next(n for n, c in enumerate(passages, start=1) if c is source.chunk)
        return PerturbedSentence(
            kind=kind,
            supported=not change,
            sentence=sentence,
            said=source.text,
            was=was,
            became=became,
            path=source.chunk.path,
            nth=source.nth,
            passages=passages,
            place=place,
            elsewhere=bool(became)
            and any(contains_value(c.text, became) for c in passages),
        )


def folder(chunk: Chunk) -> str:
    """Return the folder of its page; each tutorial has its own."""
    return chunk.path.rpartition("/")[0]


def contains_value(text: str, value: str) -> bool:
    """Whether a value stands in a text as a whole; a unit may stand close to a figure."""
    after = rf"(?=(?:{_UNIT})?(?!\w))" if value[-1:].isdigit() else r"(?!\w)"
    whole = rf"(?<!\w)(?<!\d[.,]){re.escape(value)}{after}(?![.,]\d)"
    return bool(re.search(whole, collapse_whitespace(text)))


def normalize(text: str) -> str:
    """Return the words of a text alone, in lower case."""
    plain = re.sub(r"[*`]|\]\([^)]*\)|[\[\]]", "", text)
    return collapse_whitespace(re.sub(r"[.,:;!]+(?=\s|$)", "", plain)).lower()
