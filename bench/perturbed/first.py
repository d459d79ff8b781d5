"""Perturb sentences of the docs: the first set, on which the thresholds are tuned."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from bench.perturbed.addresses import Addresses
from bench.perturbed.case import Change, PerturbedSentence, draw
from bench.perturbed.literals import Commands, number, price
from bench.perturbed.names import Names, Products
from bench.perturbed.negation import negation
from bench.perturbed.pool import Pool, contains_value, normalize
from bench.perturbed.rewrite import join_sentences, paraphrase
from bench.perturbed.sentences import (
    SourceSentence,
    collapse_whitespace,
    source_sentences,
)

from askdocs.domain.text import Chunk

MAX_PER_KIND = 120
"""Most cases of one kind."""

MAX_VERBATIM, MAX_COMMANDS = 300, 60

PARAPHRASES = Path(__file__).with_name("paraphrases.jsonl")
"""Paraphrases written by hand: path, sha256 of the sentence, paraphrase."""

COMMAND_TEMPLATES = (
    "Run the following command: `{}`.",
    "You can do this with `{}` in a terminal.",
    "In your terminal, enter `{}`.",
)
"""Sentences in which a model gives a command."""

MAX_PRICES_PER_SENTENCE = 3
"""Few sentences name an amount, so one that does may give several cases."""

SAME_VALUE_DIVISOR = 10
"""Of a kind, one in so many cases at most changes the same value."""

MAX_SAME_OPENING = 12
"""Most paraphrases that begin with the same two words."""

Corrupt = Callable[[SourceSentence], Iterable[Change]]


class Docs:
    """The sentences of the docs, and what can be done to them."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self.sentences = source_sentences(chunks)
        self.pool = Pool(chunks)
        self._texts = {s.text for s in self.sentences}
        self._normalized = {normalize(text) for text in self._texts}

    def says(self, sentence: str, source: SourceSentence) -> bool:
        """Whether the docs say this sentence somewhere; if only its marks differ, with its marks."""
        if normalize(sentence) == normalize(source.text):
            return sentence in self._texts
        return normalize(sentence) in self._normalized

    def round_robin(
        self, seed: int, *, forms: str = "prose item"
    ) -> list[SourceSentence]:
        """Return the sentences of these forms, one of each product in turn, drawn."""
        by_product: dict[str, list[SourceSentence]] = defaultdict(list)
        for source in self.sentences:
            if source.form in forms.split():
                by_product[source.product].append(source)
        rows = [
            sorted(group, key=lambda s: draw(seed, s.text))
            for _, group in sorted(
                by_product.items(), key=lambda each: draw(seed, each[0])
            )
        ]
        longest = max(map(len, rows))
        return [row[n] for n in range(longest) for row in rows if n < len(row)]


def as_prose(source: SourceSentence, text: str) -> str:
    """Return the text as a model says it: a command line needs words around it."""
    if source.form != "command":
        return text
    return COMMAND_TEMPLATES[draw("lead", source.text) % len(COMMAND_TEMPLATES)].format(
        text
    )


def corrupted(
    kind: str,
    corrupt: Corrupt,
    docs: Docs,
    seed: int,
    *,
    forms: str,
    limit: int = MAX_PER_KIND,
) -> Iterator[PerturbedSentence]:
    """Yield the cases of one kind; one change of a sentence, but of prices more."""
    seen: Counter[str] = Counter()
    for source in docs.round_robin(seed, forms=forms):
        if seen.total() >= limit:
            return
        changes = [c for c in corrupt(source) if makes_false(c, source, docs)]
        changes = [c for c in changes if seen[c.was] < limit // SAME_VALUE_DIVISOR]
        for change in select_changes(
            changes, source, docs, MAX_PRICES_PER_SENTENCE if kind == "price" else 1
        ):
            seen[change.was] += 1
            yield perturbed_sentence(kind, source, change, docs)


def perturbed_sentence(
    kind: str, source: SourceSentence, change: Change, docs: Docs
) -> PerturbedSentence:
    """Return a changed sentence as a case."""
    sentence = as_prose(source, change.sentence)
    return docs.pool.case(kind, source, sentence, change)


def select_changes(
    changes: list[Change], source: SourceSentence, docs: Docs, most: int
) -> list[Change]:
    """Return the first changes; of every other sentence those to what a passage names."""
    if changes and draw("chosen", source.text) % 2:
        passages = " ".join(c.text for c in docs.pool.passages_for(source))
        changes = sorted(changes, key=lambda c: not contains_value(passages, c.became))
    return changes[:most]


def makes_false(change: Change, source: SourceSentence, docs: Docs) -> bool:
    """Whether the sentence is false, and not because of a value that it named before."""
    inside = change.became in source.text and change.became not in change.was
    still = change.sentence in collapse_whitespace(source.chunk.text)
    return not (inside or still or docs.says(change.sentence, source))


def verbatim(
    docs: Docs, seed: int, limit: int = MAX_VERBATIM
) -> Iterator[PerturbedSentence]:
    """Yield true sentences as they stand."""
    for source in docs.round_robin(seed)[:limit]:
        yield docs.pool.case("verbatim", source, source.text)


def commands(
    docs: Docs, seed: int, limit: int = MAX_COMMANDS
) -> Iterator[PerturbedSentence]:
    """Yield true command lines in a sentence of ours."""
    for source in docs.round_robin(seed, forms="command")[:limit]:
        yield docs.pool.case("command", source, as_prose(source, source.text))


def rewritten(
    docs: Docs, seed: int, limit: int = MAX_PER_KIND
) -> Iterator[PerturbedSentence]:
    """Yield true sentences in other words, by rule."""
    begins: Counter[str] = Counter()
    left = limit - limit // 6
    for source in docs.round_robin(seed):
        text = paraphrase(source)
        begin = " ".join(text.split()[:2])
        begins[begin] += 1
        if text and left and begins[begin] <= MAX_SAME_OPENING:
            left -= 1
            yield docs.pool.case("paraphrase by rule", source, text)
    yield from joined_pairs(docs, seed, limit // 6)


def joined_pairs(docs: Docs, seed: int, limit: int) -> Iterator[PerturbedSentence]:
    """Yield two sentences of one chunk that follow each other, as one."""
    after = {a.text: b for a, b in pairwise(docs.sentences) if a.chunk is b.chunk}
    count = 0
    for source in docs.round_robin(seed, forms="prose"):
        second = after.get(source.text)
        text = (
            join_sentences(source, second) if second and second.form == "prose" else ""
        )
        if text and count < limit and len(text.split()) <= 45:
            count += 1
            yield docs.pool.case("paraphrase by rule", source, text)


def handwritten(docs: Docs, file: Path = PARAPHRASES) -> Iterator[PerturbedSentence]:
    """Yield true sentences in our words; those whose sentence is gone are left out."""
    by_sha = {sha(s.text): s for s in docs.sentences}
    for line in file.read_text().splitlines():
        row = json.loads(line)
        source = by_sha.get(row["sha256"])
        if source:
            yield docs.pool.case("paraphrase", source, row["paraphrase"])


def sha(text: str) -> str:
    """Return the sha256 of a sentence."""
    return sha256(text.encode()).hexdigest()


@cache
def docs_of(folder: str) -> Docs:
    """Read the docs once in a run."""
    from tests.support.real_docs import read_docs

    return Docs(read_docs(folder).chunks)


@cache
def build(docs: Docs, seed: int = 0) -> tuple[PerturbedSentence, ...]:
    """Return all cases, kind by kind, each id once."""
    used, urls, half = (
        Commands(docs.sentences),
        Addresses.of(docs.sentences),
        MAX_PER_KIND // 2,
    )
    prose, command, both = "prose item", "command", "prose item command"
    kinds: list[tuple[str, Corrupt, str, int]] = [
        ("flag", used.flag, prose, half),
        ("flag", used.flag, command, half),
        ("number", number, prose, MAX_PER_KIND),
        ("price", price, prose, MAX_PER_KIND),
        ("url", urls.change_shown, both, half),
        ("url", urls.change_target, prose, half),
        ("code name", Names(docs.sentences).code_name, prose, MAX_PER_KIND),
        ("product", Products(docs.sentences).product, prose, MAX_PER_KIND),
        ("negation", negation, prose, MAX_PER_KIND),
    ]
    all_cases = [*verbatim(docs, seed), *commands(docs, seed)]
    all_cases += [*rewritten(docs, seed), *handwritten(docs)]
    for kind, corrupt, forms, limit in kinds:
        own = draw(seed, kind)
        all_cases += corrupted(kind, corrupt, docs, own, forms=forms, limit=limit)
    return tuple({case.id: case for case in all_cases}.values())
