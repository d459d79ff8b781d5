"""Take one fact out of the docs and ask for it: nothing may answer."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.perturbed.case import draw
from bench.perturbed.first import Docs, docs_of
from bench.perturbed.literals import number, tool_of
from bench.perturbed.names import is_name
from bench.perturbed.pool import contains_value, normalize
from bench.perturbed.rewrite import unlink
from bench.perturbed.sentences import SourceSentence

QUOTA = {"number": 50, "flag": 15, "code name": 35}
"""Cases of each kind at most."""

MAX_PAGES_NAMING_FACT = 3
"""Pages that may name the fact; a region that every page names can be known from any."""

MAX_SENTENCE_WORDS = 28
"""Words of a sentence that makes a question one can still read."""

SEED = 501

_FLAG = re.compile(r"(?<=`)(--?[a-z][\w-]*)(?=`)")
_NAME = re.compile(r"(?<=`)([A-Za-z_$][\w$./-]*\w)(?=`)")
_STEP = re.compile(
    r"(?:Click|Enter|Save|Open|Run|Log|Copy|Type|Press|Create|This page)\b"
)
_COUNTED = re.compile(
    r"\s?\**(?:[KMGT]i?B\b|%|vCPU|(?!(?:are|error|to|with|from)\b)[a-z]{3,})"
)
_NOUN = re.compile(
    r"\s\**(?:option|parameter|flag|file|folder|directory|variable|environment|format|package"
    r"|field|header|node|configuration|command)\b"
)
QUESTION_WORDS = {
    "number": "how many",
    "flag": "which option",
    "code name": "which name",
}


@dataclass(frozen=True)
class Removed:
    """A question whose answer is to be taken out of the passages first.

    Attributes:
        kind: What the fact is: "number", "flag" or "code name".
        question: Asks for it, by the page's title and the words around the fact.
        made_up: What the model knows all the same: the sentence that is gone.
        fact: The value that the question asks for.
        gone: Path of the page, and the sentence to remove from its passages.
        nth: Place of the chunk that holds it among those of its page, from 0.
    """

    kind: str
    question: str
    made_up: str
    fact: str
    gone: tuple[str, str]
    nth: int

    @property
    def id(self) -> str:
        """Equal for the same sentence of the same page."""
        key = "\x1f".join([self.question, *self.gone])
        return f"fact-removed-{sha256(key.encode()).hexdigest()[:12]}"

    @property
    def as_dict(self) -> dict[str, Any]:
        """As it is frozen."""
        return {"id": self.id, **asdict(self), "gone": list(self.gone)}


def without(text: str, sentence: str) -> str:
    r"""Return a passage's text without the sentence, whatever its line ends.

    >>> without("One is here. Two is\nthere. Three.", "Two is there.")
    'One is here.  Three.'
    """
    words = r"\s+".join(map(re.escape, sentence.split()))
    return re.sub(words, "", text)


def facts_removed(docs_folder: str | Path, seed: int = SEED) -> list[Removed]:
    """Return the cases of a docs folder, the same for the same docs and seed."""
    return list(build(docs_of(str(docs_folder)), seed))


@cache
def build(docs: Docs, seed: int = SEED) -> tuple[Removed, ...]:
    """Return one case for a page at most, the kinds in turn as far as they go."""
    pages: dict[str, str] = defaultdict(str)
    for chunk in docs.pool.chunks:
        pages[chunk.path] += f"\n{chunk.text}"
    normalized_pages = [normalize(page) for page in pages.values()]
    left = dict(QUOTA)
    cases_by_page: dict[str, Removed] = {}
    for source in docs.round_robin(draw(seed, "removed")):
        path = source.chunk.path
        if path in cases_by_page or not states_a_fact(source):
            continue
        for kind, fact, at in facts(source):
            alone = not contains_value(without(pages[path], source.text), fact)
            if (
                left[kind]
                and alone
                and is_answerable_only_here(source, fact, at, normalized_pages)
            ):
                left[kind] -= 1
                cases_by_page[path] = case(kind, source, fact, at)
                break
    return tuple(cases_by_page.values())


def is_answerable_only_here(
    source: SourceSentence, fact: str, at: int, pages: list[str]
) -> bool:
    """Whether the fact is told here alone, and the question does not tell it."""
    rest = source.text[:at] + source.text[at + len(fact) :]
    above = " ".join([topic(source), *source.chunk.heading])
    is_revealed = fact.lower() in rest.lower() or contains_value(above, fact)
    if is_revealed or fact.isalpha() or rest[at:].startswith("-"):
        return False
    rare = (
        fact.isdigit()
        or sum(fact.lower() in page for page in pages) <= MAX_PAGES_NAMING_FACT
    )
    return rare and sum(page.count(normalize(source.text)) for page in pages) == 1


def states_a_fact(source: SourceSentence) -> bool:
    """Whether the sentence tells something that one may ask for."""
    return (
        source.text.endswith(".")
        and len(source.text.split()) <= MAX_SENTENCE_WORDS
        and not _STEP.match(source.text.lstrip("*`"))
    )


def facts(source: SourceSentence) -> Iterator[tuple[str, str, int]]:
    """Yield (kind, fact, place) of what the sentence states; flags first, numbers last."""
    for match in _FLAG.finditer(source.text):
        yield "flag", match[1], match.start()
    for match in _NAME.finditer(source.text):
        if is_name(match[1]) and not tool_of(match[1] + " "):
            yield "code name", match[1], match.start()
    for change in number(source):
        start = next(
            n
            for n, (a, b) in enumerate(zip(source.text, change.sentence, strict=False))
            if a != b
        )
        at = source.text.rfind(change.was, 0, start + len(change.was))
        yield "number", change.was, at


def case(kind: str, source: SourceSentence, fact: str, at: int) -> Removed:
    """Return the question that leaves out the fact, and the sentence that answers it."""
    before, after = source.text[:at], source.text[at + len(fact) :]
    if kind == "number":
        question_words = "how many" if _COUNTED.match(after) else "what number"
    else:
        before, after = before.removesuffix("`"), after.removeprefix("`")
        question_words = "which" if _NOUN.match(after) else QUESTION_WORDS[kind]
    before = re.sub(r"\b(?:[Tt]he|[Aa]n?|your|[Aa]nother) \**$", "", before)
    blank = unlink(f"{before}{question_words}{after}").replace("**", "")
    first = blank[0] if blank[1:2].isupper() else blank[0].lower()
    question = f"{topic(source)}: {first}{blank[1:].rstrip('.')}?"
    return Removed(
        kind, question, source.text, fact, (source.chunk.path, source.text), source.nth
    )


def topic(source: SourceSentence) -> str:
    """Return the title of the page, and the heading where there is one."""
    parts = [str(source.chunk.page["title"]), *source.chunk.heading[-1:]]
    return " - ".join(dict.fromkeys(parts))
