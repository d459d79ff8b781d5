"""The docs become the planted set that the thresholds are tuned on."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from bench.perturbed.addresses import Addresses
from bench.perturbed.case import Change, Planted, draw
from bench.perturbed.literals import Commands, number, price
from bench.perturbed.names import Names, Products
from bench.perturbed.negation import negation
from bench.perturbed.pool import Pool, bare, holds
from bench.perturbed.rewrite import joined, paraphrase
from bench.perturbed.sentences import Said, all_said, flat

from askdocs.domain.text import Chunk

CAP = 120
"""Cases of one kind."""

VERBATIM, COMMANDS = 300, 60

WRITTEN = Path(__file__).with_name("paraphrases.jsonl")
"""Paraphrases written by hand: path, sha256 of the sentence, paraphrase."""

LEADS = (
    "Run the following command: `{}`.",
    "You can do this with `{}` in a terminal.",
    "In your terminal, enter `{}`.",
)
"""How a model says a command."""

PRICES = 3
"""Cases of one sentence with amounts; few sentences name one."""

ALIKE = 10
"""Of a kind, one in so many cases at most changes the same value."""

FRAME = 12
"""Paraphrases that begin alike at most."""

Corrupt = Callable[[Said], Iterable[Change]]


class Docs:
    """The sentences of the docs, and what can be done to them."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self.said = all_said(chunks)
        self.pool = Pool(chunks)
        self._flat = {s.text for s in self.said}
        self._bare = {bare(text) for text in self._flat}

    def known(self, sentence: str, said: Said) -> bool:
        """Whether the docs say this sentence somewhere, marks apart if they are the same."""
        if bare(sentence) == bare(said.text):
            return sentence in self._flat
        return bare(sentence) in self._bare

    def spread(self, seed: int, *, forms: str = "prose item") -> list[Said]:
        """Return the sentences of these forms, one of each product in turn, drawn."""
        by_product: dict[str, list[Said]] = defaultdict(list)
        for said in self.said:
            if said.form in forms.split():
                by_product[said.product].append(said)
        rows = [
            sorted(found, key=lambda s: draw(seed, s.text))
            for _, found in sorted(
                by_product.items(), key=lambda each: draw(seed, each[0])
            )
        ]
        longest = max(map(len, rows))
        return [row[n] for n in range(longest) for row in rows if n < len(row)]


def spoken(said: Said, text: str) -> str:
    """Return the text as a model says it: a command line needs words around it."""
    if said.form != "command":
        return text
    return LEADS[draw("lead", said.text) % len(LEADS)].format(text)


def corrupted(
    kind: str, corrupt: Corrupt, docs: Docs, seed: int, *, forms: str, limit: int = CAP
) -> Iterator[Planted]:
    """Yield the cases of one kind; one change of a sentence, but of prices more."""
    seen: Counter[str] = Counter()
    for said in docs.spread(seed, forms=forms):
        if seen.total() >= limit:
            return
        changes = [c for c in corrupt(said) if fair(c, said, docs)]
        changes = [c for c in changes if seen[c.was] < limit // ALIKE]
        for change in chosen(changes, said, docs, PRICES if kind == "price" else 1):
            seen[change.was] += 1
            yield planted(kind, said, change, docs)


def planted(kind: str, said: Said, change: Change, docs: Docs) -> Planted:
    """Return a changed sentence as a case."""
    sentence = spoken(said, change.sentence)
    return docs.pool.case(kind, said, sentence, change)


def chosen(changes: list[Change], said: Said, docs: Docs, most: int) -> list[Change]:
    """Return the first changes; of every other sentence those to what a passage names."""
    if changes and draw("chosen", said.text) % 2:
        given = " ".join(c.text for c in docs.pool.given(said))
        changes = sorted(changes, key=lambda c: not holds(given, c.became))
    return changes[:most]


def fair(change: Change, said: Said, docs: Docs) -> bool:
    """Whether the sentence is false, and not because of a value that it named before."""
    inside = change.became in said.text and change.became not in change.was
    still = change.sentence in flat(said.chunk.text)
    return not (inside or still or docs.known(change.sentence, said))


def verbatim(docs: Docs, seed: int, limit: int = VERBATIM) -> Iterator[Planted]:
    """Yield true sentences as they stand."""
    for said in docs.spread(seed)[:limit]:
        yield docs.pool.case("verbatim", said, said.text)


def commands(docs: Docs, seed: int, limit: int = COMMANDS) -> Iterator[Planted]:
    """Yield true command lines in a sentence of ours."""
    for said in docs.spread(seed, forms="command")[:limit]:
        yield docs.pool.case("command", said, spoken(said, said.text))


def rewritten(docs: Docs, seed: int, limit: int = CAP) -> Iterator[Planted]:
    """Yield true sentences in other words, by rule."""
    begins: Counter[str] = Counter()
    left = limit - limit // 6
    for said in docs.spread(seed):
        text = paraphrase(said)
        begin = " ".join(text.split()[:2])
        begins[begin] += 1
        if text and left and begins[begin] <= FRAME:
            left -= 1
            yield docs.pool.case("paraphrase by rule", said, text)
    yield from two_in_one(docs, seed, limit // 6)


def two_in_one(docs: Docs, seed: int, limit: int) -> Iterator[Planted]:
    """Yield two sentences of one chunk that follow each other, as one."""
    after = {a.text: b for a, b in pairwise(docs.said) if a.chunk is b.chunk}
    count = 0
    for said in docs.spread(seed, forms="prose"):
        second = after.get(said.text)
        text = joined(said, second) if second and second.form == "prose" else ""
        if text and count < limit and len(text.split()) <= 45:
            count += 1
            yield docs.pool.case("paraphrase by rule", said, text)


def written(docs: Docs, file: Path = WRITTEN) -> Iterator[Planted]:
    """Yield true sentences in our words; those whose sentence is gone are left out."""
    by_sha = {sha(s.text): s for s in docs.said}
    for line in file.read_text().splitlines():
        row = json.loads(line)
        said = by_sha.get(row["sha256"])
        if said:
            yield docs.pool.case("paraphrase", said, row["paraphrase"])


def sha(text: str) -> str:
    """Return the sha256 of a sentence."""
    return sha256(text.encode()).hexdigest()


@cache
def docs_of(folder: str) -> Docs:
    """Read the docs once in a run."""
    from tests.support.real_docs import read_docs

    return Docs(read_docs(folder).chunks)


@cache
def build(docs: Docs, seed: int = 0) -> tuple[Planted, ...]:
    """Return all cases, kind by kind, each id once."""
    used, urls, half = Commands(docs.said), Addresses.of(docs.said), CAP // 2
    prose, command, both = "prose item", "command", "prose item command"
    kinds: list[tuple[str, Corrupt, str, int]] = [
        ("flag", used.flag, prose, half),
        ("flag", used.flag, command, half),
        ("number", number, prose, CAP),
        ("price", price, prose, CAP),
        ("url", urls.shown, both, half),
        ("url", urls.target, prose, half),
        ("code name", Names(docs.said).code_name, prose, CAP),
        ("product", Products(docs.said).product, prose, CAP),
        ("negation", negation, prose, CAP),
    ]
    found = [*verbatim(docs, seed), *commands(docs, seed)]
    found += [*rewritten(docs, seed), *written(docs)]
    for kind, corrupt, forms, limit in kinds:
        own = draw(seed, kind)
        found += corrupted(kind, corrupt, docs, own, forms=forms, limit=limit)
    return tuple({case.id: case for case in found}.values())
